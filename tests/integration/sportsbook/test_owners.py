"""Slips over events of two owners: both hold room or neither does, whoever dies and wherever."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, BetAnswer, BetOutcome, Leg, PlaceBet
from pyplatform.contracts.sportsbook.owners import owner_of
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.placement.attempts import DECISION_LIFETIME
from pyplatform.sportsbook.service import EventOwner, Ports
from tests.integration.sportsbook.conftest import FIRST, LIMIT, House, definition, feed, prices, until

NEAR, FAR = "1.500", "1.600"
ACCEPTED, REFUSED, UNAVAILABLE = BetOutcome.ACCEPTED, BetOutcome.REFUSED, BetOutcome.UNAVAILABLE
LATER = 2 * DECISION_LIFETIME


class Way:
    """The way to the wallet: what `before` and `after` a command do to it, if anything."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.hold: asyncio.Event | None = None
        self.lose = False

    async def submit(self, tenant: str, command: bytes, *, settlement: bool = False) -> codec.Reply:
        if self.hold is not None:
            await self.hold.wait()
        reply = await self.house.wallet.submit(tenant, command, settlement=settlement)
        if self.lose:
            raise Unavailable("the answer was lost")
        return reply


@dataclass
class Pair:
    """Two owners with an event each; the near one places."""

    house: House
    names: tuple[str, str]
    events: tuple[str, str]
    way: Way
    near: EventOwner
    far: EventOwner

    def opened(self, number: int, wallet: Way | None = None) -> EventOwner:
        return opened(self.house, self.names[number], self.names, wallet)

    def slip(self, *, price_e4: int = 10_100, key: str = "", stake: str = "10.00") -> PlaceBet:
        near, far = self.events
        legs = (Leg(near, NEAR, FIRST, price_e4), Leg(far, FAR, FIRST, price_e4))
        return replace(self.house.attempt(stake, key), bet_type="ACCA", legs=legs)

    def at_risk(self) -> tuple[bool, bool]:
        """Whether anything is held, near and far."""
        slug = self.house.tenant.slug
        return (
            self.near.bets.liability(slug, NEAR, "EUR").worst_case() > 0,
            self.far.bets.liability(slug, FAR, "EUR").worst_case() > 0,
        )

    async def placed(self) -> list[bytes]:
        """Ids of the bets in the journal."""
        page = await self.house.new_reader(self.house.tenant.slug).page(0, 2**62)
        entries = [entry for _, sealed in page for entry in Batch(sealed).entries()]
        return [entry.bet_id for entry in entries if entry.kind == "place_bet" and entry.code == 0]


def opened(house: House, name: str, names: tuple[str, ...], wallet: Way | None = None) -> EventOwner:
    ports = Ports(house.bus, wallet or house.wallet, house.new_reader, house.pool)
    return EventOwner(ports, [house.tenant], LIMIT, name, names)


def told(line: bytes, market_id: str, event: str) -> bytes:
    """A line about another market, of another event."""
    return line.replace(b'"1.500"', f'"{market_id}"'.encode()).replace(b'"e1"', f'"{event}"'.encode())


def trade(owner: EventOwner, market_id: str, event: str, *, delay: int = 0) -> None:
    feed(owner, *(told(line, market_id, event) for line in (definition(delay=delay), prices())))


def suspend(owner: EventOwner, market_id: str, event: str) -> None:
    feed(owner, told(definition("SUSPENDED", version=2), market_id, event))


@pytest.fixture
async def pair(house: House) -> Pair:
    names = (f"{house.tenant.slug}-a", f"{house.tenant.slug}-b")
    near, far = (next(e for e in map(str, range(99)) if owner_of(e, names) == name) for name in names)
    way = Way(house)
    made = [opened(house, names[0], names, way), opened(house, names[1], names)]
    found = Pair(house, names, (near, far), way, *made)
    for owner, market_id, event in ((found.near, NEAR, near), (found.far, FAR, far)):
        trade(owner, market_id, event)
        await owner.serve(1, lambda: True)
    return found


async def settled_down(owner: EventOwner) -> None:
    """Let an owner follow the journal, and find that all that could still come has come."""
    await owner._recovery.catch_up()
    await owner.give_back(now_ns() + LATER)


async def test_both_owners_hold_the_bet_and_each_only_its_own_leg(pair: Pair) -> None:
    answer = await pair.near.placement.place(pair.slip())
    assert (answer.outcome, len(answer.prices)) == (ACCEPTED, 2)
    assert pair.at_risk() == (True, True)
    await settled_down(pair.far)
    slug = pair.house.tenant.slug
    (held,) = pair.far.bets.of_market(slug, FAR)
    assert (held.foreign, held.unclear) == (True, False)
    assert {market for market, _ in held.shares} == {FAR}
    assert pair.near.bets.liability(slug, NEAR, "EUR").stakes + pair.far.bets.liability(
        slug, FAR, "EUR"
    ).stakes == money.parse("10.00", "EUR")


async def test_a_bonus_needs_the_word_of_both_owners_and_starting_prices_that_of_the_leg_s(
    pair: Pair,
) -> None:
    slug = pair.house.tenant.slug
    for version, owner, bonus in ((1, pair.near, 1_000), (1, pair.far, 500)):
        said = TermsValues(boost=((2, bonus),), best_odds=owner is pair.far, starting_price=owner is pair.far)
        owner.trading.desks[slug].terms.set(TermsScope(), said, version)
    answer = await pair.near.placement.place(pair.slip())
    assert (answer.outcome, answer.boost_bp, answer.best_odds) == (ACCEPTED, 500, (1,))
    legs = pair.slip().legs
    at_start = replace(pair.slip(), legs=(legs[0], replace(legs[1], price_e4=STARTING_PRICE)))
    assert (await pair.near.placement.place(at_start)).outcome is ACCEPTED
    pair.far.trading.desks[slug].terms.set(TermsScope(), TermsValues(), 2)
    none = await pair.near.placement.place(pair.slip())
    assert (none.outcome, none.boost_bp, none.best_odds) == (ACCEPTED, 0, ())
    refused = await pair.near.placement.place(replace(at_start, key=ids.text(ids.uuid7())))
    assert refused.code == "starting_price_not_offered"


async def test_a_refusal_of_one_owner_gives_back_what_both_hold_and_names_the_leg(pair: Pair) -> None:
    suspend(pair.far, FAR, pair.events[1])
    answer = await pair.near.placement.place(pair.slip())
    assert (answer.outcome, answer.code, answer.legs) == (REFUSED, "market_suspended", (1,))
    assert pair.at_risk() == (False, False)
    again = await pair.near.placement.place(pair.slip(price_e4=900_000))
    assert (again.code, again.legs) == ("price_changed", (0,))


async def test_a_refusal_of_the_wallet_gives_back_what_the_other_owner_holds(pair: Pair) -> None:
    answer = await pair.near.placement.place(pair.slip(stake="200.00"))
    assert answer.code == "insufficient_funds"
    await until(lambda: pair.at_risk() == (False, False))


async def test_an_owner_that_is_away_decides_nothing_but_a_known_key_is_answered(pair: Pair) -> None:
    slip = pair.slip(key="known")
    first = await pair.near.placement.place(slip)
    alone = opened(pair.house, pair.names[0], (pair.names[0], "nobody-b"))
    trade(alone, NEAR, pair.events[0])
    unknown = await alone.placement.place(replace(slip, key="new"))
    assert (unknown.outcome, len(await pair.placed())) == (UNAVAILABLE, 1)
    again = await alone.placement.place(slip)
    assert (again.outcome, again.bet_id, again.replayed) == (ACCEPTED, first.bet_id, True)
    assert len(alone.bets) == 0


async def test_an_answer_of_the_wallet_that_is_lost_keeps_both_reservations_until_the_journal_has_passed(
    pair: Pair,
) -> None:
    pair.way.lose = True
    slip = pair.slip(key="k")
    assert (await pair.near.placement.place(slip)).outcome is UNAVAILABLE
    assert pair.at_risk() == (True, True)
    await settled_down(pair.far)
    assert pair.at_risk() == (True, True)
    pair.way.lose = False
    again = await pair.near.placement.place(slip)
    assert (again.outcome, again.replayed) == (ACCEPTED, True)
    await until(lambda: all(not bet.unclear for bet in pair.near.bets))
    assert [bet.bet_id for bet in pair.far.bets] == await pair.placed()


@pytest.mark.parametrize("turns", [*range(12), 15, 20, 30])
async def test_a_placing_owner_killed_at_any_step_leaves_what_the_journal_says_and_no_more(
    pair: Pair, turns: int
) -> None:
    slip = pair.slip(key="k")
    placing = asyncio.create_task(pair.near.placement.place(slip))
    await _turns(turns)
    await _kill(placing)
    successor = await _succeed(pair, 0)
    await settled_down(successor)
    await settled_down(pair.far)
    placed = await pair.placed()
    pair.near = successor
    assert [bet.bet_id for bet in successor.bets] == [bet.bet_id for bet in pair.far.bets] == placed
    assert pair.at_risk() == (bool(placed), bool(placed))
    answer = await successor.placement.place(slip)
    assert answer.outcome is ACCEPTED
    assert answer.replayed is bool(placed)
    assert await pair.placed() == [ids.parse(answer.bet_id)]


@pytest.mark.parametrize("turns", [*range(8), 12, 20])
async def test_the_other_owner_killed_at_any_step_finds_its_leg_in_the_journal(
    pair: Pair, turns: int
) -> None:
    pair.way.hold = asyncio.Event()
    placing = asyncio.create_task(pair.near.placement.place(pair.slip()))
    await _turns(turns)
    heir = opened(pair.house, pair.names[1], pair.names)
    trade(heir, FAR, pair.events[1])
    await heir.recover()
    pair.way.hold.set()
    answer = await placing
    assert answer.outcome is ACCEPTED
    pair.far = heir
    await settled_down(heir)
    assert [bet.bet_id for bet in heir.bets] == await pair.placed()
    assert pair.at_risk() == (True, True)


async def test_a_bet_that_waits_is_looked_at_by_both_owners_once_more(pair: Pair) -> None:
    near = pair.opened(0, pair.way)
    trade(near, NEAR, pair.events[0], delay=1)
    answer = await near.placement.place(pair.slip())
    assert answer.outcome is BetOutcome.PENDING
    suspend(pair.far, FAR, pair.events[1])
    decided = await near.decisions.of(ids.parse(answer.bet_id))
    assert (decided.outcome, decided.code) == (REFUSED, "market_suspended")
    await settled_down(pair.far)
    assert pair.at_risk() == (False, False)


async def _turns(count: int) -> None:
    """Let `count` things happen: a turn of the loop each, and later ones a little longer."""
    for number in range(count):
        await asyncio.sleep(0 if number < 8 else 0.002)


async def _kill(task: "asyncio.Task[BetAnswer]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _succeed(pair: Pair, number: int) -> EventOwner:
    """A new owner in the place of one that is gone."""
    heir: EventOwner = pair.opened(number)
    trade(heir, (NEAR, FAR)[number], pair.events[number])
    recovered: Awaitable[None] = heir.recover()
    await recovered
    return heir
