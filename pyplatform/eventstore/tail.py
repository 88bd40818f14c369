"""Following a shard's ledger: verified batches in order, from JetStream, with the journal for whatever is missing.

A tail never passes what was published, and only durable batches are published. It proves that each batch follows
the one before; when the past itself differs, it says so and the follower starts again from nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.eventstore.ledger_stream import Reader, reading
from pyplatform.kernel.errors import PlatformError
from pyplatform.telemetry import get_logger

log = get_logger("eventstore.tail")

PAGE: Final = 128
"""Journal rows read at a time."""
_PAUSE: Final = 0.2

_READ = """
SELECT payload FROM ledger.journal
WHERE shard = $1 AND seq_hi > $2 AND seq_hi <= $3 ORDER BY seq_hi LIMIT $4
"""
_TIP = "SELECT coalesce(max(seq_hi), 0) FROM ledger.journal WHERE shard = $1"
_HASH = "SELECT hash FROM ledger.journal WHERE shard = $1 AND seq_hi = $2"
_BROKEN: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class PastDiffers(PlatformError):  # noqa: N818 - a finding, not a fault of ours
    """The ledger holds another past than the follower has seen: forget everything and start from nothing."""


class PastLost(PlatformError):  # noqa: N818 - a finding, too
    """The journal ends before what the follower has seen: keep that, it is proof of what a failover has lost."""


class LedgerTail:
    """Follows one shard from `(seq, digest)`; `(0, genesis hash)` is the beginning."""

    def __init__(
        self, js: JetStreamContext, postgres_url: str, shard: str, seq: int = 0, digest: bytes = b""
    ) -> None:
        self._js = js
        self._url = postgres_url
        self._shard = shard
        self.seq = seq
        self.digest = digest or core.genesis_hash(shard)
        self._conn: asyncpg.Connection | None = None

    async def batches(self) -> AsyncIterator[list[core.Batch]]:
        """Lists of consecutive batches, for ever; several at once when they came faster than they were taken.

        Raises PastDiffers when the ledger does not continue what was seen, PastLost when the journal ends before it.
        """
        known = self.seq == 0
        while True:
            try:
                known = known or await self._is_known()
                with reading(self._js, self._shard) as reader:
                    async for found in self._follow(reader):
                        yield found
            except _BROKEN:
                await asyncio.sleep(_PAUSE)

    async def _is_known(self) -> bool:
        """Whether the journal agrees with where we stand: it may have been replaced while we were away."""
        conn = await self._connection()
        if await conn.fetchval(_HASH, self._shard, self.seq) != self.digest:
            if (tip := await conn.fetchval(_TIP, self._shard)) < self.seq:
                raise PastLost(
                    f"the journal of {self._shard} ends at entry {tip:,} and does not hold what was read up to "
                    f"{self.seq:,}: a failover has lost it. Bring back the server that has it"
                )
            raise PastDiffers(f"the journal of {self._shard} does not hold what was read up to {self.seq}")
        return True

    async def _connection(self) -> asyncpg.Connection:
        if self._conn is None or self._conn.is_closed():
            self._conn = await asyncpg.connect(self._url, timeout=5)
        return self._conn

    async def _follow(self, reader: Reader) -> AsyncIterator[list[core.Batch]]:
        while True:
            ready: list[core.Batch] = []
            for batch in await reader.take():
                header = batch.header
                if header.hi < self.seq or (header.hi, header.hash) == (self.seq, self.digest):
                    continue
                if (header.lo, header.prev_hash) != (self.seq, self.digest):
                    if not await self._is_the_journals(header):
                        continue
                    if ready:
                        yield ready
                        ready = []
                    async for page in self._journal(header.lo):
                        yield page
                self._take(batch)
                ready.append(batch)
            if ready:
                yield ready

    async def _is_the_journals(self, header: core.Header) -> bool:
        """Whether the journal holds a batch that does not follow on ours; a stranger's in the stream is no past.

        Raises PastDiffers when it does not hold what we have read, either.
        """
        conn = await self._connection()
        if await conn.fetchval(_HASH, self._shard, header.hi) == header.hash:
            return True
        if self.seq:
            await self._is_known()
        log.warning("a batch in the stream is not the journal's", shard=self._shard, seq=header.hi)
        return False

    def _take(self, batch: core.Batch) -> None:
        header = batch.header
        if header.lo != self.seq or header.prev_hash != self.digest:
            raise PastDiffers(f"the ledger of {self._shard} does not continue what was read up to {self.seq}")
        self.seq, self.digest = header.hi, header.hash

    async def _journal(self, until: int) -> AsyncIterator[list[core.Batch]]:
        while self.seq < until:
            conn = await self._connection()
            rows = await conn.fetch(_READ, self._shard, self.seq, until, PAGE)
            if not rows:
                raise PastDiffers(
                    f"the journal of {self._shard} holds nothing between {self.seq} and {until}"
                )
            page = [core.Batch(row["payload"]) for row in rows]
            for batch in page:
                self._take(batch)
            yield page

    async def close(self) -> None:
        """Close the connection to the journal."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None
