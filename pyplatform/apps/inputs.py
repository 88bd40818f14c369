"""Whether what a user gives to be played is a recording at all, asked before anything is started."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from pyplatform.core.feeds.files import StreamError, open_stream
from pyplatform.kernel.errors import PlatformError

_LINES_LOOKED_AT: Final = 200
"""A recording may begin with a broken line; one that has nothing but those is none."""


class _Message(msgspec.Struct):
    op: str = ""


_decoder: Final = msgspec.json.Decoder(_Message)


def check_inputs(paths: Iterable[Path]) -> None:
    """Raise PlatformError for the first file that has no market change message in its first 200 lines."""
    for path in paths:
        _check(path)


def _check(path: Path) -> None:
    count, broken = 0, ""
    try:
        for line in islice(open_stream(path), _LINES_LOOKED_AT):
            count += 1
            if _is_market_change(line):
                return
    except StreamError as error:
        broken = str(error).partition(";")[0]
    if broken:
        raise PlatformError(f"{broken}; give a whole Betfair stream file")
    why = "it is empty" if not count else "none of its first lines is a market change message"
    raise PlatformError(f'{path} is not a Betfair stream file ({why}): it needs one {{"op":"mcm",…}} a line')


def _is_market_change(line: bytes) -> bool:
    try:
        return _decoder.decode(line).op == "mcm"
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
