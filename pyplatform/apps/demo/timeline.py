"""What the demo measured while it ran: the source of the live view and of the report."""

import time
from collections import deque
from dataclasses import dataclass, field

from pyplatform.contracts.sportsbook.desk import TradingStats


def percentile(sorted_values: list[float], share: float) -> float:
    """Nearest-rank percentile of ascending values; 0.0 of none."""
    if not sorted_values:
        return 0.0
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


@dataclass(frozen=True, slots=True)
class Sample:
    """Half a second of the run; rates per second, latencies in milliseconds."""

    at: float
    events_per_s: float
    bets_per_s: float
    bet_p50: float
    bet_p99: float
    price_p50: float
    price_p99: float
    staked: float
    open_bets: int


@dataclass(slots=True)
class Timeline:
    """Samples, price history and totals of one run."""

    started: float = field(default_factory=time.monotonic)
    samples: list[Sample] = field(default_factory=list)
    prices: dict[tuple[str, str], dict[str, list[tuple[float, float]]]] = field(default_factory=dict)
    latest: TradingStats | None = None
    previous: TradingStats | None = None
    outcomes: dict[str, int] = field(default_factory=dict)
    staked: float = 0.0
    replays_checked: int = 0
    replay_mismatches: int = 0
    all_latencies: list[float] = field(default_factory=list)
    feed_latencies: list[tuple[float, float]] = field(default_factory=list)
    _window: deque[float] = field(default_factory=deque)

    def begin(self) -> None:
        """Count time from now; what was sampled while players registered is forgotten."""
        self.started = time.monotonic()
        self.samples.clear()
        self.prices.clear()

    def bet_answered(self, outcome: str, milliseconds: float, stake: float) -> None:
        """Count one answered attempt; `outcome` is "accepted" or the refusal's code."""
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self._window.append(milliseconds)
        self.all_latencies.append(milliseconds)
        if outcome == "accepted":
            self.staked += stake

    def replay_answered(self, *, same: bool) -> None:
        """Count a retry with the same key and whether it met the first answer."""
        self.replays_checked += 1
        self.replay_mismatches += not same

    def trading(self, stats: TradingStats) -> None:
        """Take over a report of the trading process and cut a sample."""
        self.previous, self.latest = self.latest, stats
        at = time.monotonic() - self.started
        self._record_prices(at, stats)
        if self.previous is None:
            return
        seconds = max(1e-3, (stats.at - self.previous.at) / 1e9)
        window = sorted(self._window)
        self._window.clear()
        price_p50, price_p99 = stats.feed_to_price_p50 / 1e6, stats.feed_to_price_p99 / 1e6
        if stats.price_updates > self.previous.price_updates:
            self.feed_latencies.append((price_p50, price_p99))
        self.samples.append(
            Sample(
                at=at,
                events_per_s=(stats.updates - self.previous.updates) / seconds,
                bets_per_s=len(window) / seconds,
                bet_p50=percentile(window, 0.5),
                bet_p99=percentile(window, 0.99),
                price_p50=price_p50,
                price_p99=price_p99,
                staked=self.staked,
                open_bets=stats.open_bets,
            )
        )

    def _record_prices(self, at: float, stats: TradingStats) -> None:
        for market in stats.markets:
            lines = self.prices.setdefault((market.tenant, market.market_id), {})
            for runner in market.runners:
                if runner.price_e4 and market.status == "open":
                    lines.setdefault(runner.name, []).append((at, runner.price_e4 / 10_000))

    def bet_percentiles(self) -> tuple[float, float]:
        """(p50, p99) in milliseconds over the whole run."""
        ordered = sorted(self.all_latencies)
        return percentile(ordered, 0.5), percentile(ordered, 0.99)

    def price_percentiles(self) -> tuple[float, float]:
        """Median of the half-second (p50, p99) feed→price latencies, in milliseconds."""
        if not self.feed_latencies:
            return 0.0, 0.0
        p50 = sorted(p50 for p50, _ in self.feed_latencies)
        p99 = sorted(p99 for _, p99 in self.feed_latencies)
        return percentile(p50, 0.5), percentile(p99, 0.5)
