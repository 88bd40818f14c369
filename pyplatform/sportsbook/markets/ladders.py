"""The price ladders a tenant can sell on, by name."""

from bisect import bisect_right
from fractions import Fraction
from typing import Final, Protocol

from pyplatform.contracts.sportsbook.terms import Tier
from pyplatform.core import odds

E4: Final = 10_000
_FRACTIONAL: Final = "uk_fractional"
_DECIMAL: Final = {
    "betfair": odds.BETFAIR,
    "betfair_finest": odds.BETFAIR_FINEST,
    "betdaq": odds.BETDAQ,
}


class Steps(Protocol):
    """A ladder in ten-thousandths; prices beyond an end snap to that end."""

    def is_valid(self, price_e4: int, /) -> bool:
        """Whether the price is on the ladder."""
        ...

    def floor(self, price_e4: int, /) -> int:
        """The highest price of the ladder that is not above."""
        ...

    def ceil(self, price_e4: int, /) -> int:
        """The lowest that is not below."""
        ...


class Rungs:
    """The rungs of a fractional ladder as they are offered: in decimals, cut down to ten-thousandths."""

    def __init__(self, fractions: tuple[str, ...]) -> None:
        self._rungs = tuple(int((Fraction(one) + 1) * E4) for one in fractions)

    def is_valid(self, price_e4: int, /) -> bool:
        """Whether the price is a rung."""
        return price_e4 in self._rungs

    def floor(self, price_e4: int, /) -> int:
        """The longest rung not above the price."""
        return self._rungs[max(0, bisect_right(self._rungs, price_e4) - 1)]

    def ceil(self, price_e4: int, /) -> int:
        """The shortest rung not below the price."""
        at = bisect_right(self._rungs, price_e4 - 1)
        return self._rungs[min(at, len(self._rungs) - 1)]


_RUNGS: Final = Rungs(odds.UK_FRACTIONAL.rungs())


def ladder_of(named: str | tuple[Tier, ...]) -> odds.Ladder | odds.FractionalLadder:
    """The ladder that books are priced on, by name or a house's own; raises ValueError for tiers that make none."""
    if named == _FRACTIONAL:
        return odds.UK_FRACTIONAL
    return _DECIMAL[named] if isinstance(named, str) else odds.Ladder(named)


def steps_of(named: str | tuple[Tier, ...]) -> Steps:
    """The same ladder for single prices; raises ValueError as `ladder_of`."""
    ladder = ladder_of(named)
    return ladder if isinstance(ladder, odds.Ladder) else _RUNGS
