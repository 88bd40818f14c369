"""UUIDv7: 16 raw bytes inside, the usual hyphenated text at the edges."""

from os import urandom
from threading import Lock
from time import time_ns
from uuid import UUID

_TIME_BITS, _RANDOM_BITS = 48, 74
_RANDOM_BYTES = 10
_BYTES = 16
_STEP_BYTES = 4
_LOW_BITS = 62
_LOW_MASK = (1 << _LOW_BITS) - 1
_VERSION, _VARIANT = 0x7 << 76, 0b10 << 62

_lock = Lock()
_last = 0


def uuid7() -> bytes:
    """Return a new UUIDv7 as 16 bytes, greater than every one this process made before."""
    global _last  # noqa: PLW0603 - the whole point is one order per process
    fresh = (time_ns() // 1_000_000 << _RANDOM_BITS) | (
        int.from_bytes(urandom(_RANDOM_BYTES)) >> (8 * _RANDOM_BYTES - _RANDOM_BITS)
    )
    with _lock:
        if fresh <= _last:
            # Same millisecond or a clock set back: step on by a random amount, so that ids stay unguessable.
            fresh = _last + 1 + int.from_bytes(urandom(_STEP_BYTES))
        _last = fresh
    high = fresh >> _LOW_BITS  # 48 bits of time and the 12 bits beside the version
    return ((high >> 12 << 80) | _VERSION | ((high & 0xFFF) << 64) | _VARIANT | (fresh & _LOW_MASK)).to_bytes(
        16
    )


def text(value: bytes) -> str:
    """Write a 16-byte id as the usual 36 characters; raises ValueError for any other length."""
    if len(value) != _BYTES:
        raise ValueError(f"an id has {_BYTES} bytes, not {len(value)}")
    # Sliced, not by way of UUID: every request writes one, and this takes a third of the time.
    digits = value.hex()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def parse(value: str) -> bytes:
    """Read the 36-character form; raises ValueError, in plain words, for anything else."""
    try:
        if len(value) == 36:
            return UUID(value).bytes
    except ValueError:
        pass
    raise ValueError(
        f"not an id: {value[:64]!r}; expected a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057"
    )


def timestamp_ms(value: bytes) -> int:
    """Millisecond since the epoch at which a UUIDv7 was made."""
    return int.from_bytes(value[: _TIME_BITS // 8])
