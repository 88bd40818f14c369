"""Balances in Valkey, as the ledger says; readers see the sequence they stand at."""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Final

from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.contracts.wallet import balance_key, balance_position_key
from pyplatform.eventstore.tail import LedgerTail, PastDiffers
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import text
from pyplatform.kernel.tasks import end
from pyplatform.projections import Batch, Effects, Inbox, Outcome, ReadModels
from pyplatform.telemetry import get_logger, span

log = get_logger("wallet.balances")

PAUSE: Final = 0.25
"""Seconds before the next attempt when a server does not answer."""
LOOK_AGAIN: Final = 1.0
"""Seconds between looks whether Valkey still holds the balances."""


async def lowest_applied(redis_url: str, tenant: str) -> int:
    """Sequence that every projection of this shard's ledger has applied; 0 when one starts anew."""
    models = ReadModels.connect(redis_url)
    try:
        return (await Inbox(models, balance_position_key(tenant)).position()).seq
    finally:
        await models.close()


def fold(tenant: str, batches: Sequence[core.Batch]) -> Batch:
    """Consecutive batches as one: for each player only the last balance counts."""
    latest: dict[tuple[bytes, str], tuple[int | None, int | None, int]] = {}
    for batch in batches:
        for player, currency, available, held, seq in batch.balances():
            old_available, old_held, _ = latest.get((player, currency), (None, None, 0))
            latest[player, currency] = (
                old_available if available is None else available,
                old_held if held is None else held,
                seq,
            )
    effects = Effects()
    for (player, currency), (available, held, seq) in latest.items():
        fields = {"available": available, "held": held}
        changed = {name: value for name, value in fields.items() if value is not None}
        effects.put(balance_key(tenant, text(player), currency), seq, changed)
    first, last = batches[0].header, batches[-1].header
    return Batch(first.lo, last.hi, first.prev_hash, last.hash, effects)


class BalanceProjector:
    """Keeps the balances of one tenant; remembers its position beside them, in the same step."""

    def __init__(self, settings: Settings, js: JetStreamContext, tenant: str) -> None:
        self._settings = settings
        self._js = js
        self._tenant = tenant
        self._models = ReadModels.connect(settings.redis_url)
        self._inbox = Inbox(self._models, balance_position_key(tenant))
        self.applied = 0
        """Sequence the balances stand at."""

    async def run(self) -> None:
        """Follow the ledger until cancelled; a lost or different past is rebuilt from the journal."""
        try:
            while True:
                try:
                    await self._follow_or_forget()
                except Unavailable as error:
                    log.warning("balances wait", tenant=self._tenant, error=str(error))
                    await asyncio.sleep(PAUSE)
        finally:
            await self._models.close()

    async def _follow(self) -> None:
        position = await self._inbox.position()
        self.applied = position.seq
        tail = LedgerTail(self._js, self._settings.postgres_url, self._tenant, position.seq, position.hash)
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
            outcome = await self._apply(batches)
            if outcome is Outcome.DIVERGED:
                raise PastDiffers(f"Valkey holds another past than the ledger at {batches[0].header.lo}")
            if outcome is Outcome.GAP:
                return
            self.applied = batches[-1].header.hi

    async def _until_lost(self) -> None:
        """Return when Valkey stands before what we applied: it was emptied, and no batch need come to show it."""
        while True:
            await asyncio.sleep(LOOK_AGAIN)
            if (await self._inbox.position()).seq < self.applied:
                log.warning("balances were lost, writing them anew", tenant=self._tenant)
                return

    async def _apply(self, batches: Sequence[core.Batch]) -> Outcome:
        with ExitStack() as spans:
            for batch in batches:
                for traceparent in batch.sampled():
                    spans.enter_context(span("project balance", traceparent, "consumer"))
            return await self._inbox.apply(fold(self._tenant, batches))

    async def _follow_or_forget(self) -> None:
        try:
            await self._follow()
        except PastDiffers as error:
            log.warning("balances are rebuilt", tenant=self._tenant, reason=str(error))
            await self._models.delete(
                [balance_position_key(self._tenant), balance_key(self._tenant, "*", "*")]
            )
