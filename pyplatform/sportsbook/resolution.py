"""What a market's definition says about its bets: who was removed, who won, and what a bet returns."""

import hashlib
from enum import IntEnum

import msgspec

from pyplatform.core import betting, feeds


class VoidReason(IntEnum):
    """Why stakes go back; journaled with the void."""

    SELECTION_REMOVED = 1
    MARKET_VOID = 2


class Resolution(msgspec.Struct, array_like=True, frozen=True):
    """State of a market's results; `closed` means nothing more is to come unless the result is corrected."""

    market_id: str
    places: int
    removed: tuple[int, ...]
    winners: tuple[int, ...]
    closed: bool

    def evidence(self) -> bytes:
        """SHA-256 of the resolution: proof of what a settlement was based on."""
        return hashlib.sha256(msgspec.msgpack.encode(self)).digest()

    def after(self, earlier: "Resolution | None") -> "Resolution":
        """What stands when this is told after `earlier`.

        A closed market stays closed and a removed runner removed, whatever a replay or an old image of the market
        says; only another result takes the place of a result.
        """
        if earlier is None or self.closed:
            return self
        if earlier.closed:
            return earlier
        removed = tuple(sorted({*self.removed, *earlier.removed}))
        return msgspec.structs.replace(self, removed=removed)


def of_definition(market_id: str, definition: feeds.betfair.MarketDefinition) -> Resolution:
    """Read the resolution out of a feed's market definition."""
    removed = tuple(sorted(r.id for r in definition.runners if r.status in {"REMOVED", "REMOVED_VACANT"}))
    closed = definition.status == "CLOSED"
    winning = {"WINNER", "PLACED"}
    winners = tuple(sorted(r.id for r in definition.runners if closed and r.status in winning))
    return Resolution(market_id, max(1, definition.number_of_winners), removed, winners, closed)


def settles(resolution: Resolution, selection: int) -> bool:
    """Whether a bet on `selection` can be decided now."""
    return resolution.closed or selection in resolution.removed


def void_reason(resolution: Resolution, selection: int) -> VoidReason | None:
    """Why a bet on `selection` is void, or None if it has a result.

    A market that closes without a winner was abandoned: every stake goes back.
    """
    if selection in resolution.removed:
        return VoidReason.SELECTION_REMOVED
    if resolution.closed and not resolution.winners:
        return VoidReason.MARKET_VOID
    return None


def returns(resolution: Resolution, selection: int, stake: int, price_e4: int, unit: int) -> int:
    """Gross return of a single on `selection`, an amount like `stake`, rounded to whole minor units of `unit`.

    More winners than places share them: a dead heat.
    """
    if selection not in resolution.winners:
        return 0
    settled = betting.settle_single(
        stake, price_e4, "won", places=resolution.places, tied=len(resolution.winners), unit=unit
    )
    return settled.returns_minor
