"""What a recorded feed holds, for an operator to read in 80 columns."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from pyplatform.contracts.feeds import Catalogue
from pyplatform.feeds.adapter import Adapter, adapter
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recording import Broken
from pyplatform.feeds.sources import BETFAIR, Recorded

MOST_LISTED: Final = 10
_NS: Final = 10**9
_OP: Final = re.compile(rb'"op"\s*:\s*"(\w+)"')
_CHANGE_TYPE: Final = re.compile(rb'"ct"\s*:\s*"(\w+)"')
_ROOT: Final = re.compile(rb"<([A-Za-z_][\w-]*)")
_WIDTH: Final = 80


@dataclass(frozen=True, slots=True)
class Gap:
    """A silence: when it began and how long it was (ns)."""

    began: int
    length: int


@dataclass(slots=True)
class Inspection:
    """Summary of one file; times in ns, offsets into the uncompressed content."""

    path: Path
    kind: str
    format: str
    size: int
    messages: int = 0
    payload_bytes: int = 0
    first: int = 0
    last: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    gaps: list[Gap] = field(default_factory=list)
    longest: Gap = Gap(0, 0)
    health: list[Health] = field(default_factory=list)
    markets: int = 0
    events: int = 0
    updates: int = 0
    unreadable: int = 0
    problems: list[str] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)
    cut_off: str = ""

    @property
    def sound(self) -> bool:
        """Whether everything in the file could be read."""
        return not (self.broken or self.unreadable or self.cut_off)


def inspect(path: Path, gap_s: float) -> Inspection:
    """Read a file through; silences of `gap_s` and more are gaps. Raises PlatformError if it is no recorded feed."""
    recorded = Recorded(path)
    form = recorded.format
    found = Inspection(path, recorded.kind, form, path.stat().st_size)
    state = adapter(form, form)
    events: set[str] = set()
    markets: set[str] = set()
    for item in recorded.items():
        if isinstance(item, Health):
            found.health.append(item)
            continue
        _count(found, item, gap_s)
        state.apply(item)
        if found.messages % 256 == 0:
            _collect(state, markets, events)
    _collect(state, markets, events)
    found.markets, found.events, found.updates = len(markets), len(events), state.updates
    found.unreadable = state.broken
    found.problems = state.problems()
    found.broken, found.cut_off = recorded.broken, recorded.cut_off
    return found


def _collect(state: Adapter, markets: set[str], events: set[str]) -> None:
    for told in state.tell():
        markets.add(told.market)
        if isinstance(told.body, Catalogue):
            events.add(told.body.event)


def _count(found: Inspection, item: Received, gap_s: float) -> None:
    found.messages += 1
    found.payload_bytes += len(item.payload)
    found.kinds[_kind_of(item, found.format)] += 1
    if not item.at_ns:
        return
    found.first = found.first or item.at_ns
    silence = Gap(found.last, item.at_ns - found.last) if found.last else Gap(0, 0)
    if silence.length >= gap_s * _NS:
        found.gaps.append(silence)
    if silence.length > found.longest.length:
        found.longest = silence
    found.last = max(found.last, item.at_ns)


def _kind_of(item: Received, form: str) -> str:
    if form == BETFAIR:
        op, change = _OP.search(item.payload), _CHANGE_TYPE.search(item.payload)
        name = op[1].decode() if op else "unknown"
        return f"{name} {change[1].decode()}" if change else name
    root = _ROOT.search(item.payload.partition(b"?>")[2] or item.payload)
    return root[1].decode() if root else "unknown"


def report(found: Inspection) -> Iterator[str]:
    """The summary in lines of at most 80 columns."""
    what = {"recording": f"our recording of {found.format}", BETFAIR: "Betfair stream file"}
    yield _row("file", found.path.name)
    yield _row("kind", f"{what.get(found.kind, 'UOF line file')}, {found.size:,} bytes")
    yield _row("messages", f"{found.messages:,} ({found.payload_bytes:,} bytes)")
    held = f"{found.markets:,} in {found.events:,} events, {found.updates:,} updates applied"
    yield _row("markets", held)
    if found.first:
        yield _row("first", _time(found.first))
        yield _row("last", f"{_time(found.last)}, {_duration(found.last - found.first)} later")
        if found.longest.length:
            began = _time(found.longest.began)
            yield _row("longest gap", f"{_duration(found.longest.length)} from {began}")
    yield from _listed("kinds", [f"{count:>11,}  {kind}" for kind, count in found.kinds.most_common()])
    gaps = [f"{_duration(gap.length):>11}  from {_time(gap.began)}" for gap in found.gaps]
    yield from _listed("gaps", gaps)
    yield from _listed("health", [_health(one) for one in found.health])
    broken = [f"byte {one.offset:,}: {one.reason}" for one in found.broken]
    yield from _listed("broken", broken)
    yield from _listed("unreadable", found.problems, found.unreadable)
    if found.cut_off:
        yield _row("cut off", found.cut_off)
    yield _row("verdict", "sound" if found.sound else "not whole: see above")


def _listed(title: str, lines: list[str], count: int | None = None) -> Iterator[str]:
    total = len(lines) if count is None else count
    for number, line in enumerate(lines[:MOST_LISTED]):
        yield _row(title if not number else "", line)
    if total > MOST_LISTED:
        yield _row("", f"… and {total - MOST_LISTED:,} more")


def _row(title: str, text: str) -> str:
    line = f"{title:<12}{text}"
    return line if len(line) <= _WIDTH else f"{line[: _WIDTH - 1]}…"


def _health(health: Health) -> str:
    return f"{_time(health.at_ns)}  {health.producer} {'up' if health.up else 'down'}: {health.reason}"


def _time(ns: int) -> str:
    return datetime.fromtimestamp(ns / _NS, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-3] + "Z"


def _duration(ns: int) -> str:
    seconds = ns / _NS
    if seconds < 60:
        return f"{seconds:.3f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min {seconds:02} s" if hours else f"{minutes} min {seconds:02} s"
