"""A new owner of the events takes over what the former one left in any state."""

import asyncio

import msgspec
import pytest

from pyplatform.bus import frames
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, command_subject
from pyplatform.core import money
from pyplatform.eventstore.lease import LeaseKeeper
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from tests.integration.sportsbook.conftest import (
    MARKET,
    House,
    definition,
    feed,
    prices,
    until,
)


async def test_a_former_owner_s_bet_that_comes_after_its_market_was_settled_is_settled_too(
    house: House,
) -> None:
    former, owner = house.new_owner(), house.new_owner()
    feed(former, definition(), prices())
    await owner.recover()
    (closed,) = feed(owner, definition("CLOSED", version=2, r11="WINNER")).results
    following = asyncio.create_task(owner.follow_journal())
    async with house.settling() as settlement:
        await settlement.take_result(closed)
        answer = await former.placement.place(house.attempt("10.00"))
        await until(lambda: settlement.totals.settled.value == 1)
    won = money.parse("10.00", "EUR") * answer.prices[0] // 10_000
    assert await house.balance() == (money.parse("90.00", "EUR") + won, 0)
    await until(lambda: len(owner.bets) == 0)
    following.cancel()


async def test_what_another_owner_placed_is_known_while_the_journal_is_followed(house: House) -> None:
    former, owner = house.new_owner(), house.new_owner()
    feed(former, definition(), prices())
    await owner.recover()
    following = asyncio.create_task(owner.follow_journal())
    await former.placement.place(house.attempt("10.00"))
    await until(lambda: len(owner.bets.of_market(house.tenant.slug, MARKET)) == 1)
    following.cancel()


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
