"""What the gateway tells its clients, and how it is made from what the sportsbook publishes."""

from datetime import UTC, datetime

import msgspec

from pyplatform.contracts.sportsbook.markets import Market, MarketStatus, Prices
from pyplatform.gateway.model import write_price
from pyplatform.kernel.time import Moment


class SelectionView(msgspec.Struct, frozen=True):
    """A runner; `price` is decimal odds, null when it is not offered now."""

    id: int
    name: str
    removed: bool
    price: str | None


class MarketView(msgspec.Struct, frozen=True):
    """A market as it stands at `version`; sport, category and competition are ids, "" where nobody said."""

    id: str
    name: str
    sport: str
    category: str
    competition: str
    event_id: str
    event_name: str
    kind: str
    winners: int
    starts_at: Moment
    in_play: bool
    status: MarketStatus
    version: int
    selections: list[SelectionView]


class MarketList(msgspec.Struct, frozen=True):
    """All markets of the tenant, the next to start first."""

    markets: list[MarketView]


def market_view(market: Market, prices: Prices | None) -> MarketView:
    """The market with its prices; the later of the two says the status."""
    offered = prices.prices if prices is not None else {}
    latest: Market | Prices = market
    if prices is not None and prices.version >= market.version:
        latest = prices
    return MarketView(
        id=market.id,
        name=market.name,
        sport=market.sport,
        category=market.category,
        competition=market.competition,
        event_id=market.event_id,
        event_name=market.event_name,
        kind=market.kind,
        winners=market.winners,
        starts_at=datetime.fromtimestamp(market.starts_at // 1_000_000_000, UTC),
        in_play=market.in_play,
        status=latest.status,
        version=latest.version,
        selections=[
            SelectionView(s.id, s.name, s.removed, write_price(offered[s.id]) if s.id in offered else None)
            for s in market.selections
        ],
    )


def suspended_view(view: MarketView) -> MarketView:
    """The market of an owner that is silent: nothing is offered, and what is closed stays closed."""
    if view.status is MarketStatus.CLOSED:
        return view
    selections = [msgspec.structs.replace(selection, price=None) for selection in view.selections]
    return msgspec.structs.replace(view, status=MarketStatus.SUSPENDED, selections=selections)
