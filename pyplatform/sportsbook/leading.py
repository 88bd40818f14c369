"""Holding a lease for as long as a block lasts, whoever leads what."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from math import inf
from typing import Any, Final, NamedTuple

from pyplatform.eventstore.lease import LeaseKeeper, Taken, Unclear, owner_id
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import get_logger

_RETRY_S: Final = 0.25

log = get_logger("sportsbook.leading")

Holds = Callable[[], bool]
"""Whether the lease cannot have passed to another yet."""


class Held(NamedTuple):
    """A lease of ours."""

    name: str
    epoch: int
    holds: Holds


@asynccontextmanager
async def leading(
    postgres_url: str, leases: Sequence[str], stop: asyncio.Event
) -> AsyncIterator[Held | None]:
    """Wait for the first of some leases that nobody holds, and keep it; None if `stop` was first.

    The block is cancelled, and PlatformError raised, when the lease is lost.
    """
    keeper = LeaseKeeper(postgres_url, owner_id())
    try:
        taken = await _take(keeper, leases, stop)
        if taken is None:
            yield None
            return
        try:
            async with asyncio.TaskGroup() as group:
                # Renewed from here on: reading a long journal takes longer than a lease lives.
                keeping = group.create_task(keeper.keep(taken, partial(_lost, taken.name), patience=inf))
                yield Held(taken.name, taken.epoch, partial(keeper.surely_holds, taken))
                keeping.cancel()
        finally:
            with suppress(Unclear):  # it runs out by itself; what ended us must be seen instead
                await keeper.release(taken)
    finally:
        await keeper.close()


async def _take(keeper: LeaseKeeper, leases: Sequence[str], stop: asyncio.Event) -> Taken | None:
    while not stop.is_set():
        for lease in leases:
            try:
                if (taken := await keeper.take(lease)) is not None:
                    return taken
            except Unclear as error:
                log.warning("lease not taken", lease=lease, error=str(error))
        await asyncio.sleep(_RETRY_S)
    return None


def _lost(lease: str) -> None:
    raise PlatformError(f"the lease {lease} was lost: another process leads now")


async def until_stop(stop: asyncio.Event, works: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Let works run until `stop`; the first that ends before ends them all, and what it raised is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopping, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        await end([stopping, *tasks])
