"""Many small messages in one: the frame in which commands and their answers cross processes.

`u8 kind, u16 n, n x (u32 length, bytes)`, little-endian. The answer has the same form, answers in order.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final

INTERACTIVE: Final = 1
SETTLEMENT: Final = 2

MAX_ITEMS: Final = 1024
MAX_BYTES: Final = 256 * 1024
"""Limit on the items of a frame together; a receiver accepts somewhat more, for answers."""
MAX_FRAME: Final = 1024 * 1024

_HEADER: Final = Struct("<BH")
_LENGTH: Final = Struct("<I")


def encode(kind: int, items: Sequence[bytes]) -> bytes:
    """Put items into one frame; raises ValueError when they are too many or too large."""
    if len(items) > MAX_ITEMS:
        raise ValueError(f"a frame holds at most {MAX_ITEMS} items, not {len(items)}")
    length = _LENGTH.pack
    parts = [_HEADER.pack(kind, len(items))]
    for item in items:
        parts += (length(len(item)), item)
    frame = b"".join(parts)
    if len(frame) > MAX_FRAME:
        raise ValueError(f"a frame holds at most {MAX_FRAME} bytes, not {len(frame)}")
    return frame


def decode(frame: bytes) -> tuple[int, list[bytes]]:
    """Take a frame apart into its kind and items; raises ValueError unless it is whole and within limits."""
    size = len(frame)
    if not _HEADER.size <= size <= MAX_FRAME:
        raise ValueError(f"not a frame: {size} bytes")
    kind, count = _HEADER.unpack_from(frame)
    if kind not in {INTERACTIVE, SETTLEMENT} or count > MAX_ITEMS:
        raise ValueError(f"not a frame: kind {kind}, {count} items")
    at = _HEADER.size
    length_at = _LENGTH.unpack_from
    items = []
    for _ in range(count):
        start = at + 4
        if start > size:
            raise ValueError("not a frame: it ends inside an item")
        at = start + length_at(frame, start - 4)[0]
        items.append(frame[start:at])
    if at != size:
        raise ValueError("not a frame: its items do not fill it exactly")
    return kind, items
