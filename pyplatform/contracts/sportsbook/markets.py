"""What the sportsbook publishes of its markets: catalogue, prices, and where read models keep them.

Prices are decimal odds in ten-thousandths (`price_e4`, 2.50 → 25_000); times are nanoseconds since the epoch.
"""

from enum import StrEnum

import msgspec


class MarketStatus(StrEnum):
    """Trading status of a market as published to players."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Selection(msgspec.Struct, array_like=True, frozen=True):
    """One runner of a market; `removed` runners keep their place."""

    id: int
    name: str
    removed: bool = False


class Market(msgspec.Struct, array_like=True, frozen=True):
    """Catalogue entry of a market, published whole whenever its definition changes."""

    tenant: str
    id: str
    event_id: str
    event_name: str
    kind: str
    winners: int
    starts_at: int
    in_play: bool
    status: MarketStatus
    version: int
    selections: list[Selection]
    owner: str


class Prices(msgspec.Struct, array_like=True, frozen=True):
    """All prices of a market at one version: `prices[selection id] = price_e4`, absent = not offered."""

    tenant: str
    market_id: str
    version: int
    status: MarketStatus
    prices: dict[int, int]
    published_at: int
    """When the feed line arrived that caused it, on our clock."""
    received_at: int


REFRESH_S = 5.0
"""Every market and its prices are published anew this often, for those who came late."""


def market_subject(tenant: str, market_id: str) -> str:
    """Core NATS subject of catalogue changes (`Market`)."""
    return f"market.{tenant}.{market_id.replace('.', '_')}"


def price_subject(tenant: str, market_id: str) -> str:
    """Core NATS subject of prices (`Prices`): the latest value wins."""
    return f"price.{tenant}.{market_id.replace('.', '_')}"


def market_key(tenant: str, market_id: str) -> str:
    """Valkey hash `{market, market_version, prices, price_version}` with msgpack values."""
    return f"{tenant}:market:{market_id}"


def markets_key(tenant: str) -> str:
    """Valkey set of the ids of all known markets of a tenant."""
    return f"{tenant}:markets"
