"""The slip: what the player asked for, as the journal keeps it for ever.

A slip is `{schema, version, bytes}`. Old versions stay readable: `decode` upcasts. The session that placed the bet
and what we decided are not part of the request (a retry after a new login must still meet the first answer); they
travel beside it as `Decided` (`decided.py`).
"""

from typing import Final

import msgspec

from pyplatform.contracts.sportsbook.bets import Leg, PlaceBet
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.kernel.errors import PlatformError

SINGLE_SCHEMA: Final = 1
SLIP_SCHEMA: Final = 2
VERSION: Final = 1
SAME_GAME: Final = "SAME_GAME"


class Single(msgspec.Struct, array_like=True, frozen=True):
    """Schema 1: a bet on one selection at the price the player saw (`price_e4`, ten-thousandths)."""

    market_id: str
    selection_id: int
    price_e4: int


class Slip(msgspec.Struct, array_like=True, frozen=True):
    """Schema 2: a bet with legs, as `PlaceBet` explains it; its stake is the entry's amount."""

    bet_type: str
    legs: tuple[Leg, ...]
    sizes: tuple[int, ...] = ()
    each_way: bool = False
    price_policy: PricePolicy | None = None
    tolerance_bp: int = 0
    joint_price_e4: int = 0

    @property
    def bankers(self) -> list[int]:
        """The legs, counted from 0, that are in every line."""
        return [number for number, leg in enumerate(self.legs) if leg.banker]


class UnknownSlipError(PlatformError):
    """A slip of a schema or version this build cannot read."""


_encoder = msgspec.msgpack.Encoder()
_slip = msgspec.msgpack.Decoder(Slip)
_single = msgspec.msgpack.Decoder(Single)


def of_request(request: PlaceBet) -> Slip:
    """The slip of an attempt."""
    return Slip(
        request.bet_type,
        request.legs,
        request.sizes,
        request.each_way,
        request.price_policy,
        request.tolerance_bp,
        request.joint_price_e4,
    )


def encode(slip: Slip) -> bytes:
    """Encode `slip` in the current version of schema 2."""
    return _encoder.encode(slip)


def as_single(slip: Slip) -> bytes | None:
    """The same bet as schema 1 had it; None for what it could not say."""
    leg = slip.legs[0]
    if slip != Slip("SINGLE", (leg,)) or leg.banker:
        return None
    return _encoder.encode(Single(leg.market_id, leg.selection_id, leg.price_e4))


def decode(schema: int, version: int, data: bytes) -> Slip:
    """Read a slip of any version ever written; raises `UnknownSlipError` for others.

    A schema 1 slip did not say of which event its market is: `event_id` is "".
    """
    match schema, version:
        case (2, 1):
            return _slip.decode(data)
        case (1, 1):
            single = _single.decode(data)
            return Slip("SINGLE", (Leg("", single.market_id, single.selection_id, single.price_e4),))
    raise UnknownSlipError(
        f"slip schema {schema} version {version} is unknown to this build; upgrade before reading it"
    )
