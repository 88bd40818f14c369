"""Answers to what traders ask: markets with liability, events, rules, who did what."""

from bisect import bisect_right
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import Role, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import (
    AskAudit,
    AskEvents,
    AskMarket,
    AskMarkets,
    AskTerms,
    AuditEntry,
    DeskEvent,
    DeskEvents,
    DeskMarket,
    DeskMarkets,
    DeskRule,
    DeskRunner,
    DeskTerms,
)
from pyplatform.contracts.sportsbook.terms import TermsValues
from pyplatform.contracts.sportsbook.trading import Recorded
from pyplatform.eventstore import history, tenant_transaction
from pyplatform.kernel.envelope import Envelope
from pyplatform.sportsbook.desk.desk import END, STREAM, Desk, Refused
from pyplatform.sportsbook.markets.catalogue import EventState, event_entry, targets
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms, rank
from pyplatform.sportsbook.markets.trading import Trading

PAGE_BYTES: Final = 256 * 1024
"""A page ends with the market that passes this: it is one message, and NATS takes those of 1 MiB."""
_recorded: Final = msgspec.msgpack.Decoder(Recorded)


class Position(NamedTuple):
    """What a market may cost: stakes taken, the worst case, and the net loss by the selection that wins."""

    stakes: int
    worst_case: int
    losses: dict[int, int]


Positions = Callable[[str, str, str], Position]
"""Position of (tenant, market, currency)."""


class Questions:
    """Answers from the markets of an owner and the record."""

    def __init__(self, trading: Trading, position: Positions, pool: asyncpg.Pool) -> None:
        self._trading = trading
        self._position = position
        self._pool = pool
        self._tenants = {tenant.slug: tenant for tenant in trading.tenants}

    def register(self, desk: Desk) -> None:
        """Have the desk take them, from traders and from who settles."""
        roles = (Role.TRADER, Role.SETTLEMENT)
        desk.answers("markets", AskMarkets, self.markets, roles)
        desk.answers("market", AskMarket, self.market, roles)
        desk.answers("events", AskEvents, self.events, roles)
        desk.answers("terms", AskTerms, self.terms, roles)
        desk.answers("audit", AskAudit, self.audit, roles)

    async def markets(self, request: StaffRequest, asked: AskMarkets) -> StaffAnswer:
        """List markets."""
        if asked.event_id:
            event = self._trading.events.events.get(asked.event_id)
            if event is None:
                raise Refused("unknown_event", f"there is no event {asked.event_id!r}", "event_id")
            known = event.markets
        else:
            known = self._trading.markets
        ids, after = _page(known, asked.after, asked.limit)
        listed: list[DeskMarket] = []
        size = 0
        for one in ids:
            if known[one].catalogue is None:
                continue
            listed.append(self._market(request.tenant, known[one]))
            size += len(msgspec.msgpack.encode(listed[-1]))
            if size >= PAGE_BYTES:
                after = one if one != ids[-1] else after
                break
        return _answer(DeskMarkets(listed, after))

    async def market(self, request: StaffRequest, asked: AskMarket) -> StaffAnswer:
        """Show one market."""
        market = self._trading.markets.get(asked.market_id)
        if market is None or market.catalogue is None:
            raise Refused("unknown_market", f"there is no market {asked.market_id!r}", "market_id")
        shown = self._market(request.tenant, market)
        return _answer(shown, version=shown.version)

    async def events(self, request: StaffRequest, asked: AskEvents) -> StaffAnswer:
        """List events."""
        known = {
            event_id: event
            for event_id, event in self._trading.events.events.items()
            if asked.sport in {"", event.said.sport.id}
        }
        ids, after = _page(known, asked.after, asked.limit)
        return _answer(DeskEvents([self._event(request.tenant, known[one]) for one in ids], after))

    async def terms(self, request: StaffRequest, _: AskTerms) -> StaffAnswer:
        """Show the rules."""
        book = self._trading.desks[request.tenant].terms
        rules = [DeskRule(scope, book.rules[scope]) for scope in sorted(book.rules, key=rank)]
        return _answer(DeskTerms(book.version, _values(book.base), rules), version=book.version)

    async def audit(self, request: StaffRequest, asked: AskAudit) -> StaffAnswer:
        """Tell who did what."""
        async with tenant_transaction(self._pool, request.tenant) as connection:
            events = await history(
                connection, request.tenant, STREAM, asked.before or END, asked.limit, asked.target
            )
        return _answer([_entry(event) for event in events])

    def _market(self, tenant: str, market: MarketState) -> DeskMarket:
        said, offer = market.catalogue, market.offers[tenant]
        assert said is not None  # noqa: S101 - those without are not listed
        currency = self._tenants[tenant].currency
        position = self._position(tenant, market.market_id, currency)
        prices = market.prices.get(tenant, {})
        return DeskMarket(
            tenant=tenant,
            id=market.market_id,
            event_id=said.event,
            name=said.name,
            kind=said.kind,
            status=market.status_of(tenant),
            in_play=market.in_play,
            version=offer.standing.version,
            holding=offer.holding,
            why=offer.why,
            feed=market.source[0],
            feed_state=market.state.value,
            feed_up=market.up,
            source=offer.standing.source,
            margin_bp=offer.standing.margin_bp,
            terms=_values(offer.terms),
            terms_version=offer.terms.version,
            currency=currency,
            stakes=position.stakes,
            worst_case=position.worst_case,
            runners=[
                DeskRunner(
                    id=runner,
                    name=name,
                    removed=runner in market.removed,
                    price_e4=prices.get(runner, 0),
                    by_hand_e4=offer.standing.prices.get(runner, 0),
                    chance=offer.chances.get(runner, 0.0),
                    if_wins=position.losses.get(runner, 0),
                )
                for runner, name in market.names.items()
            ],
        )

    def _event(self, tenant: str, event: EventState) -> DeskEvent:
        desk, owner = self._trading.desks[tenant], self._tenants[tenant]
        standing = desk.of(f"event:{event.event_id}")
        positions = [self._position(tenant, market, owner.currency) for market in event.markets]
        return DeskEvent(
            event=event_entry(event, desk, self._trading.owner, 0),
            version=standing.version,
            suspended=desk.holding(targets("", event.said)[:-1]),
            model=standing.model,
            currency=owner.currency,
            stakes=sum(position.stakes for position in positions),
            worst_case=sum(position.worst_case for position in positions),
            open_markets=sum(m.status_of(tenant) is MarketStatus.OPEN for m in event.markets.values()),
        )


def _page(known: dict[str, Any], after: str, limit: int) -> tuple[list[str], str]:
    """Ids above `after`, and the last of them if there are more."""
    ordered = sorted(known)
    begin = bisect_right(ordered, after)
    page = ordered[begin : begin + limit]
    return page, page[-1] if begin + limit < len(ordered) else ""


def _values(terms: Terms) -> TermsValues:
    stated = {name: getattr(terms, name) for name in TermsValues.__struct_fields__}
    return TermsValues(**stated)


def _entry(event: Envelope) -> AuditEntry:
    try:
        recorded = _recorded.decode(event.data)
        before, after, reason = (
            msgspec.msgpack.decode(recorded.before, strict=False),
            msgspec.msgpack.decode(recorded.after, strict=False),
            recorded.reason,
        )
    except msgspec.ValidationError:
        # Another part of the sportsbook records in its own shape.
        before, after, reason = None, msgspec.msgpack.decode(event.data), ""
    return AuditEntry(
        position=event.position,
        at=event.at,
        actor=event.actor,
        kind=event.type,
        target=event.aggregate,
        version=event.seq,
        reason=reason,
        before=before,
        after=after,
        correlation=event.correlation,
    )


def _answer(told: Any, version: int = 0) -> StaffAnswer:
    return StaffAnswer(StaffOutcome.DONE, version=version, data=msgspec.msgpack.encode(told))
