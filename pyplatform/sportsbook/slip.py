"""The slip: what the player asked for, as the journal keeps it for ever.

A slip is `{schema, version, bytes}`. Old versions stay readable: `decode` upcasts. The session that placed the bet
and the price we accepted are not part of the request (a retry after a new login must still meet the first answer);
they travel beside it as `Terms`.
"""

import struct

import msgspec

from pyplatform.kernel.errors import PlatformError

SINGLE_SCHEMA = 1
SINGLE_VERSION = 1

_TERMS = struct.Struct("<I16s")


class Single(msgspec.Struct, array_like=True, frozen=True):
    """A bet on one selection at the price the player saw (`price_e4`, ten-thousandths)."""

    market_id: str
    selection_id: int
    price_e4: int


class Terms(msgspec.Struct, frozen=True):
    """What the sportsbook decided: the price taken (or current, in a refusal) and the session that asked."""

    price_e4: int
    session_id: bytes

    def encode(self) -> bytes:
        """Return the 20 bytes that travel with the verdict."""
        return _TERMS.pack(self.price_e4, self.session_id)


class UnknownSlipError(PlatformError):
    """A slip of a schema or version this build cannot read."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Single)


def encode(slip: Single) -> bytes:
    """Encode `slip` in the current version."""
    return _encoder.encode(slip)


def decode(schema: int, version: int, data: bytes) -> Single:
    """Read a slip of any version ever written; raises `UnknownSlipError` for others."""
    if (schema, version) != (SINGLE_SCHEMA, SINGLE_VERSION):
        message = (
            f"slip schema {schema} version {version} is unknown to this build; upgrade before reading it"
        )
        raise UnknownSlipError(message)
    return _decoder.decode(data)


def decode_terms(data: bytes) -> Terms:
    """Read the terms of an entry or reply."""
    price_e4, session_id = _TERMS.unpack(data)
    return Terms(price_e4, session_id)
