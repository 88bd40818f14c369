"""Leases on a real database: what a holder may believe, and when it must stop."""

import asyncio
import contextlib

import pytest

from pyplatform.eventstore.lease import LeaseKeeper, Unclear
from pyplatform.kernel.config import Settings
from pyplatform.kernel.time import now_ns


async def test_a_holder_whose_clock_goes_astray_gives_up_its_lease(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = LeaseKeeper(settings.postgres_url, "us")
    lease = await keeper.take("event:test")
    assert lease is not None
    lost = asyncio.Event()
    keeping = asyncio.create_task(keeper.keep(lease, lost.set))
    await asyncio.sleep(1.5)
    assert not lost.is_set()
    monkeypatch.setattr("pyplatform.eventstore.lease.now_ns", lambda: now_ns() - 3_600_000_000_000)
    async with asyncio.timeout(60):
        await lost.wait()
    await keeping
    await keeper.close()


async def test_a_holder_knows_when_its_lease_may_have_passed_on(settings: Settings) -> None:
    keeper, other = (LeaseKeeper(settings.postgres_url, name, ttl=0.3) for name in ("us", "them"))
    lease = await keeper.take("event:test")
    assert lease is not None
    assert keeper.surely_holds(lease)
    assert await other.take("event:test") is None
    await asyncio.sleep(0.31)
    assert not keeper.surely_holds(lease)
    assert await keeper.renew(lease)
    assert keeper.surely_holds(lease)
    await asyncio.sleep(0.31)
    assert await other.take("event:test") is not None
    assert not await keeper.renew(lease)
    assert not keeper.surely_holds(lease)
    await keeper.close()
    await other.close()


async def test_a_statement_cut_off_anywhere_is_unclear_and_the_next_one_says_how_it_stands(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keeper = LeaseKeeper(settings.postgres_url, "us")
    for cut in range(60):
        monkeypatch.setattr("pyplatform.eventstore.lease.DEADLINE", 2.0)
        lease = await keeper.take("event:test")
        assert lease is not None
        monkeypatch.setattr("pyplatform.eventstore.lease.DEADLINE", cut * 2e-5)
        with contextlib.suppress(Unclear):
            await keeper.renew(lease)
    await keeper.close()
