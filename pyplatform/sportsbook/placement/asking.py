"""Asking the wallet until it has answered, and work that nobody waits for."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from pyplatform._core import wallet as codec
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import get_logger

RETRY_PAUSE: Final = 0.25
"""Seconds before the first repeat of what was not answered."""
_FOR_GOOD: Final = frozenset({"expired", "stale_generation"})

log = get_logger("sportsbook.asking")


def is_clear(reply: codec.Reply) -> bool:
    """Whether no copy of a placement can still do anything else than `reply` says.

    "Overloaded" speaks of this copy alone: one sent before may wait in the writer's queue. A verdict that is too
    old is so for every copy that has not been journaled.
    """
    return reply.status != codec.RETRY or reply.name in _FOR_GOOD


async def until_clear(wallet: WalletPort, tenant: str, command: bytes) -> codec.Reply:
    """Send the same command until the wallet has decided on it: repeats are no-ops there."""
    while True:
        try:
            reply = await wallet.submit(tenant, command)
        except Unavailable:
            await asyncio.sleep(RETRY_PAUSE)
            continue
        if reply.status != codec.RETRY:
            return reply
        await asyncio.sleep(RETRY_PAUSE)


def background(tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None], what: str) -> None:
    """Start `work`, held in `tasks` while it runs; how it broke is logged, for nobody awaits it."""

    def ended(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background work broke", what=what, exc_info=error)

    task = asyncio.create_task(work)
    tasks.add(task)
    task.add_done_callback(ended)
