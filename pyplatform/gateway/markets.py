"""The in-process copy of all markets and prices; the newest version of each wins, in whatever order they come."""

from collections.abc import Iterable
from time import monotonic

from pyplatform.contracts.sportsbook.markets import Market, Prices
from pyplatform.gateway.views import MarketView, market_view, suspended_view


class _Entry:
    __slots__ = ("heard", "market", "prices", "silent", "view")

    def __init__(self) -> None:
        self.market: Market | None = None
        self.prices: Prices | None = None
        self.view: MarketView | None = None
        self.heard = monotonic()
        self.silent = False


class MarketCopy:
    """Markets by tenant and id. A tenant's market cannot be reached under another tenant's name."""

    def __init__(self, tenants: Iterable[str]) -> None:
        self._tenants: dict[str, dict[str, _Entry]] = {tenant: {} for tenant in tenants}
        self.heard_all = False
        """Whether we have listened long enough to have heard of every market: one unknown to us does not exist."""

    def put_market(self, market: Market) -> bool:
        """Take a catalogue entry; False if it is not newer than the one we have, or of no tenant of ours."""
        entry = self._entry(market.tenant, market.id)
        if entry is None or (entry.market is not None and entry.market.version >= market.version):
            return False
        entry.market, entry.view = market, None
        return True

    def put_prices(self, prices: Prices) -> bool:
        """Take prices; False if they are not newer than those we have, or of no tenant of ours."""
        entry = self._entry(prices.tenant, prices.market_id)
        if entry is None or (entry.prices is not None and entry.prices.version >= prices.version):
            return False
        entry.prices, entry.view = prices, None
        return True

    def hear(self, tenant: str, market_id: str) -> bool:
        """Note that the market's owner speaks; True if it had fallen silent before."""
        entry = self._entry(tenant, market_id)
        if entry is None:
            return False
        entry.heard = monotonic()
        was_silent, entry.silent = entry.silent, False
        if was_silent:
            entry.view = None
        return was_silent

    def fall_silent(self, quiet_s: float) -> list[tuple[str, str]]:
        """Suspend the markets whose owner has not spoken for `quiet_s`; returns those that it newly concerns."""
        latest = monotonic() - quiet_s
        fallen = []
        for tenant, markets in self._tenants.items():
            for market_id, entry in markets.items():
                if entry.heard < latest and not entry.silent:
                    entry.silent, entry.view = True, None
                    fallen.append((tenant, market_id))
        return fallen

    def market(self, tenant: str, market_id: str) -> Market | None:
        """Catalogue entry, or None if the tenant has no such market."""
        entry = self._tenants[tenant].get(market_id)
        return None if entry is None else entry.market

    def view(self, tenant: str, market_id: str) -> MarketView | None:
        """The market as clients see it, made once per version."""
        entry = self._tenants[tenant].get(market_id)
        return None if entry is None else _view(entry)

    def views(self, tenant: str) -> list[MarketView]:
        """All markets of a tenant, the next to start first."""
        found = (_view(entry) for entry in self._tenants[tenant].values())
        return sorted(
            (view for view in found if view is not None), key=lambda view: (view.starts_at, view.id)
        )

    def _entry(self, tenant: str, market_id: str) -> _Entry | None:
        markets = self._tenants.get(tenant)
        return None if markets is None else markets.setdefault(market_id, _Entry())


def _view(entry: _Entry) -> MarketView | None:
    if entry.view is None and entry.market is not None:
        shown = market_view(entry.market, entry.prices)
        entry.view = suspended_view(shown) if entry.silent else shown
    return entry.view
