"""Prices a tenant offers: margin, limits, ladder, manual prices, in one step of `rust_core/odds`.

Prices are integers in ten-thousandths. Every impossible question raises `ValueError` in plain words.
"""

from collections.abc import Sequence
from typing import final

from pyplatform._core.odds import FractionalLadder, Ladder

__all__ = ["PricedBook", "PricingRule", "price_book", "price_probabilities"]

@final
class PricingRule:
    """How a tenant prices a market; build it once, use it for every update.

    `margin` is on top of fair (0.05 = 5 %); `method` is one of `application_methods()`; `target` is the number of winners;
    `min_e4` and `max_e4` bound the offered prices (ten-thousandths, narrowed to prices of the ladder, Betfair's unless
    another is given; `odds.UK_FRACTIONAL` prices in fractions). A market that cannot carry the margin within its limits is offered as long as it carries
    `min_margin`, which is the margin itself if nothing is said.

    Raises ValueError for a method that is not one of `application_methods()`, a negative margin, a least margin above it,
    a target other than 1 with a method for one winner, or limits without a ladder price between them.
    """

    def __new__(
        cls,
        margin: float,
        method: str = "power",
        target: float = 1.0,
        min_e4: int = 10_100,
        max_e4: int = 10_000_000,
        *,
        min_margin: float | None = None,
        ladder: Ladder | FractionalLadder | None = None,
    ) -> PricingRule: ...

@final
class PricedBook:
    """Offered prices of a market."""

    @property
    def prices_e4(self) -> tuple[int, ...]:
        """Ladder prices in ten-thousandths, in the order of the reference; 0 where none was given.

        A fraction's are cut down (8/13 is 16153) and name it where prices are given back (`manual_e4`).
        """
    @property
    def fractions(self) -> tuple[str | None, ...] | None:
        """The prices exactly, on the fractional ladder ("8/13"), None where none was given; None on a decimal ladder."""
    @property
    def probabilities(self) -> tuple[float, ...]:
        """Fair probabilities, in the same order; 0.0 where no price was given."""
    @property
    def booksum(self) -> float:
        """Sum of the inverse offered prices, at least `target·(1 + min_margin)` unless prices were set by hand."""

def price_book(
    reference: Sequence[float | None],
    rule: PricingRule,
    *,
    ceilings_e4: Sequence[int | None] | None = None,
    manual_e4: Sequence[int | None] | None = None,
) -> PricedBook:
    """Price a market from reference prices that are fair or nearly so, None for an outcome that is not offered.

    Removes the reference's margin (or underround), applies the rule's, then shapes the book, in this order:

    1. what is priced above `max_e4`, or above its ceiling, is cut down to it, which only adds to the margin; a ceiling
       is the price at which a customer could sell elsewhere what we sold (an exchange's lay price);
    2. what falls below `min_e4` is held there, and the others take up, by power, what that gave away of the margin;
    3. every price is cut down to the ladder;
    4. the booksum must be at least `target·(1 + min_margin)`;
    5. a trader's `manual_e4` prices replace the calculated ones. They may break the limits and the least margin.

    Raises ValueError: fewer than two prices, a price that is not a finite number above 1, a target out of range for
    the outcomes given, a margin that cannot be reached by the method or within the limits, ceilings or manual prices
    that are not one (or None) for each outcome, a ceiling below `min_e4`, a manual price off the ladder, of an outcome
    that is not offered, or that brings the booksum below the target.
    """

def price_probabilities(
    probabilities: Sequence[float | None],
    rule: PricingRule,
    *,
    ceilings_e4: Sequence[int | None] | None = None,
    manual_e4: Sequence[int | None] | None = None,
) -> PricedBook:
    """`price_book` of fair probabilities, None for an outcome that is not offered: there is no margin to remove.

    Raises ValueError as `price_book`; a probability not strictly between 0 and 1, probabilities that do not sum to
    the target.
    """
