"""What the sportsbook publishes of its markets: catalogue, prices, and where read models keep them.

Prices are decimal odds in ten-thousandths (`price_e4`, 2.50 → 25_000); times are nanoseconds since the epoch.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

_NO_TOKEN: Final = re.compile(r"[.*>\s]")


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


class Words(msgspec.Struct, array_like=True, frozen=True):
    """A market in another language; the names of its selections are in their order."""

    event_name: str
    name: str
    selections: list[str]


class Market(msgspec.Struct, array_like=True, frozen=True):
    """Catalogue entry of a market, published whole whenever its definition changes.

    Sport, category and competition are ids, "" where the feed does not say; `tier` is that of the competition.
    `hidden` markets are not shown to players, and `brands` are those that offer it (empty: all). `bet_delay` is in
    seconds. `terms_version` is that of the rules it is sold by.
    """

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
    name: str = ""
    sport: str = ""
    category: str = ""
    competition: str = ""
    tier: int = 0
    hidden: bool = False
    brands: tuple[int, ...] = ()
    bet_delay: int = 0
    terms_version: int = 0
    words: dict[str, Words] = {}
    """By language, `en` and the like."""


class Group(msgspec.Struct, array_like=True, frozen=True):
    """A sport, category or competition; `names` are those by language that differ from `name`."""

    id: str
    name: str
    names: dict[str, str] = {}
    hidden: bool = False


class Event(msgspec.Struct, array_like=True, frozen=True):
    """Catalogue entry of an event, published whole whenever it or what it belongs to changes.

    Groups have the id "" where the feed does not say. `hidden` if it or a group of it is.
    """

    tenant: str
    id: str
    name: str
    names: dict[str, str]
    sport: Group
    category: Group
    competition: Group
    tier: int
    starts_at: int
    in_play: bool
    hidden: bool
    version: int
    markets: list[str]
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
    terms_version: int = 0
    """Version of the rules they were made by."""


REFRESH_S = 5.0
"""Every market and its prices are published anew this often, for those who came late."""


def market_subject(tenant: str, market_id: str) -> str:
    """Core NATS subject of catalogue changes (`Market`)."""
    return f"market.{tenant}.{market_id.replace('.', '_')}"


def price_subject(tenant: str, market_id: str) -> str:
    """Core NATS subject of prices (`Prices`): the latest value wins."""
    return f"price.{tenant}.{market_id.replace('.', '_')}"


def event_subject(tenant: str, event_id: str) -> str:
    """Core NATS subject of an event's catalogue entry (`Event`): the latest value wins."""
    return f"fixture.{tenant}.{_NO_TOKEN.sub('_', event_id)}"


def all_events(tenant: str) -> str:
    """The subjects of all events of a tenant."""
    return f"fixture.{tenant}.*"


def market_key(tenant: str, market_id: str) -> str:
    """Valkey hash `{market, market_version, prices, price_version}` with msgpack values."""
    return f"{tenant}:market:{market_id}"


def markets_key(tenant: str) -> str:
    """Valkey set of the ids of all known markets of a tenant."""
    return f"{tenant}:markets"


def event_key(tenant: str, event_id: str) -> str:
    """Valkey hash `{event, version}` with a msgpack `Event`."""
    return f"{tenant}:event:{event_id}"


def events_key(tenant: str) -> str:
    """Valkey set of the ids of all known events of a tenant: the tree of sports is made of them."""
    return f"{tenant}:events"
