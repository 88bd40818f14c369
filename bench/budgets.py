"""`budgets.toml`: what is measured, what it must and should reach, and the budget the gate holds it to."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.judge import Limit

FILE = Path(__file__).with_name("budgets.toml")


@dataclass(frozen=True)
class Benchmark:
    """One row of the table."""

    name: str
    title: str
    unit: str
    headline: str
    """The metric the table shows."""
    must: float | None
    aim: float | None
    higher_is_better: bool
    limits: tuple[Limit, ...]


def load(path: Path = FILE) -> list[Benchmark]:
    """Every benchmark, in the order of the file; a missing or unknown word raises ValueError that names it."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_benchmark(name, entry) for name, entry in content.items()]


def _benchmark(name: str, entry: Mapping[str, Any]) -> Benchmark:
    unknown = set(entry) - {"title", "unit", "headline", "must", "aim", "better", "budget"}
    missing = {"title", "unit", "headline", "better", "budget"} - set(entry)
    if unknown or missing:
        message = f"budgets.toml: {name} has unknown words {sorted(unknown)} and lacks {sorted(missing)}"
        raise ValueError(message)
    return Benchmark(
        name=name,
        title=entry["title"],
        unit=entry["unit"],
        headline=entry["headline"],
        must=entry.get("must"),
        aim=entry.get("aim"),
        higher_is_better=entry["better"] == "higher",
        limits=tuple(_limit(name, metric, bound) for metric, bound in entry["budget"].items()),
    )


def _limit(name: str, metric: str, bound: Mapping[str, float]) -> Limit:
    if set(bound) not in ({"at_most"}, {"at_least"}):
        message = f"budgets.toml: the budget {name}.{metric} needs either at_most or at_least"
        raise ValueError(message)
    return Limit(metric, at_most=bound.get("at_most"), at_least=bound.get("at_least"))
