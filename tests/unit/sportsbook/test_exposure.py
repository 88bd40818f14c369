"""Liability: the worst case over every outcome that can happen."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pyplatform.sportsbook.exposure import Exposure

bets = st.lists(
    st.tuples(st.integers(1, 6), st.integers(1, 1_000), st.integers(1, 50)), min_size=1, max_size=20
)


@given(bets=bets, winners=st.integers(1, 4))
def test_worst_case_is_the_dearest_set_of_winners(bets: list[tuple[int, int, int]], winners: int) -> None:
    exposure = Exposure(winners)
    for selection, stake, price in bets:
        exposure.add(selection, stake, stake * price)

    def loss(won: tuple[int, ...]) -> int:
        return sum(stake * price for s, stake, price in bets if s in won) - sum(stake for _, stake, _ in bets)

    possible = [won for k in range(winners + 1) for won in combinations(range(1, 7), k)]
    assert exposure.worst_case() == max(0, *(loss(won) for won in possible))


@given(bets=bets)
def test_releasing_every_bet_leaves_nothing(bets: list[tuple[int, int, int]]) -> None:
    exposure = Exposure(1)
    for selection, stake, price in bets:
        exposure.add(selection, stake, stake * price)
    for selection, stake, price in reversed(bets):
        exposure.remove(selection, stake, stake * price)
    assert exposure.stakes == 0
    assert not any(exposure.payouts.values())


def test_asking_what_a_bet_would_do_changes_nothing() -> None:
    exposure = Exposure(1)
    exposure.add(1, 10, 25)
    assert exposure.worst_case_with(1, 10, 25) == 30
    assert exposure.worst_case() == 15
    assert exposure.if_wins(1) == 15
    assert exposure.if_wins(2) == -10
