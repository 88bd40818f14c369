"""Liability told as it moves: by bets, by a moved line, by settlement; kept in Valkey, the newest report only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from pyplatform.bus import Message
from pyplatform.contracts.sportsbook.bets import BetOutcome
from pyplatform.contracts.sportsbook.liability import Exposure, liability_key, liability_subject
from pyplatform.core import money
from pyplatform.gateway.store import Store
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.consumers import MarketProjector
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import (
    FIRST,
    MARKET,
    SECOND,
    House,
    definition,
    feed,
    prices,
    until,
)


def eur(amount: str) -> int:
    return money.parse(amount, "EUR")


@asynccontextmanager
async def telling(house: House, owner: EventOwner) -> AsyncIterator[list[Exposure]]:
    """The owner at its telling, and what it told."""
    told: list[Exposure] = []

    async def hear(message: Message) -> None:
        told.append(msgspec.msgpack.decode(message.data, type=Exposure))

    await house.bus.subscribe(liability_subject(house.tenant.slug, "*"), hear)
    await house.bus.flush()
    running = asyncio.create_task(owner.run_exposures())
    try:
        yield told
    finally:
        await end([running])


def if_wins(exposure: Exposure) -> dict[int, int]:
    return {runner.id: runner.if_wins for runner in exposure.market.runners}


async def test_liability_is_told_when_bets_or_prices_move_it_and_not_otherwise(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    async with telling(house, owner) as told:
        await asyncio.sleep(0.1)
        assert told == [], "there are no bets"
        placed = await owner.placement.place(house.attempt("10.00", selection=FIRST))
        assert placed.outcome is BetOutcome.ACCEPTED
        await until(lambda: bool(told) and told[-1].market.stakes == eur("10.00"))
        one = told[-1]
        assert (one.event_id, one.bets, one.market.market_id) == ("e1", 1, MARKET)
        assert if_wins(one)[FIRST] == one.market.worst_case > 0
        assert if_wins(one)[SECOND] == -eur("10.00")
        count = len(told)
        await asyncio.sleep(0.1)
        assert len(told) == count, "nothing moved"
        feed(owner, prices(2.4, 3.5))
        await until(lambda: told[-1].market.runners[0].price_e4 > one.market.runners[0].price_e4)
        assert if_wins(told[-1]) == if_wins(one), "a moved line does not move what was bet"
        refused = await owner.placement.place(house.attempt("50000.00", selection=SECOND))
        assert refused.outcome is BetOutcome.REFUSED
        async with house.settling() as settlement:
            closing = definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER")
            for result in feed(owner, closing).results:
                await settlement.take_result(result)
            following = asyncio.create_task(owner.follow_journal())
            await until(lambda: told[-1].market.stakes == 0)
            await end([following])
        assert (told[-1].bets, told[-1].market.worst_case) == (0, 0)
        versions = [exposure.version for exposure in told]
        assert versions == sorted(set(versions))


async def test_the_newest_liability_is_kept_and_found_by_who_starts_late(house: House) -> None:
    owner, tenant = house.new_owner(), house.tenant.slug
    models = ReadModels.connect(house.settings.redis_url)
    projector = MarketProjector(house.bus, models, [tenant])
    running = asyncio.create_task(projector.run())
    for subject, payload in feed(owner, definition(), prices()).messages:
        await house.bus.publish(subject, payload)
    async with telling(house, owner) as told:
        for _ in range(3):
            await owner.placement.place(house.attempt("5.00", selection=SECOND))
        await until(lambda: bool(told) and told[-1].market.stakes == eur("15.00"))
        newest, first = told[-1], told[0]
        async with asyncio.timeout(60):
            while not (found := await Store(models).exposures(tenant)) or found[0].version < newest.version:
                await asyncio.sleep(0.02)
        assert found == [newest]
        old = msgspec.structs.replace(first, version=first.version - 1)
        await house.bus.publish(liability_subject(tenant, MARKET), msgspec.msgpack.encode(old))
        await asyncio.sleep(0.1)
        kept = await models.get(liability_key(tenant, MARKET, "EUR"))
        assert msgspec.msgpack.decode(kept[b"exposure"], type=Exposure).version >= newest.version
    for subject, payload in owner.trading.tell_events().messages:
        await house.bus.publish(subject, payload)
    async with asyncio.timeout(60):
        while not (events := await Store(models).events(tenant)):
            await asyncio.sleep(0.02)
    assert [(event.id, event.markets) for event in events] == [("e1", [MARKET])]
    await end([running])
    await models.close()
