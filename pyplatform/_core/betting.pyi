"""`rust_core/betting` for Python: settlement exact to the minor unit.

Money is in integer minor units. A bet is a dict in the shape of the golden files, or a struct of
`pyplatform.core.betting`, whose fields are the same. Every impossible question raises `ValueError` that names the
field and the rule.
"""

from collections.abc import Sequence
from typing import Any, Final, Literal, final

import numpy as np
from msgspec import Struct
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "RESULTS",
    "BetSettlement",
    "CashOut",
    "Progress",
    "Relation",
    "SettledColumns",
    "SingleSettlement",
    "cash_out",
    "each_way_terms",
    "handicap_result",
    "line_count",
    "lines",
    "progress",
    "related",
    "resettle",
    "rule4_pence",
    "settle",
    "settle_batch",
    "settle_columns",
    "settle_single",
]

@final
class SingleSettlement:
    """What a single returns."""

    @property
    def returns_minor(self) -> int:
        """Gross return, stake included, rounded once; in the scale of the stake."""
    @property
    def total_stake_minor(self) -> int:
        """The stake."""
    @property
    def exact_returns(self) -> tuple[int, int]:
        """The return before rounding as (numerator, denominator) in lowest terms."""

def settle_single(
    stake_minor: int,
    price_e4: int,
    result: Literal["won", "lost"],
    void_halves: int = 0,
    places: int = 1,
    tied: int = 1,
    rounding: Literal["half_up", "down", "half_even"] = "half_up",
    unit: int = 1,
) -> SingleSettlement:
    """Settle a single: returns `stake·m`, rounded once, with `m = (1−v)·result·d·P + v`.

    - `v = void_halves/2`: 0 nothing void; 1 half (half-won or half-lost); 2 all (void, push, non-runner: m = 1);
    - `d = min(1, places/tied)`: a dead heat of `tied` runners for the `places` left from their position on; the
      stake is divided, the price paid in full;
    - `unit`: the rounding unit in the scale of the stake. 1 when the stake is in minor units; the amount of one
      minor unit when it is finer (10000 for EUR at six decimals).

    Raises ValueError: a stake that is not positive and a whole multiple of the unit, a price of 1 or less, void
    halves other than 0, 1, 2, a dead heat without places or runners, numbers too large for exact arithmetic, an
    unknown result or rounding mode.
    """

@final
class BetSettlement:
    """What a bet returns."""

    @property
    def returns_minor(self) -> int:
        """Gross return in minor units, stake included unless the bet was free; rounded once, then capped."""
    @property
    def lines(self) -> int:
        """Lines of the bet; an each-way bet has as many place lines as win lines."""
    @property
    def total_stake_minor(self) -> int:
        """The stake of all lines, minor units."""
    @property
    def exact_returns(self) -> tuple[int, int]:
        """The return before rounding and cap as (numerator, denominator) in lowest terms, minor units."""

@final
class Progress:
    """How far a running bet is."""

    @property
    def lines(self) -> int:
        """Lines of the bet."""
    @property
    def open_lines(self) -> int:
        """Lines that are neither lost nor fully resulted."""
    @property
    def settleable(self) -> bool:
        """Whether no line is open: `settle` gives the final answer, whatever the open legs do."""
    @property
    def secured_minor(self) -> int:
        """The return if every open leg lost, minor units: what no later result can take away."""

@final
class Relation:
    """Two legs of a bet that meet in a line and change each other's chances."""

    @property
    def first(self) -> int:
        """The earlier leg, counted from 0."""
    @property
    def second(self) -> int:
        """The later leg."""
    @property
    def reason(self) -> Literal["same_selection", "exclusive", "same_event", "cause_and_consequence"]:
        """Why, the strongest reason only."""

@final
class CashOut:
    """A cash-out offer."""

    @property
    def available(self) -> bool:
        """Whether there is an offer; none while an open leg is suspended."""
    @property
    def value_minor(self) -> int | None:
        """What is paid now, minor units, rounded down."""
    @property
    def remaining_unit_stake(self) -> tuple[int, int]:
        """The stake of a line that runs on, as a fraction (numerator, denominator) of minor units."""

def settle(bet: dict[str, Any] | Struct, /) -> BetSettlement:
    """Settle a bet: `R = Σ_lines unit·Π m`, bonuses, one rounding of the exact total, the cap.

    The multiplier of a leg is `m = w·E + v` with win share w, void share v and `E = 1 + (P − 1)·fraction·(1 − r)`;
    the fraction is that of the each-way terms in place lines and 1 in win lines, r the rule 4 deduction. A pure
    function: the same bet and results give the same answer on every replay.

    Raises ValueError: an unknown field, type or word; a price of 1 or less; a stake that is missing or 0; another
    number of legs than the type has; an each-way leg without terms; results that contradict each other; a leg that is
    OPEN while a line that is not lost depends on it; legs in a line that are `related`; a return beyond 128 bits
    without a cap.
    """

def settle_batch(bets: Sequence[dict[str, Any] | Struct], /) -> list[BetSettlement]:
    """`settle` for many bets; the arithmetic runs without the interpreter lock.

    Raises ValueError as `settle`, naming the bet by its place in the list.
    """

RESULTS: Final[tuple[str, ...]]
"""The words for results; `settle_columns` takes their places in here."""

@final
class SettledColumns:
    """What many bets return, as arrays of one value a bet."""

    returns_minor: Final[NDArray[np.int64]]
    """Gross returns, minor units, each rounded once."""
    lines: Final[NDArray[np.int64]]
    """Lines; an each-way bet has as many place lines as win lines."""
    total_stake_minor: Final[NDArray[np.int64]]
    """The stakes of all lines, minor units."""

def settle_columns(
    kinds: Sequence[str | tuple[str, Sequence[int]] | tuple[str, Sequence[int], Sequence[int]]],
    kind: ArrayLike,
    offsets: ArrayLike,
    price: ArrayLike,
    result: ArrayLike,
    unit_stake_minor: ArrayLike,
    *,
    price_below: ArrayLike | None = None,
    each_way: ArrayLike | None = None,
    places: ArrayLike | None = None,
    fraction_above: ArrayLike | None = None,
    fraction_below: ArrayLike | None = None,
    rule4: ArrayLike | None = None,
    tied: ArrayLike | None = None,
    position: ArrayLike | None = None,
    void_halves: ArrayLike | None = None,
    rounding: Literal["HALF_UP", "HALF_EVEN", "DOWN"] = "HALF_UP",
    rounding_unit_minor: int = 1,
    max_payout_minor: int | None = None,
) -> SettledColumns:
    """`settle` for mixed bets in columns of whole numbers; other threads run while a big one is worked on.

    A bet a value: `kind`, its type's place in `kinds` (a type by name, a SYSTEM with its sizes, either with its
    bankers), `unit_stake_minor`, `each_way`. Bet i has the legs from `offsets[i]` to `offsets[i + 1]`, the first offset
    0, the last the number of legs. A leg a value: `price` over `price_below` (ten thousand unless given: 2.50 is
    25000), `result` as a place in `RESULTS`, `places` and `fraction_above/fraction_below` of each-way terms (places 0:
    none), `rule4` pence, `tied`, `position` (0: not said), `void_halves`. Legs of a line must be of different events:
    events are not looked at here.

    Raises ValueError: columns of other lengths, a column that is not of whole numbers from 0 on, and what `settle`
    raises for the first bet that has no answer, with its place ("bet 17: leg 2: …").
    """

def resettle(bet: dict[str, Any] | Struct, /, paid_minor: int) -> tuple[BetSettlement, int]:
    """Settle again after a correction: the new settlement, and what is still to pay (negative: to take back).

    `paid_minor` is what all revisions so far have paid together, minor units. Raises ValueError as `settle`.
    """

def progress(bet: dict[str, Any] | Struct, /) -> Progress:
    """How far a bet is while its legs arrive line by line.

    A line is lost with its first lost leg. Raises ValueError as `settle`, but for open legs.
    """

def related(bet: dict[str, Any] | Struct, /) -> list[Relation]:
    """Every pair of legs that must not be multiplied, though a line of the bet contains both.

    In the order of the reasons: the same `selection_id` of the same `market_id`; two selections of a market that has
    one winner (`market_winners`); the same `event_id` or market; a fact in the `causes` of one leg that is among the
    `consequences` of the other ("A wins the semi-final", "A wins the cup"). Raises ValueError: an unknown field, type
    or word.
    """

def cash_out(
    bet: dict[str, Any] | Struct, /, margin: str | float, fraction: str | float | None = None
) -> CashOut:
    """`V = ⌊min((1 − margin)·Σ_lines unit·Π_settled m·Π_open P·p, potential)·fraction⌋`, minor units.

    p is `leg.p`, or `1/leg.current`; the place part of an each-way bet takes `leg.place_p`, or the current price at
    the leg's terms. A line of a free bet is worth `unit·Πp·max(ΠP − 1, 0)`. Open legs must be of different events.
    Margin, fraction and probabilities are between 0 and 1, as text (`"0.05"`, `"1/2"`) or numbers; floats are
    taken to 12 decimals.

    Raises ValueError: no leg open, an open leg without p and current, a free bet up and down, and as `settle`.
    """

def line_count(
    kind: str, n: int | None = None, sizes: list[int] | None = None, bankers: list[int] | None = None
) -> int:
    """Lines of the bet type `kind`: a sum of binomials for the types that are every k of n legs.

    `n` legs may be left out where the type says them; `sizes` are the k of a SYSTEM. Raises ValueError: an unknown
    type, another number of legs than the type has, sizes or bankers that do not fit.
    """

def lines(
    kind: str, n: int | None = None, sizes: list[int] | None = None, bankers: list[int] | None = None
) -> list[tuple[int, ...]]:
    """The lines of the bet type `kind`, each as its legs counted from 0; without the pairs of bets up and down.

    Raises ValueError as `line_count`, and for more than a million lines.
    """

def rule4_pence(withdrawn_price: str | float, bands: list[tuple[str, int]] | None = None) -> int:
    """Rule 4 deduction for a withdrawal, pence a pound of winnings; several add up to at most 90.

    `bands` are (longest fractional price, pence) from short to long, upper bounds inclusive; Tattersalls 4(c) if
    nothing is said. Raises ValueError: a price that cannot be read or is 1 or less.
    """

def each_way_terms(runners: int, handicap: bool = False) -> tuple[int, tuple[int, int]]:
    """The UK standard each-way terms by actual runners, as (places, fraction).

    Raises ValueError: fewer than two runners.
    """

def handicap_result(lead: int, line: float) -> Literal["WON", "HALF_WON", "PUSH", "HALF_LOST", "LOST"]:
    """The result of an Asian handicap: `x = 4·(lead + line)`; from 2 WON, 1 HALF_WON, 0 PUSH, −1 HALF_LOST, else LOST.

    `lead` is the selection's lead in goals, `line` its handicap in goals. Over a total: `lead` the goals scored and
    the line turned negative; under it: both turned. Raises ValueError: a line that is no multiple of a quarter.
    """
