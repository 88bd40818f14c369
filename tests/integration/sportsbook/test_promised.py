"""Bets that are paid beyond or below their price, from the feed's lines to the player's balance."""

from typing import Any

import msgspec

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, BetOutcome, Leg
from pyplatform.contracts.sportsbook.mybets import BetState
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.core import money
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import (
    FIRST,
    MARKET,
    SECOND,
    House,
    definition,
    feed,
    prices,
    until,
)
from tests.integration.sportsbook.test_mybets import eventually, projected, session
from tests.integration.sportsbook.test_reopened import ask, staff

EUR = money.parse("1.00", "EUR")


def promising(house: House, **values: Any) -> EventOwner:
    """An owner whose terms say so."""
    owner = house.new_owner()
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), TermsValues(**values), 1)
    feed(owner, definition(), prices())
    return owner


def started(**starting: float) -> bytes:
    """The closing definition with starting prices, the first runner the winner."""
    line = msgspec.json.decode(definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER"))
    market = line["mc"][0]["marketDefinition"]
    market["bspReconciled"] = True
    for runner in market["runners"]:
        if (price := starting.get(f"r{runner['id']}")) is not None:
            runner["bsp"] = price
    return msgspec.json.encode(line) + b"\n"


async def settled(house: House, owner: EventOwner, closing: bytes, bets: int) -> tuple[int, int]:
    async with house.settling() as settlement:
        for result in feed(owner, closing).results:
            await settlement.take_result(result)
        await until(lambda: settlement.totals.settled.value == bets)
    return await house.balance()


async def test_a_bet_is_paid_at_the_exchange_s_starting_price_where_that_is_better(house: House) -> None:
    owner = promising(house, best_odds=True)
    answer = await owner.placement.place(house.attempt("10.00"))
    assert (answer.outcome, answer.best_odds) == (BetOutcome.ACCEPTED, (0,))
    async with projected(house) as (reader, _):
        mine = await eventually(lambda: reader.one(session(house), answer.bet_id), BetState.OPEN)
        assert mine.legs[0].best_odds
    assert await settled(house, owner, started(r11=3.2), 1) == (90 * EUR + 32 * EUR, 0)


async def test_it_is_paid_at_its_price_where_that_is_better_or_no_starting_price_was_made(
    house: House,
) -> None:
    owner = promising(house, best_odds=True)
    answer = await owner.placement.place(house.attempt("10.00"))
    paid = 10 * EUR * answer.prices[0] // 10_000
    assert await settled(house, owner, started(r11=1.5, r22=float(4)), 1) == (90 * EUR + paid, 0)


async def test_a_retry_is_told_what_was_promised_whatever_the_terms_say_by_now(house: House) -> None:
    owner = promising(house, best_odds=True)
    asked = house.attempt("10.00")
    first = await owner.placement.place(asked)
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), TermsValues(), 2)
    again = await owner.placement.place(asked)
    assert (again.replayed, again.best_odds, again.bet_id) == (True, (0,), first.bet_id)


async def test_a_bet_at_the_starting_price_is_told_so_and_paid_at_it(house: House) -> None:
    owner = promising(house, starting_price=True)
    asked = house.attempt("10.00", price_e4=STARTING_PRICE)
    answer = await owner.placement.place(asked)
    assert answer.outcome is BetOutcome.ACCEPTED
    assert (await owner.placement.place(asked)).replayed
    async with projected(house) as (reader, _):
        mine = await eventually(lambda: reader.one(session(house), answer.bet_id), BetState.OPEN)
        assert mine.legs[0].price == "SP"
    fresh = house.new_owner()
    await fresh.recover()
    assert [bet.legs[0].price_e4 for bet in fresh.bets] == list(answer.prices)
    assert await settled(house, owner, started(r11=1.7), 1) == (90 * EUR + 17 * EUR, 0)


async def test_the_place_part_of_a_bet_waits_for_who_was_placed_and_is_paid_when_staff_say(
    house: House,
) -> None:
    owner = promising(house, each_way=((3, 2, 4),), best_odds=True)
    asked = msgspec.structs.replace(house.attempt("10.00", selection=SECOND), each_way=True)
    answer = await owner.placement.place(asked)
    assert (answer.outcome, answer.each_way) == (BetOutcome.ACCEPTED, ((2, 4),))
    won = await owner.placement.place(msgspec.structs.replace(house.attempt("10.00"), each_way=True))
    async with house.settling() as settlement:
        for wrong in (MARKET, "1.9"):
            refused = await ask(settlement, house, contract.PLACE, contract.Place(wrong, ()))
            assert (refused.code, refused.field) == ("no_results", "market_id")
        for result in feed(owner, started(r22=5.5)).results:
            await settlement.take_result(result)
        await until(lambda: settlement.totals.settled.value == 1)
        paid = halves(won.prices[0]) + halves(10_000 + (won.prices[0] - 10_000) // 4)
        assert await house.balance() == (80 * EUR + cents(paid), 10 * EUR)
        waits = await staff(settlement, house, contract.WAITING, contract.AskWaiting())
        (listed,) = msgspec.msgpack.decode(waits.data, type=contract.WaitingMarkets).markets
        assert (listed.market_id, listed.event_id, listed.why) == (MARKET, "e1", contract.WaitsFor.PLACINGS)
        assert (listed.bets, listed.stakes) == (1, {"EUR": 10 * EUR})
        for few, field in (((), "placed"), ((contract.Placed(SECOND, 0),), "placed")):
            refused = await ask(settlement, house, contract.PLACE, contract.Place(MARKET, few))
            assert (refused.code, refused.field) == ("invalid_body", field)
        said = contract.Place(MARKET, (contract.Placed(SECOND, 2),))
        await staff(settlement, house, contract.PLACE, said)
        await until(lambda: settlement.totals.settled.value == 2)
        nothing = await staff(settlement, house, contract.WAITING, contract.AskWaiting())
        assert msgspec.msgpack.decode(nothing.data, type=contract.WaitingMarkets).markets == []
    assert answer.prices[0] < 55_000, "the starting price is better, and stays with the result"
    placed = halves(10_000 + 45_000 // 4)
    assert await house.balance() == (80 * EUR + cents(paid) + cents(placed), 0)


def halves(price_e4: int) -> int:
    """The return of half of a stake of 10 at a price, not rounded."""
    return 5 * EUR * price_e4 // 10_000


def cents(amount: int) -> int:
    """Rounded to the cent, halves up."""
    return (amount + EUR // 200) // (EUR // 100) * (EUR // 100)


async def test_liability_follows_the_price_on_offer_until_the_off_and_is_rebuilt_from_the_journal(
    house: House,
) -> None:
    owner = promising(house, best_odds=True, starting_price=True)

    def loses(one: EventOwner) -> int:
        return one.bets.liability(house.tenant.slug, MARKET, "EUR").losses()[FIRST]

    def rises(one: EventOwner, at: int) -> int:
        """Of 10 each at the better price and at the starting price, less the stakes."""
        return 10 * EUR * (max(at, taken.prices[0]) + at) // 10_000 - 20 * EUR

    taken = await owner.placement.place(house.attempt("10.00"))
    await owner.placement.place(house.attempt("10.00", price_e4=STARTING_PRICE))
    assert loses(owner) == rises(owner, taken.prices[0])
    for price in (3.0, 1.5):
        feed(owner, prices(price))
        offered = owner.trading.markets[MARKET].prices[house.tenant.slug][FIRST]
        assert offered != taken.prices[0]
        assert loses(owner) == rises(owner, offered)
    fresh = house.new_owner()
    await fresh.recover()
    assert loses(fresh) == rises(fresh, taken.prices[0]), "no other price is known yet"
    feed(fresh, definition(), prices(3.0))
    assert loses(fresh) == rises(fresh, fresh.trading.markets[MARKET].prices[house.tenant.slug][FIRST])
    before = loses(fresh)
    fresh.trading.markets[MARKET].in_play = True
    feed(fresh, prices(1.2))
    assert loses(fresh) == before, "prices of a race that runs tell nothing of its start"


async def test_two_winners_of_a_feed_share_the_place(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    first = await owner.placement.place(house.attempt("10.00", selection=FIRST))
    second = await owner.placement.place(house.attempt("10.00", selection=SECOND))
    both = sum(5 * EUR * one.prices[0] // 10_000 for one in (first, second))
    closing = definition("CLOSED", version=2, r11="WINNER", r22="WINNER", r33="LOSER")
    assert await settled(house, owner, closing, 2) == (80 * EUR + both, 0)


async def test_a_brand_that_does_not_offer_a_market_cannot_sell_it(house: House) -> None:
    owner = promising(house, brands=(2,))
    refused = await owner.placement.place(house.attempt("10.00"))
    assert refused.code == "unknown_market"
    sold = await owner.placement.place(msgspec.structs.replace(house.attempt("10.00"), brand=2))
    assert sold.outcome is BetOutcome.ACCEPTED


async def test_a_customer_s_factor_bounds_the_bet_and_the_answer_says_how_far(house: House) -> None:
    owner = promising(house, max_stake=40 * EUR)
    owner.trading.desks[house.tenant.slug].customers[house.player] = msgspec.convert(
        {"factor_e4": 2_500}, type=type(owner.trading.desks[house.tenant.slug].of("all").customer)
    )
    refused = await owner.placement.place(house.attempt("20.00"))
    assert (refused.code, refused.max_stake) == ("stake_too_high", 10 * EUR)
    assert (await owner.placement.place(house.attempt("10.00"))).outcome is BetOutcome.ACCEPTED
    legs = (Leg("e1", "1.500", FIRST, 10_100),)
    quote = await owner.placement.quote(msgspec.structs.replace(house.attempt("1.00"), legs=legs))
    assert quote.max_stake == 10 * EUR
