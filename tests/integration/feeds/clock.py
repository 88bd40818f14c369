"""A clock that stands still until it is told to go on, and a way to wait for what comes of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from pyplatform.feeds.received import Connector, Health, Received

START_MS = 1_700_000_000_000


class Clock:
    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms * 1_000_000

    def go_on(self, ms: int) -> None:
        self.ms += ms


async def until(condition: Callable[[], object], patience_s: float = 60) -> None:
    """Wait for something that other tasks or processes do."""
    async with asyncio.timeout(patience_s):
        while not condition():
            await asyncio.sleep(0.002)


class Reader:
    """Takes what a connector yields; `take` is called with each message, and may wait."""

    def __init__(self, connector: Connector, take: Callable[[Received], object]) -> None:
        self._connector, self._take = connector, take
        self.received: list[Received] = []
        self.health: list[tuple[str, bool, str]] = []
        self.order: list[Received | Health] = []
        self.may_read = asyncio.Event()
        self.may_read.set()
        self.error: Exception | None = None

    async def run(self) -> None:
        try:
            async for item in self._connector.messages():
                await self.may_read.wait()
                self.order.append(item)
                if isinstance(item, Health):
                    self.health.append((item.producer, item.up, item.reason))
                else:
                    self.received.append(item)
                    self._take(item)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            self.error = error

    @property
    def up(self) -> bool:
        return bool(self.health) and self.health[-1][1]


@asynccontextmanager
async def reading(connector: Connector, take: Callable[[Received], object]) -> AsyncIterator[Reader]:
    reader = Reader(connector, take)
    task = asyncio.create_task(reader.run())
    try:
        yield reader
    finally:
        reader.may_read.set()
        await connector.close()
        await asyncio.wait_for(task, 60)
