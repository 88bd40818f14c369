"""Projection of catalogue and prices into Valkey, for processes that start late and for outside readers."""

import asyncio
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message
from pyplatform.contracts.sportsbook.markets import (
    Market,
    Prices,
    market_key,
    market_subject,
    markets_key,
    price_subject,
)
from pyplatform.kernel.errors import Unavailable
from pyplatform.projections import Effects, ReadModels
from pyplatform.telemetry import get_logger

PAUSE_S: Final = 0.02
"""Prices move faster than anyone reads Valkey: what came within this time is written together, newest only."""
RETRY_S: Final = 0.5

log = get_logger("sportsbook.projection")


class MarketProjector:
    """Keeps the newest catalogue entry and the newest prices of every market of some tenants."""

    def __init__(self, bus: Bus, models: ReadModels, tenants: list[str]) -> None:
        self._bus = bus
        self._models = models
        self._tenants = tenants
        self._markets: dict[tuple[str, str], Market] = {}
        self._prices: dict[tuple[str, str], Prices] = {}
        self._market_decoder = msgspec.msgpack.Decoder(Market)
        self._price_decoder = msgspec.msgpack.Decoder(Prices)
        self.written = 0

    async def run(self) -> None:
        """Project until cancelled."""
        for tenant in self._tenants:
            await self._bus.subscribe(market_subject(tenant, "*"), self._on_market)
            await self._bus.subscribe(price_subject(tenant, "*"), self._on_prices)
        while True:
            await asyncio.sleep(PAUSE_S)
            if not (self._markets or self._prices):
                continue
            markets, self._markets = self._markets, {}
            prices, self._prices = self._prices, {}
            effects = _effects(markets, prices)
            try:
                await self._models.write(effects)
                self.written += len(effects)
            except Unavailable as error:
                log.warning("read models wait", error=str(error))
                self._markets = markets | self._markets
                self._prices = prices | self._prices
                await asyncio.sleep(RETRY_S)

    async def _on_market(self, message: Message) -> None:
        market = self._market_decoder.decode(message.data)
        self._markets[market.tenant, market.id] = market

    async def _on_prices(self, message: Message) -> None:
        prices = self._price_decoder.decode(message.data)
        self._prices[prices.tenant, prices.market_id] = prices


def _effects(markets: dict[tuple[str, str], Market], prices: dict[tuple[str, str], Prices]) -> Effects:
    effects = Effects()
    encode = msgspec.msgpack.encode
    for (tenant, market_id), market in markets.items():
        effects.add(markets_key(tenant), market_id)
        effects.put(
            market_key(tenant, market_id),
            market.version,
            {"market": encode(market)},
            version_field="market_version",
        )
    for (tenant, market_id), offered in prices.items():
        effects.put(
            market_key(tenant, market_id),
            offered.version,
            {"prices": encode(offered)},
            version_field="price_version",
        )
    return effects
