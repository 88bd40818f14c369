"""A bet as settlement sees it: its legs, what became of it so far, and the version the wallet knows."""

from enum import IntEnum
from fractions import Fraction
from typing import Final

import msgspec

from pyplatform.kernel import ids


class WagerState(IntEnum):
    """Where a bet stands in the wallet; `OVER` ones (rejected, sold back whole) are never settled."""

    PENDING = 1
    OPEN = 2
    SETTLED = 3
    VOIDED = 4
    OVER = 5


STATES: Final = {
    "pending": WagerState.PENDING,
    "open": WagerState.OPEN,
    "settled": WagerState.SETTLED,
    "voided": WagerState.VOIDED,
    "rejected": WagerState.OVER,
    "cashed_out": WagerState.OVER,
}
"""By the names of the ledger's transitions."""
SAME_GAME: Final = "SAME_GAME"


class WagerLeg(msgspec.Struct, frozen=True, gc=False):
    """One leg at the price taken (`price_e4`).

    `place_fraction` (numerator, denominator) and `places` are its each-way terms, `places` 0 for none. With `best_odds`
    the starting price is paid where it is better, `at_start` whatever it is.
    """

    market_id: str
    selection: int
    price_e4: int
    place_fraction: tuple[int, int] = (1, 1)
    places: int = 0
    event_id: str = ""
    best_odds: bool = False
    at_start: bool = False


class Sale(msgspec.Struct, frozen=True, gc=False):
    """A part of a bet that was bought back: by which attempt, for how much, of what was still held."""

    key: str
    amount: int
    part: tuple[int, int]
    seq: int
    open: bool


class Wager(msgspec.Struct, gc=False):
    """A bet in the book of settlement.

    `kind`, `sizes` and `bankers` are the structure as `core.betting` names it; a SAME_GAME has one price for all its
    legs, `joint_price_e4`. `stake` and `paid` are amounts at the
    currency's scale: all lines together, and what the last settlement returned. `sold` is the share that partial
    cash-outs ended; `closed_at` (ns) is when the last result was journaled. `boost_bp` is a bonus on the profit if
    every leg wins, `max_return` the most that is paid for the whole bet (0: no bound).
    """

    bet_id: bytes
    brand: int
    player: bytes
    currency: str
    stake: int
    legs: tuple[WagerLeg, ...]
    version: int
    state: WagerState
    kind: str = "SINGLE"
    sizes: tuple[int, ...] = ()
    bankers: tuple[int, ...] = ()
    each_way: bool = False
    free: bool = False
    joint_price_e4: int = 0
    paid: int = 0
    sold: Fraction = Fraction(0)
    closed_at: int = 0
    sales: tuple[Sale, ...] = ()
    boost_bp: int = 0
    max_return: int = 0

    @property
    def placed_ms(self) -> int:
        """When it was placed, milliseconds."""
        return ids.timestamp_ms(self.bet_id)

    def sell(self, sale: Sale, version: int) -> bool:
        """Take in a sale that left the bet at `version`; False if it is known."""
        if version <= self.version:
            return False
        self.sold += (1 - self.sold) * Fraction(*sale.part)
        self.sales = (*self.sales, sale)
        return True
