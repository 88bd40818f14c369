"""`rust_core/odds` for Python: margin out of and into prices, price books, the Betfair ladder.

Words: a decimal price `o > 1` carries the book probability `π = 1/o`; the booksum is `S = Σπ`; a market with `T`
winners (`target`) has fair probabilities `p` that sum to `T`. Integer prices are in ten-thousandths (`price_e4`,
2.50 is 25000). Every impossible question raises `ValueError` that names the field and the rule.
"""

from collections.abc import Sequence
from typing import Literal, final

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

_OnInvalid = Literal["error", "fallback", "allow"]

@final
class Removal:
    """Fair probabilities and how they were found."""

    @property
    def probabilities(self) -> tuple[float, ...]:
        """In the order of the prices; they sum to the target."""
    @property
    def method(self) -> str:
        """The method that gave them; "multiplicative" after a fallback."""
    @property
    def parameter(self) -> float | None:
        """Exponent k of power, insider share z of Shin (negative below round); None for multiplicative."""
    @property
    def booksum(self) -> float:
        """Sum of the inverse prices."""
    @property
    def iterations(self) -> int:
        """Newton steps taken; 0 for closed forms."""
    @property
    def valid(self) -> bool:
        """Every probability lies strictly between 0 and 1."""
    @property
    def underround(self) -> bool:
        """The booksum was below the target: there was no margin to remove."""

@final
class Application:
    """Prices with a margin and how they were found."""

    @property
    def prices(self) -> tuple[float, ...]:
        """Decimal prices in the order of the probabilities, exact: not yet on a ladder."""
    @property
    def method(self) -> str:
        """The method that gave them; "multiplicative" after a fallback."""
    @property
    def parameter(self) -> float | None:
        """Exponent k of power, insider share z of Shin; None for multiplicative."""
    @property
    def booksum(self) -> float:
        """Sum of the inverse prices: `target·(1 + margin)`."""
    @property
    def iterations(self) -> int:
        """Newton steps taken; 0 for closed forms."""
    @property
    def valid(self) -> bool:
        """Every price is above 1."""

@final
class PricingRule:
    """How a tenant prices a market; build it once, use it for every update.

    `margin` is on top of fair (0.05 = 5 %); `method` is one of `methods()`; `target` is the number of winners;
    `min_e4` and `max_e4` bound the offered prices (ten-thousandths, narrowed to ladder prices).

    Raises ValueError for an unknown method, a negative margin, Shin with a target other than 1, or limits without a
    ladder price between them.
    """

    def __new__(
        cls,
        margin: float,
        method: str = "power",
        target: float = 1.0,
        min_e4: int = 10_100,
        max_e4: int = 10_000_000,
    ) -> PricingRule: ...

@final
class PricedBook:
    """Offered prices of a market."""

    @property
    def prices_e4(self) -> tuple[int, ...]:
        """Ladder prices in ten-thousandths, in the order of the reference; 0 where none was given."""
    @property
    def probabilities(self) -> tuple[float, ...]:
        """Fair probabilities, in the same order; 0.0 where no price was given."""
    @property
    def booksum(self) -> float:
        """Sum of the inverse offered prices, at least `target·(1 + margin)`."""

def methods() -> tuple[str, ...]:
    """Names of the methods `remove_margin` and `apply_margin` know."""

def remove_margin(
    prices: Sequence[float], method: str = "shin", target: float = 1.0, on_invalid: _OnInvalid = "error"
) -> Removal:
    """Take the margin out of decimal prices.

    - multiplicative: `p = π·T/S`;
    - power: `p = π^k` with `Σp = T` (Vovk & Zhdanov 2009);
    - shin: `p = (√(z² + 4(1−z)π²/S) − z) / (2(1−z))`, z the share of insiders (Shin 1992; Jullien & Salanié 1994);
      one winner only.

    `on_invalid` says what to do when a probability would leave (0, 1) or the book is underround (S < T): "error"
    raises, "fallback" uses multiplicative, "allow" returns the numbers with `valid` and `underround` set.

    Raises ValueError: fewer than two prices, a price that is not a finite number above 1, a target outside (0, n),
    shin with target ≠ 1, an unknown method or choice.
    """

def apply_margin(
    probabilities: Sequence[float],
    margin: float,
    method: str = "shin",
    target: float = 1.0,
    on_invalid: _OnInvalid = "allow",
) -> Application:
    """Put a margin on fair probabilities: the prices' booksum becomes `target·(1 + margin)`.

    - multiplicative: `π = p(1+m)`; can push a favourite's price to 1 and below;
    - power: `π = p^k`, 0 < k ≤ 1; prices stay above 1; needs `T(1+m) < n`;
    - shin: `y = √(zp + (1−z)p²)`, `π = y·Σy`; attainable while `1+m < (Σ√p)²`.

    `remove_margin` by the same method gives the probabilities back. `on_invalid` says what to do when a price is not
    above 1: "allow" returns the numbers with `valid` False, "error" raises, "fallback" uses multiplicative.

    Raises ValueError: fewer than two probabilities, one outside (0, 1), a sum that is not the target, a negative
    margin, a margin out of the method's reach, an unknown method or choice.
    """

def price_book(reference: Sequence[float | None], rule: PricingRule) -> PricedBook:
    """Price a market from reference prices that are fair or nearly so, None for an outcome that is not offered.

    Removes the reference's margin (or underround), applies the rule's, holds prices below `min_e4` there while the
    others take up their share, then cuts every price down to the Betfair ladder and to `max_e4`: the margin can only
    grow.

    Raises ValueError: fewer than two prices, a price that is not a finite number above 1, a target out of range for
    the outcomes given, a margin that cannot be reached by the method or within `min_e4`.
    """

def betfair_prices() -> tuple[int, ...]:
    """All 350 prices of the Betfair ladder, 10100 to 10000000 ten-thousandths."""

def betfair_is_valid(price_e4: int) -> bool:
    """Whether the price is on the ladder."""

def betfair_floor(price_e4: int) -> int:
    """The highest ladder price not above `price_e4`; below the ladder its lowest price."""

def betfair_ceil(price_e4: int) -> int:
    """The lowest ladder price not below `price_e4`; above the ladder its highest price."""

def betfair_nearest(price_e4: int) -> int:
    """The ladder price nearest to `price_e4`, the higher one halfway."""

def betfair_offset(price_e4: int, ticks: int) -> int:
    """The ladder price `ticks` steps above (below, if negative) the floor of `price_e4`, kept on the ladder."""
