"""What a feed process measures of itself."""

from collections.abc import Callable, Mapping
from typing import Final

from pyplatform.contracts.feeds import ProducerHealth
from pyplatform.telemetry import Counter, Gauge

GAP_NS: Final = 15 * 10**9
"""Every feed says something at least every ten seconds: a longer silence is a gap."""
_NS: Final = 1e9


class Metrics:
    """Counters and gauges of one feed; names begin with `feed.`."""

    def __init__(self) -> None:
        self.messages = Counter("feed.messages", "messages taken from the source")
        self.published = Counter("feed.published", "market updates published on the bus")
        self.broken = Counter("feed.broken", "messages skipped as broken")
        self.gaps = Counter("feed.gaps", "silences of the source longer than 15 s")
        self.outages = Counter("feed.outages", "times a producer went down")
        self.last_received_at = 0

    def received(self, at_ns: int) -> None:
        """Count a message."""
        self.messages.value += 1
        if self.last_received_at and at_ns - self.last_received_at > GAP_NS:
            self.gaps.value += 1
        self.last_received_at = at_ns

    def watch(
        self,
        clock: Callable[[], int],
        producers: Mapping[str, ProducerHealth],
        *,
        waiting: Callable[[], int],
        unsent: Callable[[], int],
        markets: Callable[[], int],
    ) -> None:
        """Register what is read when somebody looks."""

        def age() -> float:
            return (clock() - self.last_received_at) / _NS if self.last_received_at else 0.0

        Gauge("feed.age", "time since the last message of the source", age, "s")
        Gauge("feed.queue", "messages waiting to be applied", waiting)
        Gauge("feed.results.unsent", "results JetStream has not acknowledged", unsent)
        Gauge("feed.markets", "markets held", markets)
        Gauge("feed.producers.up", "producers that are up", lambda: sum(p.up for p in producers.values()))
        Gauge(
            "feed.producers.down",
            "producers that are down",
            lambda: sum(not p.up for p in producers.values()),
        )
