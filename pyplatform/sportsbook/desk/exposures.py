"""Liability as it moves: what traders see of a market within moments of a bet on it or of a moved line."""

import asyncio
from typing import Final

import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.desk import MarketExposure, RunnerExposure
from pyplatform.contracts.sportsbook.liability import Exposure, liability_subject
from pyplatform.contracts.sportsbook.markets import REFRESH_S
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.trading import Trading
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.watched import Book, WatchedBets

TELL_S: Final = 0.025
"""What has moved within this time is told together."""
TURN: Final = 16
"""Books told before others have their turn."""


def exposure_of(market: MarketState, tenant: str, currency: str, bets: OpenBets) -> MarketExposure:
    """The trader's view of a market that has a catalogue entry."""
    said = market.catalogue
    assert said is not None  # noqa: S101 - those without are not shown
    liability, prices = bets.liability(tenant, market.market_id, currency), market.prices.get(tenant, {})
    losses = liability.losses()
    return MarketExposure(
        tenant=tenant,
        market_id=market.market_id,
        kind=said.kind,
        event_name=said.event_name,
        status=market.status,
        in_play=market.in_play,
        currency=currency,
        stakes=liability.stakes,
        worst_case=liability.worst_case(),
        runners=[
            RunnerExposure(runner, name, prices.get(runner, 0), losses.get(runner, 0))
            for runner, name in market.names.items()
        ],
    )


class Exposures:
    """Tells every book that bets have moved, and again when the prices of its market move."""

    def __init__(self, bus: Bus, trading: Trading, bets: WatchedBets) -> None:
        self._bus, self._trading, self._bets = bus, trading, bets
        self._told: dict[Book, int] = {}
        self._version = 0
        self._encode = msgspec.msgpack.Encoder().encode

    async def run(self) -> None:
        """Tell until cancelled, and everything anew now and then for those who came late."""
        loop = asyncio.get_running_loop()
        refreshed = loop.time()
        while True:
            await asyncio.sleep(TELL_S)
            due = self._due()
            if loop.time() - refreshed >= REFRESH_S:
                refreshed = loop.time()
                due.update(self._told)
            await self._tell(due)

    def _due(self) -> set[Book]:
        """Books that bets have moved, and those whose market is at another version than when they were told."""
        due = set(self._bets.moved)
        self._bets.moved.clear()
        markets = self._trading.markets
        for book, version in list(self._told.items()):
            market = markets.get(book[1])
            if market is None:
                del self._told[book]
            elif market.version != version:
                due.add(book)
        return due

    async def _tell(self, due: set[Book]) -> None:
        for number, book in enumerate(due, 1):
            tenant, market_id, currency = book
            market = self._trading.markets.get(market_id)
            if market is None or market.catalogue is None:
                continue  # told as soon as its feed says what it is
            self._told[book] = market.version
            self._version = max(self._version + 1, now_ns() // 1_000)
            told = Exposure(
                self._version,
                market.catalogue.event,
                self._bets.count(tenant, market_id),
                exposure_of(market, tenant, currency, self._bets),
            )
            await self._bus.publish(liability_subject(tenant, market_id), self._encode(told))
            if number % TURN == 0:
                await asyncio.sleep(0)
