"""Legs of one match sold together: before it a trader prices its markets by a model, in play its feed does again."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from pyplatform.apps.day.football import GOALS, RESULT
from pyplatform.apps.day.world import Event
from pyplatform.client import AsyncClient, errors
from pyplatform.client.calls import trading
from pyplatform.client.types.trading import FeedSource, FitOrder, ModelSource, SourceOrder

_AGAIN_S: Final = 0.2


async def sell_together(client: AsyncClient, event: Event, clock: Callable[[], float]) -> bool:
    """Sell a match so until it begins; whether that came about."""
    markets = [event.lines[line].id for line in (RESULT, GOALS)]

    async def fit() -> bool:
        page = await client.send(trading.list_traded_events(sport="football", limit=200))
        for found in page.events:
            if found.id == event.id and found.version:  # it has been named
                order = FitOrder(version=found.version, result_market=markets[0], total_market=markets[1])
                await client.send(trading.fit_model(event.id, order))
                return True
        return False

    async def price(market: str, source: FeedSource | ModelSource) -> bool:
        version = (await client.send(trading.read_traded_market(market))).version
        await client.send(trading.set_source(market, SourceOrder(version=version, source=source)))
        return True

    def waits() -> bool:
        return clock() < event.starts

    sold = await _until_done(fit, waits)
    for market in markets:
        sold = sold and await _until_done(partial(price, market, ModelSource()), waits)
    if sold:
        await asyncio.sleep(max(0.0, event.starts - clock()))
    for market in markets:
        await _until_done(partial(price, market, FeedSource()), lambda: True)
    return sold


async def _until_done(command: Callable[[], Awaitable[bool]], waits: Callable[[], bool]) -> bool:
    """Try again while there is time: the market is not told of yet, or another was faster."""
    while waits():
        with suppress(errors.NotFound, errors.Conflict, errors.Refused):
            if await command():
                return True
        await asyncio.sleep(_AGAIN_S)
    return False
