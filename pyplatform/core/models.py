"""Goal models: score grids, the markets of a match, scoring rates from prices and from results.

A module of its own, `odds.models`: `odds` knows prices of any sport while this knows what goals do.

>>> from pyplatform.core import odds
>>> models = odds.models
>>> grid = models.ScoreGrid.dixon_coles(1.5, 1.1, -0.1)
>>> [round(p, 4) for p in grid.result()]
[0.452, 0.2822, 0.2658]
>>> round(grid.handicap(-0.25).fair_price, 3)
1.9
>>> round(grid.joint("home", "over2.5"), 4)
0.2693
>>> fair = odds.remove_margin([2.1, 3.4, 3.6], method="shin").probabilities
>>> found = models.goal_expectancy(fair)
>>> round(found.home_rate, 2), round(found.away_rate, 2)
(1.33, 0.94)
>>> both = models.SameGame(grid, ["home", "over2.5", models.Scorer("home", "Kane", 0.35)], margin=0.05)
>>> round(both.fair_price, 2), round(both.price, 2), round(1 / both.independent, 2)
(5.28, 4.53, 11.25)
>>> models.grid_markets([1.5, 2.1], [1.1, 0.6], -0.1, markets=["1x2", "home&over2.5"])["1x2"].shape
(2, 3)
"""

from pyplatform._core.models import (
    Count,
    DixonColesFit,
    FiveWay,
    GoalExpectancy,
    GoalExpectancyBatch,
    SameGame,
    ScoreGrid,
    Scorer,
    fit_dixon_coles,
    goal_expectancies,
    goal_expectancy,
    grid_markets,
    market_outcomes,
    rho_bounds,
)

__all__ = [
    "Count",
    "DixonColesFit",
    "FiveWay",
    "GoalExpectancy",
    "GoalExpectancyBatch",
    "SameGame",
    "ScoreGrid",
    "Scorer",
    "fit_dixon_coles",
    "goal_expectancies",
    "goal_expectancy",
    "grid_markets",
    "market_outcomes",
    "rho_bounds",
]
