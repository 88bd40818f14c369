"""One door for players and staff on real servers, with the cheapest hashes that are allowed."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from pyplatform.bus import Bus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.config import PamConfig
from pyplatform.pam.door import Door
from pyplatform.projections import ReadModels

CHEAP = PamConfig(master_key=b"k" * 32, argon2_memory_kib=19_456, argon2_time_cost=2, account_per_minute=100)


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=8) as pool:
        yield pool


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[Bus]:
    bus = await Bus.connect(settings.nats_url, "test")
    yield bus
    await bus.close()


@pytest.fixture
def tenants(new_tenant_name: Callable[[], str]) -> dict[str, Tenant]:
    names = [new_tenant_name(), new_tenant_name()]
    return {name: Tenant(name, "EUR", 500) for name in names}


@pytest.fixture
async def models(settings: Settings) -> AsyncIterator[ReadModels]:
    models = ReadModels.connect(settings.redis_url)
    yield models
    await models.close()


@pytest.fixture
async def door(pool: asyncpg.Pool, models: ReadModels) -> AsyncIterator[Door]:
    door = Door(pool, models, CHEAP)
    yield door
    door.close()


@pytest.fixture
def ours(tenants: dict[str, Tenant]) -> str:
    return next(iter(tenants))


@pytest.fixture
def theirs(tenants: dict[str, Tenant]) -> str:
    return list(tenants)[1]
