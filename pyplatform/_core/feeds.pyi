"""`rust_core/feeds` for Python: feeds into market state.

Of Betfair, times are integers in nanoseconds since the epoch. Prices are decimal odds, sizes and volumes are GBP, both floats:
each is the nearest float to the feed's decimal. Import from `pyplatform.core.feeds`.
"""

from typing import final

from pyplatform.core.feeds.shapes import KalshiSnapshot, PolymarketBook, Snapshot, UofEvent

__all__ = [
    "Books",
    "KalshiBooks",
    "MarketDefinition",
    "PolymarketBooks",
    "Problem",
    "Runner",
    "Top",
    "UofDescriptions",
    "UofState",
    "publish_time",
]

@final
class Runner:
    """A runner of a market definition. Text the feed left out is ""."""

    @property
    def id(self) -> int: ...
    @property
    def hc(self) -> float:
        """Handicap, 0 where there is none."""
    @property
    def name(self) -> str: ...
    @property
    def status(self) -> str:
        """ACTIVE, WINNER, LOSER, PLACED, REMOVED, REMOVED_VACANT or HIDDEN."""
    @property
    def sort_priority(self) -> int: ...
    @property
    def adjustment_factor(self) -> float | None:
        """Reduction factor, percent."""
    @property
    def removal_date(self) -> int | None: ...
    @property
    def bsp(self) -> float | None:
        """Starting price once reconciled; may be nan."""

@final
class MarketDefinition:
    """What the exchange says a market is. The same object is given until the definition changes."""

    @property
    def status(self) -> str:
        """INACTIVE, OPEN, SUSPENDED or CLOSED."""
    @property
    def in_play(self) -> bool: ...
    @property
    def bet_delay(self) -> int:
        """Seconds a bet waits in play."""
    @property
    def version(self) -> int: ...
    @property
    def market_type(self) -> str:
        """WIN, PLACE, MATCH_ODDS, …"""
    @property
    def betting_type(self) -> str: ...
    @property
    def number_of_winners(self) -> int: ...
    @property
    def number_of_active_runners(self) -> int: ...
    @property
    def market_time(self) -> int | None:
        """Scheduled start."""
    @property
    def settled_time(self) -> int | None: ...
    @property
    def event_id(self) -> str: ...
    @property
    def event_type_id(self) -> str: ...
    @property
    def event_name(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def venue(self) -> str: ...
    @property
    def country_code(self) -> str: ...
    @property
    def complete(self) -> bool: ...
    @property
    def bsp_reconciled(self) -> bool: ...
    @property
    def each_way_divisor(self) -> float | None: ...
    @property
    def market_base_rate(self) -> float | None:
        """Commission, percent."""
    @property
    def runners(self) -> tuple[Runner, ...]:
        """In the feed's order."""

@final
class Top:
    """Best prices of a market, one tuple a column, runners in order of (id, handicap); None where there is none.

    The best price is that of the full ladder (atb, atl); where the stream has no full ladders, of the best offers
    (batb, batl), else of the best offers with virtual bets (bdatb, bdatl).
    """

    @property
    def publish_time(self) -> int: ...
    @property
    def market_tv(self) -> float | None: ...
    @property
    def ids(self) -> tuple[int, ...]:
        """The same object is given until the runners change."""
    @property
    def handicaps(self) -> tuple[float, ...]: ...
    @property
    def back(self) -> tuple[float | None, ...]: ...
    @property
    def lay(self) -> tuple[float | None, ...]: ...
    @property
    def ltp(self) -> tuple[float | None, ...]:
        """Last price traded."""
    @property
    def tv(self) -> tuple[float | None, ...]:
        """Traded volume."""

@final
class Problem:
    """What was wrong with a line, or with a frame or message where there are no lines. `offset` is that of the message's first byte in all bytes given."""

    @property
    def line(self) -> int:
        """Counted from 1, blank lines included; of frames, the frame's number."""
    @property
    def offset(self) -> int: ...
    @property
    def at(self) -> int:
        """Byte of the message where it was seen."""
    @property
    def reason(self) -> str: ...

@final
class Books:
    """The market books of one Betfair stream, live or recorded.

    A line is applied whole or not at all: one that is cut off, malformed or of wrong types leaves the books as they
    were and is listed in `errors()`, and the lines around it count. Unknown keys are ignored. Order, race and
    cricket messages are passed over.

    `strict`: keys the specification does not name are errors, and a call that met errors raises ValueError after
    applying all its sound lines. `max_line`: longest line taken, bytes (8 MiB). `max_problems`: how many errors are
    kept in full (100). `max_markets`: most markets held (50,000). `checksum`: keep `top_checksum`, at a cost.
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_line: int | None = None,
        max_problems: int | None = None,
        max_markets: int | None = None,
        checksum: bool = False,
    ) -> Books: ...
    def apply(self, data: bytes) -> int:
        """Take bytes in any chunking, line ends needed or not; answers how many market updates they completed."""
    def finish(self) -> None:
        """No more bytes will come: an unfinished last line becomes an error."""
    def touched(self) -> tuple[str, ...]:
        """Ids of the markets changed or dropped since the last call, which clears them."""
    def market_ids(self) -> tuple[str, ...]:
        """All markets held, in the order first seen."""
    def definition(self, market_id: str) -> MarketDefinition | None:
        """The last definition; None if the market is unknown or was never defined."""
    def top(self, market_id: str) -> Top | None:
        """Best prices now; None if the market is unknown."""
    def publish_time(self, market_id: str) -> int | None:
        """When the market's last change was published."""
    def snapshot(self) -> Snapshot:
        """Everything held, as plain dicts; NaN and infinity as text."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def lines(self) -> int:
        """Messages seen (lines that are not blank), broken ones included."""
    @property
    def updates(self) -> int:
        """Market updates applied."""
    @property
    def passed_over(self) -> int:
        """Sound messages that are not about market books."""
    @property
    def clk(self) -> str | None:
        """Last `clk`, to resubscribe with."""
    @property
    def initial_clk(self) -> str | None:
        """Last `initialClk`, to resubscribe with."""
    @property
    def late(self) -> bool:
        """The exchange says its data is late (status 503)."""
    @property
    def image_complete(self) -> bool:
        """False while an image in segments is not yet whole."""
    @property
    def top_checksum(self) -> int:
        """Sum over every update and every runner of its market of best back and lay of the full ladders, each in
        hundredths; 0 without `checksum`."""

def publish_time(line: bytes) -> int | None:
    """When a line was published, without applying it; None if it does not say."""

@final
class KalshiBooks:
    """The books of one Kalshi connection, from frames of its channel `orderbook_delta`.

    Prices are integers in 1/10,000 dollars, sizes integers in hundredths of a contract. Both sides of a book are
    bids: one for NO at p is an offer of YES at 10,000 - p. A frame is applied whole or not at all.

    A change is signed, so a missing frame makes every book of its subscription (`sid`) stale: changes to such a book
    are ignored until its next snapshot. A repeated change is ignored; a repeated or earlier snapshot is taken, as
    from a new subscription.

    `strict`: a frame with an error raises ValueError. `max_frame`: longest frame taken, bytes (8 MiB).
    `max_problems`: how many errors are kept in full (100). `max_books`: most books held (50,000).
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_frame: int | None = None,
        max_problems: int | None = None,
        max_books: int | None = None,
    ) -> KalshiBooks: ...
    def apply(self, frame: bytes) -> int:
        """Take one frame; answers how many books it changed."""
    def tickers(self) -> tuple[str, ...]:
        """Markets with a book, in the order first seen."""
    def stale(self) -> tuple[str, ...]:
        """Markets whose book must not be used before its next snapshot."""
    def book(self, ticker: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids for YES and for NO as (price, size), the best first; None if the market is unknown."""
    def top(self, ticker: str) -> tuple[int | None, int | None] | None:
        """Best bids for YES and for NO; None if the market is unknown."""
    def snapshot(self) -> KalshiSnapshot:
        """Everything held, as plain dicts."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def frames(self) -> int:
        """Frames seen, broken ones included."""
    @property
    def updates(self) -> int:
        """Snapshots and changes applied."""
    @property
    def passed_over(self) -> int:
        """Sound frames that are not about books."""
    @property
    def ignored(self) -> int:
        """Changes not applied: repeated, or to a book that is stale or has no snapshot."""
    @property
    def gap_count(self) -> int:
        """Gaps in `seq`; the snapshot lists the first 10,000."""

@final
class PolymarketBooks:
    """The books of one Polymarket connection, from frames of the CLOB's market channel.

    Prices and sizes are exact, of at most 6 decimals: decimal text in the snapshot, integers in millionths elsewhere.
    A frame, an event or a list of events, is applied whole or not at all. Frames have no sequence numbers: where the
    feed names other best prices than the book has, the book is suspect until it is sent whole again.
    Options are as of `KalshiBooks`.
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_frame: int | None = None,
        max_problems: int | None = None,
        max_books: int | None = None,
    ) -> PolymarketBooks: ...
    def apply(self, frame: bytes) -> int:
        """Take one frame; answers how many updates of books it held. The answer to a ping may be given too."""
    def asset_ids(self) -> tuple[str, ...]:
        """Assets known, in the order first seen."""
    def suspect(self) -> tuple[str, ...]:
        """Assets whose book is to be fetched anew: its best prices were not those the feed named."""
    def top(self, asset_id: str) -> tuple[int | None, int | None] | None:
        """Best bid and best ask in millionths; None if the asset is unknown."""
    def snapshot(self) -> dict[str, PolymarketBook]:
        """Everything held, as plain dicts by asset."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def frames(self) -> int:
        """Frames seen, broken ones included."""
    @property
    def updates(self) -> int:
        """Books replaced, price changes, tick sizes and trades applied."""
    @property
    def passed_over(self) -> int:
        """Sound events that change no book, empty frames, and answers to a ping."""
    @property
    def mismatches(self) -> int:
        """How often the best prices named by the feed were not the book's."""

@final
class UofState:
    """State of every event of one Sportradar or Oddin feed, from messages in the order they arrive.

    A message is applied whole or not at all; unknown attributes and elements are ignored, a document type is refused.
    Odds are decimal, times milliseconds since the epoch as in the feed. An odds change older than the last of its
    event and producer is dropped, unless it answers a recovery request.

    `descriptions`: the document of market descriptions, by which a bet stop finds the markets of its groups; without
    it only one of all groups does. ValueError if it cannot be read. `strict`: a message with an error raises
    ValueError. `max_message`: longest message taken, bytes (8 MiB). `max_problems`: how many errors are kept in full
    (100). `max_events`, `max_lines`: most events held (100,000), and market lines in all (4,000,000).
    """

    def __new__(
        cls,
        descriptions: bytes | None = None,
        *,
        strict: bool = False,
        max_message: int | None = None,
        max_problems: int | None = None,
        max_events: int | None = None,
        max_lines: int | None = None,
    ) -> UofState: ...
    def apply(self, routing_key: str, xml: bytes) -> bool:
        """Take one message; answers whether an event took it. An empty key is not looked at; one that is none, or is
        of another event, is an error, but the message counts."""
    def event_ids(self) -> tuple[str, ...]:
        """URNs of the events held, sorted."""
    def event(self, event_id: str) -> UofEvent | None:
        """An event as in the snapshot; None if it is unknown."""
    def forget(self, event_id: str) -> bool:
        """Drop an event; answers whether it was known."""
    def snapshot(self) -> dict[str, UofEvent]:
        """Everything held, as plain dicts by event."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def messages(self) -> int:
        """Messages seen, broken ones included."""
    @property
    def passed_over(self) -> int:
        """Sound messages that change no event: alive, fixture_change, …"""
    @property
    def late(self) -> int:
        """Odds changes dropped as older than one that was taken."""

@final
class UofDescriptions:
    """What markets and outcomes are called, from documents of the API (market or variant descriptions; ValueError if
    one cannot be read). Ordinals are English. Asking for a name is ValueError where its description, a specifier, a
    team's name or a profile is missing. `profiles`: names of players and competitors by URN."""

    def __new__(cls, document: bytes) -> UofDescriptions: ...
    def add(self, document: bytes) -> None:
        """Take a further document, which replaces what is known of its markets and variants."""
    def market_name(
        self,
        market_id: int,
        specifiers: str = "",
        *,
        competitor1: str | None = None,
        competitor2: str | None = None,
        event: str | None = None,
        profiles: dict[str, str] | None = None,
    ) -> str:
        """Name of a market line."""
    def outcome_name(
        self,
        market_id: int,
        outcome_id: str,
        specifiers: str = "",
        *,
        competitor1: str | None = None,
        competitor2: str | None = None,
        event: str | None = None,
        profiles: dict[str, str] | None = None,
    ) -> str:
        """Name of an outcome of a market line."""
