"""Margin in and out of prices, and price ladders.

>>> from pyplatform.core import odds
>>> odds.remove_margin([2.6, 2.4, 4.3], method="shin").probabilities  # doctest: +SKIP
(0.373, 0.404, 0.222)
"""

from pyplatform._core.odds import (
    Application,
    PricedBook,
    PricingRule,
    Removal,
    apply_margin,
    betfair_ceil,
    betfair_floor,
    betfair_is_valid,
    betfair_nearest,
    betfair_offset,
    betfair_prices,
    methods,
    price_book,
    remove_margin,
)

__all__ = [
    "Application",
    "PricedBook",
    "PricingRule",
    "Removal",
    "apply_margin",
    "betfair_ceil",
    "betfair_floor",
    "betfair_is_valid",
    "betfair_nearest",
    "betfair_offset",
    "betfair_prices",
    "methods",
    "price_book",
    "remove_margin",
]
