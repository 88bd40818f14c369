"""The journal in Postgres alone: an append under a long snapshot, and one that waits for a standby."""

import hashlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_hex
from statistics import median

import asyncpg

from bench.accounting import percentile
from bench.wallets import migrated
from pyplatform.embedded import PostgresPair
from pyplatform.eventstore import migrate_all
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import Replication
from pyplatform.wallet.store import Journal, Outcome

PAYLOAD = 10_000
"""Bytes of a batch: about 40 bets."""
APPENDS = 2_000
RENEWALS = 600
"""Renewals of the lease before each round, ten minutes' worth: of the row that every append looks at, the snapshot
keeps every version."""
ROUNDS = 5
TURN = 250


class Appender:
    """A shard's journal and its lease; appends one batch after the other."""

    def __init__(self, url: str, replication: Replication) -> None:
        shard = f"b{token_hex(5)}"
        self._shard = shard
        self._journal = Journal(url, shard, replication)
        self._keeper = LeaseKeeper(url, owner_id(), ttl=3600, replication=replication)
        self._payload = os.urandom(PAYLOAD)
        self._seq = 0

    async def lead(self) -> None:
        """Take the lease."""
        lease = await self._keeper.take(self._shard)
        if lease is None:
            raise PlatformError("the lease of a new shard is held")
        self._lease = lease
        await self._journal.open()

    async def renew(self, times: int) -> None:
        """Renew the lease so many times."""
        for _ in range(times):
            await self._keeper.renew(self._lease)

    async def append(self, count: int) -> list[float]:
        """Milliseconds of each of so many appends."""
        taken = []
        for _ in range(count):
            digest = hashlib.sha256(self._seq.to_bytes(8, "big")).digest()
            started = time.perf_counter()
            outcome = await self._journal.append(
                self._lease.epoch, self._seq, self._seq + 1, bytes(32), digest, self._payload
            )
            taken.append(1e3 * (time.perf_counter() - started))
            if outcome is not Outcome.COMMITTED:
                message = f"an append ended {outcome.name}"
                raise PlatformError(message)
            self._seq += 1
        return taken

    async def close(self) -> None:
        """Drop the connections."""
        self._journal.close()
        await self._keeper.close()


@asynccontextmanager
async def appender(url: str, replication: Replication = "server") -> AsyncIterator[Appender]:
    """An appender that leads a new shard."""
    made = Appender(url, replication)
    try:
        await made.lead()
        yield made
    finally:
        await made.close()


async def under_snapshot(settings: Settings) -> dict[str, list[float]]:
    """Figures: `p50_ms` without a snapshot, `snapshot_p50_ms` with one open since before, `slowdown` of each round.

    A snapshot holds back the cleaning of its own database alone: so there are two, and the appends take turns.
    """
    figures: dict[str, list[float]] = {"p50_ms": [], "snapshot_p50_ms": [], "slowdown": []}
    async with migrated(settings) as free_place, migrated(settings) as watched_place:
        reader = await asyncpg.connect(watched_place.postgres_url)
        await reader.execute("begin isolation level repeatable read")
        await reader.execute("select count(*) from ledger.lease")
        async with (
            appender(free_place.postgres_url) as free,
            appender(watched_place.postgres_url) as watched,
        ):
            for _ in range(ROUNDS):
                await free.renew(RENEWALS)
                await watched.renew(RENEWALS)
                plain, slow = await _in_turns(free, watched)
                figures["p50_ms"].append(median(plain))
                figures["snapshot_p50_ms"].append(median(slow))
                figures["slowdown"].append(median(slow) / median(plain))
        await reader.close()
    return figures


async def replicated() -> dict[str, list[float]]:
    """Figures of an append: `p50_ms`, `p99_ms` of dr-sync, `local_p50_ms`, and `times_local` of each round."""
    figures: dict[str, list[float]] = {"p50_ms": [], "p99_ms": [], "local_p50_ms": [], "times_local": []}
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        async with PostgresPair(folder) as pair:
            connection = await asyncpg.connect(pair.url)
            await migrate_all(connection)
            await connection.close()
            async with appender(pair.url, "local") as local, appender(pair.url, "dr-sync") as synced:
                for _ in range(ROUNDS):
                    alone, both = await _in_turns(local, synced)
                    figures["local_p50_ms"].append(median(alone))
                    figures["p50_ms"].append(median(both))
                    figures["p99_ms"].append(percentile(both, 0.99))
                    figures["times_local"].append(median(both) / median(alone))
    return figures


async def _in_turns(first: Appender, second: Appender) -> tuple[list[float], list[float]]:
    """Both in turns of some hundred milliseconds, so that both meet the same moods of the machine."""
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(APPENDS // TURN):
        for number in (0, 1) if turn % 2 else (1, 0):
            taken[number].extend(await (first, second)[number].append(TURN))
    return taken
