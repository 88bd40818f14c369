"""Betfair's streams into market books.

Times are integers in nanoseconds since the epoch. Prices are decimal odds, sizes and volumes are GBP, both floats:
each is the nearest float to the feed's decimal.
"""

from collections.abc import Iterator
from typing import final, overload

import numpy as np
from numpy.typing import NDArray

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import Snapshot

__all__ = [
    "Books",
    "Ladder",
    "Market",
    "MarketDefinition",
    "Rows",
    "Runner",
    "RunnerView",
    "Top",
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
    def in_play(self) -> bool:
        """False also where the feed does not say; a snapshot has None there."""
    @property
    def bet_delay(self) -> int:
        """Seconds a bet waits in play."""
    @property
    def version(self) -> int:
        """0 where the feed does not say; a snapshot has None there."""
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
class Ladder:
    """Levels of one side of a runner's book as (price, size), the best first: a sequence over the core's own memory.

    `atb` and `spb` fall, `atl`, `trd` and `spl` rise; best offers (`batb`, …) are by position. Prices are decimal odds,
    sizes GBP.
    """

    @property
    def prices(self) -> NDArray[np.float64]: ...
    @property
    def sizes(self) -> NDArray[np.float64]: ...
    def to_numpy(self) -> NDArray[np.float64]:
        """Shape (levels, 2): price and size."""
    def __iter__(self) -> Iterator[tuple[float, float]]: ...
    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, at: int, /) -> tuple[float, float]: ...
    @overload
    def __getitem__(self, at: slice, /) -> tuple[tuple[float, float], ...]: ...

@final
class RunnerView:
    """A runner's book at one moment. Ladders are made when they are asked for."""

    @property
    def id(self) -> int: ...
    @property
    def hc(self) -> float: ...
    @property
    def status(self) -> str | None: ...
    @property
    def ltp(self) -> float | None:
        """Last price traded."""
    @property
    def tv(self) -> float | None:
        """Traded volume, GBP."""
    @property
    def spn(self) -> float | None:
        """Near starting price; may be nan or inf."""
    @property
    def spf(self) -> float | None:
        """Far starting price; may be nan or inf."""
    @property
    def bsp(self) -> float | None:
        """Starting price once reconciled; may be nan."""
    @property
    def atb(self) -> Ladder:
        """All offers to back at."""
    @property
    def atl(self) -> Ladder:
        """All offers to lay at."""
    @property
    def trd(self) -> Ladder:
        """Volume traded by price."""
    @property
    def spb(self) -> Ladder:
        """Starting price bets to back."""
    @property
    def spl(self) -> Ladder:
        """Starting price bets to lay."""
    @property
    def batb(self) -> Ladder:
        """Best offers to back at."""
    @property
    def batl(self) -> Ladder:
        """Best offers to lay at."""
    @property
    def bdatb(self) -> Ladder:
        """Best offers to back at, with virtual bets."""
    @property
    def bdatl(self) -> Ladder:
        """Best offers to lay at, with virtual bets."""

@final
class Market:
    """A market's book at one moment: a sequence of its runners in order of (id, handicap).

    It stays as it was while the books go on, and costs a pointer a runner: a runner is copied only when it changes
    while somebody holds a view of it.
    """

    @property
    def id(self) -> str: ...
    @property
    def publish_time(self) -> int: ...
    @property
    def tv(self) -> float | None:
        """Traded volume of the market, GBP."""
    @property
    def generation(self) -> int:
        """Rises by one for every runner added, and by one more for an image, which drops all before it adds."""
    def runner(self, runner_id: int, handicap: float = 0.0) -> RunnerView | None:
        """A runner by id and handicap; None if the market has none such."""
    def __iter__(self) -> Iterator[RunnerView]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, at: int, /) -> RunnerView: ...

@final
class Rows:
    """Best prices after every update, a numpy array a column; what is not known is nan."""

    @property
    def market_ids(self) -> tuple[str, ...]: ...
    @property
    def publish_time(self) -> NDArray[np.int64]: ...
    @property
    def market(self) -> NDArray[np.uint32]:
        """Place in `market_ids`."""
    @property
    def runner(self) -> NDArray[np.int64]: ...
    @property
    def handicap(self) -> NDArray[np.float64]: ...
    @property
    def back(self) -> NDArray[np.float64]: ...
    @property
    def back_size(self) -> NDArray[np.float64]: ...
    @property
    def lay(self) -> NDArray[np.float64]: ...
    @property
    def lay_size(self) -> NDArray[np.float64]: ...
    @property
    def ltp(self) -> NDArray[np.float64]: ...
    @property
    def tv(self) -> NDArray[np.float64]: ...
    def __len__(self) -> int: ...

@final
class Books:
    """The market books of one Betfair stream, live or recorded.

    A line is applied whole or not at all: one that is cut off, malformed or of wrong types leaves the books as they
    were and is listed in `errors()`, and the lines around it count. Unknown keys are ignored. Order messages are
    passed over (`Orders` reads them), race and cricket messages too unless they are to be passed on.

    `strict`: keys the specification does not name are errors, and a call that met errors raises ValueError after
    applying all its sound lines. `max_line`: longest line taken, bytes (8 MiB). `max_problems`: how many errors are
    kept in full (100). `max_markets`: most markets held (50,000); to make room those closed longest go.
    `evict_closed_after`: drop markets closed for so many seconds of the feed's own time (never). `subscription`: take
    changes of this subscription only. `pass_on`: keep race and cricket messages for `passed_on()`. `checksum`: keep
    `top_checksum`, at a cost.
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_line: int | None = None,
        max_problems: int | None = None,
        max_markets: int | None = None,
        checksum: bool = False,
        evict_closed_after: int | None = None,
        subscription: int | None = None,
        pass_on: bool = False,
    ) -> Books: ...
    def apply(self, data: bytes) -> int:
        """Take bytes in any chunking, line ends needed or not; answers how many market updates they completed."""
    def record(self, rows: int, every_runner: bool, cumulative_tv: bool = False) -> None:
        """From now on write a row for every runner of a market after each update of it, or for the changed ones only;
        `cumulative_tv`: volume is the sum of what was traded at each price, where that is known."""
    def take(self, data: bytes) -> int:
        """As `apply`, but stops after the line with which `rows` are reached; answers how many bytes it took."""
    def rows(self) -> Rows | None:
        """The rows since the last call, if there are any."""
    def market(self, market_id: str) -> Market | None:
        """The market's book as it is now; None if the market is unknown."""
    def definition_json(self, market_id: str) -> bytes | None:
        """The last definition as it stood in the feed, with every field it had."""
    def passed_on(self) -> list[tuple[str, bytes]]:
        """Race and cricket messages since the last call as (op, JSON); of more than 16 MiB not taken, those that came
        last are errors."""
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
    def counts(self) -> dict[str, int]:
        """Sound messages by `op`: mcm, ocm, rcm, ccm, connection, status, heartbeat."""
    @property
    def subscription(self) -> int | None:
        """The subscription whose changes are taken; None takes all. To be set anew with every subscription."""
    @subscription.setter
    def subscription(self, subscription: int | None) -> None: ...
    @property
    def other_subscriptions(self) -> int:
        """Messages left out as of another subscription."""
    @property
    def evicted(self) -> int:
        """Closed markets dropped for their age or to make room."""
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
