"""The outbox: every committed batch once to JetStream, in order, one message a batch.

The stream is a copy that can be lost and rebuilt at any time; where it ends is asked of the stream itself, never
remembered beside it. Nothing that the writer has not announced as durable is published. A stream is known by the
moment JetStream made it: one that was made again, or that drops messages as ours does not, is noticed and mended.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from time import monotonic
from typing import Final

import nats.errors
import nats.js.errors
from nats.js import JetStreamContext
from nats.js.api import (
    DiscardPolicy,
    PubAck,
    RetentionPolicy,
    StorageType,
    StreamConfig,
    StreamInfo,
)

from pyplatform._core import shard as core
from pyplatform.contracts.wallet import ledger_stream, ledger_subject
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import get_logger
from pyplatform.wallet.store import JournalReader
from pyplatform.wallet.witness import check_stream
from pyplatform.wallet.writer import Durable

log = get_logger("wallet.outbox")

IN_FLIGHT: Final = 16
"""Messages published and not yet acknowledged."""
PAUSE: Final = 0.005
"""Seconds between a commit and its publication: what comes meanwhile goes along, and callers are answered first."""
ACK: Final = 5.0
"""Seconds JetStream may take to acknowledge."""
LOOK_AGAIN: Final = 2.0
"""Seconds after which the stream is looked at: somebody may have deleted it, or made another of its name."""
HELD_BYTES: Final = 64 << 20
"""Committed batches kept in memory; what does not fit is read back from the journal."""
BACKOFF: Final = (0.1, 2.0)
"""Seconds of the first and of the longest pause after a failure."""
DEDUPLICATION: Final = 1.0
"""Seconds of JetStream's own window: short, for we resume by position and republish after a wipe."""

_FAILURES: Final = (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError, Unavailable)

LowestApplied = Callable[[], Awaitable[int]]


def stream_config(shard: str) -> StreamConfig:
    """A stream that keeps every batch until somebody deletes it."""
    return StreamConfig(
        name=ledger_stream(shard),
        subjects=[ledger_subject(shard)],
        retention=RetentionPolicy.LIMITS,
        discard=DiscardPolicy.OLD,
        max_msg_size=-1,
        storage=StorageType.FILE,
        duplicate_window=DEDUPLICATION,
        allow_direct=True,
    )


_KEEPS: Final = (
    *("subjects", "retention", "discard", "max_msg_size"),
    *("mirror", "sources", "no_ack", "sealed", "subject_transform"),
)
"""What of a configuration decides whether a stream takes what we publish, and nothing else. Limits that let the oldest
messages go are an operator's choice: whoever needs those reads the journal."""


async def ensure_stream(js: JetStreamContext, shard: str) -> StreamInfo:
    """The shard's stream, made if it is missing, and made anew if somebody made one that keeps other messages."""
    wanted = stream_config(shard)
    try:
        info = await js.stream_info(ledger_stream(shard))
    except nats.js.errors.NotFoundError:
        return await js.add_stream(wanted)
    foreign = [
        name for name in _KEEPS if (getattr(info.config, name) or None) != (getattr(wanted, name) or None)
    ]
    if not foreign:
        return info
    log.error("the stream is not as we make it: writing it anew", shard=shard, differs=foreign)
    await js.delete_stream(ledger_stream(shard))
    return await js.add_stream(wanted)


class Outbox:
    """Publishes the durable batches of one shard; a listener of its writer."""

    def __init__(
        self, js: JetStreamContext, journal: JournalReader, shard: str, lowest_applied: LowestApplied
    ) -> None:
        self._js = js
        self._journal = journal
        self._shard = shard
        self._lowest_applied = lowest_applied
        self._durable = 0
        self._started = False
        self._held: deque[tuple[int, int, bytes]] = deque()
        self._held_bytes = 0
        self._pausing = False
        self._changed = asyncio.Event()
        self._made: datetime | None = None
        self._looked = 0.0
        self.published = 0
        """Sequence up to which JetStream has acknowledged."""

    def leading(self, epoch: int, durable: Durable) -> None:
        """Publish from wherever the stream ends up to what is durable."""
        self._durable = durable.seq
        self._started = True
        self._forget()
        self._changed.set()

    def committed(self, durable: Durable, batch: bytes) -> None:
        """One more batch may go out."""
        lo, self._durable = self._durable, durable.seq
        if self._held_bytes + len(batch) > HELD_BYTES:
            self._forget()
        self._held.append((lo, durable.seq, batch))
        self._held_bytes += len(batch)
        if not self._pausing:
            self._pausing = True
            asyncio.get_running_loop().call_later(PAUSE, self._resume)

    def demoted(self, reason: str) -> None:
        """Go on to the last durable batch: it stays durable, and the stream takes each batch from one of us."""

    async def drained(self, within: float) -> None:
        """Wait until everything durable is published, or the seconds are over: the next holder does the rest."""
        deadline = monotonic() + within
        while self.lag and monotonic() < deadline:  # noqa: ASYNC110 - once, on the way out
            await asyncio.sleep(0.01)

    @property
    def lag(self) -> int:
        """Durable entries that JetStream has not acknowledged."""
        return max(0, self._durable - self.published)

    async def run(self) -> None:
        """Publish until cancelled; failures are waited out, for the journal keeps everything."""
        pause = BACKOFF[0]
        while True:
            if not self._started:
                await self._wait()
                continue
            try:
                await self._publish_all()
                pause = BACKOFF[0]
            except _FAILURES as error:
                log.warning("outbox waits", shard=self._shard, error=repr(error), published=self.published)
                await asyncio.sleep(pause)
                pause = min(2 * pause, BACKOFF[1])

    def _resume(self) -> None:
        self._pausing = False
        self._changed.set()

    def _forget(self) -> None:
        self._held.clear()
        self._held_bytes = 0

    async def _wait(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    async def _idle(self, position: int) -> bool:
        """Wait for more to publish; False when the stream is not ours any more or ends elsewhere than we left it."""
        self._changed.clear()
        try:
            async with asyncio.timeout(LOOK_AGAIN):
                await self._changed.wait()
        except TimeoutError:
            return await self._is_ours() and (await self._end_of_stream())[0] == position
        return True

    async def _is_ours(self) -> bool:
        """Whether the stream is the one we found: the same name may be another's, on another server, or made again."""
        self._looked = monotonic()
        info = await self._js.stream_info(ledger_stream(self._shard))
        if info.created == self._made:
            return True
        log.warning(
            "the stream was made anew", shard=self._shard, known=str(self._made), made=str(info.created)
        )
        return False

    async def _publish_all(self) -> None:
        """Find the end of the stream, then keep publishing until something fails."""
        self._made = (await ensure_stream(self._js, self._shard)).created
        self._looked = monotonic()
        position, sequence = await self._end_of_stream()
        self.published = position
        acks: deque[tuple[int, int, asyncio.Future[PubAck]]] = deque()
        previous: int | None = None
        try:
            while True:
                if position >= self._durable:
                    await self._settle(acks, 0)
                    if position >= self._durable and not await self._idle(position):
                        return
                    continue
                if monotonic() - self._looked > LOOK_AGAIN and not await self._is_ours():
                    return
                for hi, batch in await self._next(position):
                    await self._settle(acks, IN_FLIGHT - 1)
                    acks.append((hi, sequence + 1, await self._publish(hi, batch, sequence, previous)))
                    position, sequence, previous = hi, sequence + 1, hi
        finally:
            for _hi, _sequence, ack in acks:
                # One failure fails those behind it; their reasons are the same and need no reader.
                if not ack.cancel() and not ack.cancelled():
                    ack.exception()

    async def _publish(
        self, hi: int, batch: bytes, after: int, previous: int | None
    ) -> "asyncio.Future[PubAck]":
        headers = {
            "Nats-Msg-Id": f"{self._shard}:{hi}",
            "Nats-Expected-Stream": ledger_stream(self._shard),
            "Nats-Expected-Last-Sequence": str(after),
        }
        if previous is not None:
            # The sequence alone is not enough: where strangers' messages came between, a later one of those in flight
            # would fit the count again.
            headers["Nats-Expected-Last-Msg-Id"] = f"{self._shard}:{previous}"
        return await self._js.publish_async(ledger_subject(self._shard), batch, headers=headers)

    async def _settle(self, acks: "deque[tuple[int, int, asyncio.Future[PubAck]]]", leave: int) -> None:
        while len(acks) > leave:
            hi, sequence, future = acks[0]
            async with asyncio.timeout(ACK):
                ack = await future
            acks.popleft()
            if ack.seq != sequence:
                raise nats.js.errors.Error(
                    f"batch up to {hi} stands at {ack.seq} of the stream, not {sequence}"
                )
            self.published = hi

    async def _end_of_stream(self) -> tuple[int, int]:
        """Ledger and stream sequence of the last message; for an empty stream, where to begin."""
        stream = ledger_stream(self._shard)
        info = await self._js.stream_info(stream)
        if info.state.messages == 0:
            # The last batch at least: an empty stream tells nobody that there is something to read in the journal.
            last = await self._journal.begin_of(self._durable)
            return min(await self._lowest_applied(), last), info.state.last_seq
        message = await self._js.get_msg(stream, info.state.last_seq)
        hi = await self._known(message.data or b"")
        if hi is None:
            await check_stream(self._js, self._journal, self._shard)
            await self._js.delete_stream(stream)
            raise nats.js.errors.Error("the stream's last message is not the journal's: writing it anew")
        return hi, info.state.last_seq

    async def _known(self, data: bytes) -> int | None:
        """Last sequence of a batch that the journal holds, too; None for anything else."""
        try:
            header = core.read_header(data)
        except ValueError:
            return None
        return header.hi if await self._journal.hash_at(header.hi) == header.hash else None

    async def _next(self, position: int) -> list[tuple[int, bytes]]:
        """The next durable batches after `position`, from memory or else from the journal."""
        while self._held and self._held[0][0] < position:
            self._held_bytes -= len(self._held.popleft()[2])
        if self._held and self._held[0][0] == position:
            found = [(hi, batch) for _lo, hi, batch in self._held]
            self._forget()
            return found
        return await self._journal.page(position, self._durable)
