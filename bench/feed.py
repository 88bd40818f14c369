"""Betfair line bytes → book → NATS → trading → published prices of two tenants, over a real NATS server.

The feed's and the trading process's parts run in this process, each with a connection of its own, so every figure
has both of them and the way between in it: what a feed process costs more, a second core earns back.
"""

import asyncio
import gc
import time

from bench.accounting import percentile, reference_ns
from bench.slowdown import repeat
from pyplatform.bus import Bus
from pyplatform.feeds.adapter import adapter
from pyplatform.feeds.received import Received
from pyplatform.feeds.service import FeedService
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.markets.listener import FeedListener
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Changes, Trading

ROUNDS = 3
WARM = 500
PATIENCE = 500


async def measure(lines: list[bytes], settings: Settings) -> dict[str, list[float]]:
    """Figures of a line: `p50_us`, `p99_us` (bytes in hand to prices at the socket), `cpu_us`, `ratio`."""
    figures: dict[str, list[float]] = {"p50_us": [], "p99_us": [], "cpu_us": [], "ratio": []}
    for number in range(ROUNDS):
        before = reference_ns()
        taken, cpu = await _round(lines, settings, f"bench-{number}", repeat("feed_to_price"))
        reference = (before + reference_ns()) / 2
        figures["p50_us"].append(percentile(taken, 0.50) / 1e3)
        figures["p99_us"].append(percentile(taken, 0.99) / 1e3)
        figures["cpu_us"].append(cpu / 1e3)
        figures["ratio"].append(cpu / reference)
    return figures


class _Desk:
    """One feed process and one trading process, in here; `heard` counts the messages the latter has dealt with."""

    def __init__(self, feed_bus: Bus, bus: Bus, feed: str) -> None:
        self._bus = bus
        self.service = FeedService(feed_bus, feed, adapter("betfair", feed), assume_up=True)
        sources = Sources()
        trading = Trading(list(load_tenants().values()), "bench", sources.is_up)
        self._listener = FeedListener(bus, trading, sources, self._publish)
        self._dealt = asyncio.Event()
        self.heard = self.published = 0

    async def start(self) -> asyncio.Task[None]:
        await self.service.start()
        listening = asyncio.create_task(self._listener.run())
        for _ in range(PATIENCE):
            if self._listener.snapshots.value:
                return listening
            await asyncio.sleep(0.01)
        message = "the trading room did not hear the feed"
        raise RuntimeError(message)

    async def _publish(self, changes: Changes) -> None:
        for subject, payload in changes.messages:
            await self._bus.publish(subject, payload)
        self.published += len(changes.messages)
        self.heard += 1
        self._dealt.set()

    async def line(self, line: bytes) -> bool:
        """Bring one line all the way; whether our prices moved."""
        published = self.published
        self.service.apply(Received(now_ns(), "", line))
        updates = self.service.changes()
        due = self.heard + len(updates)
        for update in updates:
            await self.service.publish(update)
        while self.heard < due:
            self._dealt.clear()
            await self._dealt.wait()
        return self.published > published


async def _round(lines: list[bytes], settings: Settings, feed: str, times: int) -> tuple[list[float], float]:
    """Wall nanoseconds of every line that changed our prices, CPU nanoseconds of a line on average."""
    feed_bus = await Bus.connect(settings.nats_url, name="bench-feed")
    bus = await Bus.connect(settings.nats_url, name="bench-trading")
    desks = [_Desk(feed_bus, bus, f"{feed}-{number}") for number in range(times)]
    listening = [await desk.start() for desk in desks]
    try:
        for line in lines[:WARM]:
            for desk in desks:
                await desk.line(line)
        taken: list[float] = []
        gc.collect()
        cpu = time.process_time_ns()
        for line in lines[WARM:]:
            started = time.perf_counter_ns()
            if any([await desk.line(line) for desk in desks]):
                taken.append(time.perf_counter_ns() - started)
        cpu = time.process_time_ns() - cpu
    finally:
        for task in listening:
            task.cancel()
        await asyncio.wait(listening)
        for desk in desks:
            await desk.service.close()
        await bus.close()
        await feed_bus.close()
    if not taken:
        message = "no line changed a price: the stream is not what it was"
        raise RuntimeError(message)
    return taken, cpu / (len(lines) - WARM)
