"""What the hash chain costs: every entry hashed, and every batch with the one before it."""

import time

import asyncpg

from bench import bulk
from bench.concurrent_bets import SECONDS, TENANT, role
from bench.loads import collect
from bench.slowdown import repeat
from bench.wallets import migrated
from pyplatform._core import shard as core
from pyplatform.kernel.config import Settings

ROUNDS = 3
_LEAST = 20
"""Batches of fewer entries are left out: the first, and those of callers who begin."""


async def measure(settings: Settings, servers: list[int]) -> dict[str, list[float]]:
    """Figures: `ns` of CPU the chain takes an entry, and how many per cent that is of what a durable bet takes.

    `percent` is of a bet of 512 single callers (wallet, Postgres and NATS; callers and projection left out),
    `bulk_percent` of one in frames of 1,024 (wallet and Postgres), the least that a durable bet can cost here.

    The chain is timed by verifying the journal's batches: that hashes what sealing them hashed.
    """
    async with migrated(settings, TENANT) as fresh:
        with (
            role(fresh, "wallet", TENANT) as wallet,
            role(fresh, "projector", TENANT),
            role(fresh, "callers", TENANT, str(SECONDS), str(ROUNDS), "1") as callers,
        ):
            singles = collect(callers, [*servers, wallet.pid])["cpu_us"]
        batches = await _batches(fresh)
    bulks = (await bulk.measure(settings, servers, "bulk_holds"))["cpu_us"]
    chain = [_verified_ns(batches) for _ in range(ROUNDS)]
    return {
        "ns": chain,
        "percent": [ns / 10 / us for ns, us in zip(chain, singles, strict=True)],
        "bulk_percent": [ns / 10 / us for ns, us in zip(chain, bulks, strict=False)],
    }


async def _batches(settings: Settings) -> list[bytes]:
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        rows = await connection.fetch(
            "select payload from ledger.journal where shard = $1 and n >= $2 limit 1000", TENANT, _LEAST
        )
    finally:
        await connection.close()
    return [row["payload"] for row in rows]


def _verified_ns(batches: list[bytes]) -> float:
    """CPU nanoseconds an entry to verify batches."""
    entries = sum(core.read_header(batch).n for batch in batches)
    started = time.process_time_ns()
    for batch in batches * repeat("chain_cost"):
        core.Batch(batch)
    return (time.process_time_ns() - started) / entries
