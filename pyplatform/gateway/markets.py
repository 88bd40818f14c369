"""The in-process copy of all markets and prices; the newest version of each wins, in whatever order they come."""

from collections.abc import Iterable
from time import monotonic
from typing import Final

from pyplatform.contracts.sportsbook.markets import Market, Prices
from pyplatform.gateway.views import MarketList, MarketView, market_view, suspended_view
from pyplatform.http.caching import Encoded

LIST_SECONDS: Final = 0.25
"""The list of all markets is made anew so often at most, however fast prices move."""


class _Entry:
    __slots__ = ("_encoded", "_view", "heard", "market", "prices", "silent")

    def __init__(self) -> None:
        self.market: Market | None = None
        self.prices: Prices | None = None
        self.heard = monotonic()
        self.silent = False
        self.changed()

    def changed(self) -> None:
        """Forget what was made of an earlier version."""
        self._view: MarketView | None = None
        self._encoded: Encoded[MarketView] | None = None

    def view(self) -> MarketView | None:
        """As clients see it; None if they may not."""
        if self._view is None and self.market is not None and not self.market.hidden:
            shown = market_view(self.market, self.prices)
            self._view = suspended_view(shown) if self.silent else shown
        return self._view

    def encoded(self) -> Encoded[MarketView] | None:
        """The same as it is sent."""
        if self._encoded is None and (view := self.view()) is not None:
            self._encoded = Encoded(view)
        return self._encoded


class MarketCopy:
    """Markets by tenant and id. A tenant's market cannot be reached under another tenant's name."""

    def __init__(self, tenants: Iterable[str]) -> None:
        self._tenants: dict[str, dict[str, _Entry]] = {tenant: {} for tenant in tenants}
        self._lists: dict[str, tuple[float, Encoded[MarketList]]] = {}
        self.heard_all = False
        """Whether we have listened long enough to have heard of every market: one unknown to us does not exist."""

    def put_market(self, market: Market) -> bool:
        """Take a catalogue entry; False if it is not newer than the one we have, or of no tenant of ours."""
        entry = self._entry(market.tenant, market.id)
        if entry is None or (entry.market is not None and entry.market.version >= market.version):
            return False
        entry.market = market
        entry.changed()
        return True

    def put_prices(self, prices: Prices) -> bool:
        """Take prices; False if they are not newer than those we have, or of no tenant of ours."""
        entry = self._entry(prices.tenant, prices.market_id)
        if entry is None or (entry.prices is not None and entry.prices.version >= prices.version):
            return False
        entry.prices = prices
        entry.changed()
        return True

    def hear(self, tenant: str, market_id: str) -> bool:
        """Note that the market's owner speaks; True if it had fallen silent before."""
        entry = self._entry(tenant, market_id)
        if entry is None:
            return False
        entry.heard = monotonic()
        was_silent, entry.silent = entry.silent, False
        if was_silent:
            entry.changed()
        return was_silent

    def fall_silent(self, quiet_s: float) -> list[tuple[str, str]]:
        """Suspend the markets whose owner has not spoken for `quiet_s`; returns those that it newly concerns."""
        latest = monotonic() - quiet_s
        fallen = []
        for tenant, markets in self._tenants.items():
            for market_id, entry in markets.items():
                if entry.heard < latest and not entry.silent:
                    entry.silent = True
                    entry.changed()
                    fallen.append((tenant, market_id))
        return fallen

    def market(self, tenant: str, market_id: str) -> Market | None:
        """Catalogue entry, or None if the tenant has no such market."""
        entry = self._tenants[tenant].get(market_id)
        return None if entry is None else entry.market

    def view(self, tenant: str, market_id: str) -> MarketView | None:
        """The market as clients see it, made once per version; None if there is none, or it is hidden."""
        entry = self._tenants[tenant].get(market_id)
        return None if entry is None else entry.view()

    def encoded(self, tenant: str, market_id: str) -> Encoded[MarketView] | None:
        """The market as it is sent, made once per version; None as for `view`."""
        entry = self._tenants[tenant].get(market_id)
        return None if entry is None else entry.encoded()

    def encoded_list(self, tenant: str) -> Encoded[MarketList]:
        """All markets of a tenant as they are sent, the next to start first; up to `LIST_SECONDS` old."""
        now, known = monotonic(), self._lists.get(tenant)
        if known is not None and now < known[0]:
            return known[1]
        shown = [
            (view, entry) for entry in self._tenants[tenant].values() if (view := entry.view()) is not None
        ]
        shown.sort(key=lambda pair: (pair[0].starts_at, pair[0].id))
        bodies = [found.content for _, entry in shown if (found := entry.encoded()) is not None]
        made: Encoded[MarketList] = Encoded(b'{"markets":[%b]}' % b",".join(bodies))
        self._lists[tenant] = (now + LIST_SECONDS, made)
        return made

    def _entry(self, tenant: str, market_id: str) -> _Entry | None:
        markets = self._tenants.get(tenant)
        return None if markets is None else markets.setdefault(market_id, _Entry())
