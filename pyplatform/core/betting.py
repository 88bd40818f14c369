"""Settlement of bets, exact to the minor unit.

>>> from pyplatform.core import betting
>>> legs = [betting.Leg("2.5", "WON"), betting.Leg("10/11", "WON"), betting.Leg("-110", "VOID")]
>>> betting.settle(betting.Bet("PATENT", legs, unit_stake_minor=100)).returns_minor
1936
>>> betting.settle_single(5_000, 25_000, "won", tied=2).returns_minor  # £50 at 2.5, dead heat of two
6250
"""

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from pyplatform._core.betting import (
    RESULTS,
    BetSettlement,
    CashOut,
    Progress,
    Relation,
    SettledColumns,
    SingleSettlement,
    cash_out,
    handicap_result,
    line_count,
    lines,
    progress,
    related,
    resettle,
    rule4_pence,
    settle,
    settle_batch,
    settle_columns,
    settle_single,
)
from pyplatform._core.betting import each_way_terms as _each_way_terms
from pyplatform._core.odds import Price

__all__ = [
    "RESULTS",
    "Bet",
    "BetSettlement",
    "Bonus",
    "CashOut",
    "EachWay",
    "Leg",
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

Number = str | int | float
if TYPE_CHECKING:
    AnyPrice = Number | Decimal | Fraction | Price
else:  # structs are also read from JSON, which has no exact prices
    AnyPrice = Number
Result = Literal[
    "WON",
    "LOST",
    "VOID",
    "PUSH",
    "NON_RUNNER",
    "ABANDONED",
    "PLACED",
    "HALF_WON",
    "HALF_LOST",
    "EARLY_WON",
    "RESULT0",
    "OPEN",
]


class EachWay(Struct, frozen=True):
    """Each-way terms as they were offered: the place part pays `fraction` of the winnings for the first `places`."""

    fraction: Number
    places: int


class Bonus(Struct, frozen=True, kw_only=True):
    """Bonuses on the win part, all withheld if a leg is void; a push does not withhold them.

    `one_winner_odds_x` multiplies the winnings of the only winner's single when every other leg lost;
    `all_winners_pct` is a percentage of the `returns` or the `profit` when every leg won; `acca_boost_pct` one of
    the profit. `per_line` are pairs (legs, percentage): a line of at least so many legs that all won earns it, of the
    `returns` or the `profit`; a void leg withholds it from its own lines only.
    """

    one_winner_odds_x: Number | None = None
    all_winners_pct: Number | None = None
    on: Literal["returns", "profit"] | None = None
    acca_boost_pct: Number | None = None
    per_line: list[tuple[int, Number]] | None = None


class Leg(Struct, frozen=True):
    """A leg and what became of it.

    `price` is text: decimal (`"3.50"`), fractional (`"5/2"`, `"evens"`) or American (`"+250"`), a decimal number, or an
    exact `odds.Price`; a `price_type` SP takes `sp`, and `bog` the better of both, which a leg that wins needs, after
    `rule4` and `rule4_sp` (pence a pound; before them with `compare_before_deduction`).
    A dead heat is `tied` runners at `position` (1 if nothing is said) in a market that pays `places_market` places,
    or the feed's `dead_heat_factor`; a feed's half-won is WON with a `void_factor` of 0.5, half-lost RESULT0 with it.
    Early payout is EARLY_WON. An OPEN leg carries `current` or the probability `p` (and `place_p`) for a cash-out.
    `max_payout_minor` is the cap of the leg's sport or competition: the lowest of all legs bounds the bet's return.
    `event_id`, `market_id` and `selection_id` tell `related` legs apart, as do facts: a leg `causes` what other legs
    are `consequences` of.
    """

    price: AnyPrice | None
    result: Result
    price_type: Literal["FIXED", "SP"] | None = None
    sp: AnyPrice | None = None
    bog: bool = False
    compare_before_deduction: bool = False
    rule4: int | list[int] | None = None
    rule4_sp: int | list[int] | None = None
    waive_5p: bool = False
    tied: int | None = None
    position: int | None = None
    places_market: int | None = None
    void_factor: Number | None = None
    dead_heat_factor: Number | None = None
    ew: EachWay | None = None
    current: AnyPrice | None = None
    p: Number | None = None
    place_p: Number | None = None
    suspended: bool = False
    max_payout_minor: int | None = None
    event_id: str | None = None
    market_id: str | None = None
    selection_id: str | int | None = None
    market_winners: int | None = None
    causes: list[str] | None = None
    consequences: list[str] | None = None


class Bet(Struct, frozen=True):
    """A bet: `type`, legs, and the stake of a line (of each part, if each-way) or of the whole bet, minor units.

    Types: SINGLE DOUBLE TREBLE FOURFOLD … EIGHTFOLD, ACCA; TRIXIE YANKEE CANADIAN (SUPER_YANKEE) HEINZ SUPER_HEINZ
    GOLIATH, with singles PATENT LUCKY15 LUCKY31 LUCKY63 LUCKY127 LUCKY255; SYSTEM with its `sizes`; SSA DSA
    ROUND_ROBIN FLAG SUPER_FLAG; UNION_JACK (rows of three by three) and ALPHABET. `bankers` are legs, counted from
    0, that are in every line; the type's sizes apply to the rest. `win_only` says what the place part of an each-way
    bet is in a race with win-only terms: a second win part, or void; in an `equally_divided` bet half of what a leg
    returns goes on each part of the next. `day_cap_minor` is the most the customer is paid on the day, of which
    `paid_today_minor` went to other bets. The return is rounded once, to a multiple of
    `rounding_unit_minor`. `cashed_out` is the share that partial cash-outs have ended.
    """

    type: str
    legs: list[Leg]
    unit_stake_minor: int | None = None
    total_stake_minor: int | None = None
    sizes: list[int] | None = None
    bankers: list[int] | None = None
    each_way: bool = False
    each_way_style: Literal["win_to_win", "equally_divided"] = "win_to_win"
    win_only: Literal["place_as_win", "void_place"] = "place_as_win"
    stake_kind: Literal["CASH", "FREE_SNR"] = "CASH"
    bonus: Bonus | None = None
    max_payout_minor: int | None = None
    max_line_payout_minor: int | None = None
    day_cap_minor: int | None = None
    paid_today_minor: int = 0
    rounding: Literal["HALF_UP", "HALF_EVEN", "DOWN"] = "HALF_UP"
    rounding_unit_minor: int = 1
    cashed_out: Number | None = None


def each_way_terms(runners: int, handicap: bool = False) -> EachWay:
    """The UK standard each-way terms by actual runners; 2 to 4 runners are win only, whose place part is a win part.

    Raises ValueError: fewer than two runners.
    """
    places, (numerator, denominator) = _each_way_terms(runners, handicap)
    return EachWay(f"{numerator}/{denominator}", places)
