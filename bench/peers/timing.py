"""Ours and the peer in turns: CPU time of the process, samples of a few milliseconds, medians."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from statistics import median

from bench.peers.comparison import Comparison, Operation

SAMPLE_NS = 10_000_000
ROUNDS = 9
LEAST_ROUNDS = 3
BUDGET_NS = 4_000_000_000
"""CPU time after which a comparison with a slow peer makes do with fewer rounds."""


@dataclass(frozen=True)
class Measured:
    """Figures of a comparison, one a round: CPU microseconds of one operation."""

    ours_us: list[float]
    peer_us: list[float]
    agreed: bool | None

    @property
    def ratio(self) -> float:
        """How many times the peer's speed ours is: the median of the rounds' ratios."""
        return median(p / o for o, p in zip(self.ours_us, self.peer_us, strict=True))


def measure(comparison: Comparison, rounds: int = ROUNDS) -> Measured:
    """Warm both up, then time them in turns, each going first in every other round.

    Raises PeerMissingError when the peer's package is not installed.
    """
    comparison.peer()
    comparison.ours()
    agreed = comparison.agree() if comparison.agree else None
    mine = _Timer(comparison.ours, comparison.operations)
    theirs = _Timer(comparison.peer, comparison.peer_operations or comparison.operations)
    started = time.process_time_ns()
    for round_ in range(rounds):
        for timer in (mine, theirs) if round_ % 2 else (theirs, mine):
            timer.sample()
        if round_ + 1 >= LEAST_ROUNDS and time.process_time_ns() - started > BUDGET_NS:
            break
    return Measured(mine.us, theirs.us, agreed)


class _Timer:
    def __init__(self, operation: Operation, operations: int) -> None:
        self._operation, self._operations = operation, operations
        self._calls = 1
        with _undisturbed():
            while (taken := self._run()) < SAMPLE_NS:
                grown = self._calls * SAMPLE_NS // max(taken, 1)
                self._calls = max(2 * self._calls, min(grown, 100 * self._calls))
        self.us: list[float] = []

    def sample(self) -> None:
        with _undisturbed():
            self.us.append(self._run() / 1e3 / self._calls / self._operations)

    def _run(self) -> int:
        operation = self._operation
        started = time.process_time_ns()
        for _ in repeat(None, self._calls):
            operation()
        return time.process_time_ns() - started


@contextmanager
def _undisturbed() -> Iterator[None]:
    """The collector cleans up before a sample, not within it."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
