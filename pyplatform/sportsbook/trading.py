"""From feed bytes to published prices: the one place where market state changes."""

from dataclasses import dataclass, field

import msgspec

from pyplatform.contracts.sportsbook import MarketStatus, market_subject, price_subject
from pyplatform.core import feeds
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.market import MarketState
from pyplatform.sportsbook.pricing import consensus, offer
from pyplatform.sportsbook.resolution import Resolution


def describe(problem: feeds.betfair.Problem) -> str:
    """Say what is wrong with a line, and where."""
    return f"line {problem.line} of the feed, byte {problem.at}: {problem.reason}"


@dataclass(slots=True)
class Changes:
    """What feed bytes, `received` at (ns), brought about: messages to publish, results to settle, lines skipped."""

    received: int
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    defined: list[MarketState] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Trading:
    """Books, definitions and prices of every market in the feed, for all tenants of this process."""

    def __init__(self, tenants: list[Tenant], owner: str) -> None:
        self.tenants = tenants
        self._owner = owner
        self._books = feeds.betfair.Books()
        self._encoder = msgspec.msgpack.Encoder()
        self._on_record: dict[str, Resolution] = {}
        self.markets: dict[str, MarketState] = {}
        self.lines = 0
        self.updates = 0

    def known(self, resolution: Resolution) -> None:
        """Take over a result on record: its market is not offered again, even if the feed begins anew."""
        earlier = self._on_record.get(resolution.market_id)
        self._on_record[resolution.market_id] = resolution.after(earlier)

    def feed(self, data: bytes) -> Changes:
        """Apply feed bytes and price what they touched."""
        received = now_ns()
        self.lines += 1
        errors = self._books.error_count
        self.updates += self._books.apply(data)
        changes = Changes(received)
        if self._books.error_count > errors:
            changes.problems = [describe(problem) for problem in self._books.errors()[errors:]]
        for market_id in self._books.touched():
            self._update(market_id, received, changes)
        return changes

    def _update(self, market_id: str, received: int, changes: Changes) -> None:
        definition = self._books.definition(market_id)
        if definition is None:
            return
        market = self.markets.get(market_id)
        if market is None:
            market = self.markets[market_id] = MarketState(market_id, self._on_record.get(market_id))
        redefined = definition is not market.definition
        if redefined:
            resolution = market.redefine(definition)
            changes.defined.append(market)
            if resolution.closed or resolution.removed:
                changes.resolutions.append(resolution)
        if not self._reprice(market) and not redefined:
            return
        market.next_version(received)
        self._announce(market, changes.messages, received, catalogue=redefined)

    def _announce(
        self, market: MarketState, messages: list[tuple[str, bytes]], received: int, *, catalogue: bool
    ) -> None:
        for tenant in self.tenants:
            if catalogue and market.definition is not None:
                entry = market.catalogue(tenant.slug, market.definition, self._owner)
                messages.append((market_subject(tenant.slug, market.market_id), self._encoder.encode(entry)))
            prices = market.price_list(tenant.slug, now_ns(), received)
            messages.append((price_subject(tenant.slug, market.market_id), self._encoder.encode(prices)))

    def everything(self) -> list[tuple[str, bytes]]:
        """Messages with the present state of every market, at the versions already published."""
        messages: list[tuple[str, bytes]] = []
        for market in self.markets.values():
            self._announce(market, messages, now_ns(), catalogue=True)
        return messages

    def end_of_feed(self) -> list[str]:
        """Say what is wrong with a last line that was cut off."""
        errors = self._books.error_count
        self._books.finish()
        return [describe(problem) for problem in self._books.errors()[errors:]]

    @property
    def errors(self) -> int:
        """Lines that were skipped as broken."""
        return self._books.error_count

    def _reprice(self, market: MarketState) -> bool:
        """Price the market anew for every tenant; True if any price moved."""
        if market.status is not MarketStatus.OPEN:
            return False
        top = self._books.top(market.market_id)
        if top is None:
            return False
        fair: list[float | None] = []
        for runner, back, lay, last in zip(top.ids, top.back, top.lay, top.ltp, strict=True):
            price = consensus(back, lay, last) if runner in market.active else None
            if price is None and runner in market.active:
                return market.withdraw_prices()
            fair.append(price)
        moved = False
        for tenant in self.tenants:
            offered = offer(fair, market.places, tenant.margin_bp)
            prices = {runner: price for runner, price in zip(top.ids, offered, strict=False) if price}
            moved |= prices != market.prices.get(tenant.slug)
            market.prices[tenant.slug] = prices
        return moved
