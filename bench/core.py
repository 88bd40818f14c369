"""The loops of `bench/src`: timed between runs of a reference operation, and counted by callgrind."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bench import callgrind
from bench.slowdown import repeat

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 5


@dataclass(frozen=True)
class Loop:
    """How often an operation is done in a timed round and under callgrind."""

    timed: int
    counted: int
    per_operation: int = 1
    """What one operation counts for in the headline: a pair is two commands."""


LOOPS = {
    "core_pairs": Loop(timed=100_000, counted=1_500, per_operation=2),
    "core_pairs_old_keys": Loop(timed=100_000, counted=1_500, per_operation=2),
    "feed_line": Loop(timed=50_000, counted=1_000),
    "uof_message": Loop(timed=20_000, counted=400),
    "kalshi_frame": Loop(timed=200_000, counted=4_000),
    "polymarket_frame": Loop(timed=100_000, counted=2_000),
    "price_book": Loop(timed=50_000, counted=500),
    "multiplicative_3": Loop(timed=1_000_000, counted=2_000),
    "odds_ratio_3": Loop(timed=400_000, counted=1_000),
    "power_3": Loop(timed=400_000, counted=1_000),
    "shin_3": Loop(timed=400_000, counted=1_000),
    "shin_20": Loop(timed=200_000, counted=500),
    "shin_batch": Loop(timed=400_000, counted=1_000),
    "score_grid": Loop(timed=100_000, counted=500),
    "match_book": Loop(timed=50_000, counted=200),
    "goal_rates": Loop(timed=10_000, counted=50),
    "ladder_floor": Loop(timed=5_000_000, counted=20_000),
    "settle_single": Loop(timed=1_000_000, counted=2_000),
    "settle_goliath": Loop(timed=200_000, counted=500),
    "settle_10_of_20": Loop(timed=100_000, counted=200),
    "settle_mixed": Loop(timed=400_000, counted=1_000),
}


def build() -> Path:
    """Build the loops in the release profile and answer where the program is."""
    command = ["cargo", "build", "--release", "--locked", "--package", "bench", "--message-format", "json"]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    programs = [m["executable"] for m in messages if m.get("target", {}).get("name") == "core-bench"]
    return Path(programs[-1])


def measure(program: Path, name: str, *, count: bool) -> dict[str, list[float]]:
    """Figures of one loop: `per_second` (CPU time), `ns`, `ratio` to the reference, `instructions` if asked for."""
    loop, times = LOOPS[name], repeat(name)
    run = subprocess.run(
        [program, "time", name, str(ROUNDS), str(loop.timed), str(times)],
        check=True,
        capture_output=True,
        text=True,
    )
    rounds = [json.loads(line) for line in run.stdout.splitlines()]
    figures = {
        "ns": [r["cpu_ns"] for r in rounds],
        "per_second": [loop.per_operation * 1e9 / r["cpu_ns"] for r in rounds],
        "ratio": [r["cpu_ns"] / r["reference_ns"] for r in rounds],
    }
    if count and shutil.which("valgrind"):
        figures["instructions"] = [instructions(program, name, loop.counted, times)]
    return figures


def instructions(program: Path, name: str, counted: int, times: int) -> float:
    """Instructions of one operation: the difference of two counts, so the set-up is not in it."""

    def count(operations: int) -> int:
        words = [str(program), "count", name, str(2 * counted), str(operations), str(times)]
        return callgrind.instructions(words)

    return (count(2 * counted) - count(counted)) / counted


def stream(program: Path, lines: int) -> list[bytes]:
    """The lines of the synthetic Betfair stream."""
    done = subprocess.run([program, "stream", str(lines)], check=True, capture_output=True)
    return done.stdout.splitlines(keepends=True)
