"""`python -m bench.peers [NAME…]`: our core beside its peers; a NAME picks modules or rows that contain it.

The peers are in a virtual environment of their own (`make peers`); this program goes on in it if it is there.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

import bench.peers
from bench.peers.comparison import Comparison, PeerMissingError
from bench.peers.timing import ROUNDS, Measured, measure
from bench.report import figure

ROOT = Path(__file__).resolve().parents[2]
PYTHON = ROOT / ".venv-peers" / "bin" / "python"


def modules() -> list[str]:
    """The modules that have comparisons."""
    names = [module.name for module in pkgutil.iter_modules(bench.peers.__path__) if not module.ispkg]
    return [name for name in names if name not in {"__main__", "comparison", "timing"}]


def wanted(names: list[str]) -> Iterator[Comparison]:
    """Rows whose name, or whose module's name, contains one of `names`; every row if there is none."""
    for module in modules():
        loaded = importlib.import_module(f"bench.peers.{module}")
        for comparison in loaded.comparisons():
            if not names or any(name in module or name in comparison.name for name in names):
                yield comparison


def word(comparison: Comparison, measured: Measured) -> str:
    """What a row reached."""
    if measured.agreed is False:
        return "[red]answers differ[/red]"
    if comparison.must is None:
        return "–"
    if measured.ratio < comparison.must:
        return "[red]missed[/red]"
    return "aim" if comparison.aim is not None and measured.ratio >= comparison.aim else "must"


def row(comparison: Comparison, rounds: int) -> tuple[list[str], dict[str, object]]:
    """The cells of one comparison, and its figures."""
    goals = [f"{goal:,g}×" if goal is not None else "–" for goal in (comparison.must, comparison.aim)]
    try:
        measured = measure(comparison, rounds)
    except PeerMissingError as missing:
        return [comparison.name, str(missing), *goals, "–", "–", "–", "skipped: not installed"], {}
    ours, peer = median(measured.ours_us), median(measured.peer_us)
    within = f" (goal {figure(comparison.within_us)})" if comparison.within_us else ""
    cells = [figure(ours) + within, figure(peer), figure(measured.ratio) + "×", word(comparison, measured)]
    figures = {"ours_us": measured.ours_us, "peer_us": measured.peer_us, "ratio": measured.ratio}
    return [comparison.name, comparison.peer_name, *goals, *cells], figures


def main() -> int:
    """Measure what the arguments ask for and print the table."""
    if PYTHON.exists() and Path(sys.prefix) != PYTHON.parents[1]:
        os.execv(PYTHON, [str(PYTHON), "-m", "bench.peers", *sys.argv[1:]])  # noqa: S606
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of the name of a module or a row")
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help="samples of each side (default %(default)s)"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the figures of every round to FILE"
    )
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")  # of peers, about themselves
    console = Console(width=None if sys.stdout.isatty() else 140)
    table = Table(title="Beside the peers: CPU µs an operation, medians, measured in turns in one process")
    for column in ("operation", "peer", "must", "aim", "ours", "peer's", "ratio", "reached"):
        table.add_column(column, justify="left" if column in {"operation", "peer", "reached"} else "right")
    figures: dict[str, dict[str, object]] = {}
    for comparison in wanted(arguments.names):
        console.print(f"comparing {comparison.name} …", style="dim")
        cells, figures[comparison.name] = row(comparison, max(1, arguments.rounds))
        table.add_row(*cells)
    if not figures:
        parser.error(f"no row contains {arguments.names}: modules are {', '.join(modules())}")
    console.print(table)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
