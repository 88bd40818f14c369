"""Topics of bets: `my_bets` of the player who asks, and for traders `tickets`, every decision on a bet."""

import asyncio
from collections import deque
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message, Subscription
from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.contracts.sportsbook.bets import BetType
from pyplatform.contracts.sportsbook.tickets import (
    AskTickets,
    BetsTold,
    RecentTickets,
    Ticket,
    TicketOutcome,
    tickets_subject,
    told_subject,
)
from pyplatform.core import money
from pyplatform.gateway.model import write_price
from pyplatform.gateway.mybets import BetReader, MyBet, MyBetsQuery, MyLeg, my_bet, my_leg
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.liability import STAFF
from pyplatform.gateway.push.topics import Accepts, Refused, Snapshot
from pyplatform.gateway.store import Store
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import get_logger

NEWEST: Final = 50
"""Bets in a snapshot of `my_bets`; `GET /v1/bets` pages on."""
MOST_RECENT: Final = 500
ASK_SECONDS: Final = 10.0
"""Tickets are asked for this often while somebody follows them: they are made for who asks."""
ANSWER_SECONDS: Final = 5.0
_PLAYERS: Final[frozenset[Role]] = frozenset({"player"})
Caller = Session | StaffSession
_told = msgspec.msgpack.Decoder(BetsTold)
_recent = msgspec.msgpack.Decoder(RecentTickets)
_log = get_logger("gateway.push")


class MyBetsState(msgspec.Struct, frozen=True, tag="my_bets"):
    """Snapshot of one's own bets: the newest fifty, newest first."""

    topic: str
    seq: int
    bets: list[MyBet]


class MyBetChange(msgspec.Struct, frozen=True, tag="my_bet"):
    """One of one's own bets is new or has changed; of two changes in a row only the later may be told."""

    topic: str
    seq: int
    bet: MyBet


class TicketView(msgspec.Struct, frozen=True):
    """A decision on a bet, entry `entry` of the ledger; a bet that waited has two. Prices are those taken, of a refused
    bet those that were to be had; `max_stake` is what would have been taken, null where that was not why."""

    entry: int
    at: datetime
    bet_id: str
    player_id: str
    brand: int
    outcome: TicketOutcome
    code: str | None
    type: BetType
    legs: list[MyLeg]
    sizes: list[int]
    each_way: bool
    free_bet: bool
    price: str | None
    stake: str
    currency: str
    max_stake: str | None


class TicketsState(msgspec.Struct, frozen=True, tag="tickets"):
    """Snapshot of the tickets that meet the filter, up to five hundred, oldest first."""

    topic: str
    seq: int
    tickets: list[TicketView]


class TicketChange(msgspec.Struct, frozen=True, tag="ticket"):
    """A new ticket. None is left out: who is too slow for them is told and gets a snapshot."""

    topic: str
    seq: int
    ticket: TicketView


class MyBetsSource:
    """`my_bets`."""

    roles = _PLAYERS

    def __init__(self, reader: BetReader) -> None:
        self._reader = reader

    def find(self, caller: Caller, argument: str) -> tuple[str, Snapshot] | Refused:
        """The bets of the player who calls."""
        if argument or not isinstance(caller, Session):
            return Refused("unknown_topic", "the topic is `my_bets`: those of the session")

        async def snapshot(asking: Caller, seq: int, __: Accepts | None) -> msgspec.Struct:
            if not isinstance(asking, Session):
                raise Unavailable("nobody but a player has bets")
            page = await self._reader.page(asking, MyBetsQuery(limit=NEWEST))
            return MyBetsState("my_bets", seq, page.bets)

        return ids.text(caller.player), snapshot


class Heard:
    """How far the players of a tenant have been told, and where the read model stood when we looked last."""

    def __init__(self) -> None:
        self.hi = self.stood = 0


class Recent:
    """The newest tickets of a tenant, as far as they are known here: all up to entry `hi`."""

    def __init__(self) -> None:
        self.hi = 0
        self.known = False
        self.tickets: deque[Ticket] = deque(maxlen=MOST_RECENT)
        self.asking = asyncio.Lock()

    def take(self, tickets: Iterable[Ticket]) -> list[Ticket]:
        """Keep what is newer than all we have, and return it."""
        last = self.tickets[-1].seq if self.tickets else 0
        news = [ticket for ticket in tickets if ticket.seq > last]
        self.tickets.extend(news)
        return news


class BetPush:
    """Hears what the ledger says of bets and tells those who follow; also the source of `tickets`."""

    roles = STAFF

    def __init__(self, bus: Bus, store: Store, tenants: Iterable[str]) -> None:
        self._bus, self._store = bus, store
        self._recent = {tenant: Recent() for tenant in tenants}
        self._heard = {tenant: Heard() for tenant in self._recent}
        self._subscriptions: list[Subscription] = []
        self.hub: Hub

    def find(self, caller: Caller, argument: str) -> tuple[str, Snapshot] | Refused:
        """The tickets of the caller's tenant."""
        if argument:
            return Refused("unknown_topic", "the topic is `tickets`; choose with a filter")
        tenant = caller.tenant

        async def snapshot(_: Caller, seq: int, accepts: Accepts | None) -> msgspec.Struct:
            recent = self._recent[tenant]
            if not recent.known:
                await self._ask(tenant, recent.hi if recent.tickets else 0)
            found = [ticket for ticket in recent.tickets if accepts is None or accepts(ticket)]
            return TicketsState("tickets", seq, [ticket_view(ticket) for ticket in found])

        return "", snapshot

    async def start(self) -> None:
        """Hear from now on; what the read model has already needs no telling."""
        for tenant, heard in self._heard.items():
            self._subscriptions.append(await self._bus.subscribe(told_subject(tenant), self._on_told))
            heard.hi = max(heard.hi, await self._position(tenant))

    async def stop(self) -> None:
        """Hear no more."""
        for subscription in self._subscriptions:
            await subscription.unsubscribe()

    async def run(self) -> None:
        """Have tickets made for as long as anybody follows them, and what was not told made good, until cancelled."""
        while True:
            await asyncio.sleep(ASK_SECONDS)
            for tenant, recent in self._recent.items():
                await self._make_good(tenant)
                if self.hub.topic(tenant, "tickets") is None:
                    recent.known = False
                    recent.tickets.clear()
                elif recent.known:
                    await self._catch_up(tenant)

    async def _make_good(self, tenant: str) -> None:
        """Have players begin anew where the read model has long had what nobody told: who should have is lost."""
        heard = self._heard[tenant]
        if heard.stood > heard.hi:
            heard.hi = heard.stood
            self._begin_anew(tenant)
        heard.stood = await self._position(tenant)

    async def _position(self, tenant: str) -> int:
        try:
            return await self._store.bets_position(tenant)
        except Unavailable:
            return 0

    async def _on_told(self, message: Message) -> None:
        told = _told.decode(message.data)
        heard, recent = self._heard[told.tenant], self._recent[told.tenant]
        if told.hi > heard.hi:  # and not by a second projector
            before, heard.hi = heard.hi, told.hi
            if told.lo > before:
                self._begin_anew(told.tenant)
            else:
                await self._tell_players(told)
        # Tickets come as answers, too, and those may be before what waits to be told to players.
        if self.hub.topic(told.tenant, "tickets") is None or not recent.known or told.hi <= recent.hi:
            return
        if told.lo > recent.hi or told.tickets is None:
            await self._catch_up(told.tenant)
        else:
            recent.hi = told.hi
            self._tell_traders(told.tenant, recent.take(told.tickets))

    def _begin_anew(self, tenant: str) -> None:
        for _, topic in self.hub.of_kind(tenant, "my_bets"):
            topic.restart()

    async def _tell_players(self, told: BetsTold) -> None:
        followed = dict(self.hub.of_kind(told.tenant, "my_bets"))
        if not followed:
            return
        of_bet = {ids.text(bet_id): ids.text(player) for player, bet_id in told.touched}
        wanted = [bet_id for bet_id, player in of_bet.items() if player in followed]
        try:
            found = await self._store.bets(told.tenant, wanted) if wanted else []
        except Unavailable:
            for topic in followed.values():
                topic.restart()
            return
        for bet_id, fields in zip(wanted, found, strict=True):
            if (bet := my_bet(fields)) is not None:
                make = partial(MyBetChange, bet=bet)
                self.hub.publish(told.tenant, "my_bets", of_bet[bet_id], bet_id, make)

    def _tell_traders(self, tenant: str, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            make = partial(TicketChange, ticket=ticket_view(ticket))
            part = f"{ticket.seq}:{ticket.bet.bet_id}"
            self.hub.publish(tenant, "tickets", "", part, make, about=ticket)

    async def _catch_up(self, tenant: str) -> None:
        """Tell what came after all we know; where that cannot be known any more, have all begin anew."""
        recent = self._recent[tenant]
        after = recent.hi
        try:
            since, news = await self._ask(tenant, after)
        except Unavailable as error:
            recent.known = False
            _log.warning("tickets cannot be had", tenant=tenant, reason=str(error))
            since, news = after + 1, []
        if since > after and (topic := self.hub.topic(tenant, "tickets")) is not None:
            topic.restart()
        else:
            self._tell_traders(tenant, news)

    async def _ask(self, tenant: str, after: int) -> tuple[int, list[Ticket]]:
        """Since which entry all tickets are known, and those that are news; raises Unavailable."""
        recent = self._recent[tenant]
        async with recent.asking:
            asked = msgspec.msgpack.encode(AskTickets(after))
            answer = _recent.decode(await self._bus.request(tickets_subject(tenant), asked, ANSWER_SECONDS))
            recent.known = True
            recent.hi = max(recent.hi, answer.hi)
            return answer.since, recent.take(answer.tickets)


def ticket_view(ticket: Ticket) -> TicketView:
    """A ticket as traders see it."""
    bet = ticket.bet
    return TicketView(
        ticket.seq,
        datetime.fromtimestamp(ticket.at / 1e9, UTC),
        bet.bet_id,
        bet.player,
        ticket.brand,
        ticket.outcome,
        ticket.code or None,
        BetType(bet.bet_type),
        [my_leg(leg) for leg in bet.legs],
        list(bet.sizes),
        bet.each_way,
        bet.free,
        write_price(bet.joint_price_e4) if bet.joint_price_e4 else None,
        money.format(bet.stake, bet.currency),
        bet.currency,
        money.format(ticket.max_stake, bet.currency) if ticket.max_stake else None,
    )
