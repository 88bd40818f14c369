"""A shard's ledger as JetStream brings it: read and verified once in a process, for all who follow it there."""

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

import nats.errors
import nats.js.errors
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

from pyplatform._core import shard as core
from pyplatform.contracts.wallet import ledger_stream, ledger_subject
from pyplatform.telemetry import get_logger

log = get_logger("eventstore.ledger_stream")

IDLE: Final = 1.0
"""Seconds without a message after which the consumer is looked at."""
REST: Final = (0.02, 0.1)
"""Shortest and longest pause (seconds) of a reader between two takes: what comes meanwhile goes along."""
SHARE: Final = 3.0
"""Between those a reader rests so many times as long as it worked: on a busy machine copies give way to players."""
BEHIND: Final = 256
"""Batches kept for a reader; the oldest of more are dropped, for it to read them from the journal."""
PAUSE: Final = 0.2
UNREACHABLE: Final = (nats.errors.Error, nats.js.errors.Error, OSError, TimeoutError)


class Reader:
    """What one follower has yet to take."""

    def __init__(self) -> None:
        self._batches: deque[core.Batch] = deque(maxlen=BEHIND)
        self._filled = asyncio.Event()
        self._took = 0.0

    def put(self, batch: core.Batch) -> None:
        """Keep a batch for it."""
        self._batches.append(batch)
        self._filled.set()

    async def take(self) -> list[core.Batch]:
        """All that came since the last time, once there is something."""
        came = monotonic()
        rest = min(max(REST[0], SHARE * (came - self._took)), REST[1])
        await self._filled.wait()
        if (left := rest - (monotonic() - came)) > 0:
            await asyncio.sleep(left)
        self._took = monotonic()
        taken = list(self._batches)
        self._batches.clear()
        self._filled.clear()
        return taken


class LedgerStream:
    """Gives every reader what the stream brings from now on, its last batch first.

    Nothing is promised: batches may be missing or come again. Readers know where they stand, and the journal has all.
    """

    def __init__(self, js: JetStreamContext, shard: str) -> None:
        self._js = js
        self._shard = shard
        self._readers: set[Reader] = set()
        self._received = 0
        self._again = asyncio.Event()
        self._task = asyncio.create_task(self._run())

    def join(self) -> Reader:
        """One reader more; it, too, must see the end of the stream, though nothing more may come."""
        reader = Reader()
        self._readers.add(reader)
        self._again.set()
        return reader

    def leave(self, reader: Reader) -> bool:
        """One reader fewer; whether none is left, and nothing is heard any more."""
        self._readers.discard(reader)
        if self._readers:
            return False
        self._task.cancel()
        return True

    async def _run(self) -> None:
        while True:
            try:
                await self._follow()
            except UNREACHABLE:
                await asyncio.sleep(PAUSE)
            except Exception:  # whatever it is, readers must not wait for ever
                log.exception("ledger stream broke, hearing it anew", shard=self._shard)
                await asyncio.sleep(PAUSE)

    async def _follow(self) -> None:
        """Hear the stream until it is to be heard anew."""
        self._again.clear()
        self._received = 0
        subscription = await self._subscribe()
        try:
            while not self._again.is_set():
                before = self._received
                if await self._asked_again() or self._received != before:
                    continue
                # A wiped and rewritten stream leaves its consumer hanging, and a cut its messages lost, without a word.
                info = await subscription.consumer_info()
                if info.delivered is None or info.delivered.consumer_seq != self._received:
                    return
        finally:
            await _drop(subscription)

    async def _asked_again(self) -> bool:
        try:
            async with asyncio.timeout(IDLE):
                return await self._again.wait()
        except TimeoutError:
            return False

    async def _subscribe(self) -> JetStreamContext.PushSubscription:
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.LAST,
            ack_policy=AckPolicy.NONE,
            inactive_threshold=30.0,
            mem_storage=True,
        )
        subject, stream = ledger_subject(self._shard), ledger_stream(self._shard)
        return await self._js.subscribe(subject, stream=stream, config=config, cb=self._on_message)

    async def _on_message(self, message: Msg) -> None:
        self._received += 1
        try:
            batch = core.Batch(message.data)
        except ValueError as error:
            # The copy is damaged there; the next whole batch shows the gap, and the journal fills it.
            log.warning("damaged message in the stream", shard=self._shard, error=str(error))
            return
        for reader in self._readers:
            reader.put(batch)


_streams: Final[dict[tuple[JetStreamContext, str], LedgerStream]] = {}


@contextmanager
def reading(js: JetStreamContext, shard: str) -> Iterator[Reader]:
    """A reader of a shard's stream while the context lasts; those of one connection share what they read."""
    stream = _streams.get((js, shard))
    if stream is None:
        stream = _streams[js, shard] = LedgerStream(js, shard)
    reader = stream.join()
    try:
        yield reader
    finally:
        if stream.leave(reader):
            del _streams[js, shard]


async def _drop(subscription: JetStreamContext.PushSubscription) -> None:
    try:
        await subscription.unsubscribe()
    except UNREACHABLE:
        return
