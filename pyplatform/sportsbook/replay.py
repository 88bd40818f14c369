"""A recorded stream played again, compressed in time."""

import asyncio
import re
from array import array
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from heapq import merge
from itertools import pairwise
from pathlib import Path
from time import monotonic

from pyplatform.core.feeds.files import StreamError
from pyplatform.kernel.errors import PlatformError
from pyplatform.telemetry import get_logger

LONGEST_GAP = 60_000
"""Quiet stretches longer than this (ms) are shortened to it: hours of waiting carry nothing to watch."""
IN_PLAY_SHARE = 0.2
"""Share of the running time given to the race itself, which lasts minutes after a day of betting."""

log = get_logger("sportsbook.replay")

LineSource = Callable[[Path], Iterator[bytes]]

_PUBLISH_TIME = re.compile(rb'"pt"\s*:\s*(\d{1,15})')
_IN_PLAY = re.compile(rb'"inPlay"\s*:\s*true')


def _readable(path: Path, lines: LineSource, *, told: bool) -> Iterator[bytes]:
    """Lines of a file up to where it breaks off: what was recorded before that is still worth playing.

    `told`: an earlier reading of the file has said where it does.
    """
    try:
        for line in lines(path):
            # A last line that was cut off must not swallow the next one, which is another file's.
            yield line if line.endswith(b"\n") else line + b"\n"
    except StreamError as error:
        if not told:
            log.warning("recording is not whole", error=str(error))


def _schedule(path: Path, lines: LineSource) -> Sequence[float]:
    """Moment of each line as a fraction of the running time: gaps capped, the race stretched to its share."""
    times = array("q")
    turned: int | None = None
    for index, line in enumerate(_readable(path, lines, told=False)):
        found = _PUBLISH_TIME.search(line)
        times.append(int(found[1]) if found else (times[-1] if times else 0))
        if turned is None and _IN_PLAY.search(line):
            turned = index
    if not times:
        raise PlatformError(
            f"{path.name} holds no lines; give a Betfair stream file, one JSON message a line"
        )
    elapsed = array("d", [0.0])
    for earlier, later in pairwise(times):
        elapsed.append(elapsed[-1] + min(max(later - earlier, 0), LONGEST_GAP))
    off = elapsed[turned] if turned is not None else elapsed[-1]
    race = elapsed[-1] - off
    before = 1.0 - IN_PLAY_SHARE if race and off else float(off > 0)
    return array(
        "d",
        (
            at / off * before
            if at <= off and off
            else before + (at - off) / race * (1.0 - before)
            if race
            else 1.0
            for at in elapsed
        ),
    )


def _timed(path: Path, lines: LineSource, schedule: Sequence[float]) -> Iterator[tuple[float, bytes]]:
    yield from zip(schedule, _readable(path, lines, told=True), strict=True)


async def replay(paths: list[Path], lines: LineSource, seconds: float) -> AsyncIterator[tuple[float, bytes]]:
    """Yield (progress 0-1, line) of all files when they are due, each file spread over `seconds`.

    Falls behind rather than skipping when the reader is slower than the schedule. The event loop is given a turn
    at least once a line.
    """
    # In a thread: reading a long file through once would hold up the loop for longer than a lease lives.
    schedules = [await asyncio.to_thread(_schedule, path, lines) for path in paths]
    streams = [_timed(path, lines, schedule) for path, schedule in zip(paths, schedules, strict=True)]
    started = monotonic()
    for fraction, line in merge(*streams, key=lambda timed: timed[0]):
        await asyncio.sleep(max(0.0, started + fraction * seconds - monotonic()))
        yield fraction, line
