"""Feed processes and those who hear them, in one process, over a real NATS server."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from nats.js.errors import NotFoundError

from pyplatform.bus import Bus
from pyplatform.contracts.feeds import RESULTS_STREAM
from pyplatform.feeds.adapter import adapter
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.service import FeedService
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.markets.listener import FeedListener
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Changes, Trading

Item = Received | Health


class Tap:
    """A source that yields what it is told to."""

    def __init__(self) -> None:
        self._items: asyncio.Queue[Item] = asyncio.Queue()
        self.given = 0

    def say(self, payload: bytes, channel: str = "") -> None:
        self._items.put_nowait(Received(now_ns(), channel, payload.rstrip(b"\n")))

    def health(self, producer: str, *, up: bool) -> None:
        self._items.put_nowait(Health(producer, up, "returned" if up else "disconnected", now_ns()))

    async def source(self) -> AsyncIterator[Item]:
        while True:
            yield await self._items.get()


class Process:
    """One feed process: its service, what it reads, and the end of it."""

    def __init__(self, bus: Bus, service: FeedService) -> None:
        self.bus = bus
        self.service = service
        self.tap = Tap()
        self._playing = asyncio.create_task(service.run(self.tap.source()))

    async def die(self) -> None:
        """End as if killed: nothing is said any more, and the connection is gone."""
        self._playing.cancel()
        for task in [*self.service._tasks, self._playing]:
            await end([task])
        await self.bus.close()

    @property
    def dead(self) -> bool:
        return self._playing.done()


@asynccontextmanager
async def process(
    settings: Settings,
    feed: str,
    form: str = "betfair",
    *,
    up: bool = True,
    descriptions: bytes | None = None,
) -> AsyncIterator[Process]:
    bus = await Bus.connect(settings.nats_url, f"feed-{feed}")
    service = FeedService(bus, feed, adapter(form, feed, descriptions), assume_up=up)
    await service.start()
    running = Process(bus, service)
    try:
        yield running
    finally:
        if not running.dead:
            await running.die()


class Ear:
    """A trading room that hears all feeds and publishes nothing."""

    def __init__(self, bus: Bus) -> None:
        self.sources = Sources()
        self.trading = Trading([Tenant("aurora", "EUR", 500)], "trading", self.sources.is_up)
        self.listener = FeedListener(bus, self.trading, self.sources, self._keep)
        self.told: list[str] = []

    async def _keep(self, changes: Changes) -> None:
        self.told += [subject for subject, _ in changes.messages]

    def state(self, market: str) -> tuple[object, ...]:
        """Everything that a market's feed has said of it, and what follows."""
        known = self.trading.markets[market]
        return known.catalogue, known.state, known.quoted, known.status, known.prices, known.seqs


@asynccontextmanager
async def listening(settings: Settings) -> AsyncIterator[Ear]:
    bus = await Bus.connect(settings.nats_url, "ear")
    ear = Ear(bus)
    task = asyncio.create_task(ear.listener.run())
    try:
        yield ear
    finally:
        await end([task])
        await bus.close()


async def until(condition: Callable[[], bool], patience_s: float = 60) -> None:
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.01)


async def without_results(settings: Settings) -> None:
    """Let no result of an earlier test be heard in this one."""
    bus = await Bus.connect(settings.nats_url, "sweeper")
    try:
        await bus.js.delete_stream(RESULTS_STREAM)
    except NotFoundError:
        pass
    finally:
        await bus.close()
