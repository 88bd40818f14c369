"""Betfair bytes through the core from Python: one message, columns, bzip2, and what a large file costs in memory."""

import bz2
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.accounting import percentile, reference_ns
from bench.slowdown import repeat
from pyplatform.core.feeds import betfair

ROUNDS = 5
WARM = 500
COLUMN_LINES = 60_000
FILE_BYTES = 100_000_000
MEMORY = """
import sys
import numpy
from pyplatform.core.feeds import betfair
def peak():
    # Of this program alone: what getrusage tells begins with the parent's.
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
before = peak()
reader = betfair.read(sys.argv[1])
rows = sum(len(batch.runner) for batch in reader)
assert rows and not reader.error_count
print(peak() - before)
"""


def message(lines: list[bytes]) -> dict[str, list[float]]:
    """Figures of one live message, bytes to book, the call from Python included: `p50_us`, `p99_us`, `ratio`."""
    figures: dict[str, list[float]] = {"p50_us": [], "p99_us": [], "ratio": []}
    clock = time.perf_counter_ns
    for _ in range(ROUNDS):
        before = reference_ns()
        all_books = [betfair.Books() for _ in range(repeat("feed_message"))]
        taken: list[float] = []
        for line in lines:
            started = clock()
            for books in all_books:
                books.apply(line)
            taken.append(clock() - started)
        taken = taken[WARM:]
        figures["p50_us"].append(percentile(taken, 0.50) / 1e3)
        figures["p99_us"].append(percentile(taken, 0.99) / 1e3)
        figures["ratio"].append(sum(taken) / len(taken) / ((before + reference_ns()) / 2))
    return figures


def columns(lines: list[bytes]) -> dict[str, list[float]]:
    """Market updates a second (CPU time) with the best prices of every runner handed over as columns; `ratio`."""
    figures: dict[str, list[float]] = {"per_second": [], "ratio": []}
    data = lines[0] + b"".join(lines[1:] * (COLUMN_LINES // len(lines)))
    for _ in range(ROUNDS):
        before = reference_ns()
        started = time.process_time_ns()
        for _ in range(repeat("feed_columns")):
            books, rest = betfair.Books(), data
            books.record(32_768, every_runner=True)
            while rest:
                rest = rest[books.take(rest) :]
                books.rows()
        taken = (time.process_time_ns() - started) / books.updates
        figures["per_second"].append(1e9 / taken)
        figures["ratio"].append(taken / ((before + reference_ns()) / 2))
    return figures


def _file(lines: list[bytes], folder: str) -> Path:
    path = Path(folder, "stream.bz2")
    packer = bz2.BZ2Compressor()
    written = 0
    with path.open("wb") as file:
        while written < FILE_BYTES:
            for line in lines:
                file.write(packer.compress(line))
                written += len(line)
        file.write(packer.flush())
    return path


def large_file(lines: list[bytes]) -> dict[str, list[float]]:
    """A file of 100 MB from .bz2 to columns: `mb` of memory above the interpreter, `mb_per_second` of wall time."""
    figures: dict[str, list[float]] = {"mb": [], "mb_per_second": []}
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        path = _file(lines, folder)
        for _ in range(2 * repeat("feed_file")):
            started = time.perf_counter()
            done = subprocess.run(
                [sys.executable, "-c", MEMORY, str(path)], check=True, capture_output=True, text=True
            )
            figures["mb_per_second"].append(FILE_BYTES / 1e6 / (time.perf_counter() - started))
            figures["mb"].append(float(done.stdout))
    return figures
