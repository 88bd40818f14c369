"""How often one address and one account may try: counted in Valkey, told with the time to wait."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam.door import Door
from pyplatform.pam.model import Origin, Refused
from pyplatform.pam.service import Accounts
from pyplatform.pam.throttle import Limit, Throttle
from pyplatform.projections import ReadModels
from tests.integration.pam.conftest import CHEAP


@pytest.fixture
async def strict(pool: asyncpg.Pool, models: ReadModels) -> AsyncIterator[Door]:
    door = Door(pool, models, msgspec.structs.replace(CHEAP, address_per_minute=4, account_per_minute=3))
    yield door
    door.close()


def origin(address: str) -> Origin:
    return Origin(b"c" * 16, "", address)


async def test_a_bucket_holds_a_burst_and_fills_at_its_rate(models: ReadModels, tenant_name: str) -> None:
    throttle, limit = Throttle(models), Limit(f"{tenant_name}:bucket", per_minute=6, burst=5)
    assert [await throttle.wait(limit) for _ in range(5)] == [0] * 5
    assert 1 <= await throttle.wait(limit) <= 10
    # As if 25 seconds had gone by: room for two, and half of one more.
    full_us = int(await models.client.get(limit.key) or 0)
    await models.client.set(limit.key, full_us - 25_000_000)
    assert [await throttle.wait(limit) == 0 for _ in range(3)] == [True, True, False]
    assert 0 < await models.client.pttl(limit.key) <= 50_000


async def test_what_one_limit_refuses_costs_nothing_at_the_other(
    models: ReadModels, tenant_name: str
) -> None:
    throttle = Throttle(models)
    narrow = Limit(f"{tenant_name}:narrow", per_minute=1, burst=1)
    wide = Limit(f"{tenant_name}:wide", per_minute=1, burst=3)
    assert await throttle.wait(narrow, wide) == 0
    for _ in range(5):
        assert 58 <= await throttle.wait(narrow, wide) <= 60
    assert [await throttle.wait(wide) for _ in range(2)] == [0, 0]
    assert await throttle.wait(wide) > 0


async def test_one_address_tries_many_accounts_in_vain(
    strict: Door, bus: Bus, tenants: dict[str, Tenant], ours: str, theirs: str, models: ReadModels
) -> None:
    accounts = Accounts(strict, tenants, bus.publish)

    async def code(tenant: str, number: int, address: str) -> tuple[str, int]:
        email = f"{number}@example.com"
        refused = await accounts.login(tenant, 1, email, "not the password at all", origin(address))
        assert isinstance(refused, Refused)
        return refused.code, refused.retry_after

    for number in range(4):
        assert (await code(ours, number, f"2001:db8::{number}"))[0] == "invalid_credentials"
    refused, seconds = await code(ours, 5, "2001:db8::5:5")  # the same customer's network
    assert refused == "too_many_attempts"
    assert 1 <= seconds <= 15
    assert (await code(ours, 6, "2001:db8:1::1"))[0] == "invalid_credentials"
    assert (await code(theirs, 7, "2001:db8::7"))[0] == "invalid_credentials"
    keys = [key.decode() async for key in models.client.scan_iter(f"{ours}:sign-in:*")]
    assert keys
    assert not [key for key in keys if "2001:db8" in key or "example" in key]


async def test_many_addresses_try_one_account_in_vain(
    strict: Door, bus: Bus, tenants: dict[str, Tenant], ours: str
) -> None:
    accounts = Accounts(strict, tenants, bus.publish)
    codes = []
    for number in range(5):
        refused = await accounts.login(
            ours, 1, "a@example.com", "not the password at all", origin(f"10.0.0.{number}")
        )
        assert isinstance(refused, Refused)
        codes.append((refused.code, 0 < refused.retry_after <= 20))
    assert codes == [("invalid_credentials", False)] * 3 + [("too_many_attempts", True)] * 2


async def test_without_valkey_people_are_let_in(pool: asyncpg.Pool) -> None:
    nowhere = ReadModels.connect("redis://127.0.0.1:1/0")
    door = Door(pool, nowhere, CHEAP)
    assert await door.admit("aurora", "10.0.0.1", "index") is None
    door.close()
    await nowhere.close()
