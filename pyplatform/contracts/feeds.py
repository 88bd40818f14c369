"""What the feed processes publish: markets in one shape, whichever feed they come from.

A *feed* is one process with one source (`betfair`, `uof`); a *producer* is a part of it that can fail alone (a UOF
product; a Betfair stream is one producer). Times are nanoseconds since the epoch, 0 where the feed does not say;
prices are decimal odds as floats equal to the feed's decimals. Messages travel as msgpack arrays, so fields may be
added at the end only.

Catalogue, status and prices of a market go over core NATS, each whole, the newest wins. Who starts late, or sees a
gap in `Stamp.ordinal`, asks for a snapshot. Results go to a JetStream stream and are kept there.
"""

import re
from enum import StrEnum
from typing import Final

import msgspec

HEARTBEAT_S: Final = 1.0
"""A feed process publishes its `FeedHealth` at least this often."""
SILENCE_S: Final = 3.0
"""A feed that has not been heard for so long is down, whatever it said last."""
RESULTS_STREAM: Final = "FEED_RESULTS"
"""JetStream stream of the results of all feeds."""
RESULTS_SUBJECT: Final = "feeds.*.result.>"
LIVE_SUBJECT: Final = "feeds.*.live.>"
"""`Update` and `FeedHealth` of all feeds, those of each feed in the order it sent them."""
HELLO_SUBJECT: Final = "feeds.hello"
"""Whoever publishes here hears the `FeedHealth` of every feed at once."""
LONGEST_MARKET_KEY: Final = 64

_FEED: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")
_NO_TOKEN: Final = re.compile(r"[.*>\s]")


class State(StrEnum):
    """Trading status of a market as its feed sees it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    """Shown, no bets, soon to be back or settled."""
    INACTIVE = "inactive"
    """No prices; may come back."""
    SETTLED = "settled"
    CANCELLED = "cancelled"


class Stamp(msgspec.Struct, array_like=True, frozen=True):
    """Where a message comes from and how new it is.

    `session` (ns) names the process that speaks and grows with every start: a message of an older session than one
    heard before is to be dropped. `seq` grows with every message of a market, across sessions too: older never
    overwrites newer. `ordinal` counts the messages a session sent over core NATS (0 for results).
    """

    feed: str
    producer: str
    session: int
    seq: int
    ordinal: int
    feed_time: int
    received_at: int


class Outcome(msgspec.Struct, array_like=True, frozen=True):
    """Something to bet on; `removed` ones keep their place. The key is unique in its market."""

    key: str
    name: str
    removed: bool = False


class Named(msgspec.Struct, array_like=True, frozen=True):
    """A thing of the catalogue by its id and name, both "" where the feed does not say."""

    id: str = ""
    name: str = ""


class Translation(msgspec.Struct, array_like=True, frozen=True):
    """Names in another language; those of the outcomes in their order."""

    language: str
    event_name: str
    name: str
    outcomes: tuple[str, ...]


class Catalogue(msgspec.Struct, array_like=True, frozen=True, tag="catalogue"):
    """What a market is. `kind` is the feed's own type (Betfair `WIN`, UOF market id); `winners`: how many outcomes
    can win together, 0 where the feed does not say. The sport's id is one of all feeds where we know its sport
    (`football`), else the feed's own with its name before it; ids of categories and competitions are the feed's."""

    event: str
    event_name: str
    kind: str
    name: str
    winners: int
    starts_at: int
    outcomes: tuple[Outcome, ...]
    sport: Named = Named()
    category: Named = Named()
    competition: Named = Named()
    translations: tuple[Translation, ...] = ()


class Status(msgspec.Struct, array_like=True, frozen=True, tag="status"):
    """Whether a market may be offered; `bet_delay` in seconds."""

    state: State
    in_play: bool
    bet_delay: int


class Prices(msgspec.Struct, array_like=True, frozen=True, tag="prices"):
    """All prices of a market, a column each, in the order of `outcomes`.

    An exchange has `back`, `lay` (best of the book) and `last` (traded); a bookmaker's feed has `price` (None: not
    offered) and `probability`. The columns a feed does not have are empty.
    """

    outcomes: tuple[str, ...]
    back: tuple[float | None, ...] = ()
    lay: tuple[float | None, ...] = ()
    last: tuple[float | None, ...] = ()
    price: tuple[float | None, ...] = ()
    probability: tuple[float | None, ...] = ()


class OutcomeResult(msgspec.Struct, array_like=True, frozen=True):
    """What became of an outcome. A bet of stake 1 at price P returns `(1 − v)·won·d·P + v`.

    `won` is None while undecided; `v = void_halves/2` of the stake goes back; `d = min(1, places/tied)` in a dead
    heat. `reduction` is the percentage a removed runner takes off the winnings on the others (Betfair's adjustment
    factor), from bets before `removed_at`. `starting` is the starting price in decimal odds, where one was made.
    """

    key: str
    won: bool | None
    void_halves: int = 0
    places: int = 1
    tied: int = 1
    reduction: float | None = None
    removed_at: int | None = None
    starting: float | None = None


class Result(msgspec.Struct, array_like=True, frozen=True, tag="result"):
    """All that is known of a market's results; the next one replaces it, also if it takes everything back.

    `each`: every outcome is decided for itself (UOF); otherwise outcomes compete for `places` (Betfair), and where
    nobody won though it is final, the market was abandoned and every stake goes back. `final`: nothing more is to
    come unless it is corrected. `certainty` is UOF's: 1 scouted, 2 confirmed, 0 not said.
    `cancels` are windows [from, to] of placement times whose bets are void, open where None.
    """

    places: int
    final: bool
    each: bool
    certainty: int
    outcomes: tuple[OutcomeResult, ...]
    cancels: tuple[tuple[int | None, int | None], ...] = ()


Body = Catalogue | Status | Prices | Result


class Update(msgspec.Struct, array_like=True, frozen=True):
    """One thing about one market."""

    stamp: Stamp
    market: str
    body: Body


class ProducerHealth(msgspec.Struct, array_like=True, frozen=True):
    """Whether a producer's prices may be relied upon; `since` is when that last changed, `reason` a short word."""

    producer: str
    up: bool
    reason: str
    since: int


class FeedHealth(msgspec.Struct, array_like=True, frozen=True):
    """How a feed process stands; published every second, and at once when a producer changes.

    `assumed_up` goes for the producers that are not listed. `ordinal` is that of the last message sent before.
    `progress` is the played share of a recording. Counts are since the start of the session.
    """

    feed: str
    session: int
    at: int
    ordinal: int
    assumed_up: bool
    producers: tuple[ProducerHealth, ...]
    markets: int
    messages: int
    updates: int
    broken: int
    waiting: int
    unsent_results: int
    last_received_at: int
    progress: float


class SnapshotRequest(msgspec.Struct, array_like=True, frozen=True):
    """Asks for the markets with keys above `after`; "" begins."""

    after: str = ""


class SnapshotPage(msgspec.Struct, array_like=True, frozen=True):
    """The newest messages of some markets, as they were published; ask on with `after=next` until that is "".

    Prices that may not be relied upon, because their producer went down after them, are left out.
    """

    health: FeedHealth
    updates: list[Update]
    next: str


def check_feed(name: str) -> str:
    """Return `name` if it may name a feed; raises ValueError saying what a name looks like."""
    if not _FEED.fullmatch(name):
        raise ValueError(
            f"{name[:64]!r} cannot name a feed: use 1 to 31 of a-z, 0-9 and hyphen, starting with a letter"
        )
    return name


def _token(market: str) -> str:
    return _NO_TOKEN.sub("_", market)


def update_subject(feed: str, market: str, kind: str) -> str:
    """Core NATS subject of one kind of `Update` (`catalogue`, `status`, `prices`) of one market."""
    return f"feeds.{feed}.live.{kind}.{_token(market)}"


def result_subject(feed: str, market: str) -> str:
    """Subject in `RESULTS_STREAM` of the results (`Update`) of one market."""
    return f"feeds.{feed}.result.{_token(market)}"


def health_subject(feed: str) -> str:
    """Core NATS subject of `FeedHealth`."""
    return f"feeds.{feed}.live.health"


def ask_health_subject(feed: str) -> str:
    """Request subject answered with `FeedHealth`."""
    return f"feeds.{feed}.ask.health"


def snapshot_subject(feed: str) -> str:
    """Request subject of `SnapshotRequest`, answered with a `SnapshotPage`."""
    return f"feeds.{feed}.ask.snapshot"


def start_subject(feed: str) -> str:
    """Request subject that starts a replay held back at start-up."""
    return f"feeds.{feed}.ask.start"
