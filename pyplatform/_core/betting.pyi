"""`rust_core/betting` for Python: settlement exact to the minor unit.

Money is in integer minor units, prices in ten-thousandths (`price_e4`, 2.50 is 25000). Every impossible question
raises `ValueError` that names the field and the rule.
"""

from typing import Literal, final

__all__ = ["SingleSettlement", "settle_single"]

@final
class SingleSettlement:
    """What a single returns."""

    @property
    def returns_minor(self) -> int:
        """Gross return, stake included, rounded once; in the scale of the stake."""
    @property
    def total_stake_minor(self) -> int:
        """The stake."""
    @property
    def exact_returns(self) -> tuple[int, int]:
        """The return before rounding as (numerator, denominator) in lowest terms."""

def settle_single(
    stake_minor: int,
    price_e4: int,
    result: Literal["won", "lost"],
    void_halves: int = 0,
    places: int = 1,
    tied: int = 1,
    rounding: Literal["half_up", "down", "half_even"] = "half_up",
    unit: int = 1,
) -> SingleSettlement:
    """Settle a single: returns `stake·m`, rounded once, with `m = (1−v)·result·d·P + v`.

    - `v = void_halves/2`: 0 nothing void; 1 half (half-won or half-lost); 2 all (void, push, non-runner: m = 1);
    - `d = min(1, places/tied)`: a dead heat of `tied` runners for the `places` left from their position on; the
      stake is divided, the price paid in full;
    - `unit`: the rounding unit in the scale of the stake. 1 when the stake is in minor units; the amount of one
      minor unit when it is finer (10000 for EUR at six decimals).

    Raises ValueError: a stake that is not positive and a whole multiple of the unit, a price of 1 or less, void
    halves other than 0, 1, 2, a dead heat without places or runners, numbers too large for exact arithmetic, an
    unknown result or rounding mode.
    """
