"""What holds for every score grid, through the public API."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import models
from pyplatform.core.models import ScoreGrid

RATES = st.floats(0.05, 6.0)
LINES = st.integers(-20, 20).map(lambda quarters: quarters / 4)
LEGS = ("home", "draw", "1x", "btts", "btts_no", "over2.5", "under3.5", "home-1.5", "away+1.5", "away-0.5")


def dixon_coles(home: float, away: float, share: float) -> ScoreGrid:
    """A dependence anywhere within its bounds."""
    low, high = models.rho_bounds(home, away)
    return ScoreGrid.dixon_coles(home, away, min(max(low + share * (high - low), low), high))


SHARE = st.floats(0.0, 1.0)
GRIDS = st.one_of(
    st.builds(ScoreGrid.poisson, RATES, RATES),
    st.builds(dixon_coles, RATES, RATES, SHARE),
    st.builds(ScoreGrid.bivariate_poisson, RATES, RATES, st.floats(0.0, 2.0)),
    st.builds(ScoreGrid.negative_binomial, RATES, RATES, st.floats(2.0, 1e6)),
    st.builds(ScoreGrid.zero_inflated_poisson, RATES, RATES, st.floats(0.0, 0.9)),
    st.builds(
        ScoreGrid.weibull_copula,
        st.floats(0.1, 2.5),
        st.floats(0.1, 2.5),
        st.floats(0.8, 1.4),
        st.floats(-9, 9),
    ),
)


@given(GRIDS)
def test_a_grid_is_a_distribution_that_misses_nothing(grid: ScoreGrid) -> None:
    cells = grid.cells()
    assert cells.shape == (grid.size, grid.size)
    assert (cells >= 0.0).all()
    assert math.fsum(cells.ravel()) == pytest.approx(1.0, abs=1e-14)
    assert grid.mass == pytest.approx(1.0, abs=1e-9)


@given(GRIDS, LINES)
def test_five_results_sum_to_one_and_mirror(grid: ScoreGrid, line: float) -> None:
    for five in (grid.over(line), grid.handicap(line)):
        results = [five.win, five.half_win, five.push, five.half_lose, five.lose]
        assert min(results) >= 0.0
        assert math.fsum(results) == pytest.approx(1.0, abs=1e-14)
        other = five.mirror()
        assert results[::-1] == [other.win, other.half_win, other.push, other.half_lose, other.lose]
        if 1e-9 < five.win < 1 - 1e-9:
            # Without profit both sides share the stakes: 1/o is what each pays of 1.
            assert 1 / five.fair_price + 1 / other.fair_price == pytest.approx(1.0, abs=1e-12)


@given(RATES, RATES, SHARE, LINES)
def test_swapping_the_sides_mirrors_the_handicap(home: float, away: float, share: float, line: float) -> None:
    grid, swapped = dixon_coles(home, away, share), dixon_coles(away, home, share)
    assert np.allclose(grid.cells(), swapped.cells().T, rtol=0, atol=1e-15)
    assert swapped.handicap(-line).mirror().win == pytest.approx(grid.handicap(line).win, abs=1e-13)
    assert swapped.over(line).win == pytest.approx(grid.over(line).win, abs=1e-13)


@given(RATES, RATES, SHARE)
def test_dixon_coles_keeps_the_goals_of_each_side(home: float, away: float, share: float) -> None:
    moved, independent = dixon_coles(home, away, share).cells(), ScoreGrid.poisson(home, away).cells()
    for axis in (0, 1):
        assert np.abs(moved.sum(axis) - independent.sum(axis)).max() < 1e-14


@given(GRIDS, st.lists(st.sampled_from(LEGS), min_size=1, max_size=4))
def test_joint_probabilities_keep_their_bounds(grid: ScoreGrid, legs: list[str]) -> None:
    singles = [grid.joint(leg) for leg in legs]
    joint = grid.joint(*legs)
    assert max(0.0, sum(singles) - len(legs) + 1) - 1e-12 <= joint <= min(singles) + 1e-12
    for order in itertools.islice(itertools.permutations(legs), 6):
        assert grid.joint(*order) == joint


@given(GRIDS)
def test_markets_agree_with_each_other(grid: ScoreGrid) -> None:
    home, draw, away = grid.result()
    markets = grid.markets()
    assert sum(markets["correct_score"].values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(markets["exact_total"].values()) == pytest.approx(1.0, abs=1e-12)
    assert sum(markets["winning_margin"].values()) == pytest.approx(1.0, abs=1e-12)
    assert grid.joint("home") == pytest.approx(home, abs=1e-13)
    assert grid.handicap(0.0).push == pytest.approx(draw, abs=1e-13)
    assert grid.handicap(-0.5).lose == pytest.approx(draw + away, abs=1e-13)
    assert grid.joint("btts") == pytest.approx(markets["btts"]["yes"], abs=1e-13)


@given(st.floats(1e-6, 100.0), st.floats(1e-6, 100.0), SHARE)
def test_no_rate_gives_a_price_that_is_no_number(home: float, away: float, share: float) -> None:
    grid = dixon_coles(home, away, share)
    for market in grid.markets().values():
        assert all(0.0 <= p <= 1.0 + 1e-12 for p in market.values())
    assert all(grid.handicap(line / 4).fair_price >= 1.0 for line in range(-8, 9))


def test_what_cannot_win_has_no_finite_price() -> None:
    assert ScoreGrid.poisson(1.0, 1.0).handicap(-400.0).fair_price == math.inf


@given(st.floats(0.2, 4.5), st.floats(0.2, 4.5), st.floats(-0.15, 0.04))
def test_rates_return_from_their_markets(home: float, away: float, rho: float) -> None:
    grid = ScoreGrid.dixon_coles(home, away, rho, size=60)
    result, over = grid.result(), grid.over(2.5).win
    for found in (models.goal_expectancy(result, rho=rho), models.goal_expectancy(result, over, rho=rho)):
        assert [found.home_rate, found.away_rate] == pytest.approx([home, away], abs=1e-6)


def test_models_meet_where_they_are_the_same() -> None:
    poisson = ScoreGrid.poisson(1.5, 1.1, size=25).cells()
    same = (
        ScoreGrid.dixon_coles(1.5, 1.1, 0.0, size=25),
        ScoreGrid.bivariate_poisson(1.5, 1.1, 0.0, size=25),
        ScoreGrid.zero_inflated_poisson(1.5, 1.1, 0.0, size=25),
        ScoreGrid.weibull_copula(1.5, 1.1, 1.0, 0.0, size=25),
    )
    for grid in same:
        assert np.abs(grid.cells() - poisson).max() < 1e-12
    assert np.abs(ScoreGrid.negative_binomial(1.5, 1.1, 1e9, size=25).cells() - poisson).max() < 1e-8


def test_what_a_cut_weibull_series_loses_is_told() -> None:
    cut, whole = (ScoreGrid.weibull_copula(3.0, 1.1, 1.1, 0.5, size=size) for size in (15, None))
    assert 1e-4 < cut.clipped < 1e-3
    assert np.abs(cut.cells() - whole.cells()[:15, :15]).max() < 2 * cut.clipped
    assert whole.clipped < 1e-12
    far = ScoreGrid.weibull_copula(0.72, 2.5, 0.9, 1.53, size=15)
    assert 0.01 < far.clipped < 0.03
    assert far.cells().sum() == pytest.approx(1.0, abs=1e-14)
    assert ScoreGrid.poisson(3.0, 1.1, size=15).clipped == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ScoreGrid.poisson(0.0, 1.0), "home_rate is 0"),
        (lambda: ScoreGrid.poisson(1.0, math.nan), "away_rate is NaN"),
        (lambda: ScoreGrid.poisson(math.inf, 1.0), "home_rate is inf"),
        (lambda: ScoreGrid.poisson(1.5, 1.1, size=1), "size 1 must lie between 2 and 256"),
        (lambda: ScoreGrid.poisson(1.5, 1.1, size=-1), "size: -1 must be between"),
        (lambda: ScoreGrid.poisson(40.0, 1.1, size=15), "holds only .* raise it"),
        (lambda: ScoreGrid.dixon_coles(1.5, 1.1, -0.7), "rho is -0.7: .* between -0.66"),
        (lambda: ScoreGrid.dixon_coles(1.5, 1.1, math.nan), "rho is NaN"),
        (lambda: ScoreGrid.bivariate_poisson(1.5, 1.1, -0.1), "shared_rate is -0.1"),
        (lambda: ScoreGrid.negative_binomial(1.5, 1.1, 0.0), "dispersion is 0"),
        (lambda: ScoreGrid.negative_binomial(50.0, 1.1, 0.01), "even 256 goals"),
        (lambda: ScoreGrid.zero_inflated_poisson(1.5, 1.1, 1.0), "zero_inflation is 1"),
        (lambda: ScoreGrid.weibull_copula(1.5, 1.1, 9.0, 0.0), "shape is 9"),
        (lambda: ScoreGrid.weibull_copula(30.0, 1.1, 1.0, 0.0), "loses its accuracy"),
        (lambda: ScoreGrid.weibull_copula(2.0, 2.42, 0.81, 0.0, size=15), "loses its accuracy"),
        (lambda: ScoreGrid.poisson(1.5, 1.1).over(2.3), "multiple of 0.25"),
        (lambda: ScoreGrid.poisson(1.5, 1.1).handicap(math.nan), "multiple of 0.25"),
        (lambda: ScoreGrid.poisson(1.5, 1.1).joint("home", "over2"), "half line"),
        (lambda: ScoreGrid.poisson(1.5, 1.1).joint("corner"), "unknown leg"),
        (lambda: ScoreGrid.poisson(1.5, 1.1).correct_scores(-1), "limit: -1"),
        (lambda: models.goal_expectancy([0.5, 0.5]), "home, draw and away"),
        (lambda: models.goal_expectancy([0.5, 0.3, 0.3]), "remove the margin"),
        (lambda: models.goal_expectancy([1.0, 0.0, 0.0]), "home is 1"),
        (lambda: models.goal_expectancy([0.5, 0.25, 0.25], 1.0), "over is 1"),
        (lambda: models.goal_expectancy([0.5, 0.25, 0.25], 0.5, line=2.0), "half line"),
        (lambda: models.goal_expectancy([0.001, 0.998, 0.001], 0.9), "no scoring rates|rho is"),
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
