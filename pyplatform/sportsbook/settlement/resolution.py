"""What a market's results say about its bets: who was removed, who won, and what a bet returns."""

import hashlib
from enum import IntEnum
from typing import Final

import msgspec

from pyplatform.contracts.feeds import OutcomeResult, Result
from pyplatform.core import betting
from pyplatform.sportsbook.markets.selections import selection_id

_E4: Final = 10_000
_FIRST_FIELDS: Final = 5
_SECOND_FIELDS: Final = 7
_THIRD_FIELDS: Final = 10


class VoidReason(IntEnum):
    """Why stakes go back; journaled with the void."""

    SELECTION_REMOVED = 1
    MARKET_VOID = 2
    CANCELLED = 3
    """The feed voids the bets of a time, or the outcome."""
    NO_STARTING_PRICE = 4
    """The bet was to be paid at one."""


class Decided(msgspec.Struct, array_like=True, frozen=True):
    """A selection that is decided for itself; the fields are those of a feed's `OutcomeResult`."""

    selection: int
    won: bool
    void_halves: int
    places: int
    tied: int


class Withdrawal(msgspec.Struct, array_like=True, frozen=True):
    """What the removal of a selection takes off the winnings of bets on the others that were struck before `at_ms`.

    `pence` is the rule 4 deduction a pound of winnings, `factor_bp` an exchange's reduction of the price in basis
    points; which of them goes is the tenant's rule. `at_ms` None: every bet.
    """

    selection: int
    at_ms: int | None
    pence: int
    factor_bp: int


class Placing(msgspec.Struct, array_like=True, frozen=True):
    """Where a selection finished, with how many others at the same position (`tied` counts itself)."""

    selection: int
    position: int
    tied: int = 1


class Resolution(msgspec.Struct, array_like=True, frozen=True):
    """State of a market's results; `closed` means nothing more is to come unless the result is corrected.

    `each` holds the results of a market whose selections are decided one by one, and is authoritative there;
    `separate` says that they are, also while none is decided. `cancels` are windows of placement times (ms) whose
    bets are void, open where None. `placed` tells who finished where, for bets each way; `starting` are starting
    prices, pairs (selection, ten-thousandths), for bets that were promised the better.
    """

    market_id: str
    places: int
    removed: tuple[int, ...]
    winners: tuple[int, ...]
    closed: bool
    each: tuple[Decided, ...] = ()
    cancels: tuple[tuple[int | None, int | None], ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    placed: tuple[Placing, ...] = ()
    separate: bool = False
    starting: tuple[tuple[int, int], ...] = ()

    def evidence(self) -> bytes:
        """SHA-256 of the resolution: proof of what a settlement was based on."""
        fields = msgspec.structs.astuple(self)
        # What an earlier version could say keeps the hash it had there.
        if not self.starting:
            fields = fields[:_THIRD_FIELDS]
        if not (self.starting or self.withdrawals or self.placed or (self.separate and not self.each)):
            fields = fields[: _SECOND_FIELDS if self.each or self.cancels else _FIRST_FIELDS]
        return hashlib.sha256(msgspec.msgpack.encode(fields)).digest()

    def after(self, earlier: "Resolution | None") -> "Resolution":
        """What stands when this is told after `earlier`.

        A closed market stays closed and a removed runner removed, whatever a replay or an old image of the market
        says; only another result takes the place of a result. Where selections are decided one by one, the newest
        word is all that stands, also if it takes everything back.
        """
        if earlier is None or self.closed or self.separate:
            return self
        if earlier.closed:
            return earlier
        removed = tuple(sorted({*self.removed, *earlier.removed}))
        known = {one.selection for one in self.withdrawals}
        kept = tuple(one for one in earlier.withdrawals if one.selection not in known)
        return msgspec.structs.replace(self, removed=removed, withdrawals=(*kept, *self.withdrawals))

    def starting_price(self, selection: int) -> int | None:
        """Starting price of a selection in ten-thousandths, where it is known."""
        return next((price for one, price in self.starting if one == selection), None)

    def decided(self, selection: int) -> Decided | None:
        """The selection's own result, where there is one."""
        return next((one for one in self.each if one.selection == selection), None)

    def cancelled(self, placed_ms: int) -> bool:
        """Whether a bet placed then is void."""
        return any(
            (begin is None or placed_ms >= begin) and (end is None or placed_ms <= end)
            for begin, end in self.cancels
        )


def of_result(market_id: str, result: Result) -> Resolution:
    """Read the resolution out of a feed's result."""
    decided = [one for one in result.outcomes if one.won is not None]
    if result.each:
        each = tuple(
            Decided(selection_id(one.key), bool(one.won), one.void_halves, one.places, one.tied)
            for one in decided
        )
        return Resolution(market_id, 1, (), (), result.final, each, result.cancels, separate=True)
    removed = tuple(sorted(selection_id(one.key) for one in decided if one.void_halves == 2))
    winners = tuple(sorted(selection_id(one.key) for one in decided if one.won))
    withdrawals = tuple(_withdrawal(one) for one in decided if one.void_halves == 2 and one.reduction)
    starting = tuple(
        (selection_id(one.key), round(one.starting * _E4))
        for one in decided
        if one.starting is not None and round(one.starting * _E4) > _E4
    )
    return Resolution(
        market_id,
        max(1, result.places),
        removed,
        winners,
        result.final,
        withdrawals=withdrawals,
        starting=starting,
    )


def _withdrawal(removed: OutcomeResult) -> Withdrawal:
    """An exchange's adjustment factor is the runner's chance in percent, so its price is the inverse of it."""
    percent = min(max(removed.reduction or 0.0, 0.0), 99.0)
    at_ms = None if removed.removed_at is None else removed.removed_at // 1_000_000
    pence = betting.rule4_pence(round(100.0 / percent, 4)) if percent > 0.0 else 0
    return Withdrawal(selection_id(removed.key), at_ms, pence, round(percent * 100))
