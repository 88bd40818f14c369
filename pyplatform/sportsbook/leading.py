"""Holding a lease for as long as a block lasts, whoever leads what."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from math import inf
from typing import Final

from pyplatform.eventstore.lease import LeaseKeeper, Taken, Unclear, owner_id
from pyplatform.kernel.errors import PlatformError
from pyplatform.telemetry import get_logger

_RETRY_S: Final = 0.25

log = get_logger("sportsbook.leading")

Holds = Callable[[], bool]
"""Whether the lease cannot have passed to another yet."""


@asynccontextmanager
async def leading(
    postgres_url: str, lease: str, stop: asyncio.Event
) -> AsyncIterator[tuple[int, Holds] | None]:
    """Wait for a lease and keep it: its epoch, and whether it is surely held; None if `stop` was first.

    The block is cancelled, and PlatformError raised, when the lease is lost.
    """
    keeper = LeaseKeeper(postgres_url, owner_id())
    try:
        taken = await _take(keeper, lease, stop)
        if taken is None:
            yield None
            return
        try:
            async with asyncio.TaskGroup() as group:
                # Renewed from here on: reading a long journal takes longer than a lease lives.
                keeping = group.create_task(keeper.keep(taken, partial(_lost, lease), patience=inf))
                yield taken.epoch, partial(keeper.surely_holds, taken)
                keeping.cancel()
        finally:
            with suppress(Unclear):  # it runs out by itself; what ended us must be seen instead
                await keeper.release(taken)
    finally:
        await keeper.close()


async def _take(keeper: LeaseKeeper, lease: str, stop: asyncio.Event) -> Taken | None:
    while not stop.is_set():
        try:
            if (taken := await keeper.take(lease)) is not None:
                return taken
        except Unclear as error:
            log.warning("lease not taken", lease=lease, error=str(error))
        await asyncio.sleep(_RETRY_S)
    return None


def _lost(lease: str) -> None:
    raise PlatformError(f"the lease {lease} was lost: another process leads now")
