"""Placing a bet: what the gateway asks of the event's owner, and what it answers.

Prices are decimal odds in ten-thousandths (`price_e4`); amounts are integers at the currency's scale; times are
nanoseconds since the epoch.
"""

from enum import IntEnum, StrEnum

import msgspec


class Refusal(IntEnum):
    """Why the sportsbook refuses a bet; the wallet journals the number, the API answers the lower-case name."""

    MARKET_SUSPENDED = 201
    MARKET_CLOSED = 202
    UNKNOWN_MARKET = 203
    UNKNOWN_SELECTION = 204
    PRICE_CHANGED = 205
    SELECTION_REMOVED = 206
    LIABILITY_EXCEEDED = 207
    NO_PRICE = 208


class PlaceBet(msgspec.Struct, array_like=True, frozen=True):
    """One player's attempt to place a single, as the gateway hands it to the event's owner."""

    tenant: str
    brand: int
    player: bytes
    session_id: bytes
    key: str
    market_id: str
    selection_id: int
    price_e4: int
    stake: int
    currency: str
    correlation: bytes
    traceparent: str


class BetOutcome(StrEnum):
    """How an attempt ended; `PENDING` waits out the in-play delay, ask for it on `decision_subject`."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class BetAnswer(msgspec.Struct, array_like=True, frozen=True):
    """The answer to `PlaceBet`; a retry with the same key gets the same, with `replayed` set.

    `code` is the stable name of the refusal ("" when accepted); `field` names the differing field of a conflict;
    `price_e4` is the accepted price, or the current one when it changed (0 when unknown).
    """

    outcome: BetOutcome
    code: str
    bet_id: str
    price_e4: int
    seq: int
    at: int
    replayed: bool
    field: str = ""


def command_subject(owner: str, epoch: int) -> str:
    """Request subject of the process that owns events under `epoch`; payload: one frame of `PlaceBet`."""
    return f"event.cmd.{owner}.{epoch}"


class AwaitDecision(msgspec.Struct, array_like=True, frozen=True):
    """Asks how a pending bet was decided; answered with its `BetAnswer` once it is."""

    tenant: str
    bet_id: str


def decision_subject(owner: str, epoch: int) -> str:
    """Request subject for `AwaitDecision`: one message a bet, for it is answered only after the delay."""
    return f"event.decision.{owner}.{epoch}"


def locate_subject(owner: str) -> str:
    """Request subject on which the owner answers with its epoch (ASCII decimal)."""
    return f"event.where.{owner}"
