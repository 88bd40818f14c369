"""What the sportsbook accepts and publishes.

Prices are decimal odds in ten-thousandths (`price_e4`, 2.50 → 25_000); amounts are integers at the currency's
scale; times are nanoseconds since the epoch unless a name says otherwise. Messages travel as msgpack arrays, so
fields may be added at the end only.
"""

from enum import IntEnum, StrEnum

import msgspec


class MarketStatus(StrEnum):
    """Trading status of a market as published to players."""

    OPEN = "open"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class Refusal(IntEnum):
    """Why the sportsbook refuses a bet; the wallet journals the number, the API answers the lower-case name."""

    MARKET_SUSPENDED = 201
    MARKET_CLOSED = 202
    UNKNOWN_MARKET = 203
    UNKNOWN_SELECTION = 204
    PRICE_CHANGED = 205
    SELECTION_REMOVED = 206
    LIABILITY_EXCEEDED = 207
    NO_PRICE = 208


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


class PlaceBet(msgspec.Struct, array_like=True, frozen=True):
    """One player's attempt to place a single, as the gateway hands it to the event's owner."""

    tenant: str
    brand: int
    player: bytes
    session_id: bytes
    key: str
    market_id: str
    selection_id: int
    price_e4: int
    stake: int
    currency: str
    correlation: bytes
    traceparent: str


class BetOutcome(StrEnum):
    """How an attempt ended; `PENDING` waits out the in-play delay, ask for it on `decision_subject`."""

    ACCEPTED = "accepted"
    PENDING = "pending"
    REFUSED = "refused"
    CONFLICT = "conflict"
    UNAVAILABLE = "unavailable"


class BetAnswer(msgspec.Struct, array_like=True, frozen=True):
    """The answer to `PlaceBet`; a retry with the same key gets the same, with `replayed` set.

    `code` is the stable name of the refusal ("" when accepted); `field` names the differing field of a conflict;
    `price_e4` is the accepted price, or the current one when it changed (0 when unknown).
    """

    outcome: BetOutcome
    code: str
    bet_id: str
    price_e4: int
    seq: int
    at: int
    replayed: bool
    field: str = ""


class RunnerExposure(msgspec.Struct, array_like=True, frozen=True):
    """A selection in the trader's view; `if_wins` is what we lose (negative: keep) if it wins."""

    id: int
    name: str
    price_e4: int
    if_wins: int


class MarketExposure(msgspec.Struct, array_like=True, frozen=True):
    """A market in the trader's view, in one tenant and currency; amounts at the currency's scale."""

    tenant: str
    market_id: str
    kind: str
    event_name: str
    status: MarketStatus
    in_play: bool
    currency: str
    stakes: int
    worst_case: int
    runners: list[RunnerExposure]


class TradingStats(msgspec.Struct, array_like=True, frozen=True):
    """What the trading process reports twice a second; counts since its start, latencies (ns) since the last.

    `feed_progress`, `lines`, `updates` and `feed_errors` are what the feed processes say of themselves; latencies run
    from a message's arrival in the feed process to the publication of our prices. Of many markets the first hundred
    are listed, closed ones last.
    """

    at: int
    feed_progress: float
    lines: int
    updates: int
    price_updates: int
    attempts: int
    accepted: int
    settled: int
    voided: int
    open_bets: int
    feed_to_price_p50: int
    feed_to_price_p99: int
    markets: list[MarketExposure]
    feed_errors: int = 0
    """Messages of the feeds that were skipped as broken."""


STATS_SUBJECT = "stats.trading"


def command_subject(owner: str, epoch: int) -> str:
    """Request subject of the process that owns events under `epoch`; payload: one frame of `PlaceBet`."""
    return f"event.cmd.{owner}.{epoch}"


class AwaitDecision(msgspec.Struct, array_like=True, frozen=True):
    """Asks how a pending bet was decided; answered with its `BetAnswer` once it is."""

    tenant: str
    bet_id: str


def decision_subject(owner: str, epoch: int) -> str:
    """Request subject for `AwaitDecision`: one message a bet, for it is answered only after the delay."""
    return f"event.decision.{owner}.{epoch}"


def locate_subject(owner: str) -> str:
    """Request subject on which the owner answers with its epoch (ASCII decimal)."""
    return f"event.where.{owner}"


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
