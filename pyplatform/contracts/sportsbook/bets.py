"""Placing a bet: what the gateway asks of the event's owner, and what it answers.

Prices are decimal odds in ten-thousandths (`price_e4`); amounts are integers at the currency's scale; times are
nanoseconds since the epoch.
"""

from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from pyplatform.contracts.sportsbook.terms import PricePolicy


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
    RELATED_LEGS = 209
    STAKE_TOO_HIGH = 210
    PAYOUT_TOO_HIGH = 211
    EACH_WAY_NOT_OFFERED = 212
    SAME_GAME_NOT_OFFERED = 213
    REFERRAL_REJECTED = 214
    REFERRAL_TIMED_OUT = 215
    REOFFERED = 216
    """A trader would take the bet at another price or stake."""
    STARTING_PRICE_NOT_OFFERED = 217


class BetType(StrEnum):
    """Types a slip may have, named as in `core.betting`; legs of a SAME_GAME are of one event, at one price."""

    SINGLE = "SINGLE"
    DOUBLE = "DOUBLE"
    TREBLE = "TREBLE"
    FOURFOLD = "FOURFOLD"
    FIVEFOLD = "FIVEFOLD"
    SIXFOLD = "SIXFOLD"
    SEVENFOLD = "SEVENFOLD"
    EIGHTFOLD = "EIGHTFOLD"
    ACCA = "ACCA"
    TRIXIE = "TRIXIE"
    PATENT = "PATENT"
    YANKEE = "YANKEE"
    LUCKY15 = "LUCKY15"
    CANADIAN = "CANADIAN"
    LUCKY31 = "LUCKY31"
    HEINZ = "HEINZ"
    LUCKY63 = "LUCKY63"
    SUPER_HEINZ = "SUPER_HEINZ"
    GOLIATH = "GOLIATH"
    LUCKY127 = "LUCKY127"
    LUCKY255 = "LUCKY255"
    SSA = "SSA"
    DSA = "DSA"
    ROUND_ROBIN = "ROUND_ROBIN"
    FLAG = "FLAG"
    SUPER_FLAG = "SUPER_FLAG"
    UNION_JACK = "UNION_JACK"
    ALPHABET = "ALPHABET"
    SYSTEM = "SYSTEM"
    SAME_GAME = "SAME_GAME"


MOST_LEGS: Final = 20
STARTING_PRICE: Final = 0
"""The `price_e4` of a leg that is to be paid at its starting price; it counts at the price of the moment until then."""


class Leg(msgspec.Struct, array_like=True, frozen=True):
    """A selection of a slip at the price the player saw; a `banker` is in every line."""

    event_id: str
    market_id: str
    selection_id: int
    price_e4: int
    banker: bool = False


class PlaceBet(msgspec.Struct, array_like=True, frozen=True):
    """One player's attempt to bet, as the gateway hands it to the owner of its first leg's event.

    `stake` is that of all lines, place lines included. `sizes` are the k of a SYSTEM. `price_policy` (None: the
    house's) and `tolerance_bp` say which prices the player takes. `joint_price_e4` is the price of a SAME_GAME.
    """

    tenant: str
    brand: int
    player: bytes
    session_id: bytes
    key: str
    bet_type: str
    legs: tuple[Leg, ...]
    stake: int
    currency: str
    correlation: bytes
    traceparent: str
    sizes: tuple[int, ...] = ()
    each_way: bool = False
    price_policy: PricePolicy | None = None
    tolerance_bp: int = 0
    joint_price_e4: int = 0
    free_bet: bytes = b""
    """Id of the free bet that is staked; without one the player's money is."""


class BetOutcome(StrEnum):
    """How an attempt ended.

    `PENDING` waits out the in-play delay and `REFERRED` for a trader, both in the wallet already: ask for the decision
    on `decision_subject`.
    """

    ACCEPTED = "accepted"
    PENDING = "pending"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"
    REFERRED = "referred"


class BetAnswer(msgspec.Struct, array_like=True, frozen=True):
    """The answer to `PlaceBet`; a retry with the same key gets the same, with `replayed` set.

    `code` is the stable name of the refusal ("" when accepted); `field` names the differing field of a conflict.
    `prices` are those of the legs: taken, or current in a refusal (0 where there is none, empty when unknown);
    `joint_price_e4` is that of a SAME_GAME. `legs` are the legs a refusal is about, counted from 0. `max_stake` is what
    we would take, all lines together, where that is why the bet was refused.
    """

    outcome: BetOutcome
    code: str
    bet_id: str
    prices: tuple[int, ...]
    seq: int
    at: int
    replayed: bool
    field: str = ""
    legs: tuple[int, ...] = ()
    max_stake: int = 0
    joint_price_e4: int = 0
    expires_at: int = 0
    """Until when (ns) a trader may decide on a referred bet."""
    each_way: tuple[tuple[int, int], ...] = ()
    """Terms of the place part of every leg: (places, 4 for a quarter of the winnings)."""
    boost_bp: int = 0
    """Bonus on the profit if every leg wins, in basis points."""
    best_odds: tuple[int, ...] = ()
    """Legs that are paid at the starting price if that is better, counted from 0."""
    max_return: int = 0
    """The most that is paid where bonus or starting prices could pay more; 0: nothing bounds them."""


class QuoteBet(msgspec.Struct, array_like=True, frozen=True):
    """Asks what would become of a slip now; nothing is reserved or journaled. The stake may be 0."""

    slip: PlaceBet


class BetQuote(msgspec.Struct, array_like=True, frozen=True):
    """What would become of a slip: `code` "" if it would be taken.

    Prices and legs as in `BetAnswer`; `max_stake` is the most we would take of all lines, 0 when nothing would be, and
    `max_payout` bounds the return (0: nothing does).
    """

    code: str
    prices: tuple[int, ...]
    legs: tuple[int, ...]
    max_stake: int
    max_payout: int
    joint_price_e4: int
    delay: int
    """Seconds the bet would wait in play."""
    referral_above: int
    """Stakes above are referred to a trader; 0: none are."""
    each_way: tuple[tuple[int, int], ...] = ()
    boost_bp: int = 0
    best_odds: tuple[int, ...] = ()
    max_return: int = 0


def command_subject(owner: str, epoch: int) -> str:
    """Request subject of the process that owns events under `epoch`; payload: one frame of `PlaceBet`."""
    return f"event.cmd.{owner}.{epoch}"


class AwaitDecision(msgspec.Struct, array_like=True, frozen=True):
    """Asks how a pending or referred bet was decided; answered with its `BetAnswer` once it is."""

    tenant: str
    bet_id: str


def decision_subject(owner: str, epoch: int) -> str:
    """Request subject for `AwaitDecision`: one message a bet, for it is answered only after the delay."""
    return f"event.decision.{owner}.{epoch}"


def quote_subject(owner: str, epoch: int) -> str:
    """Request subject for `QuoteBet`, answered with a `BetQuote`."""
    return f"event.quote.{owner}.{epoch}"


def locate_subject(owner: str) -> str:
    """Request subject on which the owner answers with its epoch (ASCII decimal)."""
    return f"event.where.{owner}"
