"""Margin in and out of prices, exact prices, price ladders, stakes.

>>> from pyplatform.core import odds
>>> [round(p, 3) for p in odds.remove_margin([2.6, 2.4, 4.3], method="shin").probabilities]
[0.373, 0.405, 0.222]
>>> odds.Price("5/6", "fractional").display("american")
'-120'
>>> odds.BETFAIR.floor(20_100)
20000

Models that make probabilities are modules of this one: `odds.models` (score grids, their markets, same-game
multiples, rates from prices and results) and `odds.inplay` (football, tennis, basketball under way).

>>> grid = odds.models.ScoreGrid.dixon_coles(1.5, 1.1, -0.1)
>>> odds.apply_margin(grid.result(), 0.05, method="power").valid
True
"""

from pyplatform._core.odds import (
    BETDAQ,
    BETFAIR,
    BETFAIR_FINEST,
    UK_FRACTIONAL,
    Application,
    ApplicationBatch,
    ExclusiveKelly,
    FractionalLadder,
    Kelly,
    Ladder,
    Price,
    Removal,
    RemovalBatch,
    application_methods,
    apply_margin,
    apply_margins,
    kelly,
    kelly_exclusive,
    methods,
    price_formats,
    remove_margin,
    remove_margins,
)
from pyplatform._core.pricing import PricedBook, PricingRule, price_book, price_probabilities
from pyplatform.core import inplay, models

__all__ = [
    "BETDAQ",
    "BETFAIR",
    "BETFAIR_FINEST",
    "UK_FRACTIONAL",
    "Application",
    "ApplicationBatch",
    "ExclusiveKelly",
    "FractionalLadder",
    "Kelly",
    "Ladder",
    "Price",
    "PricedBook",
    "PricingRule",
    "Removal",
    "RemovalBatch",
    "application_methods",
    "apply_margin",
    "apply_margins",
    "inplay",
    "kelly",
    "kelly_exclusive",
    "methods",
    "models",
    "price_book",
    "price_formats",
    "price_probabilities",
    "remove_margin",
    "remove_margins",
]
