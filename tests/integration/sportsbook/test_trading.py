"""Bets, prices and results through the event owner, the wallet and a real journal."""

import asyncio

import msgspec

from pyplatform.contracts.sportsbook.bets import BetOutcome
from pyplatform.contracts.sportsbook.markets import Prices
from pyplatform.core import money
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import (
    FIRST,
    MARKET,
    SECOND,
    House,
    decided,
    definition,
    feed,
    prices,
    until,
)


def offered(owner: EventOwner, house: House) -> dict[int, int]:
    return owner.trading.markets[MARKET].prices[house.tenant.slug]


async def test_prices_carry_the_margin_and_move_with_the_feed(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    before = offered(owner, house)
    assert sum(10_000 / price for price in before.values()) >= 1.05
    changes = feed(owner, prices(first=1.5, second=6.0, third=6.0))
    sent = [
        msgspec.msgpack.decode(payload, type=Prices)
        for subject, payload in changes.messages
        if subject.startswith("price.")
    ]
    assert sent[-1].prices == offered(owner, house)
    assert offered(owner, house)[FIRST] < before[FIRST]


async def test_a_retry_after_a_suspension_gets_the_first_answer(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    attempt = house.attempt()
    first = await owner.placement.place(attempt)
    assert first.outcome is BetOutcome.ACCEPTED
    feed(owner, definition("SUSPENDED", version=2))
    again = await owner.placement.place(attempt)
    assert (again.outcome, again.bet_id, again.replayed) == (BetOutcome.ACCEPTED, first.bet_id, True)
    fresh = await owner.placement.place(house.attempt())
    assert (fresh.outcome, fresh.code) == (BetOutcome.REFUSED, "market_suspended")
    feed(owner, definition("OPEN", version=3), prices())
    assert (await owner.placement.place(house.attempt(key=""))).outcome is BetOutcome.ACCEPTED


async def test_a_refusal_is_the_answer_for_ever_and_reserves_nothing(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    attempt = house.attempt(stake="500.00")
    refused = await owner.placement.place(attempt)
    assert (refused.outcome, refused.code) == (BetOutcome.REFUSED, "insufficient_funds")
    await house.deposit("1000.00")
    again = await owner.placement.place(attempt)
    assert (again.outcome, again.code, again.replayed) == (BetOutcome.REFUSED, "insufficient_funds", True)
    assert len(owner.bets) == 0
    assert owner.bets.liability(house.tenant.slug, MARKET, "EUR").worst_case() == 0


async def test_many_at_once_never_pass_the_liability_limit(house: House) -> None:
    await house.deposit("5000.00")
    owner = house.new_owner()
    feed(owner, definition(), prices())
    answers = await asyncio.gather(*(owner.placement.place(house.attempt("100.00")) for _ in range(40)))
    liability = owner.bets.liability(house.tenant.slug, MARKET, "EUR")
    assert liability.worst_case() <= money.parse("1000.00", "EUR")
    assert {a.code for a in answers} == {"", "liability_exceeded"}
    assert len(owner.bets) == sum(a.outcome is BetOutcome.ACCEPTED for a in answers)


async def test_winners_are_paid_losers_lose_and_removed_runners_give_the_stake_back(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    won = await owner.placement.place(house.attempt("10.00", selection=FIRST))
    await owner.placement.place(house.attempt("20.00", selection=SECOND))
    await owner.placement.place(house.attempt("5.00", selection=33))
    removal = feed(owner, definition(version=2, r33="REMOVED")).results
    closing = definition("CLOSED", version=3, r11="WINNER", r22="LOSER", r33="REMOVED")
    result = feed(owner, closing).results
    await owner.recover()
    following = asyncio.create_task(owner.follow_journal())
    async with house.settling() as settlement:
        for update in (*removal, *result):
            await settlement.take_result(update)
        await until(lambda: len(owner.bets) == 0)
    following.cancel()
    assert (settlement.totals.settled.value, settlement.totals.voided.value) == (2, 1)
    paid = money.parse("10.00", "EUR") * won.prices[0] // 10_000 + money.parse("5.00", "EUR")
    staked = money.parse("35.00", "EUR")
    assert await house.balance() == (money.parse("100.00", "EUR") - staked + paid, 0)
    assert (await house.entries()).count("settle_bet") == 2


async def test_a_new_owner_finds_open_bets_and_results_in_the_records(house: House) -> None:
    first = house.new_owner()
    feed(first, definition(), prices())
    answer = await first.placement.place(house.attempt("10.00"))
    (result,) = feed(first, definition("CLOSED", version=2, r11="WINNER")).results
    second = house.new_owner()
    await second.recover()
    (bet,) = second.bets.of_market(house.tenant.slug, MARKET)
    assert (bet.legs[0].price_e4, bet.stake) == (answer.prices[0], money.parse("10.00", "EUR"))
    following = asyncio.create_task(second.follow_journal())
    async with house.settling() as settlement:
        for _ in range(2):
            await settlement.take_result(result)
        await until(lambda: len(second.bets) == 0)
        assert settlement.totals.settled.value == 1
    following.cancel()
    third = house.new_owner()
    await third.recover()
    feed(third, definition(version=1), prices())
    refused = await third.placement.place(house.attempt("10.00"))
    assert (len(third.bets), refused.code) == (0, "market_closed")
    assert (await house.entries()).count("settle_bet") == 1


async def test_an_in_play_bet_waits_and_is_accepted_at_its_price(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(delay=1), prices())
    answer = await owner.placement.place(house.attempt())
    assert answer.outcome is BetOutcome.PENDING
    assert (await decided(owner, answer)).outcome is BetOutcome.ACCEPTED
    assert (await house.entries())[-2:] == ["place_bet", "accept_bet"]


async def test_an_in_play_bet_is_rejected_when_the_price_is_gone_and_stays_so_for_a_retry(
    house: House,
) -> None:
    owner = house.new_owner()
    feed(owner, definition(delay=1), prices())
    attempt = house.attempt(price_e4=offered(owner, house)[FIRST])
    answer = await owner.placement.place(attempt)
    feed(owner, prices(first=1.5, second=6.0, third=6.0))
    rejected = await decided(owner, answer)
    assert (rejected.outcome, rejected.code) == (BetOutcome.REFUSED, "price_changed")
    again = await house.new_owner().placement.place(attempt)
    assert (again.outcome, again.code, again.replayed) == (BetOutcome.REFUSED, "price_changed", True)
    assert len(owner.bets) == 0
