"""What settlement waits for: markets whose open bets need a word that has not come, by the book and the record."""

import asyncio
from datetime import datetime
from typing import Final

import msgspec

from pyplatform.contracts.sportsbook.settlement import (
    MOST_BETS,
    AskWaiting,
    WaitingMarket,
    WaitingMarkets,
    WaitsFor,
)
from pyplatform.kernel.time import ns_of
from pyplatform.sportsbook.desk.desk import Refused
from pyplatform.sportsbook.settlement.book import Book
from pyplatform.sportsbook.settlement.judging import Judge
from pyplatform.sportsbook.settlement.legs import Resolutions
from pyplatform.sportsbook.settlement.record import Said, SettlementRecord
from pyplatform.sportsbook.settlement.resolution import Resolution
from pyplatform.sportsbook.settlement.results import STAFF
from pyplatform.sportsbook.settlement.wagers import WagerState

_PROPOSED: Final = {True: WaitsFor.SECOND_PERSON, False: WaitsFor.CONFLICT}


class _Held(msgspec.Struct):
    """Open bets that wait for a market, and their stakes by currency."""

    bets: int = 0
    stakes: dict[str, int] = msgspec.field(default_factory=dict)


async def waiting(book: Book, judge: Judge, record: SettlementRecord) -> list[WaitingMarket]:
    """Markets of the book whose open bets wait for a word, the oldest first.

    A market without any result is only among them if another of its event has a final one: when events begin, or are
    over, is not on record.
    """
    proposed = await record.open_proposals(book.tenant)
    events, results = book.events(), dict(book.told)
    over: dict[str, list[str]] = {}
    for market_id, event_id in events.items():
        if event_id and (told := results.get(market_id)) is not None and told.closed:
            over.setdefault(event_id, []).append(market_id)
    held: dict[str, _Held] = {}
    for market_id, event_id in events.items():
        if market_id in results or market_id in proposed or event_id in over:
            one = await _held(book, judge, results, market_id)
            if one.bets:
                held[market_id] = one
    asked = {*held, *(other for market_id in held for other in over.get(events[market_id], ()))}
    said = await record.said(book.tenant, asked)
    found: list[WaitingMarket] = []
    for market_id, one in held.items():
        others = [said[other].at for other in over.get(events[market_id], ()) if other in said]
        why, since = _why(results.get(market_id), said.get(market_id), proposed.get(market_id), others)
        if since is not None:
            found.append(WaitingMarket(market_id, events[market_id], why, since, one.bets, one.stakes))
    return sorted(found, key=_place)


async def _held(book: Book, judge: Judge, results: Resolutions, market_id: str) -> _Held:
    held = _Held()
    for number, wager in enumerate(list(book.of_market(market_id)), 1):
        if number % MOST_BETS == 0:
            await asyncio.sleep(0)
        if wager.state is WagerState.OPEN and market_id in judge.undecided(wager, results):
            held.bets += 1
            stake = wager.stake - int(wager.stake * wager.sold)
            held.stakes[wager.currency] = held.stakes.get(wager.currency, 0) + stake
    return held


def _why(
    told: Resolution | None, said: Said | None, proposed: Said | None, others: list[datetime]
) -> tuple[WaitsFor, datetime | None]:
    """What undecided legs on a market wait for, and since when; None if nothing says that they wait at all.

    `others` are the times of the final results of its event.
    """
    if proposed is not None:
        return _PROPOSED[proposed.source == STAFF], proposed.at
    if told is not None and said is not None:
        if told.each or (told.closed and told.separate):
            return WaitsFor.OUTCOMES, said.at
        if told.closed:
            return WaitsFor.PLACINGS, said.at
        # All that staff leave undecided but windows is a result they took back; of a race no feed takes one back.
        if not told.cancels and (told.separate or said.source == STAFF):
            return WaitsFor.ANOTHER_RESULT, said.at
    return WaitsFor.NO_RESULT, max(others, default=None)


def page(found: list[WaitingMarket], asked: AskWaiting) -> WaitingMarkets:
    """The part of them that is asked for; raises Refused for an `after` that is none of ours."""
    begin = _read(asked.after)
    wanted = [
        one for one in found if _place(one) > begin and (asked.before is None or one.since < asked.before)
    ]
    shown = wanted[: asked.limit]
    return WaitingMarkets(shown, _write(shown[-1]) if len(shown) < len(wanted) else "")


def _place(one: WaitingMarket) -> tuple[int, str]:
    return ns_of(one.since), one.market_id


def _write(one: WaitingMarket) -> str:
    at, market_id = _place(one)
    return f"{at}:{market_id}"


def _read(after: str) -> tuple[int, str]:
    at, _, market_id = after.partition(":")
    try:
        return int(at or 0), market_id
    except ValueError:
        raise Refused("invalid_query", "ask on with the `next` of an earlier page", "after") from None
