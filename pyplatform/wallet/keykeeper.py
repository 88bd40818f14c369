"""Keeps the memory of keys within its bounds while a shard's writer leads: files old keys, lets them go, forgets."""

import asyncio
from time import monotonic
from typing import Final

from pyplatform._core import shard as core
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import get_logger
from pyplatform.wallet.oldkeys import LEAD, ROWS, Keeping, OldKeys, Tip
from pyplatform.wallet.writer import Durable

log = get_logger("wallet.keykeeper")

_PAGE: Final = 4
"""Batches filed in one transaction."""


class KeyKeeper:
    """Looks after the keys of one shard; a listener of its writer."""

    def __init__(self, machine: core.Shard, table: OldKeys, keeping: Keeping) -> None:
        self.keeping = keeping
        self._machine = machine
        self._table = table
        self._durable = 0
        self._round_ends = 0.0
        # Under which epoch the machine was told of filed keys last, and how many were filed since.
        self._epoch = 0
        self._rows = 0

    def leading(self, _epoch: int, durable: Durable) -> None:
        """The journal ends at `durable`."""
        self._durable = durable.seq

    def committed(self, durable: Durable, _batch: bytes) -> None:
        """One more batch is durable."""
        self._durable = durable.seq

    def demoted(self, _reason: str) -> None:
        """Another leads, and keeps the keys."""

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(self.keeping.every)
            if self._machine.standing == core.LEADING:
                try:
                    await self.look()
                except Unavailable as error:
                    log.warning("keys not kept", error=str(error))

    async def look(self) -> None:
        """File what is old enough, or too much; let it go; forget what is past its time. Raises Unavailable."""
        epoch, table = self._machine.epoch, self._table
        is_round = monotonic() >= self._round_ends
        if is_round:
            self._round_ends = monotonic() + self.keeping.round
        if not self._machine.sweeping:
            too_many = self._machine.stats().keys - self.keeping.most
            tip, rows = await self._file(epoch, await table.tip(epoch), too_many)
            self._rows += rows
            is_due = is_round or too_many > 0 or self._rows >= self.keeping.least
            if tip.seq and (self._epoch != epoch or (self._rows and is_due)):
                self._machine.file_keys(epoch, tip.seq, tip.at)
                self._epoch, self._rows = epoch, 0
        if is_round:
            before, oldest = now_ns() - self.keeping.retention, await table.oldest()
            if oldest is not None and oldest + LEAD <= before:
                self._machine.forget_keys(epoch, before)
        if (forgotten := self._machine.keys_forgotten) > LEAD:
            while await table.drop(epoch, forgotten) == ROWS:
                pass

    async def _file(self, epoch: int, tip: Tip, too_many: int) -> tuple[Tip, int]:
        """File batches that are old, and younger ones until `too_many` keys can go; where that ends, and the keys.

        All that has left memory is filed in any case: somebody may have emptied a table that verified no more.
        """
        old, filed, evicted = now_ns() - self.keeping.age, 0, self._machine.keys_evicted
        while True:
            page = await self._table.page(epoch, tip.seq, self._durable, _PAGE)
            after, packed = tip, []
            for hi, batch in page:
                rows, count, at = await asyncio.to_thread(core.key_rows, batch)
                if at > old and filed >= too_many and tip.seq >= evicted:
                    break
                tip, filed = Tip(hi, at), filed + count
                packed.append(rows)
            if tip != after:
                await self._table.file(epoch, after, tip, packed)
            if len(packed) < _PAGE:
                return tip, filed
