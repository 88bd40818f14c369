"""A new owner of the events takes over what the former one left in any state."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from pyplatform.bus import frames
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, command_subject
from pyplatform.core import money
from pyplatform.eventstore.lease import LeaseKeeper
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.resolution import Resolution
from pyplatform.sportsbook.service import EventOwner, Ports
from pyplatform.sportsbook.store import ResolutionStore
from tests.integration.sportsbook.conftest import (
    FIRST,
    LIMIT,
    MARKET,
    House,
    definition,
    feed,
    prices,
)

CLOSED = Resolution(MARKET, places=1, removed=(), winners=(FIRST,), closed=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.02)


async def test_a_former_owner_s_bet_that_comes_after_its_market_was_settled_is_settled_too(
    house: House,
) -> None:
    former, owner = house.new_owner(), house.new_owner()
    feed(former, definition(), prices())
    await owner.recover()
    await owner.settlement.resolve(CLOSED)
    following = asyncio.create_task(owner.follow_journal())
    answer = await former.placement.place(house.attempt("10.00"))
    await until(lambda: owner.settlement.settled == 1)
    won = money.parse("10.00", "EUR") * answer.prices[0] // 10_000
    assert await house.balance() == (money.parse("90.00", "EUR") + won, 0)
    assert len(owner.bets) == 0
    following.cancel()


async def test_whatever_the_wallet_had_accepted_is_known_when_the_journal_is_no_longer_followed(
    house: House,
) -> None:
    former, owner = house.new_owner(), house.new_owner()
    feed(former, definition(), prices())
    await owner.recover()
    await former.placement.place(house.attempt("10.00"))
    await owner._recovery.follow(0, owner.settlement.notice)
    assert len(owner.bets.of_market(house.tenant.slug, MARKET)) == 1


async def test_a_result_recorded_for_one_tenant_only_is_recorded_for_all_before_anyone_is_paid(
    house: House, new_tenant_name: Callable[[], str]
) -> None:
    other = msgspec.structs.replace(house.tenant, slug=new_tenant_name())
    store = ResolutionStore(house.pool)
    removed = Resolution(MARKET, places=1, removed=(33,), winners=(), closed=False)
    for tenant, resolution in ((house.tenant, removed), (other, removed), (house.tenant, CLOSED)):
        await store.record(tenant.slug, resolution)
    ports = Ports(house.bus, house.wallet, house.new_reader, house.pool)
    owner = EventOwner(ports, [house.tenant, other], LIMIT)
    await owner.recover()
    assert not await owner.settlement.learn(CLOSED)
    assert [found for _, found in await store.newest(other.slug)] == [CLOSED]


async def test_an_owner_whose_lease_may_have_passed_on_decides_nothing(
    house: House, settings: Settings
) -> None:
    keeper = LeaseKeeper(settings.postgres_url, "former", ttl=0.3)
    lease = await keeper.take("event:trading")
    assert lease is not None
    owner = house.new_owner()
    feed(owner, definition(), prices())
    await owner.serve(lease.epoch, lambda: keeper.surely_holds(lease))
    subject = command_subject("trading", lease.epoch)

    async def ask() -> list[bytes]:
        frame = frames.encode(frames.INTERACTIVE, [msgspec.msgpack.encode(house.attempt()), b"junk"])
        return frames.decode(await house.bus.request(subject, frame, 5.0))[1]

    good, broken = (msgspec.msgpack.decode(answer, type=BetAnswer) for answer in await ask())
    assert (good.outcome, broken.outcome) == (BetOutcome.ACCEPTED, BetOutcome.UNAVAILABLE)
    await asyncio.sleep(0.3)
    with pytest.raises(Unavailable):
        await ask()
    assert (await house.entries()).count("place_bet") == 1
    assert await keeper.renew(lease)
    assert len(await ask()) == 2
    await keeper.release(lease)
    with pytest.raises(Unavailable):
        await ask()
    await keeper.close()
