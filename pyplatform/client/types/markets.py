"""The bodies of markets; written by `make client`, change the API instead."""

import msgspec

from pyplatform.client.types.shared import MarketStatus, MarketView


class MarketList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All markets of the tenant, the next to start first."""

    markets: list[MarketView]


class PriceView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices by selection id from `at` until the next point, by the rules of `terms_version`; who is missing was not
    offered. `caused_at` is when the message or command came that moved them.
    """

    at: str
    version: int
    status: MarketStatus
    terms_version: int
    caused_at: str | None
    prices: dict[str, str]


class PriceHistory(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices of a market, oldest first; ask on with `after=next` until that is null."""

    market_id: str
    points: list[PriceView]
    next: int | None
