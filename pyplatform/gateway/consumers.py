"""What the gateway hears on the bus: events, markets, prices, liability and ended sessions."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message, Subscription
from pyplatform.contracts.pam import revoked_subject
from pyplatform.contracts.sportsbook.liability import Exposure, liability_subject
from pyplatform.contracts.sportsbook.markets import (
    Event,
    Market,
    Prices,
    all_events,
    market_subject,
    price_subject,
)
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.push.liability import LiabilityPush
from pyplatform.gateway.push.markets import MarketPush
from pyplatform.gateway.store import Store
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import Counter, get_logger

CHECK_SECONDS: Final = 1.0
QUIET_SECONDS: Final = 15.0
"""A market whose owner has said nothing for so long, though it repeats itself every five seconds, is suspended."""
SECOND_LOOK: Final = 2
"""Checks after the start until the read models are read once more: the projector may have been behind us."""
_market = msgspec.msgpack.Decoder(Market)
_prices = msgspec.msgpack.Decoder(Prices)
_exposure = msgspec.msgpack.Decoder(Exposure)
_event = msgspec.msgpack.Decoder(Event)
_log = get_logger("gateway.consumers")


class MarketFeed:
    """Keeps the copy up to date: the bus tells what changes, the read models what was before.

    Core NATS forgets what it could not deliver, so after every reconnect and every dropped message the read models
    are read again.
    """

    def __init__(
        self,
        bus: Bus,
        store: Store,
        copy: MarketCopy,
        events: EventCopy,
        push: MarketPush,
        liability: LiabilityPush,
        tenants: Sequence[str],
        hears_all_after: float,
    ) -> None:
        self._bus, self._store, self._copy, self._push, self._tenants = bus, store, copy, push, tenants
        self._events, self._liability, self._hears_all_after = events, liability, hears_all_after
        copy.heard_all = hears_all_after <= 0
        self._subscriptions: list[Subscription] = []
        self._task: asyncio.Task[None] | None = None
        self.ready = False
        self.unreadable = Counter("gateway.unreadable", "bus messages that could not be decoded")

    async def start(self, on_revoked: Callable[[bytes], None]) -> None:
        """Subscribe, then read what is there; raises Unavailable if Valkey does not answer."""

        async def revoked(message: Message) -> None:
            on_revoked(message.data)

        for tenant in self._tenants:
            self._subscriptions += [
                await self._bus.subscribe(market_subject(tenant, "*"), self._on_market),
                await self._bus.subscribe(price_subject(tenant, "*"), self._on_prices),
                await self._bus.subscribe(all_events(tenant), self._on_event),
                await self._bus.subscribe(liability_subject(tenant, "*"), self._on_exposure),
                await self._bus.subscribe(revoked_subject(tenant), revoked),
            ]
        await self._bus.flush()
        await self.reload()
        self.ready = True
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Hear no more."""
        if self._task is not None:
            await end([self._task])
        for subscription in self._subscriptions:
            await subscription.unsubscribe()

    async def reload(self) -> None:
        """Read all events, markets, prices and liabilities of the read models into the copies."""
        for tenant in self._tenants:
            for event in await self._store.events(tenant):
                self._take_event(event)
            markets, prices = await self._store.markets(tenant)
            for market in markets:
                self._take_market(market)
            for offered in prices:
                self._take_prices(offered)
            for exposure in await self._store.exposures(tenant):
                self._liability.take(exposure)

    async def _watch(self) -> None:
        seen, checks, pending = self._losses(), 0, False
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            checks += 1
            self._copy.heard_all |= checks * CHECK_SECONDS >= self._hears_all_after
            for tenant, market_id in self._copy.fall_silent(QUIET_SECONDS):
                self._push.market_changed(tenant, market_id)
            losses = self._losses()
            pending |= losses != seen or checks == SECOND_LOOK
            seen = losses
            if not pending:
                continue
            try:
                await self.reload()
                pending = False
            except Unavailable as error:
                _log.warning("cannot read the markets again yet", reason=str(error))
            except Exception:  # noqa: BLE001 - whatever it is, silent markets must go on being suspended
                _log.exception("cannot read the markets again yet")

    def _losses(self) -> tuple[int, int]:
        return self._bus.reconnects, self._bus.slow_consumer_drops

    async def _on_market(self, message: Message) -> None:
        try:
            market = _market.decode(message.data)
            self._take_market(market)
            self._hear(market.tenant, market.id)
        except msgspec.DecodeError:
            self.unreadable.value += 1

    async def _on_prices(self, message: Message) -> None:
        try:
            prices = _prices.decode(message.data)
            self._take_prices(prices)
            self._hear(prices.tenant, prices.market_id)
        except msgspec.DecodeError:
            self.unreadable.value += 1

    async def _on_event(self, message: Message) -> None:
        try:
            self._take_event(_event.decode(message.data))
        except msgspec.DecodeError:
            self.unreadable.value += 1

    async def _on_exposure(self, message: Message) -> None:
        try:
            self._liability.take(_exposure.decode(message.data))
        except msgspec.DecodeError:
            self.unreadable.value += 1

    def _hear(self, tenant: str, market_id: str) -> None:
        if self._copy.hear(tenant, market_id):
            self._push.market_changed(tenant, market_id)

    def _take_event(self, event: Event) -> None:
        if self._events.put(event):
            self._push.event_changed(event)

    def _take_market(self, market: Market) -> None:
        if self._copy.put_market(market):
            self._push.market_changed(market.tenant, market.id)

    def _take_prices(self, prices: Prices) -> None:
        if self._copy.put_prices(prices):
            self._push.prices_changed(prices)
