"""`python -m bench.peers.ledger`: durable single transfers of 512 callers, our wallet and other ledgers in turns.

Ours are bets under the full rules, sent over the bus to a wallet process, with outbox and projection keeping up. The
others move one unit between two accounts, nothing more, from the callers' own process. One server each, no replica,
everything synced.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import uvloop
from rich.console import Console
from rich.table import Table

from bench import concurrent_bets
from bench.peers.comparison import PeerMissingError
from bench.peers.ledger import rows, tigerbeetle
from bench.peers.ledger.load import Rate
from bench.report import figure
from bench.wallets import migrated
from pyplatform.embedded import running
from pyplatform.kernel.config import Settings

ROOT = Path(__file__).resolve().parents[3]
OURS = "ours"
MUST = {"TigerBeetle, Python client": 3.0, "row-locked SQL": 30.0, "row-locked SQL, one hot account": None}
"""At least so many times each peer's rate."""

Measure = Callable[[], Awaitable[Rate]]


def _reach_peers() -> None:
    """Let clients of peers be imported that `make peers` has put aside; behind everything of the project's own."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    sys.path.append(str(ROOT / ".venv-peers" / "lib" / version / "site-packages"))


async def _ours(settings: Settings) -> Rate:
    found = await concurrent_bets.measure(settings, [os.getpid()])
    return Rate(median(found["per_second"]), median(found["p50_ms"]), median(found["p99_ms"]))


async def compare(settings: Settings, seconds: float, rounds: int, console: Console) -> dict[str, list[Rate]]:
    """Every round measures each in turn; who is not there is named once."""
    found: dict[str, list[Rate]] = {}
    async with AsyncExitStack() as stack:
        measures: dict[str, Measure] = {OURS: lambda: _ours(settings)}
        pool = await stack.enter_async_context(
            rows.opened((await stack.enter_async_context(migrated(settings))).postgres_url)
        )
        measures["row-locked SQL"] = lambda: rows.measure(pool, seconds, hot=False)
        measures["row-locked SQL, one hot account"] = lambda: rows.measure(pool, seconds, hot=True)
        try:
            peer = await stack.enter_async_context(tigerbeetle.opened())
        except PeerMissingError as missing:
            console.print(f"skipped: {missing}", style="yellow", markup=False)
        else:
            measures["TigerBeetle, Python client"] = lambda: peer.measure(seconds, hot=False)
        for number in range(rounds):
            for name, measure in measures.items():
                console.print(f"round {number + 1}: {name} …", style="dim")
                found.setdefault(name, []).append(await measure())
    return found


def show(found: dict[str, list[Rate]], console: Console) -> None:
    """Medians, and how many times each peer's rate ours is, round by round."""
    table = Table(title="Durable single transfers, 512 callers (medians)")
    for column in ("ledger", "a second", "p50", "p99", "ours is", "must"):
        table.add_column(column, justify="left" if column == "ledger" else "right")
    for name, rates in found.items():
        ratios = [o.per_second / r.per_second for o, r in zip(found[OURS], rates, strict=True)]
        must = MUST.get(name)
        table.add_row(
            name,
            figure(median(rate.per_second for rate in rates)),
            figure(median(rate.p50_ms for rate in rates), "ms"),
            figure(median(rate.p99_ms for rate in rates), "ms"),
            "–" if name == OURS else f"{figure(median(ratios))}×",
            "–" if must is None else f"{must:g}×",
        )
    console.print(table)


def main() -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers.ledger", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=4.0, help="of each peer and round (default %(default)s)"
    )
    parser.add_argument("--rounds", type=int, default=3, help="(default %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every rate to FILE")
    arguments = parser.parse_args()
    _reach_peers()
    console = Console(width=None if sys.stdout.isatty() else 120)
    with (
        tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder,
        running(folder, outside=Settings()) as servers,
    ):
        found = uvloop.run(compare(servers.settings, arguments.seconds, max(1, arguments.rounds), console))
    show(found, console)
    if arguments.json:
        plain = {name: [vars(rate) for rate in rates] for name, rates in found.items()}
        arguments.json.write_text(json.dumps(plain, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
