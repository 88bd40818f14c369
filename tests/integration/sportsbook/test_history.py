"""Prices kept: every change once, through repeats, restarts and losses; whole days let go when they are old."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.history import PRICES_STREAM, PricePoint
from pyplatform.contracts.sportsbook.markets import MarketStatus, Prices, price_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.history.recorder import PriceRecorder
from pyplatform.sportsbook.history.store import DAY, PriceStore, PriceWriter

ALL = 2**62


def prices(tenant: str, version: int, price: int, market_id: str = "1.5", terms: int = 3) -> Prices:
    return Prices(tenant, market_id, version, MarketStatus.OPEN, {7: price}, now_ns(), version * 1_000, terms)


class Keeper:
    """A bus to publish on, a store to read from, and recorders to start and stop."""

    def __init__(self, settings: Settings, tenant: str, bus: Bus, store: PriceStore) -> None:
        self.settings, self.tenant, self.bus, self.store = settings, tenant, bus, store

    @asynccontextmanager
    async def recording(self, days: int = 30) -> AsyncIterator[PriceRecorder]:
        recorder = PriceRecorder(self.bus.js, self.settings.postgres_url, self.tenant, days)
        running = asyncio.create_task(recorder.run())
        try:
            yield recorder
        finally:
            await end([running])

    async def publish(self, *several: Prices) -> None:
        for one in several:
            await self.bus.publish(price_subject(one.tenant, one.market_id), msgspec.msgpack.encode(one))
        await self.bus.flush()

    async def read(self, market_id: str = "1.5", step: int = 0, limit: int = 1_000) -> list[PricePoint]:
        return await self.store.read(self.tenant, market_id, 0, ALL, step, limit)

    async def until(self, check: Callable[[list[PricePoint]], bool]) -> list[PricePoint]:
        async with asyncio.timeout(60):
            while not check(found := await self.read()):
                await asyncio.sleep(0.02)
        return found


@pytest.fixture
async def keeper(settings: Settings, tenant_name: str) -> AsyncIterator[Keeper]:
    bus = await Bus.connect(settings.nats_url, "test")
    async with asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=3) as pool:
        yield Keeper(settings, tenant_name, bus, PriceStore(pool))
    await bus.close()


async def ready(keeper: Keeper) -> None:
    """Wait until what is published is kept for the recorder."""
    async with asyncio.timeout(60):
        while True:
            try:
                await keeper.bus.js.consumer_info(PRICES_STREAM, f"history-{keeper.tenant}")
            except Exception:  # noqa: BLE001 - whatever it lacks, it is not there yet
                await asyncio.sleep(0.02)
            else:
                return


async def test_every_change_is_kept_once_with_its_time_and_terms(keeper: Keeper) -> None:
    base, tenant = now_ns() // 1_000, keeper.tenant
    async with keeper.recording():
        await ready(keeper)
        changes = [prices(tenant, base + step, 20_000 + step) for step in range(50)]
        await keeper.publish(*changes, *changes[-10:], prices(tenant, base + 60, 20_049))
        await keeper.publish(prices("strangers", base, 99_000))
        await keeper.publish(prices(tenant, base + 70, 30_000, terms=4))
        found = await keeper.until(lambda found: bool(found) and found[-1].terms_version == 4)
    assert [point.version for point in found] == [base + step for step in range(50)] + [base + 70]
    assert found[3] == PricePoint(base + 3, MarketStatus.OPEN, 3, base + 3, {7: 20_003})
    assert [point.version for point in await keeper.read(step=20, limit=2)] == [
        max(base + step for step in range(50) if (base + step) // 20 == base // 20 + bucket)
        for bucket in range(2)
    ]


async def test_what_comes_while_nobody_records_is_kept_and_nothing_twice(keeper: Keeper) -> None:
    base, tenant = now_ns() // 1_000, keeper.tenant
    first, second, third = (
        [prices(tenant, base + 100 * part + step, 20_000 + 100 * part + step) for step in range(20)]
        for part in range(3)
    )
    async with keeper.recording():
        await ready(keeper)
        await keeper.publish(*first)
        await keeper.until(lambda found: len(found) == 20)
    await keeper.publish(*second)
    async with keeper.recording() as again:
        await keeper.until(lambda found: len(found) == 40)
        await keeper.bus.js.purge_stream(PRICES_STREAM)
        # Delivered again, out of order, after newer ones: kept if it is missing, else left as it is.
        await keeper.publish(*third[10:], *third[:10], *second)
        found = await keeper.until(lambda found: len(found) == 60)
        assert again.written == 40
    assert [point.version for point in found] == [one.version for one in first + second + third]


async def test_a_lost_stream_is_made_anew(keeper: Keeper) -> None:
    base, tenant = now_ns() // 1_000, keeper.tenant
    async with keeper.recording():
        await ready(keeper)
        await keeper.publish(prices(tenant, base, 20_000))
        await keeper.until(lambda found: len(found) == 1)
        await keeper.bus.js.delete_stream(PRICES_STREAM)
        await asyncio.sleep(0.1)
        await ready(keeper)
        await keeper.publish(prices(tenant, base + 1, 21_000))
        await keeper.until(lambda found: len(found) == 2)


async def test_old_days_go_whole_and_the_rest_stays(keeper: Keeper) -> None:
    now, tenant = now_ns() // 1_000, keeper.tenant
    writer = PriceWriter(keeper.settings.postgres_url, tenant)
    days = [now - 40 * DAY, now - 31 * DAY, now - 29 * DAY, now]
    assert await writer.write([prices(tenant, version, 20_000) for version in days]) == 4
    assert await writer.write([prices(tenant, version, 99_000) for version in days]) == 0
    async with keeper.recording(days=30):
        found = await keeper.until(lambda found: len(found) == 2)
    assert [point.version for point in found] == days[2:]
    assert all(point.prices == {7: 20_000} for point in found)
    assert await writer.write([prices(tenant, days[0], 30_000)]) == 1, (
        "the day is made again when it is needed"
    )
    await writer.close()


async def test_prices_are_their_tenants(keeper: Keeper, new_tenant_name: Callable[[], str]) -> None:
    writer, now = PriceWriter(keeper.settings.postgres_url, keeper.tenant), now_ns() // 1_000
    await writer.write([prices(keeper.tenant, now, 20_000)])
    await writer.close()
    assert await keeper.store.read(new_tenant_name(), "1.5", 0, ALL, 0, 10) == []
    assert len(await keeper.read()) == 1
