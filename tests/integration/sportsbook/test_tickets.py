"""Decisions told from the ledger: to the player whose bet it is, to traders as tickets, none lost in silence."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pyplatform._core.shard import Batch
from pyplatform.bus import Bus
from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.contracts.sportsbook.bets import BetOutcome
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.gateway.mybets import BetReader
from pyplatform.gateway.push import bets as push
from pyplatform.gateway.push.bets import BetPush, MyBetsSource
from pyplatform.gateway.push.client import Client
from pyplatform.gateway.push.frames import TicketFilter, Wish
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.store import Store
from pyplatform.kernel import ids
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.mybets import BetProjector
from pyplatform.sportsbook.tickets import TicketTeller, ToldBetProjector
from tests.integration.sportsbook.conftest import (
    FIRST,
    SECOND,
    House,
    decided,
    definition,
    feed,
    prices,
    until,
)

Told = list[dict[str, Any]]


class Room:
    """The push of a gateway over a house, with clients that read all they are sent."""

    def __init__(self, house: House, bus: Bus, models: ReadModels, stack: AsyncExitStack) -> None:
        self.house, self.bus, self.models, self._stack = house, bus, models, stack
        self.store = Store(models)
        self.push = BetPush(bus, self.store, [house.tenant.slug])
        self.hub = self.push.hub = Hub({"tickets": self.push, "my_bets": MyBetsSource(BetReader(self.store))})
        self.running: list[asyncio.Task[None]] = []
        self.first: Bus

    def listen(self, caller: Session | StaffSession) -> tuple[Client, Told]:
        told: Told = []

        async def take(text: str) -> None:
            told.append(msgspec.json.decode(text))

        client = Client(caller, take)
        assert self.hub.join(client)
        self.running.append(asyncio.create_task(client.pump()))
        return client, told

    def player(self, player: bytes = b"") -> Session:
        house = self.house
        return Session(house.tenant.slug, 1, player or house.player, ids.uuid7(), "EUR", 2**62)

    def staff(self, *roles: Role) -> StaffSession:
        return StaffSession(self.house.tenant.slug, ids.uuid7(), ids.uuid7(), frozenset(roles), 2**62)

    async def project(self) -> Bus:
        """Have a projector of the house's bets tell of them; its connection."""
        house, tenant = self.house, self.house.tenant.slug
        bus = await Bus.connect(house.settings.nats_url, "projector")
        self._stack.push_async_callback(bus.close)
        teller = TicketTeller(bus, self.models, house.new_reader(tenant), tenant)
        projector = ToldBetProjector(bus.js, house.settings.postgres_url, self.models, tenant, teller)
        self.running.append(asyncio.create_task(projector.run()))
        return bus


@asynccontextmanager
async def opened(house: House) -> AsyncIterator[Room]:
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(house.settings.nats_url, "gateway")
        stack.push_async_callback(bus.close)
        models = ReadModels.connect(house.settings.redis_url)
        stack.push_async_callback(models.close)
        room = Room(house, bus, models, stack)
        await room.push.start()
        room.first = await room.project()
        try:
            yield room
        finally:
            await end(room.running)


def kinds(told: Told) -> list[str]:
    return [message["type"] for message in told]


def states(told: Told) -> dict[str, str]:
    """Bets by where the last message says they stand."""
    return {m["bet"]["bet_id"]: m["bet"]["status"] for m in told if m["type"] == "my_bet"}


def ids_in(told: Told, one: str, many: str) -> set[str]:
    """Ids of all bets or tickets that were told, alone or in a snapshot."""
    return {found["bet_id"] for m in told for found in ([m[one]] if one in m else m.get(many, []))}


async def until_reached(room: Room, seq: int) -> None:
    """Wait until the read model of bets is of an entry."""
    await room.store.bets_reached(room.house.tenant.slug, seq, 60)
    assert await room.store.bets_position(room.house.tenant.slug) >= seq


class Halt:
    """Stops a projector once it has applied something, before it tells of that."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at, self.gone_on = asyncio.Event(), asyncio.Event()
        apply = BetProjector.apply

        async def halting(projector: BetProjector, batches: Sequence[Batch]) -> bool:
            applied = await apply(projector, batches)
            self.at.set()
            await self.gone_on.wait()
            return applied

        monkeypatch.setattr(BetProjector, "apply", halting)


async def followed(room: Room, *, traders: bool = True) -> tuple[Told, Told]:
    """What a trader and the player of the house are told from now on, after the house's deposit."""
    await until_reached(room, 1)
    (client, told), (mine, bets) = room.listen(room.staff("trader")), room.listen(room.player())
    room.hub.subscribe(mine, Wish("my_bets"))
    if traders:
        room.hub.subscribe(client, Wish("tickets"))
    await until(lambda: "my_bets" in kinds(bets) and (not traders or "tickets" in kinds(told)))
    return told, bets


async def test_a_player_hears_of_every_change_of_its_own_bets_and_of_no_others(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    first = await owner.placement.place(house.attempt("10.00"))
    async with opened(house) as room:
        await until_reached(room, 2)
        (mine, told), (other, nothing) = room.listen(room.player()), room.listen(room.player(ids.uuid7()))
        for client in (mine, other):
            assert room.hub.subscribe(client, Wish("my_bets")) is None
        await until(lambda: kinds(told)[:2] == kinds(nothing) == ["subscribed", "my_bets"])
        second = await owner.placement.place(house.attempt("5.00", selection=SECOND))
        await until(lambda: told[-1].get("bet", {}).get("bet_id") == second.bet_id)
        assert told[-1]["bet"]["stake"] == "5.00"
        closing = definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER")
        async with house.settling() as settlement:
            for result in feed(owner, closing).results:
                await settlement.take_result(result)
            await until(lambda: states(told) == {first.bet_id: "settled", second.bet_id: "settled"})
        seqs = [message["seq"] for message in told if message["type"] != "subscribed"]
        assert seqs == sorted(seqs)
        assert kinds(nothing) == ["subscribed", "my_bets"]
        assert nothing[-1]["bets"] == []


async def test_traders_hear_of_every_decision_and_may_choose(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(delay=1), prices())
    async with opened(house) as room:
        before = await owner.placement.place(house.attempt("500.00"))
        assert before.outcome is BetOutcome.REFUSED
        await until_reached(room, 2)
        (every, told), (large, big) = room.listen(room.staff("trader")), room.listen(room.staff("trader"))
        assert room.hub.subscribe(every, Wish("tickets")) is None
        wanted = TicketFilter(event_id="e1", min_stake="10.00", outcome="accepted")
        assert room.hub.subscribe(large, Wish("tickets", filter=wanted)) is None
        await until(lambda: kinds(told) == kinds(big) == ["subscribed", "tickets"])
        assert [one["bet_id"] for one in told[-1]["tickets"]] == [before.bet_id]
        assert (told[-1]["tickets"][0]["outcome"], big[-1]["tickets"]) == ("refused", [])
        small, much = (house.attempt(stake, selection=FIRST) for stake in ("1.00", "10.00"))
        waiting = [await owner.placement.place(attempt) for attempt in (small, much)]
        for one in waiting:
            await decided(owner, one)
        await until(lambda: kinds(told[2:]) == ["ticket"] * 4)
        outcomes = [(m["ticket"]["bet_id"], m["ticket"]["outcome"]) for m in told[2:]]
        assert sorted(outcomes) == sorted(
            (one.bet_id, outcome) for one in waiting for outcome in ("pending", "accepted")
        )
        await until(lambda: kinds(big[2:]) == ["ticket"])
        assert (big[2]["ticket"]["bet_id"], big[2]["ticket"]["stake"]) == (waiting[1].bet_id, "10.00")
        player, denied = room.listen(room.player())
        assert (refused := room.hub.subscribe(player, Wish("tickets"))) is not None
        assert refused.code == "forbidden"
        assert denied == []


async def test_what_a_lost_projector_did_not_tell_is_made_good(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "ASK_SECONDS", 0.2)
    owner = house.new_owner()
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), TermsValues(max_stake=10**9), 1)
    feed(owner, definition(), prices())
    async with opened(house) as room:
        projector = room.running[0]
        told, bets = await followed(room)
        room.running.append(asyncio.create_task(room.push.run()))
        await end([projector])
        await room.first.close()
        placed = [await owner.placement.place(house.attempt("1.00")) for _ in range(5)]
        await room.project()
        wanted = {one.bet_id for one in placed}
        await until(lambda: ids_in(told, "ticket", "tickets") >= wanted)
        await until(lambda: ids_in(bets, "bet", "bets") >= wanted)
        replayed = await owner.placement.place(replace(house.attempt("1.00"), key="twice"))
        again = await owner.placement.place(replace(house.attempt("1.00"), key="twice"))
        assert again.replayed
        await until(lambda: replayed.bet_id in ids_in(told, "ticket", "tickets"))
        count = sum(m["type"] == "ticket" and m["ticket"]["bet_id"] == replayed.bet_id for m in told)
        assert count == 1, "a repeat is no second decision"


async def test_a_projector_lost_before_it_told_is_made_good_though_nothing_follows(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push, "ASK_SECONDS", 0.2)
    owner = house.new_owner()
    feed(owner, definition(), prices())
    async with opened(house) as room:
        projector = room.running[0]
        told, bets = await followed(room)
        room.running.append(asyncio.create_task(room.push.run()))
        halt = Halt(monkeypatch)
        placed = await owner.placement.place(house.attempt("1.00"))
        await until_reached(room, 2)
        await end([projector])
        halt.gone_on.set()
        await room.project()
        await until(lambda: placed.bet_id in ids_in(bets, "bet", "bets"))
        await until(lambda: placed.bet_id in ids_in(told, "ticket", "tickets"))


async def test_traders_who_ask_before_it_is_told_take_nothing_from_players(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    async with opened(house) as room:
        _, bets = await followed(room, traders=False)
        halt = Halt(monkeypatch)
        placed = await owner.placement.place(house.attempt("1.00"))
        await halt.at.wait()
        await until_reached(room, 2)
        client, told = room.listen(room.staff("trader"))
        room.hub.subscribe(client, Wish("tickets"))
        await until(lambda: placed.bet_id in ids_in(told, "ticket", "tickets"))
        halt.gone_on.set()
        await until(lambda: kinds(bets)[2:] == ["my_bet"])
        assert states(bets) == {placed.bet_id: "open"}


async def test_answers_to_traders_take_nothing_from_players_not_told_yet(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = house.new_owner()
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), TermsValues(max_stake=10**9), 1)
    feed(owner, definition(), prices())
    async with opened(house) as room:
        told, bets = await followed(room)
        read, gone_on = room.store.bets, asyncio.Event()

        async def slowly(tenant: str, bet_ids: Sequence[str]) -> list[dict[bytes, bytes]]:
            await gone_on.wait()
            return await read(tenant, bet_ids)

        monkeypatch.setattr(room.store, "bets", slowly)
        placed = [await owner.placement.place(house.attempt("1.00")) for _ in range(3)]
        wanted = {one.bet_id for one in placed}
        async with asyncio.timeout(60):
            while not ids_in(told, "ticket", "tickets") >= wanted:
                await room.push._catch_up(house.tenant.slug)
                await asyncio.sleep(0.02)
        assert kinds(bets) == ["subscribed", "my_bets"], "the first is still being read"
        gone_on.set()
        await until(lambda: set(states(bets)) == wanted)
        assert kinds(bets)[2:] == ["my_bet"] * 3
