"""A read model that follows a ledger: batches in order, and all anew when it lost or mistook its past."""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol

from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.eventstore.tail import LedgerTail, PastDiffers
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import get_logger

log = get_logger("eventstore.following")

PAUSE: Final = 0.25
"""Seconds before the next attempt when a server does not answer."""
LOOK_AGAIN: Final = 1.0
"""Seconds between looks whether the read model still holds what was applied."""


class FollowingModel(Protocol):
    """What follows: every method raises Unavailable when its server does not answer."""

    async def position(self) -> tuple[int, bytes]:
        """Sequence it stands at and the hash of that batch; 0 and nothing at the beginning."""
        ...

    async def apply(self, batches: Sequence[core.Batch]) -> bool:
        """Apply consecutive batches; False when some before them are missing.

        Raises PastDiffers when they do not continue what was applied.
        """
        ...

    async def forget(self) -> None:
        """Remove everything, the position too."""
        ...


class LedgerFollower:
    """Keeps one read model of one tenant's ledger."""

    def __init__(
        self, js: JetStreamContext, postgres_url: str, tenant: str, model: FollowingModel, name: str
    ) -> None:
        self._js = js
        self._url = postgres_url
        self._tenant = tenant
        self._model = model
        self._name = name
        self.applied = 0
        """Sequence the model stands at."""

    async def run(self) -> None:
        """Follow the ledger until cancelled; a lost or different past is rebuilt from the journal."""
        while True:
            try:
                await self._follow_or_forget()
            except Unavailable as error:
                log.warning("read model waits", model=self._name, tenant=self._tenant, error=str(error))
                await asyncio.sleep(PAUSE)

    async def _follow_or_forget(self) -> None:
        try:
            await self._follow()
        except PastDiffers as error:
            log.warning("read model is rebuilt", model=self._name, tenant=self._tenant, reason=str(error))
            await self._model.forget()

    async def _follow(self) -> None:
        self.applied, digest = await self._model.position()
        tail = LedgerTail(self._js, self._url, self._tenant, self.applied, digest)
        works = [asyncio.create_task(self._apply_all(tail)), asyncio.create_task(self._until_lost())]
        try:
            done, _ = await asyncio.wait(works, return_when=asyncio.FIRST_COMPLETED)
            for work in done:
                work.result()
        finally:
            await end(works)
            await tail.close()

    async def _apply_all(self, tail: LedgerTail) -> None:
        async for batches in tail.batches():
            if not await self._model.apply(batches):
                return
            self.applied = batches[-1].header.hi

    async def _until_lost(self) -> None:
        """Return when the model stands before what we applied: it was emptied, and no batch need come to show it."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            if (await self._model.position())[0] < self.applied:
                log.warning("read model was lost, writing it anew", model=self._name, tenant=self._tenant)
                return
