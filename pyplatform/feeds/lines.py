"""Bytes in any chunking into lines."""

from collections.abc import Iterator
from typing import Final

LONGEST: Final = 64 << 20


class LineTooLong(Exception):  # noqa: N818 - it names a state
    """A line has no end within the longest that is taken."""


class Lines:
    """The lines of one connection, without their ends (CR LF or LF); empty ones are left out."""

    def __init__(self, longest: int = LONGEST) -> None:
        self._longest = longest
        self._begun: list[bytes] = []
        self._size = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The lines that `chunk` completes; raises LineTooLong."""
        *whole, rest = chunk.split(b"\n")
        for part in whole:
            line = b"".join((*self._begun, part)) if self._begun else part
            self._begun.clear()
            self._size = 0
            if line := line.removesuffix(b"\r"):
                yield line
        if rest:
            self._begun.append(rest)
            self._size += len(rest)
            if self._size > self._longest:
                raise LineTooLong(f"a line is longer than {self._longest} bytes")
