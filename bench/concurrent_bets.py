"""512 concurrent callers in another process than the wallet, with the outbox and the projection keeping up."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.core import ROOT
from bench.loads import collect
from bench.slowdown import repeat
from bench.wallets import migrated
from pyplatform.kernel.config import Settings

TENANT = "bench-many"
SECONDS = 4
ROUNDS = 3


async def measure(settings: Settings, servers: list[int]) -> dict[str, list[float]]:
    """Figures: `per_second`, `p50_ms`, `p99_ms`; `cpu_us` of all processes but the callers a bet; its `ratio`."""
    async with migrated(settings, TENANT) as fresh:
        with role(fresh, "wallet", TENANT) as wallet, role(fresh, "projector", TENANT) as projector:
            counted = [*servers, wallet.pid, projector.pid]
            words = [str(SECONDS), str(ROUNDS), str(repeat("concurrent_bets"))]
            with role(fresh, "callers", TENANT, *words) as callers:
                return collect(callers, counted)


@contextmanager
def role(settings: Settings, role: str, *words: str) -> "Iterator[subprocess.Popen[str]]":
    """A process of `bench.roles`, which ends with the block."""
    command = [sys.executable, "-m", "bench.roles", role, *words]
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
