"""The trader's view: prices, liability by runner, counts and latencies, twice a second."""

from pyplatform.contracts.sportsbook import MarketExposure, RunnerExposure, TradingStats
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.openbets import OpenBets
from pyplatform.sportsbook.placement import Placement
from pyplatform.sportsbook.settlement import Settlement
from pyplatform.sportsbook.trading import Trading


class Reporter:
    """Collects what happened since the last report."""

    def __init__(
        self, trading: Trading, bets: OpenBets, placement: Placement, settlement: Settlement
    ) -> None:
        self._trading = trading
        self._bets = bets
        self._placement = placement
        self._settlement = settlement
        self._latencies: list[int] = []
        self._price_updates = 0
        self._progress = 0.0

    def line_done(self, progress: float, received: int, published: int) -> None:
        """Count one feed line that has been published (`received`: when it came in, ns)."""
        self._progress = progress
        if published:
            self._price_updates += published
            self._latencies.append(now_ns() - received)

    def stats(self) -> TradingStats:
        """Return the report and start the next half second."""
        latencies, self._latencies = sorted(self._latencies), []
        return TradingStats(
            at=now_ns(),
            feed_progress=self._progress,
            lines=self._trading.lines,
            updates=self._trading.updates,
            price_updates=self._price_updates,
            attempts=self._placement.attempts,
            accepted=self._placement.accepted,
            settled=self._settlement.settled,
            voided=self._settlement.voided,
            open_bets=len(self._bets),
            feed_to_price_p50=latencies[len(latencies) // 2] if latencies else 0,
            feed_to_price_p99=latencies[len(latencies) * 99 // 100] if latencies else 0,
            markets=self._markets(),
            feed_errors=self._trading.errors,
        )

    def _markets(self) -> list[MarketExposure]:
        found = []
        for market in self._trading.markets.values():
            if market.definition is None:
                continue
            for tenant in self._trading.tenants:
                exposure = self._bets.exposure(tenant.slug, market.market_id, tenant.currency)
                prices = market.prices.get(tenant.slug, {})
                found.append(
                    MarketExposure(
                        tenant=tenant.slug,
                        market_id=market.market_id,
                        kind=market.definition.market_type,
                        event_name=market.event_name,
                        status=market.status,
                        in_play=market.in_play,
                        currency=tenant.currency,
                        stakes=exposure.stakes,
                        worst_case=exposure.worst_case(),
                        runners=[
                            RunnerExposure(runner, name, prices.get(runner, 0), exposure.if_wins(runner))
                            for runner, name in market.names.items()
                        ],
                    )
                )
        return found
