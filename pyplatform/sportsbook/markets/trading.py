"""From the feeds' markets to our published prices: the one place where market state changes."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pyplatform.contracts.feeds import Catalogue, Result, Status, Update
from pyplatform.contracts.feeds import Prices as FeedPrices
from pyplatform.contracts.sportsbook.markets import MarketStatus, event_subject, market_subject, price_subject
from pyplatform.contracts.sportsbook.trading import ALL, TERMS
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.sportsbook.markets.catalogue import Catalogue as Events
from pyplatform.sportsbook.markets.catalogue import EventState, event_entry, facts, market_entry
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.overheard import Overheard
from pyplatform.sportsbook.markets.selling import Selling
from pyplatform.sportsbook.markets.terms import Terms, defaults
from pyplatform.sportsbook.settlement.resolution import Resolution, of_result

NO_LIMIT: Final = 10**18
"""Beyond what anybody may stake."""
_NO_PRICES: Final[Mapping[int, int]] = {}


@dataclass(slots=True)
class Changes:
    """What was brought about: messages to publish, markets defined anew, and when its cause was received (ns)."""

    received: int
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    defined: list[MarketState] = field(default_factory=list)


class Trading:
    """Definitions and prices of every market of the feeds, for all tenants of this process.

    `is_up` says whether a (feed, producer) may be relied upon now; `limit` is what a market may lose where no rule
    says anything, in amounts of the tenant's currency.
    """

    def __init__(
        self,
        tenants: list[Tenant],
        owner: str,
        is_up: Callable[[tuple[str, str]], bool] = lambda _: True,
        *,
        limit: int = NO_LIMIT,
    ) -> None:
        self.tenants = tenants
        self.owner = owner
        self._is_up = is_up
        self._encoder = msgspec.msgpack.Encoder()
        self._on_record: dict[str, Resolution] = {}
        self._result_seqs: dict[str, int] = {}
        self.markets: dict[str, MarketState] = {}
        self.events = Events()
        self._untold: set[str] = set()
        self.desks = {tenant.slug: DeskState(tenant.slug, defaults(tenant, limit)) for tenant in tenants}
        self.overheard = Overheard(is_up)
        self.selling = Selling(tenants, self.desks, self.markets, self.overheard.markets)

    def terms_of(self, tenant: str, market: MarketState) -> Terms:
        """Terms of a market with a tenant now."""
        desk = self.desks[tenant]
        if market.catalogue is None:
            return desk.terms.base
        return desk.terms.resolve(facts(market, market.catalogue, desk), now_ns())

    def before_start(self, tenant: str, market_id: str) -> Mapping[int, int]:
        """Prices of a market that has not begun, by selection: the last of them are near its starting prices."""
        market = self.markets.get(market_id)
        return _NO_PRICES if market is None or market.in_play else market.prices.get(tenant, _NO_PRICES)

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
                market.quote(market.quoted, confirmed=True)
                self._follow(market, changes)
            return changes
        before = self.selling.statuses(market)
        match update.body:
            case Catalogue():
                self._define(market, update.body, changes)
            case Status():
                self._set_status(market, update.body)
            case FeedPrices():
                market.quote(update.body, confirmed=snapshot)
        market.rely(up=self._is_up(market.source))
        moved = self.selling.price(market)
        catalogue = not isinstance(update.body, FeedPrices) or self.selling.statuses(market) != before
        if moved or catalogue:
            self._tell(market, changes, catalogue=catalogue)
        self._follow_links(market, changes)
        return changes

    def overhear(self, update: Update, *, snapshot: bool = False) -> Changes:
        """Take what a feed says of a market of another owner: prices here may follow it."""
        changes = Changes(now_ns() if snapshot else update.stamp.received_at)
        former = self.markets.pop(update.market, None)
        self._follow_links(self.overheard.take(update, former, snapshot=snapshot), changes)
        return changes

    def heard_of(self, market_id: str) -> MarketState | None:
        """A market that a feed has told of, ours or another owner's."""
        return self.markets.get(market_id) or self.overheard.markets.get(market_id)

    def _define(self, market: MarketState, said: Catalogue, changes: Changes) -> None:
        self.events.define(market, said)
        market.define(said)
        self.selling.arrange(market)
        changes.defined.append(market)
        self._untold.add(said.event)

    def _set_status(self, market: MarketState, status: Status) -> None:
        was_in_play = market.in_play
        market.set_status(status)
        if market.in_play is not was_in_play and market.catalogue is not None:
            self.selling.arrange(market)
            self._untold.add(market.catalogue.event)

    def _follow_links(self, market: MarketState, changes: Changes) -> None:
        """Price the markets that take this one into their consensus."""
        for dependent in self.selling.dependents(market.market_id):
            before = self.selling.statuses(dependent)
            if self.selling.price(dependent):
                moved = self.selling.statuses(dependent) != before
                self._tell(dependent, changes, catalogue=moved)

    def distrust(self, feed: str) -> None:
        """What a feed has said so far may be old: only prices it sends or confirms from now on count."""
        for market in self.markets.values():
            if market.source[0] == feed:
                market.fresh = False
        self.overheard.distrust(feed)

    def producers_changed(self, feed: str, received: int) -> Changes:
        """Suspend the markets of producers that are down, and open those that are back and have sent prices since."""
        changes = Changes(received)
        for market in self.markets.values():
            if market.source[0] == feed:
                self._follow(market, changes)
        for market in self.overheard.producers_changed(feed):
            self._follow_links(market, changes)
        return changes

    def _follow(self, market: MarketState, changes: Changes) -> None:
        up, before = self._is_up(market.source), self.selling.statuses(market)
        if market.up and not up:
            market.fresh = False
        market.rely(up=up)
        self.selling.price(market)
        if self.selling.statuses(market) != before:
            self._tell(market, changes, catalogue=True)
        self._follow_links(market, changes)

    def desk_changed(self, tenant: str, target: str) -> Iterator[Changes]:
        """Take over what staff have decided of a target: it holds when this returns.

        What it brings about is handed out event by event, for a target may stand for thousands of markets; of a wide
        one only what holds markets back counts at once, and prices follow as they are told. Placement asks for terms
        itself.
        """
        sellers = tuple(one for one in self.tenants if one.slug == tenant)
        kind, _, name = target.partition(":")
        touched = [
            (event, [event.markets[name]] if kind == "market" else list(event.markets.values()))
            for event in self.events.touched_by(ALL if target == TERMS else target)
        ]
        narrow = kind in {"market", "event"}
        for _, markets in touched:
            for market in markets:
                if narrow:
                    self._sell(market, sellers)
                else:
                    self.selling.hold(market, *sellers)
        return self._tell_touched(touched, sellers, target, narrow=narrow)

    def _sell(self, market: MarketState, sellers: tuple[Tenant, ...]) -> None:
        self.selling.arrange(market, sellers)
        self.selling.price(market, sellers)

    def _tell_touched(
        self,
        touched: list[tuple[EventState, list[MarketState]]],
        sellers: tuple[Tenant, ...],
        target: str,
        *,
        narrow: bool,
    ) -> Iterator[Changes]:
        for event, markets in touched:
            changes = Changes(now_ns())
            if target != TERMS and not target.startswith("market:"):
                self._tell_event(event, changes)
            for market in markets:
                if not narrow:
                    self._sell(market, sellers)
                self._tell(market, changes, catalogue=True, tenants=sellers)
            yield changes

    def tell_events(self) -> Changes:
        """Tell of the events that have changed: a feed defines hundreds of markets of one in a row."""
        untold, self._untold = self._untold, set()
        changes = Changes(now_ns())
        for event_id in untold:
            if (event := self.events.events.get(event_id)) is not None:
                self._tell_event(event, changes)
        return changes

    def tick(self, market: MarketState) -> Changes:
        """Price a market anew if time has come nearer to its start, its model has moved on, or bets weigh on it."""
        changes = Changes(now_ns())
        if self.selling.due(market):
            before = self.selling.statuses(market)
            arranged = self.selling.arrange(market)
            if self.selling.price(market) or arranged:
                moved = self.selling.statuses(market) != before
                self._tell(market, changes, catalogue=arranged or moved)
        return changes

    def _tell(
        self,
        market: MarketState,
        changes: Changes,
        *,
        catalogue: bool,
        tenants: Iterable[Tenant] | None = None,
    ) -> None:
        if market.catalogue is not None:
            market.next_version(changes.received)
            if market.places != market.told_places:
                # Liability is to count as many winners as prices do.
                market.told_places = market.places
                changes.defined.append(market)
            sellers = self.tenants if tenants is None else tenants
            self._announce(market, changes.messages, changes.received, sellers, catalogue=catalogue)

    def _tell_event(self, event: EventState, changes: Changes) -> None:
        for tenant in self.tenants:
            entry = event_entry(event, self.desks[tenant.slug], self.owner, now_ns() // 1_000)
            changes.messages.append((event_subject(tenant.slug, event.event_id), self._encoder.encode(entry)))

    def _announce(
        self,
        market: MarketState,
        messages: list[tuple[str, bytes]],
        received: int,
        tenants: Iterable[Tenant],
        *,
        catalogue: bool,
    ) -> None:
        for tenant in tenants:
            if catalogue and market.catalogue is not None:
                entry = market_entry(market, market.catalogue, self.desks[tenant.slug], self.owner)
                messages.append((market_subject(tenant.slug, market.market_id), self._encoder.encode(entry)))
            prices = market.price_list(tenant.slug, now_ns(), received)
            messages.append((price_subject(tenant.slug, market.market_id), self._encoder.encode(prices)))

    def forget_closed(self, before: int, has_bets: Callable[[str], bool]) -> None:
        """Forget the markets that closed before a time (ns) and have no open bets; their results stay known."""
        for market in list(self.markets.values()):
            over = market.status is MarketStatus.CLOSED and market.version < before // 1_000
            if over and not has_bets(market.market_id):
                self.events.forget(market)
                del self.markets[market.market_id]

    def everything(self) -> Iterator[list[tuple[str, bytes]]]:
        """Messages with the present state of every event and market, at the markets' versions already published."""
        for event in list(self.events.events.values()):
            changes = Changes(now_ns())
            self._tell_event(event, changes)
            yield changes.messages
        for market in list(self.markets.values()):
            if market.catalogue is not None:
                messages: list[tuple[str, bytes]] = []
                self._announce(market, messages, now_ns(), self.tenants, catalogue=True)
                yield messages
