"""Bets while staff suspend: none is taken from the moment on at which a suspension holds."""

import asyncio

import msgspec
import pytest

from pyplatform.contracts.pam import StaffSession
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome
from pyplatform.contracts.sportsbook.desk import StaffOutcome
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import Resume, SetTerms, Suspend
from pyplatform.kernel import ids
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import FIRST, MARKET, House, definition, feed, prices


async def on_the_bus(house: House) -> tuple[EventOwner, DeskClient, StaffSession]:
    """An owner under a name of this test's own, and a trader of its tenant."""
    name = f"o{ids.uuid7().hex()}"
    owner = house.new_owner()
    feed(owner, definition(), prices())
    await owner.desk.recover()
    await owner.desk.serve(name, 1, lambda: True)

    async def located(_: bytes) -> bytes:
        return b"1"

    await house.bus.serve(f"event.where.{name}", located)
    trader = StaffSession(house.tenant.slug, ids.uuid7(), ids.uuid7(), frozenset({"trader"}), 2**62)
    return owner, DeskClient(house.bus, [name]), trader


async def bet(house: House, owner: EventOwner) -> tuple[bool, BetAnswer]:
    """Whether the market was held when the owner was asked, and its answer."""
    held = owner.trading.markets[MARKET].status_of(house.tenant.slug) is MarketStatus.SUSPENDED
    return held, await owner.placement.place(house.attempt("0.10"))


@pytest.mark.parametrize("target", [f"market:{MARKET}", "event:e1", "all"])
async def test_no_bet_is_taken_from_the_moment_a_suspension_holds(house: House, target: str) -> None:
    owner, desk, trader = await on_the_bus(house)
    bets: list[asyncio.Task[tuple[bool, BetAnswer]]] = []
    enough = asyncio.Event()

    async def bet_on() -> None:
        while not enough.is_set():
            bets.append(asyncio.create_task(bet(house, owner)))
            await asyncio.sleep(0.001)

    betting = asyncio.create_task(bet_on())
    await asyncio.sleep(0.02)
    answer = await desk.ask(trader, "suspend", Suspend(target))
    assert answer.outcome is StaffOutcome.DONE
    held, late = await bet(house, owner)
    # Of bets cut off on their way it is said that they may be sent again: this owner has not learned of the cut.
    codes = {"market_suspended", "stale_generation"} if target == "all" else {"market_suspended"}
    assert held
    assert late.code in codes
    await asyncio.sleep(0.02)
    enough.set()
    await betting
    answers = await asyncio.gather(*bets)
    assert {held for held, _ in answers} == {True, False}
    for held, told in answers:
        if held:
            assert told.code in codes
        elif target != "all":
            assert told.outcome is BetOutcome.ACCEPTED
    accepted = sum(told.outcome is BetOutcome.ACCEPTED for _, told in answers)
    assert len(owner.bets) == accepted
    assert accepted > 0
    await desk.ask(trader, "resume", Resume(target))
    assert not (await bet(house, owner))[0]


async def test_everything_suspended_cuts_off_what_is_on_its_way_to_the_wallet(house: House) -> None:
    owner, desk, trader = await on_the_bus(house)
    decided = owner.placement
    before = dict(decided.generation)
    await desk.ask(trader, "suspend", Suspend("all"))
    await desk.ask(trader, "resume", Resume("all"))

    async def refused_as_stale() -> bool:
        # The owner has not heard of the new generation yet: what it decides was decided before the cut.
        decided.generation.update(before or {house.tenant.slug: 0})
        answer = await owner.placement.place(house.attempt("0.10"))
        return answer.code == "stale_generation"

    async with asyncio.timeout(60):
        while not await refused_as_stale():
            await asyncio.sleep(0.02)


async def test_an_in_play_bet_waiting_for_its_delay_is_rejected_by_a_suspension(house: House) -> None:
    owner, desk, trader = await on_the_bus(house)
    feed(owner, definition(delay=1, version=2), prices())
    _, waiting = await bet(house, owner)
    assert waiting.outcome is BetOutcome.PENDING
    await desk.ask(trader, "suspend", Suspend(f"market:{MARKET}"))
    told = await owner.decisions.of(ids.parse(waiting.bet_id))
    assert (told.outcome, told.code) == (BetOutcome.REFUSED, "market_suspended")


async def test_terms_limit_the_next_bet_and_delay_it_in_play(house: House) -> None:
    owner, desk, trader = await on_the_bus(house)
    rule = SetTerms(TermsScope(market_type="WIN"), TermsValues(max_stake=50_000, bet_delay=2))
    assert (await desk.ask(trader, "set_terms", rule, expected=0)).outcome is StaffOutcome.DONE
    refused = await owner.placement.place(house.attempt("0.10"))
    assert (refused.outcome, refused.code) == (BetOutcome.REFUSED, "stake_too_high")
    feed(owner, definition(delay=1, version=2), prices())
    assert owner.trading.markets[MARKET].delay_of(house.tenant.slug) == 2
    drop = msgspec.structs.replace(rule, values=TermsValues())
    await desk.ask(trader, "set_terms", drop, expected=1)
    assert owner.trading.markets[MARKET].delay_of(house.tenant.slug) == 1
    assert FIRST in owner.trading.markets[MARKET].prices[house.tenant.slug]
