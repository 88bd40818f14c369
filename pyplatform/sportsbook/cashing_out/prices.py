"""The newest prices of all markets, as their owners publish them: what offers to buy bets back rest on."""

from collections.abc import Callable
from time import monotonic
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message, Subscription
from pyplatform.contracts.sportsbook.markets import REFRESH_S, MarketStatus, Prices, price_subject
from pyplatform.telemetry import Counter

STALE_S: Final = 2 * REFRESH_S
"""Owners publish every market this often twice over: a price that is older has no owner any more."""


class PriceCopy:
    """Prices by tenant and market."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._prices: dict[tuple[str, str], tuple[Prices, float]] = {}
        self._decoder = msgspec.msgpack.Decoder(Prices)
        self._unreadable = Counter("cashout.unreadable", "messages with prices that could not be decoded")

    async def listen(self, bus: Bus, tenants: list[str]) -> list[Subscription]:
        """Hear the prices of tenants from now on."""
        return [await bus.subscribe(price_subject(tenant, "*"), self._on_prices) for tenant in tenants]

    async def _on_prices(self, message: Message) -> None:
        try:
            self.take(self._decoder.decode(message.data))
        except msgspec.DecodeError:
            self._unreadable.value += 1

    def take(self, prices: Prices) -> None:
        """Take prices that are not older than those known; a closed market is forgotten."""
        key = (prices.tenant, prices.market_id)
        known = self._prices.get(key)
        if known is not None and prices.version < known[0].version:
            return
        if prices.status is MarketStatus.CLOSED:
            self._prices.pop(key, None)
        else:
            self._prices[key] = prices, self._clock()

    def of(self, tenant: str, market_id: str) -> Prices | None:
        """Prices of a market that somebody vouches for now."""
        found = self._prices.get((tenant, market_id))
        if found is None or self._clock() - found[1] > STALE_S:
            return None
        return found[0]
