"""Many matches in one call answer what single calls answer."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pyplatform.core import models, odds

NAMED = ["1x2", "double_chance", "draw_no_bet", "btts", "odd_even", "win_to_nil", "clean_sheet"]
NAMED += ["winning_margin", "exact_total", "correct_score"]
RNG = np.random.default_rng(11)
HOME, AWAY = RNG.uniform(0.3, 3.5, 200), RNG.uniform(0.3, 3.5, 200)
RHO = RNG.uniform(-0.1, 0.05, 200)


def test_every_market_of_every_match_is_that_of_its_grid() -> None:
    lines = ["totals2.5", "totals3.25", "handicap-0.75", "handicap0.5"]
    found = models.grid_markets(
        HOME, AWAY, RHO, markets=[*NAMED, *lines, "european_handicap-1", "home&over2.5", "btts_no"]
    )
    for row in range(0, 200, 7):
        grid = models.ScoreGrid.dixon_coles(HOME[row], AWAY[row], RHO[row])
        single = grid.markets()
        assert set(single) == set(NAMED)
        for name in NAMED:
            assert dict(zip(models.market_outcomes(name), found[name][row], strict=True)) == single[name]
        for name in lines:
            over = name.startswith("totals")
            line = float(name.removeprefix("totals" if over else "handicap"))
            five = grid.over(line) if over else grid.handicap(line)
            outcomes = [getattr(five, outcome) for outcome in models.market_outcomes(name)]
            assert found[name][row].tolist() == outcomes
        assert tuple(found["european_handicap-1"][row]) == grid.result(-1)
        assert found["home&over2.5"][row] == grid.joint("home", "over2.5")
        assert found["btts_no"][row] == grid.joint("btts_no")


def test_one_number_serves_all_and_scores_go_on_top() -> None:
    plain = models.grid_markets(HOME, 1.2, markets=["1x2"])["1x2"]
    assert np.allclose(plain[3], models.ScoreGrid.poisson(HOME[3], 1.2).result(), atol=1e-9, rtol=0)
    scores = RNG.integers(0, 4, (200, 2))
    found = models.grid_markets(HOME, AWAY, markets=["1x2", "totals2.5"], scores=scores)
    for row in range(0, 200, 9):
        lead = int(scores[row, 0] - scores[row, 1])
        tails = odds.inplay.skellam(HOME[row], AWAY[row], lead)
        assert found["1x2"][row] == pytest.approx(tails, abs=1e-14)
        match = odds.inplay.Football(HOME[row], AWAY[row], 0, tuple(scores[row]))
        assert found["totals2.5"][row, 0] == pytest.approx(match.grid().over(2.5).win, abs=1e-15)
    assert models.grid_markets([], 1.0, markets=["1x2"])["1x2"].shape == (0, 3)


def test_rates_of_many_markets_are_those_of_each() -> None:
    markets = models.grid_markets(HOME, AWAY, RHO, markets=["1x2", "over2.5"])
    fair = markets["1x2"]
    found = models.goal_expectancies(fair, markets["over2.5"])
    assert found.valid.all()
    assert np.abs(found.home_rate - HOME).max() < 1e-6
    assert np.abs(found.rho - RHO).max() < 1e-6
    single = models.goal_expectancy(fair[5], markets["over2.5"][5])
    assert (found.home_rate[5], found.away_rate[5]) == (single.home_rate, single.away_rate)
    assert (found.rho[5], found.iterations[5]) == (single.rho, single.iterations)
    given_rho = models.goal_expectancies(fair, rho=RHO)
    assert np.abs(given_rho.away_rate - AWAY).max() < 1e-6


def test_a_market_without_rates_is_named_or_marked() -> None:
    results = [[0.5, 0.3, 0.2], [0.4, 0.3, 0.4], [np.nan, 0.5, 0.5]]
    with pytest.raises(ValueError, match="row 1: "):
        models.goal_expectancies(results)
    found = models.goal_expectancies(results, on_invalid="allow")
    assert found.valid.tolist() == [True, False, False]
    assert np.isnan(found.home_rate).tolist() == [False, True, True]
    assert found.iterations[1] == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: models.grid_markets([1.0], [1.0, 2.0], markets=["1x2"]), "away_rates: shape"),
        (lambda: models.grid_markets([[1.0]], 1.0, markets=["1x2"]), "home_rates: one dimension"),
        (lambda: models.grid_markets([1.0], 1.0, markets=["winner"]), "unknown market"),
        (lambda: models.grid_markets([1.0], 1.0, markets=["totals2.3"]), "line 2.3"),
        (lambda: models.grid_markets([1.0], 1.0, markets=["home&over2"]), "half line"),
        (lambda: models.grid_markets([1.0, 0.0], 1.0, markets=["1x2"]), "row 1: home_rate is 0"),
        (lambda: models.grid_markets([1.0, 2.0], 1.0, [0.0, 0.9], markets=["1x2"]), "row 1: rho is 0.9"),
        (lambda: models.grid_markets([1.0], np.nan, markets=["1x2"]), "row 0: away_rate is NaN"),
        (lambda: models.grid_markets([1.0], 1.0, markets=["1x2"], scores=[[1]]), "scores: shape"),
        (lambda: models.grid_markets([1.0], 1.0, markets=["1x2"], scores=[[1, -1]]), "scores: -1"),
        (lambda: models.goal_expectancies([0.5, 0.3, 0.2]), "results: shape"),
        (lambda: models.goal_expectancies([[0.5, 0.5]]), "results: shape"),
        (lambda: models.goal_expectancies([[0.5, 0.3, 0.2]], on_invalid="shrug"), "on_invalid: unknown"),  # type: ignore[arg-type]
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
