"""Snapshots by command: on the platform that runs on a data folder, or on the servers of the environment."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from pyplatform.apps.target import settings_of, tenant_of
from pyplatform.bus import Bus
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.snapshots import Snapshot
from pyplatform.wallet.snapshotter import Pace, Snapshotter

FOLLOWED_S: Final = 60.0
"""Seconds within which the journal must have been followed to where the wallet stands."""


async def kept(data: Path, tenant: str) -> list[Snapshot]:
    """The snapshots of a tenant, the newest first."""
    async with _snapshotter(data, tenant) as snapshotter:
        return await snapshotter.kept.kept()


async def verify(data: Path, tenant: str) -> list[tuple[int, str]]:
    """What is wrong with each snapshot of a tenant, "" for nothing; the newest first. None is dropped."""
    found = []
    async with _snapshotter(data, tenant) as snapshotter:
        for snapshot in await snapshotter.kept.kept():
            try:
                await snapshotter.check(snapshot)
            except PlatformError as error:
                found.append((snapshot.seq, str(error)))
            else:
                found.append((snapshot.seq, ""))
    return found


async def take(data: Path, tenant: str) -> Snapshot:
    """Follow the journal to where the tenant's wallet stands now, and take a snapshot there.

    Raises PlatformError when no wallet leads the tenant, or nothing was ever written.
    """
    async with _snapshotter(data, tenant) as snapshotter:
        following = asyncio.create_task(snapshotter.standby.run())
        try:
            async with asyncio.timeout(FOLLOWED_S):
                await snapshotter.standby.caught_up()
            return await snapshotter.take()
        except TimeoutError as error:
            raise PlatformError(
                f"the ledger of {tenant} was followed to {snapshotter.standby.seq:,} in {FOLLOWED_S:.0f} s: "
                "does a wallet lead it?"
            ) from error
        finally:
            following.cancel()
            await asyncio.wait([following])


@asynccontextmanager
async def _snapshotter(data: Path, tenant: str) -> AsyncIterator[Snapshotter]:
    settings = settings_of(data, "postgres_url", "nats_url")
    tenant_of(settings, tenant)
    bus = await Bus.connect(settings.nats_url, "snapshots")
    snapshotter = Snapshotter(settings, bus, tenant, Pace.from_env())
    try:
        yield snapshotter
    finally:
        await snapshotter.close()
        await bus.close()
