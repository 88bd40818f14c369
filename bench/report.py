"""The tables: what was measured, and what broke which budget."""

from collections.abc import Sequence
from statistics import median

from rich.console import Console
from rich.table import Table

from bench.budgets import Benchmark
from bench.judge import Rounds, Verdict

COMMAND = "make bench"


def figure(value: float | None, unit: str = "") -> str:
    """A number as a reader wants it: three significant figures, thousands apart."""
    if value is None:
        return "–"
    text = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{text} {unit}".rstrip().replace(" /s", "/s")


def reached(benchmark: Benchmark, value: float, goal: float | None) -> bool:
    """Whether a figure is as good as a goal; no goal is always reached."""
    if goal is None:
        return True
    return value >= goal if benchmark.higher_is_better else value <= goal


def _tail(rounds: Rounds) -> str:
    """The 99th percentile where a benchmark has one: a rate without it says little."""
    return f", p99 {figure(median(rounds['p99_ms']), 'ms')}" if "p99_ms" in rounds else ""


def print_measured(rows: Sequence[tuple[Benchmark, Rounds]], console: Console) -> None:
    """Print measure, must, aim, median of the rounds, and the command of each row."""
    table = Table(title="Performance (medians)")
    for column in ("measure", "must", "aim", "measured", "reached", "command"):
        table.add_column(column, justify="left" if column in {"measure", "command"} else "right")
    for benchmark, rounds in rows:
        value = median(rounds[benchmark.headline])
        word = "aim" if reached(benchmark, value, benchmark.aim) else "must"
        if not reached(benchmark, value, benchmark.must):
            word = "[red]missed[/red]"
        elif benchmark.must is None:
            word = "–"
        table.add_row(
            benchmark.title,
            figure(benchmark.must, benchmark.unit),
            figure(benchmark.aim, benchmark.unit),
            figure(value, benchmark.unit) + _tail(rounds),
            word,
            f"python -m bench {benchmark.name}",
        )
    console.print(table)


def print_verdicts(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print every budget with the best figure found and whether it was kept."""
    table = Table(title="Budgets")
    for column in ("benchmark", "figure", "budget", "best", "of budget", "measured", "verdict"):
        table.add_column(column, justify="left" if column in {"benchmark", "figure"} else "right")
    for verdict in verdicts:
        limit, best = verdict.limit, verdict.best
        share = "–"
        if best:
            share = f"{(best / limit.at_most if limit.at_most else (limit.at_least or 0.0) / best):.0%}"
        word = "kept" if verdict.kept else "[red]broken[/red]"
        table.add_row(
            verdict.benchmark,
            limit.metric,
            str(limit),
            figure(best),
            share,
            f"{verdict.attempts}×",
            word if verdict.judged else "not measurable here",
        )
    console.print(table)
