"""Which feeds are alive, which of their producers may be relied upon, and whether anything of theirs was missed."""

from dataclasses import dataclass, field

from pyplatform.contracts.feeds import FeedHealth, ProducerHealth, Update


@dataclass(slots=True)
class _Feed:
    session: int
    heard: float
    ordinal: int | None = None
    assumed_up: bool = False
    silent: bool = False
    health: FeedHealth | None = None
    producers: dict[str, ProducerHealth] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a message means beside what it says: not `counts`, a process that has been replaced speaks; `renewed`, a
    new one speaks for the first time; `missed`, something before it was lost or its feed was silent."""

    counts: bool
    renewed: bool = False
    missed: bool = False


class Sources:
    """All feeds heard so far. Times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._feeds: dict[str, _Feed] = {}

    @property
    def healths(self) -> list[FeedHealth]:
        """The last word of every feed."""
        return [feed.health for feed in self._feeds.values() if feed.health is not None]

    def hear_update(self, update: Update, now: float) -> Heard:
        """A message came over the bus."""
        stamp = update.stamp
        feed, heard = self._hear(stamp.feed, stamp.session, now)
        if feed is None:
            return heard
        missed = heard.missed or (feed.ordinal is not None and stamp.ordinal != feed.ordinal + 1)
        feed.ordinal = stamp.ordinal
        return Heard(counts=True, renewed=heard.renewed, missed=missed)

    def hear_health(self, health: FeedHealth, now: float) -> Heard:
        """A feed says how it stands."""
        feed, heard = self._hear(health.feed, health.session, now)
        if feed is None:
            return heard
        missed = heard.missed or (feed.ordinal is not None and health.ordinal != feed.ordinal)
        feed.ordinal = health.ordinal
        feed.health = health
        feed.assumed_up = health.assumed_up
        feed.producers = {producer.producer: producer for producer in health.producers}
        return Heard(counts=True, renewed=heard.renewed, missed=missed)

    def _hear(self, name: str, session: int, now: float) -> tuple[_Feed | None, Heard]:
        feed = self._feeds.get(name)
        if feed is not None and session < feed.session:
            return None, Heard(counts=False)
        if feed is None or session > feed.session:
            self._feeds[name] = _Feed(session, now)
            return self._feeds[name], Heard(counts=True, renewed=True, missed=True)
        feed.heard = now
        was_silent, feed.silent = feed.silent, False
        return feed, Heard(counts=True, missed=was_silent)

    def is_current(self, update: Update) -> bool:
        """Whether a message of a snapshot is of the process that speaks now."""
        feed = self._feeds.get(update.stamp.feed)
        return feed is not None and update.stamp.session <= feed.session

    def is_up(self, source: tuple[str, str]) -> bool:
        """Whether a (feed, producer) may be relied upon now."""
        feed = self._feeds.get(source[0])
        if feed is None or feed.silent:
            return False
        producer = feed.producers.get(source[1])
        return feed.assumed_up if producer is None else producer.up

    def is_silent(self, name: str) -> bool:
        """Whether a feed has fallen silent, or was never heard."""
        feed = self._feeds.get(name)
        return feed is None or feed.silent

    @property
    def heard(self) -> list[str]:
        """Feeds that are not silent."""
        return [name for name, feed in self._feeds.items() if not feed.silent]

    def go(self, name: str, asked: float) -> bool:
        """Nobody was there for a feed when it was `asked` after; True if that is news, and none has spoken since."""
        feed = self._feeds.get(name)
        if feed is None or feed.silent or feed.heard > asked:
            return False
        feed.silent = True
        return True

    def fall_silent(self, quiet_s: float, now: float) -> list[str]:
        """Feeds not heard for `quiet_s`, each told once: they may not be relied upon until they are heard again."""
        fallen = []
        for name, feed in self._feeds.items():
            if not feed.silent and now - feed.heard > quiet_s:
                feed.silent = True
                fallen.append(name)
        return fallen
