"""Follows a ledger, verifying all of it, and anchors what it has verified."""

import asyncio
from collections.abc import Iterable
from time import time_ns
from typing import Any

from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.bus import Bus, using
from pyplatform.eventstore.tail import LedgerTail, PastDiffers
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import Gauge, get_logger
from pyplatform.wallet.anchors import AnchorConfig, AnchorFolder, anchor_of

log = get_logger("wallet.auditor")


class Auditor:
    """Replays one tenant's ledger as it grows; a replay that does not verify ends the process."""

    def __init__(self, settings: Settings, js: JetStreamContext, tenant: str, config: AnchorConfig) -> None:
        self._tenant = tenant
        self._config = config
        self._js, self._postgres_url = js, settings.postgres_url
        self._replayer = core.Replayer(tenant)
        self._folder = AnchorFolder(config.folder, tenant)
        Gauge(f"wallet.{tenant}.audited", "entries replayed and verified", lambda: self._replayer.seq)

    async def run(self, stop: asyncio.Event) -> None:
        """Anchor at every interval in which the ledger grew, and once more at `stop`.

        Raises PlatformError when the ledger does not verify: somebody must look before it goes on.
        """
        following = asyncio.create_task(self._follow())
        stopping = asyncio.create_task(stop.wait())
        either: set[asyncio.Task[Any]] = {following, stopping}
        try:
            while not stopping.done() and not following.done():
                await asyncio.wait(either, timeout=self._config.every, return_when=asyncio.FIRST_COMPLETED)
                self._anchor()
            if following.done():
                following.result()
        finally:
            await end(either)

    async def _follow(self) -> None:
        while True:
            tail = LedgerTail(self._js, self._postgres_url, self._tenant)
            self._replayer = core.Replayer(self._tenant)
            try:
                async for batches in tail.batches():
                    self._replayer.apply([batch.data for batch in batches])
            except PastDiffers as error:
                # Anchors of the other past stay, and tell of it.
                log.error("the ledger is read anew", tenant=self._tenant, reason=str(error))
            except ValueError as error:
                log.critical("the ledger does not verify", tenant=self._tenant, error=str(error))
                raise PlatformError(f"the ledger of {self._tenant} does not verify: {error}") from error
            finally:
                await tail.close()

    def _anchor(self) -> None:
        last, digest = self._folder.last()
        if self._replayer.seq > last:
            path = self._folder.write(
                anchor_of(self._tenant, self._replayer, time_ns(), digest), self._config.key
            )
            log.info("anchored", tenant=self._tenant, seq=self._replayer.seq, file=str(path))


async def run_auditor(
    settings: Settings, tenants: Iterable[str], stop: asyncio.Event, shared: Bus | None = None
) -> None:
    """Verify and anchor the ledgers of `tenants` until `stop`; nothing, where no folder for anchors is set."""
    config = AnchorConfig.from_env()
    if config is None:
        await stop.wait()
        return
    async with using(shared, settings.nats_url, "auditor") as bus, asyncio.TaskGroup() as group:
        for tenant in tenants:
            group.create_task(Auditor(settings, bus.js, tenant, config).run(stop))
