"""From feed bytes to published prices: the one place where market state changes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from pyplatform.contracts.sportsbook import MarketStatus, market_subject, price_subject
from pyplatform.core import feeds
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.market import MarketState
from pyplatform.sportsbook.pricing import consensus, offer
from pyplatform.sportsbook.resolution import Resolution, of_definition

Publish = Callable[[str, bytes], None]

BASIS_POINTS = 10_000


@dataclass(slots=True)
class Counters:
    """What the feed has done so far; `latencies` (ns, line to published) is drained by whoever reports it."""

    lines: int = 0
    updates: int = 0
    price_updates: int = 0
    latencies: list[int] = field(default_factory=list)


class Trading:
    """Books, definitions and prices of every market in the feed, for all tenants of this process."""

    def __init__(self, tenants: list[Tenant], owner: str, publish: Publish) -> None:
        self._tenants = tenants
        self._owner = owner
        self._publish = publish
        self._books = feeds.betfair.Books()
        self._encoder = msgspec.msgpack.Encoder()
        self.markets: dict[str, MarketState] = {}
        self.counters = Counters()

    def feed(self, data: bytes) -> list[Resolution]:
        """Apply feed bytes, publish what they changed and return the results that must now be settled."""
        received = now_ns()
        self.counters.lines += 1
        self.counters.updates += self._books.apply(data)
        updated = (self._update(market_id, received) for market_id in self._books.touched())
        return [resolution for resolution in updated if resolution is not None]

    def _update(self, market_id: str, received: int) -> Resolution | None:
        definition = self._books.definition(market_id)
        if definition is None:
            return None
        market = self.markets.get(market_id)
        if market is None:
            market = self.markets[market_id] = MarketState(market_id)
        resolution = None
        redefined = definition.version != market.definition_version or definition.status != market.feed_status
        if redefined:
            resolution = of_definition(market_id, definition)
            market.redefine(definition, resolution)
        changed = self._reprice(market)
        if not redefined and not changed:
            return None
        market.next_version(now_ns())
        for tenant in self._tenants:
            if redefined:
                entry = market.catalogue(tenant.slug, definition, self._owner)
                self._publish(market_subject(tenant.slug, market_id), self._encoder.encode(entry))
            prices = market.price_list(tenant.slug, now_ns(), received)
            self._publish(price_subject(tenant.slug, market_id), self._encoder.encode(prices))
        self.counters.price_updates += len(self._tenants)
        self.counters.latencies.append(now_ns() - received)
        return resolution if resolution and (resolution.closed or resolution.removed) else None

    def _reprice(self, market: MarketState) -> bool:
        """Price the market anew for every tenant; True if any price moved."""
        if market.status is not MarketStatus.OPEN:
            return False
        top = self._books.top(market.market_id)
        fair: dict[int, float] = {}
        for runner, back, lay, last in zip(top.runners, top.back, top.lay, top.ltp, strict=True):
            if runner in market.active:
                price = consensus(back, lay, last)
                if price is None:
                    return market.withdraw_prices()
                fair[runner] = price
        moved = False
        for tenant in self._tenants:
            prices = offer(fair, market.places, tenant.margin_bp / BASIS_POINTS)
            moved |= prices != market.prices.get(tenant.slug)
            market.prices[tenant.slug] = prices
        return moved
