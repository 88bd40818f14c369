"""What a trader sees: liability and counts; amounts at the currency's scale, times in nanoseconds."""

import msgspec

from pyplatform.contracts.sportsbook.markets import MarketStatus


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
