"""HTTP of bets: placing a slip, asking what would become of one."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.bets import (
    STARTING_PRICE,
    BetAnswer,
    BetOutcome,
    BetQuote,
    BetType,
    Leg,
    PlaceBet,
)
from pyplatform.core import money
from pyplatform.gateway.model import SP, write_percent, write_place, write_price
from pyplatform.gateway.mybets import BetReader, MyBet, MyBets, MyBetsQuery
from pyplatform.gateway.returns import potential_return
from pyplatform.gateway.service import Betting
from pyplatform.gateway.slips import BetRequest, InvalidSlip, Slip
from pyplatform.gateway.store import Store
from pyplatform.http.app import App
from pyplatform.http.message import REPLAYED, Reply, Request
from pyplatform.http.problems import Problem, unavailable
from pyplatform.kernel.time import Moment

_REFERRED: Final = 202
WAIT_SECONDS: Final = 1.0
DETAILS: Final = {
    "market_suspended": "the market is suspended; try again when it is open",
    "no_price": "this selection is not offered at any price now; try again when it has one",
    "market_closed": "the market is closed",
    "unknown_market": "there is no such market",
    "unknown_selection": "the market has no such selection",
    "selection_removed": "the selection was removed from the market",
    "price_changed": "the price has changed; send a new attempt, with a new key, if you accept the new one",
    "liability_exceeded": "this stake is more than we can take on this selection; max_stake is what we would take",
    "related_legs": "these legs are of one event or exclude each other; they cannot be in one line",
    "stake_too_high": "this stake is above the limit; max_stake is what we would take",
    "payout_too_high": "this bet could pay more than the limit; max_stake is what we would take",
    "each_way_not_offered": "this market is sold win only now",
    "starting_price_not_offered": "this market is not sold at the starting price now",
    "same_game_not_offered": "these legs cannot be priced together",
    "referral_rejected": "the bet was referred to a trader, who did not take it",
    "referral_timed_out": "the bet was referred to a trader, who did not decide in time",
    "reoffered": "a trader would take the bet otherwise; send a new attempt, with a new key, if you accept it",
    "token_mismatch": "a free bet is staked whole, in its currency: the stake must be its amount",
    "unknown_token": "there is no such free bet",
    "insufficient_funds": "the account does not hold this stake",
}


class BetStatus(StrEnum):
    """Where a placed bet stands."""

    ACCEPTED = "accepted"
    REFERRED = "referred"
    """A trader is to decide."""


class LegView(msgspec.Struct, frozen=True):
    """A leg at the price taken; `price_asked` differs where the price had moved. `each_way` such as "1/5 1-2-3". With
    `best_odds` it is paid at the starting price if that is better."""

    market_id: str
    selection_id: int
    price: str
    price_asked: str
    banker: bool
    each_way: str | None
    best_odds: bool = False


class BetView(msgspec.Struct, frozen=True):
    """A bet that was placed; `seq` can be given as `min_seq` to read the balance after it.

    `stake` is that of all lines; `potential_return` is what it pays if every leg wins, with its bonus: `boost_pct` of
    the profit, and with the price of the moment for a starting price ("SP"). For bonus and starting prices no more than
    `max_return` is paid, null where nothing bounds them.
    """

    bet_id: str
    status: BetStatus
    type: BetType
    legs: list[LegView]
    lines: int
    stake: str
    currency: str
    potential_return: str
    seq: int
    placed_at: Moment
    boost_pct: str | None = None
    max_return: str | None = None


class QuotedLeg(msgspec.Struct, frozen=True):
    """A leg of a quote at its current price, null if it has none; `refused` if it is why the bet would be."""

    market_id: str
    selection_id: int
    price: str | None
    refused: bool


class QuoteView(msgspec.Struct, frozen=True):
    """What would become of a slip now: `code` null if it would be taken.

    Amounts are for all lines: `max_stake` is the most that would be taken. A bet waits `delay` seconds in play; stakes
    above `referral_above` are referred to a trader. `price` is that of a SAME_GAME. The legs of `best_odds`, counted
    from 0, would be paid at the starting price if that is better; bonus and bound as for a placed bet.
    """

    code: str | None
    detail: str | None
    type: BetType
    legs: list[QuotedLeg]
    lines: int
    stake: str
    currency: str
    potential_return: str | None
    max_stake: str
    delay: int
    referral_above: str | None
    price: str | None
    best_odds: list[int] = []
    boost_pct: str | None = None
    max_return: str | None = None


class MyBetQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`min_seq` of the answer to a bet: wait up to a second until it is known here."""

    min_seq: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0


def my_bet_routes(app: App, store: Store) -> None:
    """Add the operations on bets that were placed."""
    reader = BetReader(store)

    @app.get("/v1/bets", auth="player")
    async def list_bets(request: Request, query: MyBetsQuery) -> MyBets:
        """List my bets, the newest first, page by page."""
        session = request.session
        await store.bets_reached(session.tenant, query.min_seq, WAIT_SECONDS)
        try:
            return await reader.page(session, query)
        except ValueError as error:
            raise Problem(422, "invalid_query", "before is no bet's id", field="before") from error

    @app.get("/v1/bets/{bet_id}", auth="player")
    async def read_bet(request: Request, bet_id: str, query: MyBetQuery) -> MyBet:
        """Read one of my bets: where it stands, and what it returned."""
        session = request.session
        await store.bets_reached(session.tenant, query.min_seq, WAIT_SECONDS)
        bet = await reader.one(session, bet_id)
        if bet is None:
            raise Problem(404, "unknown_bet", "you have no bet of this id", field="bet_id")
        return bet


def bet_routes(app: App, betting: Betting) -> None:
    """Add the operations that place and quote bets."""

    def read(request: Request, body: BetRequest) -> Slip:
        try:
            return betting.slips.read(
                request.session,
                body,
                key=request.idempotency_key,
                correlation=request.correlation,
                traceparent=request.traceparent,
            )
        except InvalidSlip as error:
            why = error.why
            status = 404 if why.code == "unknown_market" else 422
            raise Problem(status, why.code, why.detail, field=why.field) from error

    @app.post("/v1/bets", status=201, also=(202,), auth="player", idempotent=True, errors=(409,))
    async def place_bet(request: Request, body: BetRequest) -> Reply[BetView]:
        """Place a bet.

        A retry with the same Idempotency-Key gets the first answer, acceptance or refusal, with the header
        `Idempotency-Replayed: true`. 202 says that a trader is asked: `GET /v1/bets/{bet_id}` tells how it went. 422
        with a code is a refusal: `legs` are those it is about with their prices now, `max_stake` is what we would
        take. 409 `idempotency_conflict` says the key was used for another bet and names the field; after 503 send the
        same request with the same key.
        """
        slip = read(request, body)
        answer = await betting.place(slip)
        if answer.outcome not in (BetOutcome.ACCEPTED, BetOutcome.REFERRED):
            raise _refusal(slip.attempt, answer)
        referred = answer.outcome is BetOutcome.REFERRED
        headers = (REPLAYED,) if answer.replayed else ()
        return Reply(_placed(slip, answer), status=_REFERRED if referred else 0, headers=headers)

    @app.post("/v1/bets/quote", auth="player")
    async def quote_bet(request: Request, body: BetRequest) -> QuoteView:
        """Ask what would become of a bet: its lines, prices now, return, the most we would take.

        Nothing is reserved: the prices and the answer may be others a moment later.
        """
        slip = read(request, body)
        return _quoted(slip, await betting.quote(slip))


def _leg_view(leg: Leg, price_e4: int, place: tuple[int, int] | None, *, best_odds: bool) -> LegView:
    asked = write_price(leg.price_e4) if leg.price_e4 != STARTING_PRICE else SP
    if asked == SP:
        price_e4 = leg.price_e4
    price = asked if price_e4 == leg.price_e4 else write_price(price_e4)
    terms = write_place(*place) if place is not None else None
    return LegView(leg.market_id, leg.selection_id, price, asked, leg.banker, terms, best_odds)


def _placed(slip: Slip, answer: BetAnswer) -> BetView:
    attempt = slip.attempt
    currency = attempt.currency
    places = answer.each_way or (None,) * len(attempt.legs)
    returned = potential_return(attempt, answer)
    return BetView(
        answer.bet_id,
        BetStatus(answer.outcome.value),
        BetType(attempt.bet_type),
        [
            _leg_view(leg, price, place, best_odds=number in answer.best_odds)
            for number, (leg, price, place) in enumerate(
                zip(attempt.legs, answer.prices, places, strict=True)
            )
        ],
        slip.lines,
        money.format(attempt.stake, currency),
        currency,
        money.format(returned, currency),
        answer.seq,
        datetime.fromtimestamp(answer.at / 1e9, UTC),
        write_percent(answer.boost_bp),
        money.format(answer.max_return, currency) if answer.max_return else None,
    )


def _quoted(slip: Slip, quote: BetQuote) -> QuoteView:
    attempt, currency = slip.attempt, slip.attempt.currency
    returned = None
    if all(quote.prices) and len(quote.prices) == len(attempt.legs):
        returned = money.format(potential_return(attempt, quote), currency)
    return QuoteView(
        quote.code or None,
        DETAILS.get(quote.code),
        BetType(attempt.bet_type),
        [
            QuotedLeg(leg.market_id, leg.selection_id, write_price(price) if price else None, n in quote.legs)
            for n, (leg, price) in enumerate(zip(attempt.legs, quote.prices, strict=True))
        ],
        slip.lines,
        money.format(attempt.stake, currency),
        currency,
        returned,
        money.format(quote.max_stake, currency),
        quote.delay,
        money.format(quote.referral_above, currency) if quote.referral_above else None,
        write_price(quote.joint_price_e4) if quote.joint_price_e4 else None,
        list(quote.best_odds),
        write_percent(quote.boost_bp),
        money.format(quote.max_return, currency) if quote.max_return else None,
    )


def _refusal(attempt: PlaceBet, answer: BetAnswer) -> Problem:
    headers = [REPLAYED] if answer.replayed else []
    if answer.outcome is BetOutcome.CONFLICT:
        detail = f"this Idempotency-Key was used for another bet: {answer.field} differs; use a new key for a new bet"
        return Problem(409, "idempotency_conflict", detail, field=answer.field)
    if answer.outcome is BetOutcome.UNAVAILABLE:
        return unavailable("whether the bet was placed is not known yet; send it again with the same key")
    members: dict[str, object] = {"bet_id": answer.bet_id} if answer.bet_id else {}
    if answer.legs and answer.prices:
        members["legs"] = [
            {
                "leg": number,
                "market_id": attempt.legs[number].market_id,
                "selection_id": attempt.legs[number].selection_id,
                "price": write_price(answer.prices[number]) if answer.prices[number] else None,
            }
            for number in answer.legs
        ]
    if answer.code == "price_changed" and answer.joint_price_e4:
        members["price"] = write_price(answer.joint_price_e4)
    if answer.max_stake:
        members["max_stake"] = money.format(answer.max_stake, attempt.currency)
    return Problem(422, answer.code, DETAILS.get(answer.code, "the bet was refused"), headers, **members)
