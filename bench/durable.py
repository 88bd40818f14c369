"""One caller, one bet at a time, answered when it is durable in Postgres; caller and writer share a process."""

import asyncio
import time

from bench.accounting import percentile
from bench.slowdown import repeat
from bench.wallets import commands, migrated, writer_of
from pyplatform.kernel.config import Settings
from pyplatform.wallet import LocalWallet

BETS = 1_500
ROUNDS = 3
WARM = 200


async def measure(settings: Settings) -> dict[str, list[float]]:
    """Figures of a bet: `p50_ms`, `p99_ms`."""
    figures: dict[str, list[float]] = {"p50_ms": [], "p99_ms": []}
    async with migrated(settings) as url, writer_of(url, "durable") as writer:
        wallet = LocalWallet({"durable": writer})
        times = repeat("durable_bet")
        work = commands("durable", (WARM + BETS) * times * ROUNDS)
        for _ in range(ROUNDS):
            taken = []
            for n in range(WARM + BETS):
                started = time.perf_counter()
                for _ in range(times):
                    await wallet.submit("durable", next(work))
                if n >= WARM:
                    taken.append(1e3 * (time.perf_counter() - started))
            figures["p50_ms"].append(percentile(taken, 0.50))
            figures["p99_ms"].append(percentile(taken, 0.99))
            await asyncio.sleep(0)
    return figures
