"""Bets whose return is not fixed: at the starting price, or at the better of it and the price taken.

Until the off nobody knows the starting price; the price on offer is the house's own estimate of it. So a bet at the
starting price counts at the price on offer, and one at the better of both at the dearer of the price taken and that.
"""

from typing import Final

import msgspec

E4: Final = 10_000


class Floating(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a bet returns beyond its payout: `slope` for every 1.0 that the price is above `low`, up to `high` (0: no
    bound), where the promise ends.

    Prices are in ten-thousandths; `taken` is the price when it was placed, which counts while no other is known.
    """

    slope: int
    taken: int
    low: int
    high: int = 0

    def at(self, price_e4: int) -> int:
        """How much that is at a price, rounded up."""
        price = min(price_e4, self.high) if self.high else price_e4
        return -(-self.slope * max(0, price - self.low) // E4)


class Rises:
    """The sum of what some bets return beyond their payouts at a price: Σ slope·((P − low)⁺ − (P − high)⁺).

    It is kept by the prices where it bends, of which a ladder has few, whatever the number of bets. `taken` is the sum
    of all at their own prices.
    """

    __slots__ = ("_bends", "taken")

    def __init__(self) -> None:
        self._bends: dict[int, int] = {}
        self.taken = 0

    def put(self, one: Floating, sign: int) -> None:
        """Take a bet in, or out with -1."""
        self._bend(one.low, sign * one.slope)
        if one.high:
            self._bend(one.high, -sign * one.slope)
        self.taken += sign * one.at(one.taken)

    def _bend(self, at: int, slope: int) -> None:
        if left := self._bends.get(at, 0) + slope:
            self._bends[at] = left
        else:
            self._bends.pop(at, None)

    def at(self, price_e4: int) -> int:
        """The sum at a price, rounded up."""
        rise = sum([slope * (price_e4 - at) for at, slope in self._bends.items() if at < price_e4])
        return -(-rise // E4)

    def __bool__(self) -> bool:
        return bool(self._bends)
