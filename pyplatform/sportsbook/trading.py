"""From the feeds' markets to our published prices: the one place where market state changes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import msgspec

from pyplatform.contracts.feeds import Catalogue, Result, Status, Update
from pyplatform.contracts.feeds import Prices as FeedPrices
from pyplatform.contracts.sportsbook.markets import MarketStatus, market_subject, price_subject
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.market import MarketState
from pyplatform.sportsbook.pricing import offer, references
from pyplatform.sportsbook.resolution import Resolution, of_result


@dataclass(slots=True)
class Changes:
    """What was brought about: messages to publish, markets defined anew, and when its cause was received (ns)."""

    received: int
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    defined: list[MarketState] = field(default_factory=list)


class Trading:
    """Definitions and prices of every market of the feeds, for all tenants of this process.

    `is_up` says whether a (feed, producer) may be relied upon now.
    """

    def __init__(
        self, tenants: list[Tenant], owner: str, is_up: Callable[[tuple[str, str]], bool] = lambda _: True
    ) -> None:
        self.tenants = tenants
        self._owner = owner
        self._is_up = is_up
        self._encoder = msgspec.msgpack.Encoder()
        self._on_record: dict[str, Resolution] = {}
        self._result_seqs: dict[str, int] = {}
        self.markets: dict[str, MarketState] = {}

    def known(self, resolution: Resolution) -> Resolution:
        """Take over a result and return what stands; its market is not offered again, even if the feed begins anew."""
        stands = resolution.after(self._on_record.get(resolution.market_id))
        self._on_record[resolution.market_id] = stands
        return stands

    def resolve(self, update: Update, result: Result) -> tuple[Resolution | None, Changes]:
        """Take a result of a feed; the resolution that stands now, None if a newer one was taken before."""
        changes = Changes(update.stamp.received_at)
        if update.stamp.seq < self._result_seqs.get(update.market, 0):
            return None, changes
        self._result_seqs[update.market] = update.stamp.seq
        resolution = self.known(of_result(update.market, result))
        market = self.markets.get(update.market)
        if market is not None and market.resolution != resolution:
            market.resolve(resolution)
            self._tell(market, changes, catalogue=True)
        return resolution, changes

    def take(self, update: Update, *, snapshot: bool = False) -> Changes:
        """Take what a feed says of a market, and price what it touches.

        A `snapshot` is said now: the prices in it may be relied upon, whether they are news or not.
        """
        changes = Changes(now_ns() if snapshot else update.stamp.received_at)
        market = self.markets.get(update.market)
        if market is None:
            market = self.markets[update.market] = MarketState(
                update.market, self._on_record.get(update.market)
            )
        if not market.is_news(update):
            if snapshot and isinstance(update.body, FeedPrices) and market.quoted is not None:
                market.quote(market.quoted)
                self._follow(market, changes)
            return changes
        before = market.status
        match update.body:
            case Catalogue():
                market.define(update.body)
                changes.defined.append(market)
            case Status():
                market.set_status(update.body)
            case FeedPrices():
                market.quote(update.body)
        market.rely(up=self._is_up(market.source))
        moved = self._reprice(market)
        catalogue = not isinstance(update.body, FeedPrices) or market.status is not before
        if moved or catalogue:
            self._tell(market, changes, catalogue=catalogue)
        return changes

    def distrust(self, feed: str) -> None:
        """What a feed has said so far may be old: only prices it sends or confirms from now on count."""
        for market in self.markets.values():
            if market.source[0] == feed:
                market.fresh = False

    def producers_changed(self, feed: str, received: int) -> Changes:
        """Suspend the markets of producers that are down, and open those that are back and have sent prices since."""
        changes = Changes(received)
        for market in self.markets.values():
            if market.source[0] == feed:
                self._follow(market, changes)
        return changes

    def _follow(self, market: MarketState, changes: Changes) -> None:
        up, before = self._is_up(market.source), market.status
        if market.up and not up:
            market.fresh = False
        market.rely(up=up)
        if market.status is not before:
            self._reprice(market)
            self._tell(market, changes, catalogue=True)

    def _tell(self, market: MarketState, changes: Changes, *, catalogue: bool) -> None:
        if market.catalogue is not None:
            market.next_version(changes.received)
            self._announce(market, changes.messages, changes.received, catalogue=catalogue)

    def _announce(
        self, market: MarketState, messages: list[tuple[str, bytes]], received: int, *, catalogue: bool
    ) -> None:
        for tenant in self.tenants:
            if catalogue and market.catalogue is not None:
                entry = market.entry(tenant.slug, market.catalogue, self._owner)
                messages.append((market_subject(tenant.slug, market.market_id), self._encoder.encode(entry)))
            prices = market.price_list(tenant.slug, now_ns(), received)
            messages.append((price_subject(tenant.slug, market.market_id), self._encoder.encode(prices)))

    def forget_closed(self, before: int, has_bets: Callable[[str], bool]) -> None:
        """Forget the markets that closed before a time (ns) and have no open bets; their results stay known."""
        for market in list(self.markets.values()):
            over = market.status is MarketStatus.CLOSED and market.version < before // 1_000
            if over and not has_bets(market.market_id):
                del self.markets[market.market_id]

    def everything(self) -> Iterator[list[tuple[str, bytes]]]:
        """Messages with the present state of every market, one after the other, at the versions already published."""
        for market in list(self.markets.values()):
            if market.catalogue is not None:
                messages: list[tuple[str, bytes]] = []
                self._announce(market, messages, now_ns(), catalogue=True)
                yield messages

    def _reprice(self, market: MarketState) -> bool:
        """Price the market anew for every tenant; True if any price moved."""
        if market.status is not MarketStatus.OPEN or market.quoted is None:
            return False
        fair, places = references(market.quoted, market.selections, market.active, market.places)
        if not fair:
            return market.withdraw_prices()
        offered_by_feed = market.quoted.price
        moved = False
        for tenant in self.tenants:
            offered = offer(fair, places, tenant.margin_bp)
            prices = {
                runner: price for runner, price in zip(market.selections, offered, strict=False) if price
            }
            if offered_by_feed:
                sold = zip(market.selections, offered_by_feed, strict=True)
                withheld = {runner for runner, price in sold if price is None}
                prices = {runner: price for runner, price in prices.items() if runner not in withheld}
            moved |= prices != market.prices.get(tenant.slug)
            market.prices[tenant.slug] = prices
        return moved
