"""The newest of every market of a feed: what changed is stamped and sent, what did not is not."""

from bisect import bisect_right, insort
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from pyplatform.contracts.feeds import (
    Body,
    Catalogue,
    FeedHealth,
    Prices,
    ProducerHealth,
    Result,
    SnapshotPage,
    Stamp,
    State,
    Status,
    Update,
)
from pyplatform.kernel.time import now_ns

PAGE_BYTES: Final = 256 * 1024
"""A snapshot page ends with the market that passes this; NATS takes messages of 1 MiB by default."""

Told = Catalogue | Status | Prices


def _is_active(body: Body) -> bool:
    return isinstance(body, Status) and body.state is State.ACTIVE


class Entry:
    """One market: its producer, the number of its last message, and the newest message of each kind."""

    __slots__ = ("catalogue", "prices", "producer", "result", "seq", "status")

    def __init__(self, producer: str) -> None:
        self.producer = producer
        self.seq = 0
        self.catalogue: Update | None = None
        self.status: Update | None = None
        self.prices: Update | None = None
        self.result: Result | None = None


class Board:
    """Markets and producers of one feed, as this process (`session`) tells of them.

    `assume_up`: a producer nothing has been said about is up (a recording), or down (a live feed before recovery).
    """

    def __init__(self, feed: str, *, assume_up: bool, clock: Callable[[], int] = now_ns) -> None:
        self.feed = feed
        self.assume_up = assume_up
        self._clock = clock
        self.session = clock()
        self.ordinal = 0
        self.producers: dict[str, ProducerHealth] = {}
        self._entries: dict[str, Entry] = {}
        self._order: list[str] = []

    def __len__(self) -> int:
        return len(self._entries)

    def is_up(self, producer: str) -> bool:
        """Whether a producer's prices may be relied upon now."""
        health = self.producers.get(producer)
        return self.assume_up if health is None else health.up

    @property
    def down(self) -> list[str]:
        """Producers that are down."""
        return [name for name, health in self.producers.items() if not health.up]

    def put(self, market: str, producer: str, told: Told, feed_time: int, received_at: int) -> Update | None:
        """Take over what a feed says of a market; the message to send, or None if it says nothing new."""
        entry = self._entry(market, producer)
        kept = (
            entry.prices
            if isinstance(told, Prices)
            else entry.status
            if isinstance(told, Status)
            else entry.catalogue
        )
        if kept is not None and kept.body == told and kept.stamp.producer == producer:
            return None
        if _is_active(told) and not (kept is not None and _is_active(kept.body)):
            # What it was sold at before it stopped is no longer its price: the next one is said, same or not.
            entry.prices = None
        self.ordinal += 1
        stamp = self._stamp(entry, self.ordinal, feed_time, received_at)
        update = Update(stamp, market, told)
        self._keep(entry, update)
        return update

    def put_result(
        self, market: str, producer: str, result: Result, feed_time: int, received_at: int
    ) -> Update | None:
        """Take over a market's results; the message to send, or None if they are known."""
        entry = self._entry(market, producer)
        if entry.result == result:
            return None
        entry.result = result
        return Update(self._stamp(entry, 0, feed_time, received_at), market, result)

    def producer_changed(self, health: ProducerHealth) -> None:
        """A producer went down or came back: what it said before it went down may not be relied upon."""
        self.producers[health.producer] = health
        if not health.up:
            for entry in self._entries.values():
                if entry.producer == health.producer:
                    entry.prices = None

    def drop(self, market: str) -> None:
        """Forget a market that the feed has dropped; unknown ones are no error."""
        if self._entries.pop(market, None) is not None:
            del self._order[bisect_right(self._order, market) - 1]

    def page(self, after: str, health: FeedHealth) -> SnapshotPage:
        """Markets with keys above `after`, as many as fit a page."""
        updates: list[Update] = []
        size = 0
        for at in range(bisect_right(self._order, after), len(self._order)):
            market = self._order[at]
            for update in self._told(market):
                updates.append(update)
                size += len(msgspec.msgpack.encode(update))
            if size >= PAGE_BYTES:
                return SnapshotPage(health, updates, market if at + 1 < len(self._order) else "")
        return SnapshotPage(health, updates, "")

    def _told(self, market: str) -> Iterator[Update]:
        entry = self._entries[market]
        for update in (entry.catalogue, entry.status, entry.prices):
            if update is not None:
                yield update

    def _entry(self, market: str, producer: str) -> Entry:
        entry = self._entries.get(market)
        if entry is None:
            entry = self._entries[market] = Entry(producer)
            insort(self._order, market)
        entry.producer = producer
        return entry

    def _stamp(self, entry: Entry, ordinal: int, feed_time: int, received_at: int) -> Stamp:
        # The clock in µs, so that it also grows across restarts, and exact in every client up to 2^53.
        entry.seq = max(entry.seq + 1, self._clock() // 1_000)
        return Stamp(self.feed, entry.producer, self.session, entry.seq, ordinal, feed_time, received_at)

    def _keep(self, entry: Entry, update: Update) -> None:
        match update.body:
            case Prices():
                entry.prices = update
            case Status():
                entry.status = update
            case Catalogue():
                entry.catalogue = update
