"""Recorded feeds played again: at their own speed, faster, as fast as possible, a day in a given time, on time."""

import asyncio
from array import array
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge
from itertools import chain, pairwise
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final, NamedTuple

from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.sources import Recorded
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import get_logger

LONGEST_GAP_NS: Final = 60 * 10**9
"""A day played in a given time: quiet stretches longer than this are shortened to it, for they carry nothing to
watch."""
IN_PLAY_SHARE: Final = 0.2
"""Share of that time given to the race itself, which lasts minutes after a day of betting."""
_BREATH: Final = 64
_IN_PLAY: Final = (b'"inPlay":true', b'"inPlay": true')

log = get_logger("feeds.replay")


class Played(NamedTuple):
    """An item and the share of the whole that has been played with it (0-1)."""

    progress: float
    item: Received | Health


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: `seconds` for the whole day with its gaps shortened, or `speed` times the original (inf: no pause).

    `on_time`: as a live source would send it, see `on_time`.
    """

    speed: float = 1.0
    seconds: float | None = None
    on_time: bool = False


async def replay(paths: Sequence[Path], pace: Pace) -> AsyncIterator[Played]:
    """Yield all items of all files, merged by time, when they are due, stamped with the time they are yielded.

    Falls behind rather than skipping when the reader is slower than the pace. The event loop is given a turn at least
    once an item when there is a pace.
    """
    # In a thread: reading a long file through once would hold up the loop for seconds.
    if pace.seconds is not None:
        due = [await asyncio.to_thread(shares, path, pace.seconds) for path in paths]
        streams = [zip(at, _items(path), strict=True) for at, path in zip(due, paths, strict=True)]
        async for played in _paced(merge(*streams, key=lambda timed: timed[0]), pace.seconds):
            yield played
        return
    first, last = await asyncio.to_thread(_span, paths)
    timed = merge(*(_timed(path, first, pace.speed) for path in paths), key=lambda timed: timed[0])
    async for played in _paced(timed, (last - first) / 1e9 / pace.speed):
        yield played


async def _paced(timed: Iterable[tuple[float, Received | Health]], whole_s: float) -> AsyncIterator[Played]:
    """Wait for each item's moment (seconds from the start)."""
    started = monotonic()
    for number, (due, item) in enumerate(timed):
        if whole_s:
            await asyncio.sleep(max(0.0, started + due - monotonic()))
        elif number % _BREATH == 0:
            await asyncio.sleep(0)
        yield Played(min(1.0, due / whole_s) if whole_s else 0.0, replace(item, at_ns=now_ns()))


@dataclass(frozen=True, slots=True)
class OnTime:
    """Recordings as a live source: the messages of the `past`, then `ahead`, every item when the clock shows its time.

    What the producers were in the past comes first of what is ahead, as from a feed that has recovered.
    """

    past: list[Received]
    ahead: AsyncIterator[Played]


def on_time(paths: Sequence[Path]) -> OnTime:
    """Read recordings up to now. Reads files: call it in a thread."""
    first, last = _span(paths)
    items = merge(*map(_items, paths), key=lambda item: item.at_ns)
    past: list[Received] = []
    stands: dict[str, Health] = {}
    waiting: list[Received | Health] = []
    now = now_ns()
    for item in items:
        if item.at_ns > now:
            waiting.append(item)
            break
        if isinstance(item, Health):
            stands[item.producer] = item
        else:
            past.append(item)

    async def ahead() -> AsyncIterator[Played]:
        for item in chain(stands.values(), waiting, items):
            await asyncio.sleep(max(0.0, (item.at_ns - now_ns()) / 1e9))
            yield Played((item.at_ns - first) / max(1, last - first), replace(item, at_ns=now_ns()))

    return OnTime(past, ahead())


def _items(path: Path, *, told: bool = True) -> Iterator[Received | Health]:
    """Items of a file. `told`: an earlier reading of it has said what is wrong."""
    recorded = Recorded(path)
    yield from recorded.items()
    if told:
        return
    if recorded.cut_off:
        log.warning("recording is not whole", error=recorded.cut_off)
    for broken in recorded.broken:
        log.warning("recording is damaged", path=str(path), offset=broken.offset, reason=broken.reason)


def _timed(path: Path, first: int, speed: float) -> Iterator[tuple[float, Received | Health]]:
    latest = first
    for item in _items(path):
        # Time does not run backwards, whatever a line says.
        latest = max(latest, item.at_ns)
        yield (latest - first) / 1e9 / speed, item


def _span(paths: Sequence[Path]) -> tuple[int, int]:
    """Times of the first and the last item of all files."""
    first, last = 2**63, 0
    for path in paths:
        count = 0
        for item in _items(path, told=False):
            count += 1
            if item.at_ns:
                first, last = min(first, item.at_ns), max(last, item.at_ns)
        _check_not_empty(path, count)
    return min(first, last), last


def shares(path: Path, seconds: float) -> Sequence[float]:
    """Moment of each item in seconds: gaps capped, the race stretched to its share."""
    times = array("q")
    turned: int | None = None
    for index, item in enumerate(_items(path, told=False)):
        times.append(item.at_ns)
        if turned is None and isinstance(item, Received) and any(mark in item.payload for mark in _IN_PLAY):
            turned = index
    _check_not_empty(path, len(times))
    elapsed = array("d", [0.0])
    for earlier, later in pairwise(times):
        elapsed.append(elapsed[-1] + min(max(later - earlier, 0), LONGEST_GAP_NS))
    off = elapsed[turned] if turned is not None else elapsed[-1]
    race = elapsed[-1] - off
    before = 1.0 - IN_PLAY_SHARE if race and off else float(off > 0)
    found = (
        at / off * before
        if at <= off and off
        else before + (at - off) / race * (1.0 - before)
        if race
        else 1.0
        for at in elapsed
    )
    return array("d", (share * seconds for share in found))


def _check_not_empty(path: Path, count: int) -> None:
    if not count:
        raise PlatformError(f"{path.name} holds no messages; give a recorded feed")


ORIGINAL: Final = Pace()
AS_FAST_AS_POSSIBLE: Final = Pace(inf)
