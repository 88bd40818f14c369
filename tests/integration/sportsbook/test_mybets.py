"""A player's bets as the read model tells them: from the ledger alone, and again after it was lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from msgspec.structs import replace

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.bets import BetOutcome
from pyplatform.contracts.sportsbook.mybets import BetState
from pyplatform.gateway.mybets import BetReader, MyBet, MyBetsQuery
from pyplatform.gateway.store import Store
from pyplatform.kernel import ids
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.mybets import BetProjector
from tests.integration.sportsbook.conftest import FIRST, SECOND, THIRD, House, definition, feed, prices


@asynccontextmanager
async def projected(house: House) -> AsyncIterator[tuple[BetReader, ReadModels]]:
    models = ReadModels.connect(house.settings.redis_url)
    projector = BetProjector(house.bus.js, house.settings.postgres_url, models, house.tenant.slug)
    running = asyncio.create_task(projector.run())
    try:
        yield BetReader(Store(models)), models
    finally:
        await end([running])
        await models.close()


def session(house: House) -> Session:
    return Session(house.tenant.slug, 1, house.player, ids.uuid7(), "EUR", 0)


async def eventually(ask: Callable[[], Awaitable[MyBet | None]], status: BetState) -> MyBet:
    async with asyncio.timeout(60):
        while (found := await ask()) is None or found.status is not status:
            await asyncio.sleep(0.05)
    return found


async def test_a_bet_is_told_from_its_placing_to_its_result_and_to_its_player_only(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    won = await owner.placement.place(house.attempt("10.00", selection=FIRST))
    lost = await owner.placement.place(house.attempt("5.00", selection=SECOND))
    closing = definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER")
    async with projected(house) as (reader, models):
        mine = session(house)
        placed = await eventually(lambda: reader.one(mine, won.bet_id), BetState.OPEN)
        assert (placed.stake, placed.returned, len(placed.legs)) == ("10.00", None, 1)
        assert await reader.one(replace(mine, player=ids.uuid7()), won.bet_id) is None
        async with house.settling() as settlement:
            for result in feed(owner, closing).results:
                await settlement.take_result(result)
            paid = await eventually(lambda: reader.one(mine, won.bet_id), BetState.SETTLED)
            nothing = await eventually(lambda: reader.one(mine, lost.bet_id), BetState.SETTLED)
        assert float(paid.returned or 0) == float(paid.stake) * float(paid.legs[0].price)
        assert nothing.returned == "0.00"
        page = await reader.page(mine, MyBetsQuery(limit=1))
        assert ([bet.bet_id for bet in page.bets], page.next) == ([lost.bet_id], lost.bet_id)
        rest = await reader.page(mine, MyBetsQuery(limit=1, before=page.next))
        assert ([bet.bet_id for bet in rest.bets], rest.next) == ([won.bet_id], "")
        assert (await reader.page(mine, MyBetsQuery(status=BetState.OPEN))).bets == []
        await models.delete([f"{house.tenant.slug}:*"])
        again = await eventually(lambda: reader.one(mine, won.bet_id), BetState.SETTLED)
        assert again == paid


async def test_refused_attempts_are_no_bets_and_a_removed_runner_gives_the_stake_back(house: House) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    refused = await owner.placement.place(house.attempt("500.00"))
    assert refused.outcome is BetOutcome.REFUSED
    void = await owner.placement.place(house.attempt("5.00", selection=THIRD))
    async with projected(house) as (reader, _), house.settling() as settlement:
        for result in feed(owner, definition(version=2, r33="REMOVED")).results:
            await settlement.take_result(result)
        bet = await eventually(lambda: reader.one(session(house), void.bet_id), BetState.VOIDED)
        assert bet.returned == bet.stake == "5.00"
        assert len((await reader.page(session(house), MyBetsQuery())).bets) == 1
