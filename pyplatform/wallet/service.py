"""The wallet's processes: one that leads shards, and one that keeps the balances others read."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from pyplatform.bus import Bus, using
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.tenancy import Replication
from pyplatform.telemetry import Gauge
from pyplatform.wallet.consumers import BalanceProjector, applied, lowest_applied
from pyplatform.wallet.keykeeper import KeyKeeper
from pyplatform.wallet.oldkeys import Keeping, OldKeys
from pyplatform.wallet.outbox import Outbox
from pyplatform.wallet.server import ShardServer
from pyplatform.wallet.snapshots import Snapshots
from pyplatform.wallet.standby import Announcer, Standby
from pyplatform.wallet.store import JournalReader
from pyplatform.wallet.witness import Witness
from pyplatform.wallet.writer import Writer

_Task = asyncio.Task[Any]

DRAIN: Final = 2.0
"""Seconds the outbox may take to publish the rest on the way out; what remains the next holder publishes."""


class Shard:
    """Everything of one shard in this process."""

    def __init__(
        self, settings: Settings, bus: Bus, shard: str, replication: Replication, keeping: Keeping
    ) -> None:
        url = settings.postgres_url
        self.keeper = LeaseKeeper(url, owner_id(), replication=replication)
        self.readers = [JournalReader(url, shard) for _ in range(2)]
        self.snapshots = Snapshots(url, shard)
        self.standby = Standby(bus, self.readers[0], shard, self.snapshots)
        witness = Witness(bus.js, shard, lambda: applied(settings.redis_url, shard))
        self.writer = Writer(
            url, shard, self.keeper, replication=replication, standby=self.standby, witness=witness
        )
        self.server = ShardServer(bus, self.writer)
        self.outbox = Outbox(
            bus.js, self.readers[1], shard, lambda: lowest_applied(settings.redis_url, shard)
        )
        self.announcer = Announcer(bus, shard)
        machine = self.writer.machine
        self.old_keys = OldKeys(url, shard)
        self.keeper_of_keys = KeyKeeper(machine, self.old_keys, keeping)
        for listener in (self.outbox, self.announcer, self.standby, self.keeper_of_keys):
            self.writer.listen(listener)
        Gauge(f"wallet.{shard}.queued", "commands waiting", lambda: machine.stats().queued)
        Gauge(f"wallet.{shard}.batches", "batches made durable", lambda: machine.stats().batches)
        Gauge(f"wallet.{shard}.keys", "idempotency keys in memory", lambda: machine.stats().keys)
        Gauge(f"wallet.{shard}.old_keys", "keys that left memory", lambda: machine.stats().old_keys)
        Gauge(f"wallet.{shard}.key_looks", "old keys looked up in Postgres", lambda: machine.stats().looks)
        Gauge(f"wallet.{shard}.outbox_lag", "durable entries not yet published", lambda: self.outbox.lag)

    async def run(self, stop: asyncio.Event) -> None:
        """Lead the shard, or follow it, until `stop`; raises PlatformError when a part broke."""
        helpers = [
            asyncio.create_task(part.run())
            for part in (self.server, self.outbox, self.standby, self.keeper_of_keys)
        ]
        resign = asyncio.Event()
        writing = asyncio.create_task(self.writer.run(resign))
        leaving = asyncio.create_task(self._leave(stop, resign))
        try:
            # A helper only ends by failing, and a failed helper must not go unseen.
            await asyncio.wait({writing, *helpers}, return_when=asyncio.FIRST_COMPLETED)
            for helper in helpers:
                if helper.done():
                    helper.result()
            await writing
            await self.announcer.said()
            await self.outbox.drained(DRAIN)
        finally:
            await end({writing, leaving, *helpers})
            await self.keeper.close()
            await self.snapshots.close()
            await self.old_keys.close()
            for reader in self.readers:
                await reader.close()

    async def _leave(self, stop: asyncio.Event, resign: asyncio.Event) -> None:
        """Stop listening first, then let the writer finish what it took, then the outbox what it can."""
        await stop.wait()
        await self.server.leave()
        resign.set()


async def run_wallet(
    settings: Settings,
    tenants: Iterable[str],
    stop: asyncio.Event,
    replication: Mapping[str, Replication] | None = None,
    keeping: Keeping | None = None,
) -> None:
    """Lead the shards of `tenants`, or follow them while others lead, until `stop`; then hand them over cleanly.

    `replication` is that of tenants for which the server's own settings are not enough, or too much; `keeping` says how
    long idempotency keys are kept where, and is read from the environment when it is not given. Raises PlatformError
    when a part broke in a way that must end the process.
    """
    replication, keeping = replication or {}, keeping or Keeping.from_env()
    bus = await Bus.connect(settings.nats_url, "wallet")
    try:
        shards = [
            Shard(settings, bus, tenant, replication.get(tenant, "server"), keeping) for tenant in tenants
        ]
        await _together([asyncio.create_task(shard.run(stop)) for shard in shards])
    finally:
        await bus.close()


async def run_balance_projector(
    settings: Settings, tenants: Iterable[str], stop: asyncio.Event, shared: Bus | None = None
) -> None:
    """Keep the balances of `tenants` in Valkey as ledgers say, until `stop`; over a `shared` bus if there is one."""
    async with using(shared, settings.nats_url, "balances") as bus:
        projectors = [BalanceProjector(settings, bus.js, tenant) for tenant in tenants]
        stopping: _Task = asyncio.create_task(stop.wait())
        tasks: list[_Task] = [asyncio.create_task(projector.run()) for projector in projectors]
        await _together([*tasks, stopping], until=stopping)


async def _together(tasks: Sequence[_Task], until: _Task | None = None) -> None:
    """Run until all are done, or `until` is, or one fails; then none is left."""
    pending = set(tasks)
    try:
        while pending and (until is None or until in pending):
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        await end(pending)
