"""What knows of acknowledged batches outside the journal: the shard's stream, and what was made of it in Valkey.

Only durable batches are published, so whatever was published is in the journal, or a failover has lost it. A writer
remembers what it promised; one that was started since does not, and would go on from the end it finds: other entries
under numbers that were given to acknowledged ones. So it asks these before it leads.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.contracts.wallet import ledger_stream
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.telemetry import get_logger

log = get_logger("wallet.witness")

WITHIN: Final = 1.0
"""Seconds that Valkey and the stream may take, each: the lease is held meanwhile, and the journal is the record."""
_SILENT: Final = (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError, Unavailable)

Positions = Callable[[], Awaitable[list[tuple[int, bytes]]]]


class Record(Protocol):
    """The journal, as far as it is asked here."""

    async def holds(self, seq: int, digest: bytes) -> bool:
        """Whether a batch with this hash ends at `seq`."""

    async def tip(self) -> int | None:
        """Sequence at which the journal ends; None before the shard's genesis."""


class Witness:
    """Holds a shard's journal against its copies; `positions` are those of the read models, each with its hash."""

    def __init__(self, js: JetStreamContext, shard: str, positions: Positions) -> None:
        self._js = js
        self._shard = shard
        self._positions = positions

    async def check(self, record: Record) -> None:
        """Raise PlatformError when the journal lacks what was published of it; Unavailable when it does not answer."""
        read: list[tuple[int, bytes]] = []
        try:
            async with asyncio.timeout(WITHIN):
                read = await self._positions()
        except _SILENT as error:
            log.warning("read models not asked", shard=self._shard, error=repr(error))
        tip = await record.tip() or 0
        for seq, digest in read:
            if seq > tip and not await record.holds(seq, digest):
                raise lost(self._shard, tip, seq)
        try:
            deadline = asyncio.get_running_loop().time() + WITHIN
            await check_stream(self._js, record, self._shard, deadline)
        except _SILENT as error:
            log.warning("stream not asked", shard=self._shard, error=repr(error))


def lost(shard: str, tip: int, seq: int) -> PlatformError:
    """The error of a journal that ends before what was acknowledged."""
    return PlatformError(
        f"the journal of {shard} ends at entry {tip:,} and does not hold what was acknowledged up to {seq:,}: a "
        "failover has lost it. Bring back the server that has it before anybody leads; if there is none, "
        f"`pyplatform wallet accept-loss {shard}` keeps the lost batches in a file and goes on without them"
    )


async def check_stream(
    js: JetStreamContext, record: Record, shard: str, deadline: float | None = None
) -> None:
    """Raise PlatformError when the stream goes on from a batch that the journal holds with one that it does not.

    What continues no batch of the journal is a stranger's, and says nothing. `deadline` is of the event loop's clock:
    TimeoutError when JetStream has not told enough by then.
    """
    messages = _Messages(js, shard, deadline)
    first, last = await messages.span()
    if last < first:
        return
    end = await messages.newest(first, last)
    if end is None or await record.holds(end.hi, end.hash):
        return
    tip = await record.tip() or 0
    async for header in messages.beyond(first, last, tip):
        if await record.holds(header.hi, header.hash):
            return
        # In an empty journal nothing can be continued: there, any batch of the shard is a loss.
        if tip == 0 or (header.lo > 0 and await record.holds(header.lo, header.prev_hash)):
            raise lost(shard, tip, max(header.hi, end.hi))


async def lost_batches(js: JetStreamContext, record: Record, shard: str) -> list[core.Batch]:
    """What the stream holds beyond the journal's end, in order; strangers' messages left out."""
    messages, found = _Messages(js, shard, None), list[core.Batch]()
    first, last = await messages.span()
    for number in range(last, first - 1, -1):
        batch = await messages.batch(number)
        if batch is not None and await record.holds(batch.header.hi, batch.header.hash):
            break
        if batch is not None:
            found.append(batch)
    return found[::-1]


class _Messages:
    """The messages of a shard's stream, by their numbers."""

    def __init__(self, js: JetStreamContext, shard: str, deadline: float | None) -> None:
        self._js = js
        self._shard = shard
        self._stream = ledger_stream(shard)
        self._deadline = deadline

    async def span(self) -> tuple[int, int]:
        """Numbers of the first and the last; the last before the first when there is none."""
        try:
            async with asyncio.timeout_at(self._deadline):
                state = (await self._js.stream_info(self._stream)).state
        except nats.js.errors.NotFoundError:
            return 1, 0
        return (state.first_seq, state.last_seq) if state.messages else (1, 0)

    async def batch(self, number: int) -> core.Batch | None:
        """A message that is a whole batch of the shard; None for anything else."""
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._js.get_msg(self._stream, number)
            batch = core.Batch(message.data or b"")
        except (nats.js.errors.NotFoundError, ValueError):
            return None
        return batch if batch.header.shard == self._shard else None

    async def header(self, number: int) -> core.Header | None:
        """What it says of itself."""
        batch = await self.batch(number)
        return batch.header if batch is not None else None

    async def newest(self, first: int, last: int) -> core.Header | None:
        """The last batch between messages of others; None for none."""
        for number in range(last, first - 1, -1):
            if (header := await self.header(number)) is not None:
                return header
        return None

    async def beyond(self, first: int, last: int, tip: int) -> AsyncIterator[core.Header]:
        """The batch that is likely the first after `tip`, then all, the last first."""
        low, high = first, last
        while low < high:
            middle = (low + high) // 2
            header = await self.header(middle)
            if header is None or header.hi > tip:
                high = middle
            else:
                low = middle + 1
        if (likely := await self.header(low)) is not None and likely.hi > tip:
            yield likely
        for number in range(last, first - 1, -1):
            if (header := await self.header(number)) is not None:
                yield header
