"""CPU time of processes, and a reference operation in Python to compare with."""

import os
import time
from pathlib import Path

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")
_STEPS = 20_000


def used_by(roots: list[int]) -> float:
    """CPU seconds of processes and all their descendants so far, each counted once."""
    return cpu_seconds(sorted({pid for root in roots for pid in children_of(root)}))


def children_of(pid: int) -> list[int]:
    """A process and all its descendants that live now."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, open_ = [], [pid]
    while open_:
        current = open_.pop()
        found.append(current)
        open_ += parents.get(current, [])
    return found


def cpu_seconds(pids: list[int]) -> float:
    """CPU seconds the processes have used so far, those of children they have waited for included."""
    total = 0.0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(map(int, fields[11:15])) * _TICK_S
    return total


def reference_ns() -> float:
    """CPU time of one step of fixed Python work, the best of three: calls, a dict, a small tuple, formatting."""
    return min(_reference() for _ in range(3))


def _reference() -> float:
    table: dict[int, tuple[int, str]] = {}
    started = time.process_time_ns()
    for step in range(_STEPS):
        place = (step * 7919) & 1023
        table[place] = (step, f"{place:x}")
        if len(table) > 1_000:
            table.clear()
    return (time.process_time_ns() - started) / _STEPS


def percentile(figures: list[float], share: float) -> float:
    """The figure below which `share` of all lie, by the nearest rank."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
