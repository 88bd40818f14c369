"""`rust_core/betting`'s trading desk: prices that move against liability, prices that changed.

Money and prices as in `_core.trading`; integer prices are in ten-thousandths. Every impossible question raises
`ValueError` that names the field and the rule.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, final

from pyplatform._core.odds import FractionalLadder, Ladder, Price
from pyplatform._core.pricing import PricedBook, PricingRule

__all__ = [
    "AutoMover",
    "Moved",
    "MoverState",
    "PriceDecision",
    "auto_move",
    "exchange_price",
    "price_change",
    "step_prices",
]

_Number = str | int | float | Decimal
_Price = _Number | Price

@final
class PriceDecision:
    """Whether a bet stands, and at which price."""

    @property
    def accepted(self) -> bool:
        """Whether the bet stands."""
    @property
    def decision(self) -> Literal["ACCEPT", "REOFFER"]:
        """The same as a word."""
    @property
    def price(self) -> Price:
        """The price at which the bet stands, or that is offered instead."""

def price_change(
    policy: Literal["NONE", "HIGHER", "ANY", "WITHIN"],
    requested: _Price,
    current: _Price,
    tolerance: _Number | None = None,
    *,
    better: Literal["current", "requested"] = "current",
) -> PriceDecision:
    """Decide on a bet that was asked for at one price while another is current, by their exact values.

    NONE accepts no change, HIGHER a higher price, ANY every price, WITHIN a higher price and a lower one with
    `(requested − current)/requested ≤ tolerance`. `better` is the price a bet stands at when the price has risen.

    Raises ValueError: an unknown policy, a price of 1 or less, WITHIN without a tolerance between 0 and 1.
    """

def exchange_price(
    price: _Price, reduction_factor: _Number, market: Literal["WIN", "PLACE"] = "WIN"
) -> Price:
    """A matched exchange price after a withdrawal: `price·(1 − RF)` to 2 decimals, halves up, at least 1.01.

    `reduction_factor` is in per cent; in win markets one below 2.5 changes nothing. Unlike rule 4 it reduces the price
    itself. Betfair's example: 8.6 at 16.2 % is 7.21.

    Raises ValueError: a factor outside 0 to 100, a price of 1 or less, an unknown market.
    """

def auto_move(
    fair: Sequence[float], pnl: Sequence[int], limit: int, alpha: float = 0.25
) -> tuple[float, ...]:
    """Fair probabilities p skewed by liability: `logit q_i = logit p_i + alpha·(mean(pnl) − pnl_i)/limit`, scaled back
    to the sum of p. What the house would lose on becomes likelier, thus shorter.

    Raises ValueError: fewer than two outcomes, a probability not strictly between 0 and 1, other numbers of `pnl`, a
    limit that is not above 0, an alpha that is negative or no number.
    """

@final
class Moved:
    """Prices after a move."""

    @property
    def book(self) -> PricedBook:
        """The book that is offered; its probabilities are the skewed ones."""
    @property
    def offsets(self) -> tuple[float, ...]:
        """How far each outcome is from its fair probability, in log-odds before scaling back."""
    @property
    def capped(self) -> bool:
        """Whether the minute's allowance held the move back."""

@final
class MoverState:
    """Where a mover stands."""

    def __new__(
        cls, now_ns: int, offsets: Sequence[float], spent: Sequence[tuple[int, float]]
    ) -> MoverState: ...
    @property
    def now_ns(self) -> int:
        """The last move, ns."""
    @property
    def offsets(self) -> tuple[float, ...]:
        """How far each outcome is from its fair probability, in log-odds before scaling back."""
    @property
    def spent(self) -> tuple[tuple[int, float], ...]:
        """Moves of the last minute: when, and how far the outcome that moved most, in log-odds."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

@final
class AutoMover:
    """Moves the prices of one market against liability: `auto_move` within an allowance, then margin and ladder.

    In any minute the outcome that moves most moves by at most `per_minute` (log-odds; 0.2 takes an even chance to
    0.55); the clock comes with the question. Changes of the fair probabilities pass at once. Raises ValueError:
    fewer than two outcomes, a limit that is not above 0, a negative alpha or allowance.
    """

    def __new__(
        cls, outcomes: int, limit: int, *, alpha: float = 0.25, per_minute: float = 0.2
    ) -> AutoMover: ...
    @staticmethod
    def restore(state: MoverState, limit: int, *, alpha: float = 0.25, per_minute: float = 0.2) -> AutoMover:
        """A mover that goes on where another stood; limit, alpha and allowance may be others by now.

        Raises ValueError as the constructor, and for a state that no mover can have.
        """
    def state(self) -> MoverState:
        """Where the mover stands: what its owner writes down to `restore` it after a restart or elsewhere."""
    def step(
        self,
        now_ns: int,
        fair: Sequence[float],
        pnl: Sequence[int],
        rule: PricingRule,
        *,
        ceilings_e4: Sequence[int | None] | None = None,
        manual_e4: Sequence[int | None] | None = None,
    ) -> Moved:
        """Move towards where liability pulls and price the result as `odds.price_probabilities` does.

        `ceilings_e4` are the prices at which a customer could sell elsewhere what we sold: no move passes them, so
        none opens an arbitrage with the reference.

        Raises ValueError: other numbers of outcomes, a clock that goes back, and as `auto_move` and
        `odds.price_probabilities`; then nothing has moved.
        """

def step_prices(
    prices_e4: Sequence[int],
    pnl: Sequence[int],
    table: int | Sequence[tuple[int, int]],
    *,
    ladder: Ladder | FractionalLadder | None = None,
    min_e4: int = 10_100,
) -> tuple[int, ...]:
    """Prices shortened by ticks of the ladder (Betfair's unless another is given), not below `min_e4`; a fraction's
    are named as in `PricedBook.prices_e4`.

    `table` is an amount (each whole so much of liability is one tick) or rows (liability, ticks) that rise; the
    liability of an outcome is what is lost in it. A price of 0 stays 0, and the book only gains margin.

    Raises ValueError: other numbers of prices than of `pnl`, an amount of 0, rows that do not rise.
    """
