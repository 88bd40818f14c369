"""A replayer of the journal that puts a shard's state down from time to time, so that the next start is short.

It follows as a standby does, up to what the writer says is durable, and never leads. A snapshot counts once it was read
back and a second replay, from the snapshot before it, has come to the same bytes; only then older ones go.
"""

import asyncio
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from time import monotonic
from typing import Final, Self

import msgspec

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import Gauge, get_logger
from pyplatform.wallet.snapshots import Damaged, Snapshot, Snapshots, digest_of
from pyplatform.wallet.standby import Standby
from pyplatform.wallet.store import JournalReader

log = get_logger("wallet.snapshotter")

EVERY_VARIABLE: Final = "PYPLATFORM_SNAPSHOT_EVERY"
ENTRIES_VARIABLE: Final = "PYPLATFORM_SNAPSHOT_ENTRIES"
_LOOK: Final = 0.5
_REST: Final = 0.25
"""Seconds between looks at the journal: nobody waits for this replayer, and the fewer the cheaper."""
_AGAIN: Final = 30.0
"""Seconds until the next attempt when one has failed."""


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """When a snapshot is due: after `every` seconds with `least` new entries, or at once at `entries` new ones.

    The newest `keep` of them stay.
    """

    every: float = 300.0
    entries: int = 5_000_000
    least: int = 10_000
    keep: int = 3

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read the variables, or take the defaults; raises PlatformError naming what is wrong."""
        env = os.environ if env is None else env
        every, entries = env.get(EVERY_VARIABLE, "") or "300", env.get(ENTRIES_VARIABLE, "") or "5000000"
        if not (every.isascii() and every.isdigit() and int(every) > 0):
            raise PlatformError(f"{EVERY_VARIABLE} is {every!r}: use a number of seconds")
        if not (entries.isascii() and entries.isdigit() and int(entries) > 0):
            raise PlatformError(f"{ENTRIES_VARIABLE} is {entries!r}: use a number of entries")
        return cls(every=float(every), entries=int(entries), least=min(10_000, int(entries)))


class Snapshotter:
    """Takes, verifies and drops the snapshots of one shard."""

    def __init__(self, settings: Settings, bus: Bus, shard: str, pace: Pace) -> None:
        self._shard = shard
        self._pace = pace
        self._readers = [JournalReader(settings.postgres_url, shard) for _ in range(2)]
        self._stores = [Snapshots(settings.postgres_url, shard) for _ in range(2)]
        self.kept = self._stores[0]
        self.standby = Standby(bus, self._readers[0], shard, self._stores[1], rest=_REST)
        self._taken = 0
        Gauge(f"wallet.{shard}.snapshot", "entries of the newest snapshot", lambda: self._taken)

    async def run(self) -> None:
        """Follow and take snapshots until cancelled; raises PlatformError when two replays differ."""
        following = asyncio.create_task(self.standby.run())
        taking = asyncio.create_task(self._take_when_due())
        try:
            await asyncio.wait({following, taking}, return_when=asyncio.FIRST_COMPLETED)
            for task in (following, taking):
                if task.done():
                    task.result()
        finally:
            await end({following, taking})
            await self.close()

    async def close(self) -> None:
        """Drop the connections."""
        for reader in self._readers:
            await reader.close()
        for store in self._stores:
            await store.close()

    async def _take_when_due(self) -> None:
        last = -self._pace.every
        while True:
            await asyncio.sleep(_LOOK)
            if not self._is_due(monotonic() - last):
                continue
            try:
                self._taken = await self._newest()
                if self._is_due(monotonic() - last):
                    await self.take()
                last = monotonic()
            except (Unavailable, Damaged, TimeoutError) as error:
                log.error("no snapshot", shard=self._shard, reason=str(error))
                await asyncio.sleep(_AGAIN)

    def _is_due(self, waited: float) -> bool:
        new = self.standby.seq - self._taken
        return new >= self._pace.entries or (new >= self._pace.least and waited >= self._pace.every)

    async def _newest(self) -> int:
        kept = await self.kept.kept()
        return kept[0].seq if kept else 0

    async def take(self) -> Snapshot:
        """Put down the state as far as it is followed, verify it, and drop what it replaces.

        Raises Damaged when it did not survive being stored, PlatformError when another replay comes to another state.
        """
        replayer = await self.standby.surrender()
        try:
            if found := [one for one in await self.kept.kept() if one.seq == replayer.seq]:
                return found[0]
            if replayer.seq == 0:
                raise PlatformError(f"nothing was ever written to the ledger of {self._shard}")
            chunks = await asyncio.to_thread(replayer.snapshot)
            snapshot = await self.kept.store(replayer, chunks)
        finally:
            self.standby.take_back(replayer)
        del chunks
        self._taken = snapshot.seq
        try:
            await self.check(snapshot)
        except Damaged:
            await self.kept.drop([snapshot.seq])
            raise
        await self.kept.mark_verified(snapshot.seq)
        kept = [one.seq for one in await self.kept.kept() if one.seq <= snapshot.seq]
        await self.kept.drop(kept[self._pace.keep :])
        log.info("snapshot taken", shard=self._shard, seq=snapshot.seq, bytes=snapshot.bytes)
        return snapshot

    async def check(self, snapshot: Snapshot) -> None:
        """Read a snapshot back, and come to it again from the one before it; raises as `take`."""
        await self.kept.load(snapshot)
        if await self._replayed(snapshot) != snapshot.digest:
            raise PlatformError(
                f"two replays of the ledger of {self._shard} up to {snapshot.seq} differ: one of them is wrong, and "
                "with it its machine. Keep the snapshots, and run `pyplatform verify`"
            )

    async def _replayed(self, snapshot: Snapshot) -> bytes:
        """Digest of the state at a snapshot, from the one before it, or else from the beginning of the journal."""
        replayer = await self._before(snapshot.seq)
        while replayer.seq < snapshot.seq:
            page = await self._readers[1].page(replayer.seq, snapshot.seq)
            if not page:
                raise Damaged(f"the journal of {self._shard} does not reach {snapshot.seq}")
            try:
                await asyncio.to_thread(replayer.apply, [payload for _hi, payload in page])
            except ValueError as error:
                raise PlatformError(f"the ledger of {self._shard} does not verify: {error}") from error
        return digest_of(await asyncio.to_thread(replayer.snapshot))

    async def _before(self, seq: int) -> core.Replayer:
        for earlier in await self.kept.kept():
            if earlier.seq < seq:
                try:
                    return await self.kept.load(earlier)
                except Damaged as error:
                    log.error("snapshot passed over", shard=self._shard, seq=earlier.seq, reason=str(error))
        return core.Replayer(self._shard)


async def standing(settings: Settings, tenant: str, pace: Pace) -> str:
    """Say how far a tenant's newest snapshot is behind its journal; raises Unavailable when one is overdue."""
    snapshots, reader = Snapshots(settings.postgres_url, tenant), JournalReader(settings.postgres_url, tenant)
    try:
        kept, tip = await snapshots.kept(), await reader.tip() or 0
    finally:
        await snapshots.close()
        await reader.close()
    newest = next((one for one in kept if one.verified_at is not None), None)
    behind = tip - (newest.seq if newest else 0)
    words = f"{tenant} {behind:,} entries after " + (f"that of {newest.seq:,}" if newest else "the beginning")
    age = (datetime.now(UTC) - newest.taken_at).total_seconds() if newest else 0.0
    if behind >= 2 * pace.entries or (behind >= pace.least and age > 3 * pace.every):
        raise Unavailable(f"{words}: a snapshot is overdue")
    return words


async def run_snapshots(settings: Settings, tenants: Iterable[str], stop: asyncio.Event) -> None:
    """Take snapshots of the ledgers of `tenants` from time to time, until `stop`."""
    pace = Pace.from_env()
    bus = await Bus.connect(settings.nats_url, "snapshots")
    stopping = asyncio.create_task(stop.wait())
    works = [asyncio.create_task(Snapshotter(settings, bus, tenant, pace).run()) for tenant in tenants]
    try:
        done, _ = await asyncio.wait({stopping, *works}, return_when=asyncio.FIRST_COMPLETED)
        for work in done - {stopping}:
            work.result()
    finally:
        await end({stopping, *works})
        await bus.close()
