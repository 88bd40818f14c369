"""Betfair's streams into market books.

Times are integers in nanoseconds since the epoch. Prices are decimal odds, sizes and volumes are GBP, both floats:
each is the nearest float to the feed's decimal.
"""

from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import Snapshot

__all__ = ["Books", "MarketDefinition", "Runner", "Top", "publish_time"]

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
