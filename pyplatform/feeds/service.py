"""One feed process: messages in, normalised markets out on the bus, snapshots for whoever asks."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message, NoResponders
from pyplatform.contracts.feeds import (
    HEARTBEAT_S,
    HELLO_SUBJECT,
    FeedHealth,
    Prices,
    ProducerHealth,
    Result,
    SnapshotRequest,
    Status,
    Update,
    ask_health_subject,
    health_subject,
    snapshot_subject,
    update_subject,
)
from pyplatform.feeds.adapter import Adapter, Told
from pyplatform.feeds.board import Board
from pyplatform.feeds.metrics import Metrics
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.results import ResultPublisher
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import get_logger

TOGETHER: Final = 256
"""Messages applied before what they changed is published: of a market that moved often in between, the newest."""
QUEUE: Final = 20_000
"""Messages that wait here at most; the source is read on when there is room."""
_ASK_S: Final = 0.5
_FLUSH_S: Final = 10.0

log = get_logger("feeds.service")

Source = AsyncIterator[Received | Health]


class FeedService:
    """Applies a feed's messages and publishes what they change.

    `run` may be called once; the service goes on answering and telling that it lives until `close`.

    `careful` is for a source that takes a message as processed when it is asked for the next, and will not send it
    again: that is done only when everything it caused is published, and its results are safe.
    """

    def __init__(
        self, bus: Bus, feed: str, adapter: Adapter, *, assume_up: bool, careful: bool = False
    ) -> None:
        self._bus = bus
        self.adapter = adapter
        self._careful = careful
        self.board = Board(feed, assume_up=assume_up)
        self.results = ResultPublisher(bus, feed)
        self.metrics = Metrics()
        self.progress = 0.0
        self._encoder = msgspec.msgpack.Encoder()
        self._waiting: deque[Received | Health] = deque()
        self._arrived, self._room = asyncio.Event(), asyncio.Event()
        self._sent = 0
        self._received_at = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.metrics.watch(
            now_ns,
            self.board.producers,
            waiting=lambda: len(self._waiting),
            unsent=lambda: self.results.unsent,
            markets=lambda: len(self.board),
        )

    async def start(self) -> None:
        """Begin to answer and to tell that we live; raises PlatformError if another process publishes this feed."""
        feed = self.board.feed
        try:
            await self._bus.request(ask_health_subject(feed), b"", _ASK_S)
        except NoResponders:
            pass
        except Unavailable:
            log.warning("another process of this feed hangs; it is not heard any more", feed=feed)
        else:
            raise PlatformError(
                f"another process publishes the feed {feed}: stop it, or name this one differently"
            )
        await self._bus.serve(ask_health_subject(feed), self._on_health)
        await self._bus.serve(snapshot_subject(feed), self._on_snapshot)
        await self._bus.subscribe(HELLO_SUBJECT, self._on_hello)
        self._tasks = [asyncio.create_task(self._beat()), asyncio.create_task(self.results.run())]

    async def run(self, source: Source) -> None:
        """Play a source to its end; what it has caused is published when this returns."""
        reading = asyncio.create_task(self._read(source))
        try:
            while not (reading.done() and not self._waiting):
                if not self._waiting:
                    await self._arrived.wait()
                self._arrived.clear()
                await self._take_some()
            reading.result()
        finally:
            await end([reading])
        await self._bus.flush()

    def catch_up(self, past: Iterable[Received]) -> None:
        """Take what was said before we began: only how things stand after it is told, when `run` begins."""
        for received in past:
            self.apply(received)

    async def ended(self) -> None:
        """Say that the source has been played to its end."""
        self.progress = 1.0
        await self._publish_health()

    async def alive(self) -> None:
        """Wait for what works beside the source; raises if that breaks."""
        ended, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()

    async def close(self) -> None:
        """Say that nobody speaks for this feed any more, once its results are safe."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH_S):
                await self.results.flushed()
        await end(self._tasks)
        self.board.assume_up = False
        for name in [*self.board.producers]:
            self._producer_changed(Health(name, False, "stopped", now_ns()))
        await self._publish_health()

    async def _read(self, source: Source) -> None:
        try:
            async for item in source:
                self._waiting.append(item)
                self._arrived.set()
                if self._careful or len(self._waiting) >= QUEUE:
                    self._room.clear()
                    await self._room.wait()
        finally:
            self._arrived.set()

    async def _take_some(self) -> None:
        """Take what waits, at most so much that a market's news does not get old meanwhile."""
        for _ in range(min(TOGETHER, len(self._waiting))):
            item = self._waiting.popleft()
            if isinstance(item, Health):
                await self.publish_changes()
                self._producer_changed(item)
                await self._publish_health()
            else:
                self.apply(item)
        if self._waiting:
            self._arrived.set()
        await self.publish_changes()
        if self._careful:
            await self.results.flushed()
        self._room.set()

    def apply(self, received: Received) -> None:
        """Take one message into the state."""
        self._received_at = received.at_ns
        self.metrics.received(received.at_ns)
        self.adapter.apply(received)
        self.metrics.broken.value = self.adapter.broken
        for problem in self.adapter.problems():
            log.warning("feed message skipped", feed=self.board.feed, problem=problem)

    def changes(self) -> list[Update]:
        """Messages about what changed since the last call; results are queued and not among them."""
        at = self._received_at
        found = []
        for told in self.adapter.tell():
            update = self._put(told, at)
            if update is None:
                continue
            if isinstance(update.body, Result):
                self.results.put(update)
            else:
                found.append(update)
        return found

    async def publish_changes(self) -> None:
        """Publish what changed since the last call."""
        for update in self.changes():
            await self.publish(update)

    async def publish(self, update: Update) -> None:
        """Publish one message on core NATS."""
        subject = update_subject(update.stamp.feed, update.market, _kind(update))
        # Before the message is handed on, or a heartbeat in between would look like a gap.
        self._sent = update.stamp.ordinal
        await self._bus.publish(subject, self._encoder.encode(update))
        self.metrics.published.value += 1

    def _put(self, told: Told, at: int) -> Update | None:
        if told.body is None:
            self.board.drop(told.market)
            self.results.forget(told.market)
            return None
        if isinstance(told.body, Result):
            return self.board.put_result(told.market, told.producer, told.body, told.feed_time, at)
        return self.board.put(told.market, told.producer, told.body, told.feed_time, at)

    def _producer_changed(self, health: Health) -> None:
        name = self.adapter.producer_of(health.producer)
        known = self.board.producers.get(name)
        if known is not None and known.up == health.up:
            return
        self.board.producer_changed(ProducerHealth(name, health.up, health.reason, health.at_ns))
        if not health.up:
            self.metrics.outages.value += 1
        elif self.adapter.whole_on_return:
            # Everything missed has been received, so what we hold is good as of now.
            self._received_at = health.at_ns
            self.adapter.touch_all()
        say = log.info if health.up else log.warning
        say("producer is up" if health.up else "producer is down", producer=name, reason=health.reason)

    def health(self) -> FeedHealth:
        """How the feed stands now."""
        return FeedHealth(
            feed=self.board.feed,
            session=self.board.session,
            at=now_ns(),
            ordinal=self._sent,
            assumed_up=self.board.assume_up,
            producers=tuple(self.board.producers.values()),
            markets=len(self.board),
            messages=self.adapter.messages,
            updates=self.adapter.updates,
            broken=self.adapter.broken,
            waiting=len(self._waiting),
            unsent_results=self.results.unsent,
            last_received_at=self.metrics.last_received_at,
            progress=self.progress,
        )

    async def _publish_health(self) -> None:
        await self._bus.publish(health_subject(self.board.feed), self._encoder.encode(self.health()))

    async def _beat(self) -> None:
        while True:
            await self._publish_health()
            await asyncio.sleep(HEARTBEAT_S)

    async def _on_hello(self, message: Message) -> None:
        del message
        await self._publish_health()

    async def _on_health(self, _: bytes) -> bytes:
        return self._encoder.encode(self.health())

    async def _on_snapshot(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=SnapshotRequest)
        return self._encoder.encode(self.board.page(asked.after, self.health()))


def _kind(update: Update) -> str:
    match update.body:
        case Prices():
            return "prices"
        case Status():
            return "status"
        case _:
            return "catalogue"
