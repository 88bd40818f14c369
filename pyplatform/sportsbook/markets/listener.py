"""Hearing the feeds: what they tell on the bus, snapshots of what was missed, silence, and results."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Final

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from pyplatform.bus import Bus, Message, NoResponders, pull
from pyplatform.contracts import feeds as contract
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.markets.sources import Heard, Sources
from pyplatform.sportsbook.markets.trading import Changes, Trading
from pyplatform.telemetry import Counter, Gauge, get_logger

LOOK_S: Final = 0.25
"""How often feeds are looked after: one whose process has gone is missed after this long, and a little."""
ANSWER_S: Final = 1.0
SNAPSHOT_S: Final = 5.0
RETRY_S: Final = 0.5
ACK_S: Final = 5.0

log = get_logger("sportsbook.listener")

Publish = Callable[[Changes], Awaitable[None]]
_message = msgspec.msgpack.Decoder(contract.Update)
_health = msgspec.msgpack.Decoder(contract.FeedHealth)
_page = msgspec.msgpack.Decoder(contract.SnapshotPage)


class FeedListener:
    """Keeps a `Trading` up to date with all feeds; `publish` is handed whatever that brings about.

    `takes` says whether a market is traded here.
    """

    def __init__(
        self,
        bus: Bus,
        trading: Trading,
        sources: Sources,
        publish: Publish,
        takes: Callable[[contract.Update], bool] = lambda _: True,
    ) -> None:
        self._bus = bus
        self._trading = trading
        self._sources = sources
        self._publish = publish
        self._takes = takes
        self._asking: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self.snapshots = Counter("trading.feed.snapshots", "snapshots of feeds taken")
        self.unreadable = Counter("trading.feed.unreadable", "messages of feeds that could not be decoded")
        Gauge("trading.feeds", "feeds heard", lambda: len(sources.healths))

    async def run(self) -> None:
        """Listen until cancelled."""
        subscription = await self._bus.subscribe(contract.LIVE_SUBJECT, self._on_message)
        await self._bus.publish(contract.HELLO_SUBJECT, b"")
        watching = asyncio.create_task(self._watch())
        try:
            looked = monotonic()
            while True:
                await asyncio.wait([watching], timeout=LOOK_S)
                if watching.done():
                    watching.result()
                now = monotonic()
                # Were we held up ourselves, what the feeds said meanwhile is still waiting to be heard.
                if now - looked < 3 * LOOK_S:
                    await self._notice_silence(now)
                looked = now
        finally:
            await end([watching, *self._asking.values()])
            await subscription.unsubscribe()

    async def _notice_silence(self, now: float) -> None:
        for feed in self._sources.fall_silent(contract.SILENCE_S, now):
            log.warning("feed fell silent, its markets are suspended", feed=feed)
            await self._distrust(feed)

    async def _distrust(self, feed: str) -> None:
        self._trading.distrust(feed)
        await self._publish(self._trading.producers_changed(feed, now_ns()))

    async def _watch(self) -> None:
        """Ask for each feed whether its process is there: where the connection is gone, NATS answers for it at once.

        A process that is there and says nothing is silent, which takes longer to tell from one that is busy.
        """
        while True:
            await asyncio.sleep(LOOK_S)
            await asyncio.gather(*map(self._ask_after, self._sources.heard))

    async def _ask_after(self, feed: str) -> None:
        asked = monotonic()
        try:
            await self._bus.request(contract.ask_health_subject(feed), b"", ANSWER_S)
        except NoResponders:
            if self._sources.go(feed, asked):
                log.warning("feed's process is gone, its markets are suspended", feed=feed)
                await self._distrust(feed)
        except Unavailable:
            pass  # it hangs, or NATS is away: silence says so

    async def _on_message(self, message: Message) -> None:
        try:
            if message.subject.endswith(".health"):
                await self._on_health(_health.decode(message.data))
            else:
                await self._on_update(_message.decode(message.data))
        except msgspec.DecodeError:
            self.unreadable.value += 1

    async def _on_update(self, update: contract.Update) -> None:
        heard = self._sources.hear_update(update, monotonic())
        if not heard.counts or isinstance(update.body, contract.Result):
            return
        await self._mind(update.stamp.feed, heard)
        await self._take(update)

    async def _take(self, update: contract.Update, *, snapshot: bool = False) -> None:
        if self._takes(update):
            await self._publish(self._trading.take(update, snapshot=snapshot))
        else:
            await self._publish(self._trading.overhear(update, snapshot=snapshot))

    async def _on_health(self, health: contract.FeedHealth) -> None:
        before = self._reliable(health.feed)
        heard = self._sources.hear_health(health, monotonic())
        if not heard.counts:
            return
        await self._mind(health.feed, heard)
        if self._reliable(health.feed) != before:
            await self._publish(self._trading.producers_changed(health.feed, now_ns()))

    def _reliable(self, feed: str) -> tuple[object, ...]:
        """What the reliability of a feed's markets depends on."""
        known = next((health for health in self._sources.healths if health.feed == feed), None)
        if known is None:
            return ()
        producers = tuple((one.producer, one.up, one.since) for one in known.producers)
        return self._sources.is_silent(feed), known.assumed_up, producers

    async def _mind(self, feed: str, heard: Heard) -> None:
        if heard.renewed:
            await self._distrust(feed)
        if heard.missed:
            self._ask(feed)

    def _ask(self, feed: str) -> None:
        """Take a snapshot; one that is under way is taken once more after it."""
        if feed in self._asking:
            self._again.add(feed)
            return
        task = self._asking[feed] = asyncio.create_task(self._take_snapshots(feed))
        task.add_done_callback(lambda _: self._asking.pop(feed, None))

    async def _take_snapshots(self, feed: str) -> None:
        while True:
            self._again.discard(feed)
            try:
                await self._take_snapshot(feed)
            except (Unavailable, msgspec.DecodeError) as error:
                log.warning("no snapshot of the feed", feed=feed, error=str(error))
                if self._sources.is_silent(feed):
                    return  # it will be asked again when it is heard again
                await asyncio.sleep(RETRY_S)
                continue
            if feed not in self._again:
                return

    async def _take_snapshot(self, feed: str) -> None:
        after = ""
        while True:
            asked = msgspec.msgpack.encode(contract.SnapshotRequest(after))
            page = _page.decode(await self._bus.request(contract.snapshot_subject(feed), asked, SNAPSHOT_S))
            for update in page.updates:
                if self._sources.is_current(update):
                    await self._take(update, snapshot=True)
            after = page.next
            if not after:
                self.snapshots.value += 1
                return


class ResultFollower:
    """Hands every result to `take`, one after the other, and lets JetStream forget it only then."""

    def __init__(self, bus: Bus, name: str, take: Callable[[contract.Update], Awaitable[None]]) -> None:
        self._bus = bus
        self._name = name
        self._take = take

    async def run(self) -> None:
        """Follow until cancelled, through every loss of the connection, the stream or the consumer."""
        while True:
            try:
                subscription = await self._subscribe()
                try:
                    await self._follow(subscription)
                finally:
                    with suppress(NatsError, OSError):
                        await subscription.unsubscribe()
            except NotFoundError:
                pass  # no feed has run yet
            except (NatsError, OSError, TimeoutError) as error:
                log.warning("results wait", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(RETRY_S)

    async def _subscribe(self) -> JetStreamContext.PullSubscription:
        # One at a time: a result that is delivered again must not come after its correction.
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL,
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_S,
            max_ack_pending=1,
        )
        return await self._bus.js.pull_subscribe(
            contract.RESULTS_SUBJECT, durable=self._name, stream=contract.RESULTS_STREAM, config=config
        )

    async def _follow(self, subscription: JetStreamContext.PullSubscription) -> None:
        while True:
            for message in await pull(subscription, 1, 1.0):
                await self._handle(message)

    async def _handle(self, message: Msg) -> None:
        try:
            update = _message.decode(message.data)
        except msgspec.DecodeError as error:
            log.error("a result cannot be read and is left out", subject=message.subject, error=str(error))
        else:
            await self._take(update)
        await message.ack_sync()
