"""Projection of events, markets, prices and liability into Valkey, for who starts late and for outside readers."""

import asyncio
from typing import Final, NamedTuple

import msgspec

from pyplatform.bus import Bus, Message
from pyplatform.contracts.sportsbook.liability import (
    Exposure,
    liabilities_key,
    liability_key,
    liability_subject,
)
from pyplatform.contracts.sportsbook.markets import (
    Event,
    Market,
    Prices,
    all_events,
    event_key,
    events_key,
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


class _Latest(NamedTuple):
    """What a hash is to hold from a version on, and the set that lists the hash."""

    version: int
    version_field: str
    field: str
    data: bytes
    listed: tuple[str, str] | None = None


class MarketProjector:
    """Keeps the newest of every event, market, price list and liability of some tenants."""

    def __init__(self, bus: Bus, models: ReadModels, tenants: list[str]) -> None:
        self._bus = bus
        self._models = models
        self._tenants = tenants
        self._waiting: dict[tuple[str, str], _Latest] = {}
        """By key and field."""
        self._event_decoder = msgspec.msgpack.Decoder(Event)
        self._market_decoder = msgspec.msgpack.Decoder(Market)
        self._price_decoder = msgspec.msgpack.Decoder(Prices)
        self._exposure_decoder = msgspec.msgpack.Decoder(Exposure)
        self.written = 0

    async def run(self) -> None:
        """Project until cancelled."""
        for tenant in self._tenants:
            await self._bus.subscribe(all_events(tenant), self._on_event)
            await self._bus.subscribe(market_subject(tenant, "*"), self._on_market)
            await self._bus.subscribe(price_subject(tenant, "*"), self._on_prices)
            await self._bus.subscribe(liability_subject(tenant, "*"), self._on_exposure)
        while True:
            await asyncio.sleep(PAUSE_S)
            if not self._waiting:
                continue
            waiting, self._waiting = self._waiting, {}
            effects = _effects(waiting)
            try:
                await self._models.write(effects)
                self.written += len(effects)
            except Unavailable as error:
                log.warning("read models wait", error=str(error))
                self._waiting = waiting | self._waiting
                await asyncio.sleep(RETRY_S)

    async def _on_event(self, message: Message) -> None:
        event = self._event_decoder.decode(message.data)
        listed = events_key(event.tenant), event.id
        self._take(
            event_key(event.tenant, event.id),
            _Latest(event.version, "version", "event", message.data, listed),
        )

    async def _on_market(self, message: Message) -> None:
        market = self._market_decoder.decode(message.data)
        listed = markets_key(market.tenant), market.id
        self._take(
            market_key(market.tenant, market.id),
            _Latest(market.version, "market_version", "market", message.data, listed),
        )

    async def _on_prices(self, message: Message) -> None:
        prices = self._price_decoder.decode(message.data)
        self._take(
            market_key(prices.tenant, prices.market_id),
            _Latest(prices.version, "price_version", "prices", message.data),
        )

    async def _on_exposure(self, message: Message) -> None:
        exposure = self._exposure_decoder.decode(message.data)
        of = exposure.market
        listed = liabilities_key(of.tenant), f"{of.market_id}:{of.currency}"
        self._take(
            liability_key(of.tenant, of.market_id, of.currency),
            _Latest(exposure.version, "version", "exposure", message.data, listed),
        )

    def _take(self, key: str, latest: _Latest) -> None:
        self._waiting[key, latest.field] = latest


def _effects(waiting: dict[tuple[str, str], _Latest]) -> Effects:
    effects = Effects()
    for (key, _), latest in waiting.items():
        if latest.listed is not None:
            effects.add(*latest.listed)
        effects.put(key, latest.version, {latest.field: latest.data}, version_field=latest.version_field)
    return effects
