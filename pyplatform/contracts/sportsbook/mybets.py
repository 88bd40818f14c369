"""The read model of a player's bets: where it is kept, and in which words.

Amounts are integers at the currency's scale, prices in ten-thousandths (`_e4`), times nanoseconds since the epoch.
"""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec


class BetState(StrEnum):
    """Where a bet stands in the ledger; `REFERRED` is pending, and a trader is asked."""

    PENDING = "pending"
    REFERRED = "referred"
    OPEN = "open"
    SETTLED = "settled"
    VOIDED = "voided"
    REJECTED = "rejected"
    CASHED_OUT = "cashed_out"


class PlacedLeg(msgspec.Struct, array_like=True, frozen=True):
    """A leg at the price taken; `places` and `fraction` are the terms of its place part, 0 for none.

    With `best_odds` it is paid at the starting price if that is better; `at_start` whatever it is.
    """

    event_id: str
    market_id: str
    selection_id: int
    price_e4: int
    banker: bool
    places: int
    fraction: int
    best_odds: bool = False
    at_start: bool = False


class PlacedBet(msgspec.Struct, array_like=True, frozen=True):
    """A bet as it was placed; `stake` is that of all lines. `boost_bp` is a bonus on the profit if every leg wins, and
    `max_return` the most that is paid for bonus and starting prices, 0 for no bound."""

    bet_id: str
    player: str
    bet_type: str
    legs: tuple[PlacedLeg, ...]
    sizes: tuple[int, ...]
    each_way: bool
    stake: int
    currency: str
    at: int
    joint_price_e4: int = 0
    free: bool = False
    boost_bp: int = 0
    max_return: int = 0


def bet_key(tenant: str, bet_id: str) -> str:
    """Valkey hash `{placed, state, returns, sold:<seq>, seq}`: a msgpack `PlacedBet`, a `BetState`, what the newest
    settlement paid, what each entry bought back for, and the last entry that changed anything."""
    return f"{tenant}:bet:{bet_id}"


def bets_key(tenant: str, player: str, month: str) -> str:
    """Valkey set of the ids of the bets a player placed in a month (`month_of`)."""
    return f"{tenant}:bets:{player}:{month}"


def bets_position_key(tenant: str) -> str:
    """Valkey hash `{seq, hash}`: up to which batch of the ledger the bets of `tenant` have come."""
    return f"{tenant}:bets:position"


def month_of(at: int) -> str:
    """The month of a time, such as "2026-11"."""
    return datetime.fromtimestamp(at / 1e9, UTC).strftime("%Y-%m")
