"""`rust_core/odds` for Python: margin out of and into prices, price books, exact prices, ladders, stakes.

Words: a decimal price `o > 1` carries the book probability `π = 1/o`; the booksum is `S = Σπ`; a market with `T`
winners (`target`) has fair probabilities `p` that sum to `T`. Integer prices are in ten-thousandths (`price_e4`,
2.50 is 25000). Every impossible question raises `ValueError` that names the field and the rule.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
    "Removal",
    "RemovalBatch",
    "application_methods",
    "apply_margin",
    "apply_margins",
    "kelly",
    "kelly_exclusive",
    "methods",
    "price_formats",
    "remove_margin",
    "remove_margins",
]

_OnInvalid = Literal["error", "fallback", "allow"]

@final
class Removal:
    """Fair probabilities and how they were found."""

    @property
    def probabilities(self) -> tuple[float, ...]:
        """In the order of the prices, 0.0 where none was given; they sum to the target."""
    @property
    def method(self) -> str:
        """The method that gave them; "multiplicative" after a fallback."""
    @property
    def parameter(self) -> float | None:
        """k of power, c of odds_ratio, z of shin (negative below round) and balanced_book, step of goto, d of jsd."""
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
        """k of power, c of odds_ratio, z of shin and balanced_book; None for the others."""
    @property
    def booksum(self) -> float:
        """Sum of the inverse prices: `target·(1 + margin)`."""
    @property
    def iterations(self) -> int:
        """Newton steps taken; 0 for closed forms."""
    @property
    def valid(self) -> bool:
        """Every price is above 1."""

def methods() -> tuple[str, ...]:
    """Names of the methods `remove_margin` knows."""

def application_methods() -> tuple[str, ...]:
    """Names of the methods that can also put a margin on."""

def remove_margin(
    prices: Sequence[float | None],
    method: str = "shin",
    target: float = 1.0,
    on_invalid: _OnInvalid = "error",
) -> Removal:
    """Take the margin out of decimal prices; None is a suspended outcome, left out with probability 0.0.

    - multiplicative: `p = π·T/S`;
    - additive: `p = π − (S−T)/n`;
    - power: `p = π^k` with `Σp = T` (Vovk & Zhdanov 2009);
    - odds_ratio: `p = 1/(1 + c(o−1))` with `Σp = T` (Cheung 2015);
    - shin: `p = (√(z² + 4(1−z)π²/S) − z) / (2(1−z))`, z the share of insiders (Shin 1992; Jullien & Salanié 1994);
      one winner only;
    - goto: `p = π − s(S−T)/Σs` with `s = √(1−π)` (goto-conversion);
    - efficient_shin: Shin's closed form for two outcomes, each against the rest, divided by the sum; one winner only;
      useless in big fields, for it has a pole at `π = (S−1)/2`;
    - balanced_book: `p = (π−z)/(1−z)` with `z = (S−1)/(n−1)` (Fingleton & Waldron 1999); one winner only;
    - jsd: the same Jensen-Shannon distance d (nats) between π and p < π for every outcome (Long); never underround.

    `on_invalid` says what to do when a probability would leave (0, 1) or the book is underround (S < T): "error"
    raises, "fallback" uses multiplicative, "allow" returns the numbers with `valid` and `underround` set.

    Raises ValueError: fewer than two prices, a price that is not a finite number above 1, a target outside (0, n), a
    target other than 1 for a method with one winner, a book out of the method's reach, an unknown method or choice.
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
    - additive: `π = p + mT/n`; can do so too;
    - power: `π = p^k`, 0 < k ≤ 1; prices stay above 1; needs `T(1+m) < n`;
    - odds_ratio: `π = cp/(1−p+cp)`, c ≥ 1; prices stay above 1; needs `T(1+m) < n`;
    - shin: `y = √(zp + (1−z)p²)`, `π = y·Σy`; attainable while `1+m < (Σ√p)²`; one winner only;
    - balanced_book: `π = p(1−z) + z` with `z = m/(n−1)`; needs `1+m < n`; one winner only.

    `remove_margin` by the same method gives the probabilities back. `on_invalid` says what to do when a price is not
    above 1: "allow" returns the numbers with `valid` False, "error" raises, "fallback" uses multiplicative.

    Raises ValueError: fewer than two probabilities, one outside (0, 1), a sum that is not the target, a negative
    margin, a margin out of the method's reach, a method that only removes, an unknown method or choice.
    """

@final
class RemovalBatch:
    """Fair probabilities of many markets, as arrays."""

    probabilities: Final[NDArray[np.float64]]
    """In the shape of the prices; every market's sum to the target."""
    parameter: Final[NDArray[np.float64]]
    """The method's parameter, one a market; NaN where the method has none."""
    booksum: Final[NDArray[np.float64]]
    """Sum of the inverse prices, one a market."""
    iterations: Final[NDArray[np.int64]]
    """Newton steps taken, one a market."""
    valid: Final[NDArray[np.bool_]]
    """Every probability of the market lies strictly between 0 and 1."""
    fallback: Final[NDArray[np.bool_]]
    """The market was done by multiplicative instead."""
    underround: Final[NDArray[np.bool_]]
    """The market's booksum was below the target."""

@final
class ApplicationBatch:
    """Prices of many markets, as arrays."""

    prices: Final[NDArray[np.float64]]
    """Decimal prices in the shape of the probabilities, not yet on a ladder."""
    parameter: Final[NDArray[np.float64]]
    """The method's parameter, one a market; NaN where the method has none."""
    booksum: Final[NDArray[np.float64]]
    """Sum of the inverse prices, one a market."""
    iterations: Final[NDArray[np.int64]]
    """Newton steps taken, one a market."""
    valid: Final[NDArray[np.bool_]]
    """Every price of the market is above 1."""
    fallback: Final[NDArray[np.bool_]]
    """The market was done by multiplicative instead."""

def remove_margins(
    prices: ArrayLike,
    method: str = "shin",
    target: float = 1.0,
    on_invalid: _OnInvalid = "error",
    offsets: ArrayLike | None = None,
) -> RemovalBatch:
    """`remove_margin` of many markets in one call; other threads run while a big batch is worked on.

    `prices` has two dimensions, a market a row; or one, and `offsets` says where the markets begin: market i is
    `prices[offsets[i]:offsets[i + 1]]`, the first offset 0, the last the number of prices.

    Raises ValueError: other shapes, rows of different lengths, offsets that do not fit, and what `remove_margin`
    raises for the first market that has no answer, with its position ("market 17: price 2 is ...").
    """

def apply_margins(
    probabilities: ArrayLike,
    margin: ArrayLike,
    method: str = "shin",
    target: float = 1.0,
    on_invalid: _OnInvalid = "allow",
    offsets: ArrayLike | None = None,
) -> ApplicationBatch:
    """`apply_margin` of many markets in one call, laid out as for `remove_margins`; one margin, or one a market.

    Raises ValueError: other shapes, offsets or margins that do not fit, and what `apply_margin` raises for the first
    market that has no answer, with its position.
    """

def price_formats() -> tuple[str, ...]:
    """Names of the price formats: decimal, fractional, american, hongkong, indonesian, malay."""

@final
class Price:
    """A price exactly as it was taken, a rational; compares and hashes by its value.

    With `x = o − 1`: decimal is `o`; fractional is `x` as n/d or "evens"; american is `+100x` from evens up, else
    `−100/x`; hongkong is `x`; indonesian is american/100; malay is `x` up to evens, else `−1/x`.

    Text and numbers are read exactly, a float by its shortest digits (0.85 is 17/20).

    Raises ValueError: a number the format does not have (american −99, malay 1.5, decimal 1.0), more than 18 digits,
    an unknown format.
    """

    def __new__(cls, value: str | float | Decimal | Fraction, odds_format: str = "decimal") -> Price: ...
    def value(self, odds_format: str = "decimal") -> Fraction:
        """The exact number the price is in a format."""
    def display(self, odds_format: str = "decimal", places: int = 2) -> str:
        """The price as customers see it: american to an integer, fractions exact and reduced, the others to `places`
        decimals (9 at most), halves rounded up in size. Never settle on what is displayed.
        """
    @property
    def probability(self) -> float:
        """`1/o`."""
    def __float__(self) -> float:
        """The decimal price, rounded to a float."""
    def __reduce__(self) -> tuple[type[Price], tuple[str, str]]:
        """How it is copied and pickled."""
    def __lt__(self, other: Price, /) -> bool: ...
    def __le__(self, other: Price, /) -> bool: ...
    def __gt__(self, other: Price, /) -> bool: ...
    def __ge__(self, other: Price, /) -> bool: ...

@final
class Ladder:
    """A ladder of decimal prices, in ten-thousandths so that no float decides a tick.

    `Ladder(tiers)` is a house's own: `(start, stop, step)` in ten-thousandths, each tier from where the last stopped.
    Prices beyond an end of the ladder snap to that end.

    Raises ValueError: no tier, a start not above 1, a stop that is not whole steps later, a gap; a negative price.
    """

    def __new__(cls, tiers: Sequence[tuple[int, int, int]]) -> Ladder: ...
    def __len__(self) -> int:
        """Number of prices."""
    def prices(self) -> tuple[int, ...]:
        """Every price, lowest first."""
    def is_valid(self, price_e4: int) -> bool:
        """Whether the price is on the ladder."""
    def floor(self, price_e4: int) -> int:
        """The highest ladder price not above `price_e4`."""
    def ceil(self, price_e4: int) -> int:
        """The lowest ladder price not below `price_e4`."""
    def nearest(self, price_e4: int) -> int:
        """The ladder price nearest to `price_e4`, the higher one halfway."""
    def offset(self, price_e4: int, ticks: int) -> int:
        """The ladder price `ticks` above (below, if negative) the floor of `price_e4`, kept on the ladder."""
    def distance(self, from_e4: int, to_e4: int) -> int:
        """Ticks from the floor of one price up to the floor of another, negative if that is lower."""
    def limit(self, price_e4: int, side: Literal["back", "lay"]) -> int:
        """A customer's limit on the ladder, never tighter than asked: down to back, up to lay."""
    def snap(
        self, prices_e4: ArrayLike, how: Literal["floor", "ceil", "nearest"] = "floor"
    ) -> NDArray[np.int64]:
        """Bring whole arrays of prices onto the ladder; other threads run while a big one is worked on."""

BETFAIR: Final[Ladder]
BETFAIR_FINEST: Final[Ladder]
BETDAQ: Final[Ladder]

@final
class FractionalLadder:
    """The UK fractional ladder: 119 rungs from 1/1000 to 1000/1 in their customary spelling (4/6, 6/4, 85/40)."""

    @staticmethod
    def rungs() -> tuple[str, ...]:
        """Every rung, shortest price first."""
    @staticmethod
    def is_valid(price: Price) -> bool:
        """Whether the price is a rung, however it is spelt."""
    @staticmethod
    def floor(price: Price) -> str | None:
        """The longest rung not above the price; None below the ladder."""
    @staticmethod
    def ceil(price: Price) -> str | None:
        """The shortest rung not below the price; None above the ladder."""
    @staticmethod
    def nearest(price: Price) -> str:
        """The rung nearest in decimal price, the shorter one halfway; beyond the ladder its end."""
    @staticmethod
    def offset(price: Price, ticks: int) -> str:
        """The rung `ticks` above (below, if negative) the floor of the price, kept on the ladder."""
    @staticmethod
    def distance(from_price: Price, to_price: Price) -> int:
        """Rungs from the floor of one price up to the floor of another, negative if that is shorter."""

UK_FRACTIONAL: Final[FractionalLadder]

@final
class Kelly:
    """The stake on one outcome."""

    stake: Final[float]
    """Share of the bank to stake; 0.0 without an edge."""
    edge: Final[float]
    """Expected profit of a stake of 1: `p·o − 1`."""
    log_growth: Final[float]
    """Expected growth of the bank's logarithm (nats a bet) at this stake."""

@final
class ExclusiveKelly:
    """The stakes on outcomes of which exactly one happens."""

    stakes: Final[tuple[float, ...]]
    """Shares of the bank, in the order of the outcomes."""
    reserve: Final[float]
    """Share of the bank kept."""
    log_growth: Final[float]
    """Expected growth of the bank's logarithm (nats a bet)."""
    arbitrage: Final[bool]
    """Every outcome is priced and `Σ1/o < 1`: a profit without risk exists."""

def kelly(price: float, probability: float, fraction: float = 1.0) -> Kelly:
    """The stake that makes a bank grow fastest (Kelly 1956): `f = max(0, (p·o − 1)/(o − 1))·fraction`.

    Raises ValueError: a price that is not a finite number above 1, a probability outside [0, 1], a fraction outside
    (0, 1].
    """

def kelly_exclusive(prices: Sequence[float | None], probabilities: Sequence[float]) -> ExclusiveKelly:
    """The stakes on mutually exclusive outcomes (Smoczynski & Tomkins 2010), None for an outcome without a price.

    By falling `p·o`, an outcome joins the set S while `p·o > R = (1 − Σp)/(1 − Σ1/o)` over S; then `f = p − R/o`: the
    smallest stakes of those that grow the bank fastest.

    Raises ValueError: fewer than two outcomes, lists of different lengths, a price that is not a finite number above
    1, a probability outside [0, 1], probabilities that do not sum to 1.
    """
