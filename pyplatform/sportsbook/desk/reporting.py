"""The trader's view: prices, liability by runner, counts and latencies, twice a second."""

from typing import Final

from pyplatform.contracts.sportsbook.desk import MarketExposure, TradingStats
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.exposures import exposure_of
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Trading
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.placement import Placement
from pyplatform.sportsbook.placement.recovery import Recovery

MOST_MARKETS: Final = 100
"""Markets in a report: it is one message, and NATS takes those of 1 MiB."""


class Reporter:
    """Collects what happened since the last report."""

    def __init__(
        self,
        trading: Trading,
        sources: Sources,
        bets: OpenBets,
        placement: Placement,
        recovery: Recovery,
    ) -> None:
        self._trading = trading
        self._sources = sources
        self._bets = bets
        self._placement = placement
        self._recovery = recovery
        self._latencies: list[int] = []
        self._price_updates = 0

    def published(self, received: int, messages: int) -> None:
        """Count what was published of one message of a feed (`received`: when the feed got its cause, ns)."""
        if messages:
            self._price_updates += messages
            self._latencies.append(now_ns() - received)

    def stats(self) -> TradingStats:
        """Return the report and start the next half second."""
        latencies, self._latencies = sorted(self._latencies), []
        feeds = self._sources.healths
        return TradingStats(
            at=now_ns(),
            feed_progress=min((feed.progress for feed in feeds), default=0.0),
            lines=sum(feed.messages for feed in feeds),
            updates=sum(feed.updates for feed in feeds),
            price_updates=self._price_updates,
            attempts=self._placement.attempts,
            accepted=self._placement.accepted,
            settled=self._recovery.settled,
            voided=self._recovery.voided,
            open_bets=len(self._bets),
            feed_to_price_p50=latencies[len(latencies) // 2] if latencies else 0,
            feed_to_price_p99=latencies[len(latencies) * 99 // 100] if latencies else 0,
            markets=self._markets(),
            feed_errors=sum(feed.broken for feed in feeds),
        )

    def _reported(self) -> list[MarketState]:
        """All markets, or if there are too many for a message the first that are not closed."""
        markets = list(self._trading.markets.values())
        if len(markets) > MOST_MARKETS:
            markets.sort(key=lambda market: market.status is MarketStatus.CLOSED)
        return markets[:MOST_MARKETS]

    def _markets(self) -> list[MarketExposure]:
        found: list[MarketExposure] = []
        for market in self._reported():
            if market.catalogue is None:
                continue
            found += [
                exposure_of(market, tenant.slug, tenant.currency, self._bets)
                for tenant in self._trading.tenants
            ]
        return found
