"""Corners and cards in same-game multiples, against the bivariate normal integral done by hand."""

import math
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.core import odds
from pyplatform.core.models import Count, SameGame, ScoreGrid

GRID = ScoreGrid.poisson(1.6, 1.1)
NORMAL = NormalDist()


def poisson_above(mean: float, line: float) -> float:
    return 1 - math.fsum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(math.ceil(line)))


def both_above(first: float, second: float, correlation: float) -> float:
    """P(both normal scores are in their upper tails), by Simpson over the first."""
    low, high, steps = NORMAL.inv_cdf(1 - first), 9.0, 4_000
    bound, rest = NORMAL.inv_cdf(1 - second), math.sqrt(1 - correlation**2)
    wide = (high - low) / steps

    def height(at: int) -> float:
        y = low + at * wide
        return NORMAL.pdf(y) * NORMAL.cdf((correlation * y - bound) / rest)

    odd = math.fsum(height(at) for at in range(1, steps, 2))
    even = math.fsum(height(at) for at in range(2, steps, 2))
    return wide / 3 * (height(0) + 4 * odd + 2 * even + height(steps))


@settings(max_examples=20)
@given(st.floats(2.0, 14.0), st.integers(0, 14), st.integers(0, 4), st.floats(-0.9, 0.9))
def test_a_count_is_joined_to_the_goals_by_the_copula(
    mean: float, corners: int, goals: int, correlation: float
) -> None:
    leg = Count("corners", mean, over=corners + 0.5, correlation=correlation)
    above = poisson_above(mean, corners + 0.5)
    alone = SameGame(GRID, [leg], margin=0.0)
    assert alone.probability == pytest.approx(above, abs=1e-9)
    goal_leg = f"over{goals + 0.5}"
    found = SameGame(GRID, [leg, goal_leg], margin=0.0)
    by_hand = both_above(GRID.over(goals + 0.5).win, above, correlation)
    assert found.probability == pytest.approx(by_hand, abs=1e-8)
    low, high = found.bounds
    assert low - 1e-12 <= found.probability <= high + 1e-12


def test_counts_go_with_one_side_and_void_like_any_leg() -> None:
    home = Count("home corners", 5.6, over=4.5, goals="home", correlation=0.3, dispersion=12.0)
    cards = Count("cards", 4.1, under=4.5, correlation=-0.2)
    multiple = SameGame(GRID, ["home_over1.5", home, cards], margin=0.05, cap=0.5)
    assert multiple.legs == ("home_over1.5", "home corners over4.5", "cards under4.5")
    assert multiple.probability > multiple.independent
    assert multiple.margin == pytest.approx(1 - 0.95**3)
    assert multiple.without(home, cards).fair_price == pytest.approx(1 / GRID.joint("home_over1.5"))
    implied = SameGame(GRID, [home, Count("home corners", 5.6, over=3.5, **HOME)], margin=0.05)
    assert implied.counted == (True, False)
    assert implied.probability == pytest.approx(SameGame(GRID, [home], margin=0.0).probability)


HOME: dict[str, Any] = {"goals": "home", "correlation": 0.3, "dispersion": 12.0}


@pytest.mark.parametrize(
    ("words", "more"),
    [
        ("over, under: give one of them", {}),
        ("over, under: give one of them", {"over": 9.5, "under": 10.5}),
        ("line 9 must be a half line", {"over": 9.0}),
        ("mean is 0", {"mean": 0.0, "over": 9.5}),
        ("correlation is 1", {"over": 9.5, "correlation": 1.0}),
        ("correlation is NaN", {"over": 9.5, "correlation": math.nan}),
        ("dispersion is -1", {"over": 9.5, "dispersion": -1.0}),
        ('goals: unknown "corner"', {"over": 9.5, "goals": "corner"}),
    ],
)
def test_a_count_that_cannot_be_is_refused(words: str, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=words):
        odds.models.Count("corners", **{"mean": 10.4, **more})


def test_legs_of_one_count_agree() -> None:
    other = Count("corners", 9.0, under=12.5)
    with pytest.raises(ValueError, match='the legs of "corners" give it different means'):
        SameGame(GRID, [Count("corners", 10.4, over=9.5), other], margin=0.05)
    with pytest.raises(ValueError, match="contradict"):
        SameGame(GRID, [Count("corners", 9.0, over=12.5), other], margin=0.05)
