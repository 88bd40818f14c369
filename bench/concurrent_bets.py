"""512 concurrent callers in another process than the wallet, with the outbox and the projection keeping up."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.accounting import children_of, cpu_seconds, reference_ns
from bench.core import ROOT
from bench.slowdown import repeat
from bench.wallets import migrated
from pyplatform.kernel.config import Settings

TENANT = "bench-many"
SECONDS = 4
ROUNDS = 3


async def measure(settings: Settings, servers: list[int]) -> dict[str, list[float]]:
    """Figures: `per_second`, `p50_ms`, `p99_ms`; `cpu_us` of all processes but the callers a bet; its `ratio`."""
    async with migrated(settings) as fresh:
        with _role(fresh, "wallet") as wallet, _role(fresh, "projector") as projector:
            counted = [*servers, wallet.pid, projector.pid]
            words = [str(SECONDS), str(ROUNDS), str(repeat("concurrent_bets"))]
            with _role(fresh, "callers", *words) as callers:
                return _collect(callers, counted)


def _collect(callers: "subprocess.Popen[str]", counted: list[int]) -> dict[str, list[float]]:
    figures: dict[str, list[float]] = {}
    used, reference = 0.0, reference_ns()
    for line in callers.stdout or ():
        if not line.startswith("{"):
            continue
        event = json.loads(line)
        if event.pop("event") == "start":
            used = _used(counted)
            continue
        cpu = 1e6 * (_used(counted) - used) / event.pop("bets")
        for name, figure in (event | {"cpu_us": cpu, "ratio": 1e3 * cpu / reference}).items():
            figures.setdefault(name, []).append(figure)
    if callers.wait() or not figures:
        message = f"the callers ended with status {callers.returncode}"
        raise RuntimeError(message)
    return figures


def _used(roots: list[int]) -> float:
    """CPU seconds of processes and what they started, each counted once."""
    return cpu_seconds(sorted({pid for root in roots for pid in children_of(root)}))


@contextmanager
def _role(settings: Settings, role: str, *words: str) -> "Iterator[subprocess.Popen[str]]":
    command = [sys.executable, "-m", "bench.roles", role, TENANT, *words]
    stdout = subprocess.PIPE if role == "callers" else subprocess.DEVNULL
    quiet = {"PYPLATFORM_LOG_LEVEL": "error"}
    environment = os.environ | settings.to_env() | quiet
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=stdout, text=True
    )
    try:
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=15)
