"""Settlement of bets, exact to the minor unit.

>>> from pyplatform.core import betting
>>> betting.settle_single(5_000, 25_000, "won", tied=2).returns_minor  # £50 at 2.5, dead heat of two
6250
"""

from pyplatform._core.betting import SingleSettlement, settle_single

__all__ = ["SingleSettlement", "settle_single"]
