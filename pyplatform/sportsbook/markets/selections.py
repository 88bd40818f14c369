"""Numbers of selections: the sportsbook counts in integers, feeds name their outcomes by text."""

from hashlib import blake2b
from typing import Final

_NUMBERED: Final = 2**52
"""Numbers below are the feed's own; those from here to 2^53, exact in every client, stand for other names."""


def selection_id(key: str) -> int:
    """Number of the outcome `key`: its digits where it is a number, else always the same one of 2^52."""
    if key.isascii() and key.isdigit() and len(key) <= 15 and (key == "0" or key[0] != "0"):
        return int(key)
    digest = int.from_bytes(blake2b(key.encode(), digest_size=8).digest())
    return _NUMBERED + digest % _NUMBERED
