"""What bets are promised beyond their prices: bonuses, the better of price and starting price, a bound on both."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pyplatform.contracts.feeds import OutcomeResult, Result
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg, Refusal
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.decided import NOTHING, Promised
from pyplatform.sportsbook.placement.promises import together
from pyplatform.sportsbook.settlement.judging import Judge
from pyplatform.sportsbook.settlement.resolution import Placing, Resolution, VoidReason, Withdrawal, of_result
from pyplatform.sportsbook.settlement.wagers import WagerLeg
from tests.unit.sportsbook.deciding import EURO, TERMS, judge, leg, market, slip
from tests.unit.sportsbook.test_judging import decide
from tests.unit.sportsbook.test_settlement_judging import EUR, RACE, due, returns, told, wager

BOOSTED = replace(TERMS, boost=((2, 500), (4, 1_000)), boost_min_price_e4=15_000, max_payout=900 * EURO)


def race(*, in_play: bool = False) -> MarketState:
    found = market()
    assert found.catalogue is not None
    found.catalogue = replace(found.catalogue, kind="WIN")
    found.names = {number: str(number) for number in range(1, 9)}
    found.active, found.removed, found.in_play = frozenset(found.names), frozenset(), in_play
    return found


def promised(terms: Terms, count: int, bet_type: str = "", price_e4: int = 25_000) -> Promised:
    markets = [market(f"1.{n}", event=f"e{n}", prices={1: price_e4}) for n in range(count)]
    legs = [leg(1, price_e4, f"1.{n}", f"e{n}") for n in range(count)]
    return decide(judge(None, *markets, terms=terms), slip(*legs, bet_type=bet_type, stake=EURO)).promised


@pytest.mark.parametrize(("legs", "bonus"), [(2, 500), (3, 500), (4, 1_000), (6, 1_000)])
def test_an_accumulator_earns_the_step_of_its_legs(legs: int, bonus: int) -> None:
    assert promised(BOOSTED, legs) == Promised(bonus, (), 900 * EURO)


def test_singles_systems_short_prices_and_houses_without_a_table_promise_nothing() -> None:
    assert promised(BOOSTED, 1) == NOTHING
    assert promised(BOOSTED, 3, "TRIXIE") == NOTHING
    assert promised(BOOSTED, 2, price_e4=14_900) == NOTHING
    assert promised(TERMS, 4) == NOTHING


def test_the_better_of_price_and_starting_price_is_promised_before_a_race_only() -> None:
    terms = replace(TERMS, best_odds=True)
    assert decide(judge(None, race(), terms=terms), slip()).promised == Promised(0, (0,), 0)
    assert decide(judge(None, race(in_play=True), terms=terms), slip()).promised == NOTHING
    assert decide(judge(None, market(), terms=terms), slip()).promised == NOTHING


def test_each_way_terms_of_the_house_count_by_runners() -> None:
    rows = ((5, 2, 4), (8, 4, 5))
    found = decide(judge(None, race(), terms=replace(TERMS, each_way=rows)), slip(each_way=True))
    assert [(one.places, one.fraction) for one in found.each_way] == [(4, 5)]
    win_only = decide(judge(None, race(), terms=replace(TERMS, each_way=())), slip(each_way=True))
    assert win_only.refusal is not None


promises = st.builds(
    Promised,
    st.sampled_from([0, 500, 1_000]),
    st.sets(st.integers(0, 4)).map(lambda legs: tuple(sorted(legs))),
    st.sampled_from([0, 5, 9]),
)


@given(promises, promises)
def test_two_owners_promise_what_both_say_of_a_bonus_and_either_of_a_leg(
    one: Promised, two: Promised
) -> None:
    both = together(one, two)
    assert both == together(two, one)
    assert both.boost_bp == min(one.boost_bp, two.boost_bp)
    if not (both.boost_bp or both.best_odds):
        at_start = [said.max_return for said in (one, two) if not (said.boost_bp or said.best_odds)]
        assert bool(both.max_return) == any(at_start)
    assert set(both.best_odds) == {*one.best_odds, *two.best_odds}


def test_a_bonus_is_paid_on_the_profit_when_all_win_and_never_beyond_its_bound() -> None:
    legs = (WagerLeg("a", 1, 20_000), WagerLeg("b", 1, 30_000))
    double = wager(*legs, kind="DOUBLE", boost_bp=750)
    assert returns(double, told(a=True, b=True)) == 60 * EUR + 50 * EUR * 75 // 1_000
    assert returns(double, told(a=True, b=None)) == 20 * EUR
    assert returns(double, told(a=True, b=False)) == 0
    bound = wager(*legs, kind="DOUBLE", boost_bp=750, max_return=61 * EUR)
    assert returns(bound, told(a=True, b=True)) == 61 * EUR


@pytest.mark.parametrize(("start", "paid"), [(24_000, 25), (31_000, 31), (None, 25)])
def test_the_better_of_price_and_starting_price_is_paid(start: int | None, paid: int) -> None:
    told_of = Resolution(RACE, 1, (), (11,), True, starting=((11, start),) if start else ())
    assert returns(wager(WagerLeg(RACE, 11, 25_000, best_odds=True)), {RACE: told_of}) == paid * EUR
    assert returns(wager(), {RACE: told_of}) == 25 * EUR


def test_rule_4_comes_off_the_price_but_not_off_the_starting_price_and_places_have_the_better_too() -> None:
    bet = wager(WagerLeg(RACE, 11, 25_000, best_odds=True))
    late = bet.placed_ms + 1
    result = Resolution(
        RACE, 1, (22,), (11,), True, withdrawals=(Withdrawal(22, late, 40, 0),), starting=((11, 20_000),)
    )
    assert returns(bet, {RACE: result}) == 20 * EUR
    each_way = wager(WagerLeg(RACE, 11, 50_000, (1, 4), 3, best_odds=True), each_way=True)
    placed = Resolution(RACE, 1, (), (22,), True, placed=(Placing(11, 2),), starting=((11, 90_000),))
    assert returns(each_way, {RACE: placed}) == 5 * EUR * 3


def test_starting_prices_come_with_a_feed_s_result() -> None:
    outcomes = (OutcomeResult("11", True, starting=4.3), OutcomeResult("22", False, starting=1.0))
    told_of = of_result(RACE, Result(1, True, False, 0, outcomes))
    assert told_of.starting == ((11, 43_000),)
    assert (
        told_of.evidence()
        != of_result(RACE, Result(1, True, False, 0, (OutcomeResult("11", True),))).evidence()
    )


def test_a_promise_is_judged_the_same_twice() -> None:
    bet = wager(WagerLeg(RACE, 11, 25_000, best_odds=True))
    result = {RACE: Resolution(RACE, 1, (), (11,), True, starting=((11, 31_000),))}
    first, again = Judge(HouseRules()).due([bet], result), Judge(HouseRules()).due([bet], result)
    assert first == again


SP_LEG = Leg("e1", "1.1", 1, STARTING_PRICE)


def test_the_starting_price_is_asked_for_where_it_is_sold_and_counts_at_the_price_of_the_moment() -> None:
    terms = replace(TERMS, starting_price=True, max_payout=900 * EURO)
    taken = decide(judge(None, race(), terms=terms), slip(SP_LEG))
    assert (taken.refusal, taken.prices, taken.promised) == (None, (25_000,), Promised(0, (), 900 * EURO))
    for found in (judge(None, race()), judge(None, market(), terms=terms)):
        assert decide(found, slip(SP_LEG)).refusal is Refusal.STARTING_PRICE_NOT_OFFERED
    running = judge(None, race(in_play=True), terms=terms)
    assert decide(running, slip(SP_LEG)).refusal is Refusal.STARTING_PRICE_NOT_OFFERED
    other = market("1.2", event="e2")
    double = slip(SP_LEG, leg(1, 25_000, "1.2", "e2"))
    assert decide(judge(None, race(), other, terms=terms), double).refusal is None


def test_a_bet_at_the_starting_price_is_paid_at_it_and_void_where_none_was_made() -> None:
    bet = wager(WagerLeg(RACE, 11, 25_000, at_start=True))
    result = Resolution(RACE, 1, (22,), (11,), True, withdrawals=(Withdrawal(22, None, 40, 0),))
    at = replace(result, starting=((11, 19_000),))
    assert returns(bet, {RACE: at}) == 19 * EUR
    void = due(bet, {RACE: result})
    assert void is not None
    assert void.void is VoidReason.NO_STARTING_PRICE
    lost = Resolution(RACE, 1, (), (22,), True, starting=((11, 19_000),))
    assert returns(bet, {RACE: lost}) == 0
    capped = wager(WagerLeg(RACE, 11, 25_000, at_start=True), max_return=15 * EUR)
    assert returns(capped, {RACE: at}) == 15 * EUR
