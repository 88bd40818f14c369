"""Slips through the event owner, the wallet and a real journal: legs, prices that move, limits, the last moment."""

import asyncio
import dataclasses
from typing import Any

import msgspec
from msgspec.structs import replace

from pyplatform._core import bonus
from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, Leg, PlaceBet, QuoteBet
from pyplatform.contracts.sportsbook.terms import PricePolicy, TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import FootballModel, ModelSource
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import (
    FIRST,
    MARKET,
    SECOND,
    THIRD,
    House,
    definition,
    feed,
    prices,
    until,
)

OTHER = "1.600"
ACCEPTED, REFUSED = BetOutcome.ACCEPTED, BetOutcome.REFUSED


def told(line: bytes) -> bytes:
    """A line about another market, of another event."""
    return line.replace(b'"1.500"', f'"{OTHER}"'.encode()).replace(b'"e1"', b'"e2"')


def traded(house: House) -> EventOwner:
    """An owner of two open markets of different events."""
    owner = house.new_owner()
    feed(owner, definition(), prices(), told(definition()), told(prices()))
    return owner


def double(house: House, stake: str = "10.00", price_e4: int = 10_100, key: str = "") -> PlaceBet:
    legs = (Leg("e1", MARKET, FIRST, price_e4), Leg("e2", OTHER, SECOND, price_e4))
    return replace(house.attempt(stake, key), bet_type="ACCA", legs=legs)


def rule(owner: EventOwner, house: House, values: TermsValues, version: int = 1) -> None:
    """Set the tenant's rule for everything."""
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), values, version)


def losses(owner: EventOwner, house: House, market_id: str) -> dict[int, int]:
    return owner.bets.liability(house.tenant.slug, market_id, "EUR").losses()


async def test_an_accumulator_is_one_entry_and_a_new_owner_finds_the_same_liability(house: House) -> None:
    owner = traded(house)
    answer = await owner.placement.place(double(house))
    assert (answer.outcome, len(answer.prices)) == (ACCEPTED, 2)
    assert (await house.entries()).count("place_bet") == 1
    heir = traded(house)
    await heir.recover()
    for market_id in (MARKET, OTHER):
        assert losses(heir, house, market_id) == losses(owner, house, market_id)
    (bet,) = heir.bets
    assert [leg.price_e4 for leg in bet.legs] == list(answer.prices)
    assert [leg.event_id for leg in bet.legs] == ["e1", "e2"]


async def test_the_journal_frees_what_settlement_has_paid(house: House) -> None:
    owner = traded(house)
    following = asyncio.create_task(owner.follow_journal())
    await owner.placement.place(house.attempt())
    (result,) = feed(owner, definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER")).results
    async with house.settling() as settlement:
        await settlement.take_result(result)
        await until(lambda: len(owner.bets) == 0)
    assert owner.bets.liability(house.tenant.slug, MARKET, "EUR").stakes == 0
    following.cancel()


async def test_a_price_that_moved_between_quote_and_bet_is_told_and_told_again(house: House) -> None:
    owner = traded(house)
    quote = await owner.placement.quote(double(house))
    assert (quote.code, len(quote.prices)) == ("", 2)
    assert quote.max_stake >= money.parse("10.00", "EUR")
    legs = tuple(
        replace(leg, price_e4=price) for leg, price in zip(double(house).legs, quote.prices, strict=True)
    )
    slip = replace(double(house, key="moved"), legs=legs)
    feed(owner, prices(first=1.5, second=6.0, third=6.0))
    first = await owner.placement.place(slip)
    assert (first.outcome, first.code, first.legs) == (REFUSED, "price_changed", (0,))
    assert first.prices[0] < quote.prices[0]
    assert first.prices[1] == quote.prices[1]
    feed(owner, prices())
    again = await owner.placement.place(slip)
    assert again == replace(first, replayed=True)
    taken = replace(slip, key="any", price_policy=PricePolicy.ANY)
    assert (await owner.placement.place(taken)).outcome is ACCEPTED


async def test_a_stake_above_the_limit_is_offered_less_and_that_much_is_taken(house: House) -> None:
    owner = traded(house)
    rule(owner, house, TermsValues(max_stake=money.parse("4.00", "EUR")), version=3)
    answer = await owner.placement.place(double(house, "10.00"))
    assert (answer.code, answer.max_stake) == ("stake_too_high", money.parse("4.00", "EUR"))
    assert (await owner.placement.place(double(house, "4.00"))).outcome is ACCEPTED


async def test_no_bet_is_accepted_once_its_market_is_suspended(house: House) -> None:
    """Bets come all the time, a frame of them in every turn of the loop, and the suspension between two of them."""
    owner = traded(house)
    answers: list[tuple[bool, asyncio.Task[BetAnswer]]] = []
    suspended = False
    for turn in range(40):
        if turn == 20:
            feed(owner, definition("SUSPENDED", version=2))
            suspended = True
        slips = (house.attempt("0.10"), double(house, "0.10"))
        answers += [(suspended, asyncio.create_task(owner.placement.place(slip))) for slip in slips]
        await asyncio.sleep(0)
    for late, answer in [(late, await task) for late, task in answers]:
        if late:
            assert (answer.outcome, answer.code) == (REFUSED, "market_suspended")
    # A task begins in the turn after it was made: those of the last turn before were decided after the suspension.
    early = [await task for late, task in answers if not late]
    assert all(answer.outcome is ACCEPTED for answer in early[:-2])


async def test_a_quote_reserves_nothing_and_says_why_not(house: House) -> None:
    owner = traded(house)
    related = replace(
        double(house), legs=(Leg("e1", MARKET, FIRST, 10_100), Leg("e1", MARKET, SECOND, 10_100))
    )
    quote = await owner.placement.quote(QuoteBet(related).slip)
    assert (quote.code, quote.legs) == ("related_legs", (0, 1))
    assert (len(owner.bets), await house.entries()) == (0, ["deposit"])


async def test_a_free_bet_is_staked_whole_once_and_costs_the_house_the_winnings_alone(house: House) -> None:
    owner = traded(house)
    token, five = ids.uuid7(), money.parse("5.00", "EUR")
    context = codec.Context(house.tenant.slug, 1, house.player, 5, ids.uuid7())
    gift = bonus.give_free_bet(context, "gift", token=token, currency="EUR", amount=five, expires_at=2**62)
    assert (await house.wallet.submit(house.tenant.slug, gift)).status == codec.ACCEPTED
    slip = replace(house.attempt("5.00", key="free"), free_bet=token)
    part = await owner.placement.place(replace(slip, key="part", stake=five // 2))
    assert (part.outcome, part.code) == (REFUSED, "token_mismatch")
    answer = await owner.placement.place(slip)
    assert answer.outcome is ACCEPTED
    assert (await house.balance())[0] == money.parse("100.00", "EUR")
    winnings = five * (answer.prices[0] - 10_000) // 10_000
    assert losses(owner, house, MARKET)[FIRST] == winnings
    assert losses(owner, house, MARKET)[SECOND] <= 0
    heir = traded(house)
    await heir.recover()
    assert losses(heir, house, MARKET) == losses(owner, house, MARKET)
    assert (await owner.placement.place(replace(slip, key="again"))).outcome is REFUSED


async def test_systems_bankers_and_each_way_bets_are_taken_and_recovered_alike(house: House) -> None:
    owner = traded(house)
    legs = double(house).legs
    system = replace(double(house), bet_type="SYSTEM", sizes=(1, 2), stake=money.parse("3.00", "EUR"))
    banker = replace(
        double(house), bet_type="SYSTEM", sizes=(1,), legs=(replace(legs[0], banker=True), legs[1])
    )
    for slip in (system, banker):
        assert (await owner.placement.place(slip)).outcome is ACCEPTED
    few = await owner.placement.place(replace(house.attempt("10.00"), each_way=True))
    assert (few.code, few.legs) == ("each_way_not_offered", (0,))
    heir = traded(house)
    await heir.recover()
    for market_id in (MARKET, OTHER):
        assert losses(heir, house, market_id) == losses(owner, house, market_id)


async def test_legs_of_one_match_are_sold_at_the_price_of_both_together(house: House) -> None:
    """Home and more than two goals go together: less than the product, more than the harder of the two alone."""
    owner = traded(house)
    feed(owner, told(definition()).replace(b'"e2"', b'"e1"'), told(prices()))
    legs = double(house).legs
    slip = replace(
        house.attempt("10.00"),
        bet_type="SAME_GAME",
        legs=(legs[0], replace(legs[1], event_id="e1")),
        joint_price_e4=11_000,
    )
    unpriced = await owner.placement.place(replace(slip, key="unpriced"))
    assert unpriced.code == "same_game_not_offered"
    desk = owner.trading.desks[house.tenant.slug]
    model = FootballModel(1.6, 1.1, -0.08)
    outcomes = (
        {FIRST: "home", SECOND: "draw", THIRD: "away"},
        {FIRST: "under1.5", SECOND: "over2.5", THIRD: "over1.5&under2.5"},
    )
    state_of(desk, "event:e1", model=model)
    for market_id, words in zip((MARKET, OTHER), outcomes, strict=True):
        state_of(desk, f"market:{market_id}", source=ModelSource(words))
        owner.trading.selling.arrange(owner.trading.markets[market_id])
        owner.trading.selling.price(owner.trading.markets[market_id])
    quote = await owner.placement.quote(slip)
    home, over = quote.prices
    assert (quote.code, max(home, over) < quote.joint_price_e4 < home * over // 10_000) == ("", True)
    greedy = await owner.placement.place(replace(slip, key="greedy", joint_price_e4=900_000))
    assert (greedy.code, greedy.joint_price_e4) == ("price_changed", quote.joint_price_e4)
    answer = await owner.placement.place(replace(slip, joint_price_e4=quote.joint_price_e4))
    assert (answer.outcome, answer.joint_price_e4) == (ACCEPTED, quote.joint_price_e4)
    heir = traded(house)
    await heir.recover()
    (bet,) = heir.bets
    assert (bet.bet_type, bet.joint_price_e4) == ("SAME_GAME", quote.joint_price_e4)


def state_of(desk: DeskState, target: str, **facets: Any) -> None:
    """Have staff decided something, as the fold of their events would."""
    desk._standings[target] = dataclasses.replace(desk.of(target), **facets)


async def test_a_single_of_before_the_upgrade_is_answered_as_it_was_then(house: House) -> None:
    owner = traded(house)
    slip = house.attempt("10.00", key="old", price_e4=19_000)
    context = codec.Context(house.tenant.slug, 1, house.player, 1, ids.uuid7())
    single = msgspec.msgpack.encode((MARKET, FIRST, 19_000))
    terms = (19_050).to_bytes(4, "little") + bytes(16)
    first = codec.place_bet(context, "old", ids.uuid7(), "EUR", slip.stake, 1, 1, single, 0, terms, 2**63, 0)
    placed = await house.wallet.submit(house.tenant.slug, first)
    again = await owner.placement.place(slip)
    assert (again.outcome, again.prices, again.replayed) == (ACCEPTED, (19_050,), True)
    assert again.bet_id == ids.text(placed.object_id)
    other = await owner.placement.place(replace(slip, legs=(Leg("e1", MARKET, SECOND, 19_000),)))
    assert (other.outcome, other.field) == (BetOutcome.CONFLICT, "slip")
    assert len(owner.bets) == 0
