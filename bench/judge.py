"""The gate's judgement, on numbers alone.

A benchmark is measured in rounds and gives one figure a metric and round. The gate looks at the *best* round, since
noise only ever makes a figure worse; a benchmark that breaks a budget is measured twice more before it fails.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

Rounds = Mapping[str, Sequence[float]]
"""Figures by metric, one a round."""

ATTEMPTS = 3


@dataclass(frozen=True)
class Limit:
    """The budget of one metric: at most or at least this much."""

    metric: str
    at_most: float | None = None
    at_least: float | None = None

    def best(self, figures: Iterable[float]) -> float:
        """The best of some figures."""
        return min(figures) if self.at_least is None else max(figures)

    def kept_by(self, figure: float) -> bool:
        """Whether a figure is within the budget; nothing that is not a number is."""
        if self.at_least is None:
            return self.at_most is not None and figure <= self.at_most
        return figure >= self.at_least

    def __str__(self) -> str:
        return f"≤ {self.at_most:g}" if self.at_least is None else f"≥ {self.at_least:g}"


@dataclass(frozen=True)
class Verdict:
    """What became of one budget."""

    benchmark: str
    limit: Limit
    best: float | None
    attempts: int

    @property
    def judged(self) -> bool:
        """Whether the metric could be measured on this machine."""
        return self.best is not None

    @property
    def kept(self) -> bool:
        """Whether the budget was kept, or could not be judged."""
        return self.best is None or self.limit.kept_by(self.best)


def verdicts(benchmark: str, limits: Sequence[Limit], rounds: Rounds, attempts: int) -> list[Verdict]:
    """Judge every budget of one benchmark on the figures of all rounds so far."""

    def best(limit: Limit) -> float | None:
        figures = rounds.get(limit.metric, ())
        return limit.best(figures) if figures else None

    return [Verdict(benchmark, limit, best(limit), attempts) for limit in limits]


def merged(first: Rounds, second: Rounds) -> Rounds:
    """All figures of two measurements."""
    return {name: [*first.get(name, ()), *second.get(name, ())] for name in {*first, *second}}


def judge(benchmark: str, limits: Sequence[Limit], measure: Callable[[], Rounds]) -> list[Verdict]:
    """Measure and judge; measure again, at most twice, while a budget is broken.

    A benchmark none of whose budgets could be judged is a broken benchmark: that raises `ValueError`.
    """
    rounds: Rounds = {}
    found: list[Verdict] = []
    for attempt in range(1, ATTEMPTS + 1):
        rounds = merged(rounds, measure())
        found = verdicts(benchmark, limits, rounds, attempt)
        if not any(verdict.judged for verdict in found):
            metrics = ", ".join(limit.metric for limit in limits)
            message = f"{benchmark} gave none of the figures its budgets are about: {metrics}"
            raise ValueError(message)
        if all(verdict.kept for verdict in found):
            break
    return found
