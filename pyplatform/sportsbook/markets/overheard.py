"""Markets of other owners' events, as their feeds tell of them: beliefs for a consensus, never sold here."""

from collections.abc import Callable

from pyplatform.contracts.feeds import Catalogue, Status, Update
from pyplatform.contracts.feeds import Prices as FeedPrices
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.sportsbook.markets.market import MarketState


class Overheard:
    """What this process hears of markets that are not its own; those that are over are forgotten."""

    def __init__(self, is_up: Callable[[tuple[str, str]], bool]) -> None:
        self._is_up = is_up
        self.markets: dict[str, MarketState] = {}

    def take(self, update: Update, former: MarketState | None, *, snapshot: bool) -> MarketState:
        """Take what a feed says of a market; `former` is what was said before it was known to be another's."""
        market = self.markets.get(update.market) or former or MarketState(update.market)
        self.markets[update.market] = market
        if market.is_news(update):
            match update.body:
                case Catalogue():
                    market.define(update.body)
                case Status():
                    market.set_status(update.body)
                case FeedPrices():
                    market.quote(update.body, confirmed=snapshot)
        elif snapshot and isinstance(update.body, FeedPrices) and market.quoted is not None:
            market.quote(market.quoted, confirmed=True)
        market.rely(up=self._is_up(market.source))
        if market.status is MarketStatus.CLOSED:
            del self.markets[update.market]
        return market

    def distrust(self, feed: str) -> None:
        """What a feed has said so far may be old."""
        for market in self.of_feed(feed):
            market.fresh = False

    def producers_changed(self, feed: str) -> list[MarketState]:
        """The markets of a feed whose reliability has changed."""
        changed = []
        for market in self.of_feed(feed):
            up = self._is_up(market.source)
            if market.up and not up:
                market.fresh = False
            if market.up != up:
                market.rely(up=up)
                changed.append(market)
        return changed

    def of_feed(self, feed: str) -> list[MarketState]:
        """The markets of a feed."""
        return [market for market in self.markets.values() if market.source[0] == feed]
