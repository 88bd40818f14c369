"""Goal models: score grids, the markets of a match, scoring rates from prices and from results.

A module of its own beside `odds`, which knows prices of any sport while this knows what goals do.

>>> from pyplatform.core import models, odds
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
"""

from pyplatform._core.models import (
    DixonColesFit,
    FiveWay,
    GoalExpectancy,
    ScoreGrid,
    fit_dixon_coles,
    goal_expectancy,
    rho_bounds,
)

__all__ = [
    "DixonColesFit",
    "FiveWay",
    "GoalExpectancy",
    "ScoreGrid",
    "fit_dixon_coles",
    "goal_expectancy",
    "rho_bounds",
]
