"""Recorded feeds as they lie on disk, told apart by content: our recordings, Betfair stream files, UOF line files.

A Betfair file has one JSON message a line and a UOF line file `receive time in ms TAB routing key TAB XML`; both may
be compressed with gzip or bzip2. A line without a time of its own is given that of the one before.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from pyplatform.core.feeds.betfair import StreamError, open_stream
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recording import MAGIC, Broken, Reader
from pyplatform.kernel.errors import PlatformError

BETFAIR, UOF = "betfair", "uof"
_MS: Final = 1_000_000
_LOOKED_AT: Final = 200
"""A recording may begin with broken lines; one that has nothing but those is none."""
_LINE_ENDS: Final = b"\r\n"
_PUBLISH_TIME: Final = re.compile(rb'"pt"\s*:\s*(\d{1,15})\b')
_UOF_LINE: Final = re.compile(rb"\s*(\d{1,15})\t([^\t]*)\t\s*(?=<|\xef\xbb\xbf<)")
_MARKET_CHANGE: Final = re.compile(rb'"op"\s*:\s*"mcm"')


class Recorded:
    """One file to be read through once; `broken` and `cut_off` fill while it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kind = _kind(path)
        try:
            self._reader = Reader(path) if self.kind == "recording" else None
        except StreamError as error:
            raise PlatformError(str(error)) from error
        self.broken: list[Broken] = [] if self._reader is None else self._reader.broken
        self.cut_off = ""
        """Why the file could not be read to its end."""

    @property
    def format(self) -> str:
        """`betfair` or `uof`."""
        return self.kind if self._reader is None else self._reader.header.format

    def items(self) -> Iterator[Received | Health]:
        """What the file holds up to where it breaks off: what was recorded before that is worth playing."""
        try:
            if self._reader is not None:
                yield from self._reader.items()
            else:
                yield from self._lines()
        except StreamError as error:
            self.cut_off = str(error)

    def _lines(self) -> Iterator[Received]:
        read = _betfair if self.kind == BETFAIR else _uof
        at, offset = 0, 0
        for line in open_stream(self.path):
            stripped = line.rstrip(_LINE_ENDS)
            if stripped.strip():
                found = read(stripped, at)
                if found is None:
                    self.broken.append(Broken(offset, "not `time TAB routing key TAB XML`"))
                else:
                    at = found.at_ns
                    yield found
            offset += len(line)


def _betfair(line: bytes, before: int) -> Received:
    found = _PUBLISH_TIME.search(line)
    return Received(int(found[1]) * _MS if found else before, "", line)


def _uof(line: bytes, _: int) -> Received | None:
    found = _UOF_LINE.match(line)
    if found is None:
        return None
    return Received(int(found[1]) * _MS, found[2].decode("utf-8", "replace"), line[found.end() :])


def _kind(path: Path) -> str:
    """Which of the three a file is; raises PlatformError in one sentence if it is none of them."""
    if _begins_as_recording(path):
        return "recording"
    count, broken = 0, ""
    try:
        for line in islice(open_stream(path), _LOOKED_AT):
            if not line.strip():
                continue
            count += 1
            if _UOF_LINE.match(line):
                return UOF
            if _MARKET_CHANGE.search(line) and line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{"):
                return BETFAIR
    except StreamError as error:
        broken = str(error).partition(";")[0]
    if broken:
        raise PlatformError(f"{broken}; give a whole recording")
    why = "it is empty" if not count else "none of its first lines is a message of a feed"
    raise PlatformError(
        f"{path} is not a recorded feed ({why}): it is neither one of our recordings, nor a Betfair stream file "
        '(one {"op":"mcm",…} a line), nor a UOF line file (time TAB routing key TAB XML)'
    )


def _begins_as_recording(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC))
        if start[:2] == b"\x1f\x8b":
            with gzip.open(path) as packed:
                start = packed.read(len(MAGIC))
    except (OSError, EOFError, zlib.error):
        return False  # whatever reads it next says what is wrong
    return start == MAGIC


def one_format(recordings: list[Recorded]) -> str:
    """The format all of them have; raises PlatformError if they differ, for a feed process speaks one."""
    formats = {recorded.format for recorded in recordings}
    if len(formats) != 1:
        names = ", ".join(f"{recorded.path.name} is {recorded.format}" for recorded in recordings)
        raise PlatformError(f"one feed process plays one format: {names}")
    return formats.pop()
