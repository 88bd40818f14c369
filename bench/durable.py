"""One caller, one bet at a time, answered when it is durable in Postgres; caller and writer share a process."""

import os
import time

from bench.accounting import percentile, reference_ns, used_by
from bench.slowdown import repeat
from bench.wallets import bets, fund, migrated, require_accepted, writer_of
from pyplatform.kernel.config import Settings
from pyplatform.wallet import LocalWallet

SHARD = "bench-durable"
BETS = 1_500
WARM = 200
ROUNDS = 3


async def measure(settings: Settings, servers: list[int]) -> dict[str, list[float]]:
    """Figures of a bet: `p50_ms`, `p99_ms`; `cpu_us` of this process and the servers, its `ratio`."""
    figures: dict[str, list[float]] = {"p50_ms": [], "p99_ms": [], "cpu_us": [], "ratio": []}
    counted = [os.getpid(), *servers]
    async with migrated(settings) as fresh, writer_of(fresh, SHARD) as writer:
        wallet = LocalWallet({SHARD: writer})
        await fund(SHARD, wallet.submit)
        for _ in range(ROUNDS):
            reference, used = reference_ns(), used_by(counted)
            taken = await _round(wallet, repeat("durable_bet"))
            cpu = (used_by(counted) - used) / (WARM + BETS)
            figures["cpu_us"].append(1e6 * cpu)
            figures["ratio"].append(1e9 * cpu / reference)
            figures["p50_ms"].append(percentile(taken, 0.50))
            figures["p99_ms"].append(percentile(taken, 0.99))
    return figures


async def _round(wallet: LocalWallet, times: int) -> list[float]:
    """Milliseconds of every bet."""
    work, taken = bets(SHARD), []
    for number in range(WARM + BETS):
        commands = [next(work) for _ in range(times)]
        started = time.perf_counter()
        for command in commands:
            require_accepted(await wallet.submit(SHARD, command))
        if number >= WARM:
            taken.append(1e3 * (time.perf_counter() - started))
    return taken
