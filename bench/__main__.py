"""`python -m bench [NAME…]` prints the performance table; `python -m bench --gate` judges the budgets."""

import argparse
import sys
from pathlib import Path

import msgspec
from rich.console import Console

from bench import budgets
from bench.judge import Rounds, Verdict, judge
from bench.measures import Measures
from bench.report import print_measured, print_verdicts
from pyplatform import telemetry
from pyplatform.kernel.config import Settings


def table(wanted: list[budgets.Benchmark], console: Console, json_file: Path | None) -> int:
    """Measure once and print; 0 whatever the figures are, for judging is the gate's work."""
    rows: list[tuple[budgets.Benchmark, Rounds]] = []
    with Measures(gate=False) as measures:
        for benchmark in wanted:
            console.print(f"measuring {benchmark.name} …", style="dim")
            rows.append((benchmark, measures.measure(benchmark.name)))
    print_measured(rows, console)
    if json_file:
        json_file.write_bytes(msgspec.json.encode({b.name: rounds for b, rounds in rows}))
    return 0


def gate(wanted: list[budgets.Benchmark], console: Console) -> int:
    """Judge every budget; 1 if one is broken after three measurements."""
    verdicts: list[Verdict] = []
    with Measures(gate=True) as measures:
        for benchmark in wanted:
            console.print(f"judging {benchmark.name} …", style="dim")
            verdicts += judge(benchmark.name, benchmark.limits, lambda b=benchmark: measures.measure(b.name))  # type: ignore[misc]
    print_verdicts(verdicts, console)
    broken = [verdict for verdict in verdicts if not verdict.kept]
    for verdict in broken:
        console.print(
            f"{verdict.benchmark}: {verdict.limit.metric} is {verdict.best:g} at best, its budget is {verdict.limit}"
        )
    return 1 if broken else 0


def main() -> int:
    """Run what the arguments ask for."""
    every = budgets.load()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(b.name for b in every)}")
    parser.add_argument("--gate", action="store_true", help="judge the budgets and exit 1 if one is broken")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write every figure of every round to FILE"
    )
    arguments = parser.parse_args()
    unknown = set(arguments.names) - {b.name for b in every}
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")
    wanted = [b for b in every if not arguments.names or b.name in arguments.names]
    telemetry.setup("bench", Settings(log_level="warning"))
    console = Console(width=None if sys.stdout.isatty() else 120)
    return gate(wanted, console) if arguments.gate else table(wanted, console, arguments.json)


if __name__ == "__main__":
    sys.exit(main())
