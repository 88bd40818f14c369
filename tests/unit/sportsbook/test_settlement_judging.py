"""What is due on bets: results, deductions, partial knowledge, corrections."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.feeds import OutcomeResult, Result
from pyplatform.core import betting
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.settlement.judging import Due, Judge
from pyplatform.sportsbook.settlement.resolution import (
    Decided,
    Placing,
    Resolution,
    VoidReason,
    Withdrawal,
    of_result,
)
from pyplatform.sportsbook.settlement.wagers import Wager, WagerLeg, WagerState

EUR = 1_000_000
RACE = "1.1"
WON = Resolution(RACE, 1, (), (11,), closed=True)
LOST = Resolution(RACE, 1, (), (22,), closed=True)
OPEN = Resolution(RACE, 1, (), (), closed=False)


def wager(*legs: WagerLeg, stake: int = 10 * EUR, kind: str = "SINGLE", **more: object) -> Wager:
    made = Wager(
        ids.uuid7(), 1, bytes(16), "EUR", stake, legs or (WagerLeg(RACE, 11, 25_000),), 1, WagerState.OPEN
    )
    made.kind = kind
    for name, value in more.items():
        setattr(made, name, value)
    return made


def leg(market: str, selection: int = 1, price_e4: int = 20_000) -> WagerLeg:
    return WagerLeg(market, selection, price_e4)


def told(**markets: bool | None) -> dict[str, Resolution]:
    """By market: True, selection 1 won; False, it lost; None, void."""
    found = {}
    for name, won in markets.items():
        winners = () if won is None else (1,) if won else (2,)
        found[name] = Resolution(name, 1, (), winners, closed=True)
    return found


def due(bet: Wager, results: dict[str, Resolution], rules: HouseRules | None = None) -> Due | None:
    found, broken = Judge(rules or HouseRules()).due([bet], results)
    assert not broken
    return found[0] if found else None


def returns(bet: Wager, results: dict[str, Resolution], rules: HouseRules | None = None) -> int | None:
    found = due(bet, results, rules)
    return None if found is None else found.returns


def test_a_single_is_paid_lost_voided_or_left_alone() -> None:
    assert returns(wager(), {RACE: WON}) == 25 * EUR
    lost = due(wager(), {RACE: LOST})
    assert lost is not None
    assert (lost.returns, lost.void) == (0, None)
    assert due(wager(), {RACE: OPEN}) is None
    assert due(wager(), {}) is None
    removed = due(wager(), {RACE: Resolution(RACE, 1, (11,), (), closed=False)})
    abandoned = due(wager(), {RACE: Resolution(RACE, 1, (), (), closed=True)})
    assert removed is not None
    assert abandoned is not None
    assert (removed.void, abandoned.void) == (VoidReason.SELECTION_REMOVED, VoidReason.MARKET_VOID)


def test_what_has_been_paid_already_is_not_due_again() -> None:
    paid = wager(state=WagerState.SETTLED, paid=25 * EUR)
    assert due(paid, {RACE: WON}) is None
    assert returns(paid, {RACE: LOST}) == 0
    back = due(paid, {RACE: OPEN})
    assert back is not None
    assert (back.returns, back.becomes, back.moves) == (0, WagerState.OPEN, -25 * EUR)
    lost = due(wager(state=WagerState.SETTLED, paid=0), {RACE: OPEN})
    assert lost is not None
    assert (lost.reopens, lost.moves) == (True, 0)
    assert due(wager(state=WagerState.PENDING), {RACE: WON}) is None
    assert due(wager(state=WagerState.OVER), {RACE: WON}) is None


def test_dead_heats_share_the_places() -> None:
    two = Resolution(RACE, 1, (), (11, 22), closed=True)
    assert returns(wager(), {RACE: two}) == 12_500_000
    each = Resolution(RACE, 1, (), (), True, (Decided(11, True, 0, 1, 2),), separate=True)
    assert returns(wager(), {RACE: each}) == 12_500_000


@pytest.mark.parametrize(("won", "halves", "expected"), [(True, 1, 175), (False, 1, 50), (True, 2, 100)])
def test_half_results_of_the_odds_feed(won: bool, halves: int, expected: int) -> None:
    each = Resolution(RACE, 1, (), (), True, (Decided(11, won, halves, 1, 1),), separate=True)
    found = due(wager(), {RACE: each})
    assert found is not None
    assert (found.returns if found.void is None else 10 * EUR) == expected * EUR // 10


def test_rule_4_is_taken_off_the_winnings_of_bets_struck_before_the_removal() -> None:
    before = wager()
    late = before.placed_ms + 1
    removed = Resolution(RACE, 1, (22,), (11,), True, withdrawals=(Withdrawal(22, late, 30, 2_857),))
    assert returns(before, {RACE: removed}) == 10 * EUR + 15 * EUR * 70 // 100
    earlier = Resolution(
        RACE, 1, (22,), (11,), True, withdrawals=(Withdrawal(22, before.placed_ms, 30, 2_857),)
    )
    assert returns(wager(), {RACE: earlier}) == 25 * EUR
    assert returns(wager(), {RACE: removed}, HouseRules(deductions="none")) == 25 * EUR


def test_several_withdrawals_take_ninety_pence_at_most() -> None:
    gone = tuple(Withdrawal(selection, None, 60, 4_000) for selection in (22, 33))
    told_so = {RACE: Resolution(RACE, 1, (22, 33), (11,), True, withdrawals=gone)}
    assert returns(wager(), told_so) == 10 * EUR + 15 * EUR // 10


def test_an_exchange_reduces_the_price_in_cents_and_not_for_outsiders() -> None:
    factor = HouseRules(deductions="factor")
    gone = (Withdrawal(22, None, 30, 1_570), Withdrawal(33, None, 0, 249))
    told_so = {RACE: Resolution(RACE, 1, (22, 33), (11,), True, withdrawals=gone)}
    assert returns(wager(), told_so, factor) == 21_100_000  # 2.5 x 0.843 = 2.1075 -> 2.11
    nearly_all = {
        RACE: Resolution(RACE, 1, (22,), (11,), True, withdrawals=(Withdrawal(22, None, 90, 9_900),))
    }
    assert returns(wager(), nearly_all, factor) == 10_100_000


def test_the_feed_s_reduction_becomes_the_deduction_of_its_price() -> None:
    outcomes = (
        OutcomeResult("11", True),
        OutcomeResult("22", False, void_halves=2, reduction=25.0, removed_at=5_000_000),
    )
    resolution = of_result(RACE, Result(1, True, False, 0, outcomes))
    assert resolution.withdrawals == (Withdrawal(22, 5, betting.rule4_pence(4.0), 2_500),)
    assert Resolution(RACE, 1, (), (), closed=False).after(None).withdrawals == ()
    image = Resolution(RACE, 1, (), (), closed=False).after(
        Resolution(RACE, 1, (22,), (), closed=False, withdrawals=resolution.withdrawals)
    )
    assert (image.removed, image.withdrawals) == ((22,), resolution.withdrawals)


def test_each_way_pays_the_place_part_by_the_terms_offered() -> None:
    terms = WagerLeg(RACE, 22, 50_000, (1, 5), 3)
    second = wager(terms, each_way=True)
    finish = Resolution(RACE, 1, (), (11,), True, placed=(Placing(22, 2), Placing(33, 4)))
    assert returns(second, {RACE: finish}) == 5 * EUR * 18 // 10
    fourth = wager(WagerLeg(RACE, 33, 50_000, (1, 5), 3), each_way=True)
    assert returns(fourth, {RACE: finish}) == 0
    assert returns(wager(WagerLeg(RACE, 11, 50_000, (1, 5), 3), each_way=True), {RACE: finish}) == 34 * EUR


def test_a_place_part_waits_until_somebody_says_who_was_placed() -> None:
    """An exchange tells the winner of a race and nothing more."""
    terms = (1, 5), 3
    assert due(wager(WagerLeg(RACE, 22, 50_000, *terms), each_way=True), {RACE: WON}) is None
    assert returns(wager(WagerLeg(RACE, 11, 50_000, *terms), each_way=True), {RACE: WON}) == 34 * EUR
    assert returns(wager(WagerLeg(RACE, 22, 50_000, (1, 4), 1), each_way=True), {RACE: WON}) == 0
    double = wager(
        WagerLeg(RACE, 22, 50_000, *terms), WagerLeg("b", 1, 30_000, *terms), each_way=True, kind="DOUBLE"
    )
    assert due(double, {RACE: WON, **told(b=True)}) is None
    named = Resolution(RACE, 1, (), (11,), True, placed=(Placing(33, 2),))
    assert returns(double, {RACE: named, **told(b=True)}) == 0


def test_an_accumulator_waits_for_its_legs_and_is_lost_with_the_first() -> None:
    treble = wager(leg("a"), leg("b"), leg("c"), kind="TREBLE")
    assert due(treble, told(a=True, b=True)) is None
    assert returns(treble, told(a=True, b=True, c=True)) == 80 * EUR
    assert returns(treble, told(a=True, b=False)) == 0
    assert due(treble, told(a=True, b=False), HouseRules(early=False)) is None
    assert returns(treble, told(a=True, b=None, c=True)) == 40 * EUR


def test_a_yankee_with_two_losers_pays_its_double_early() -> None:
    yankee = wager(leg("a"), leg("b"), leg("c"), leg("d"), stake=11 * EUR, kind="YANKEE")
    assert due(yankee, told(a=True, c=False, d=False)) is None
    assert returns(yankee, told(a=True, b=True, c=False, d=False)) == 4 * EUR


def test_a_bet_with_every_leg_void_is_void() -> None:
    double = wager(leg("a"), leg("b"), kind="DOUBLE")
    found = due(double, told(a=None, b=None))
    assert found is not None
    assert found.void is VoidReason.MARKET_VOID


def test_cancels_void_the_bets_of_their_window_only() -> None:
    bet = wager()
    placed = bet.placed_ms
    inside = Resolution(RACE, 1, (), (11,), True, cancels=((placed, placed),))
    outside = Resolution(RACE, 1, (), (11,), True, cancels=((placed + 1, None), (None, placed - 1)))
    found = due(bet, {RACE: inside})
    assert found is not None
    assert found.void is VoidReason.CANCELLED
    assert returns(bet, {RACE: outside}) == 25 * EUR


def test_what_was_sold_is_not_paid_again_and_free_bets_tell_their_stake() -> None:
    assert returns(wager(sold=Fraction(1, 4)), {RACE: WON}) == 18_750_000
    assert returns(wager(free=True), {RACE: WON}) == 25 * EUR
    assert returns(wager(free=True), {RACE: LOST}) == 0


def test_a_bet_without_an_answer_is_named_and_holds_up_no_other() -> None:
    broken = wager(leg("a"), kind="DOUBLE")
    found, named = Judge(HouseRules()).due([broken, wager()], {RACE: WON, **told(a=True)})
    assert [one.returns for one in found] == [25 * EUR]
    assert [bet for bet, _ in named] == [broken]


_RESULTS = st.sampled_from(
    [
        WON,
        LOST,
        OPEN,
        Resolution(RACE, 1, (11,), (), closed=False),
        Resolution(RACE, 1, (), (11, 22), closed=True),
    ]
)


@given(st.lists(_RESULTS, min_size=1, max_size=6))
def test_after_any_history_of_results_a_bet_stands_as_by_the_last_alone(history: list[Resolution]) -> None:
    judge, bet = Judge(HouseRules()), wager()
    balance = 0
    for result in history:
        for one in judge.due([bet], {RACE: result})[0]:
            held = bet.state is WagerState.OPEN
            balance += one.returns - bet.paid + (bet.stake if one.void is not None else 0)
            balance -= bet.stake if bet.state is WagerState.VOIDED else 0
            assert not (held and one.reopens)
            bet.state = one.becomes
            bet.paid, bet.version = one.returns, bet.version + 1
        assert judge.due([bet], {RACE: result})[0] == []
    alone = due(wager(), {RACE: history[-1]})
    expected = 0 if alone is None else alone.returns + (bet.stake if alone.void is not None else 0)
    assert balance == expected


def test_a_same_game_multiple_has_one_price_and_is_void_with_a_void_leg() -> None:
    bet = wager(leg("a"), leg("b"), kind="SAME_GAME", joint_price_e4=32_000)
    assert returns(bet, told(a=True, b=True)) == 32 * EUR
    assert returns(bet, told(a=False)) == 0
    assert due(bet, told(a=True)) is None
    void = due(bet, told(a=True, b=None))
    assert void is not None
    assert void.void is VoidReason.CANCELLED or void.void is VoidReason.MARKET_VOID
    assert returns(bet, told(a=False, b=None)) == 0
