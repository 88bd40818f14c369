"""`rust_core/betting`'s trading desk: liability and stake limits.

Money is in whole numbers of one unit that the caller chooses: minor units, or a currency's finest. Limits are compared
exactly; what may be staked is rounded down, what is promised up. Prices are decimal (`"3.50"`), fractional (`"5/2"`),
American (`"+250"`) or `odds.Price`. Every impossible question raises `ValueError` that names the field and the rule.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal, final

from msgspec import Struct

from pyplatform._core.odds import Price

__all__ = [
    "Apportionment",
    "Book",
    "Limits",
    "MaxStake",
    "Payoff",
    "Position",
    "apportion",
    "max_stake",
    "max_stake_multiple",
    "max_stakes",
    "parlay_limit",
]

_Number = str | int | float | Decimal
_Price = _Number | Price
_Result = Literal["WON", "LOST", "VOID", "PUSH", "NON_RUNNER", "ABANDONED", "PLACED", "HALF_WON", "HALF_LOST"]
_Limit = Literal["market", "bet_liability", "selection_liability", "stake", "payout", "day_payout"]
_State = Literal["OPEN", "WON", "VOID", "LOST"]

@final
class Payoff:
    """A bet as payoffs over the outcomes of a book, in their order: any market becomes such a vector.

    `returns` is what comes back in each outcome, stake included. `Book.payoff` makes them from prices. Raises
    ValueError: a stake of 0, an amount that is negative or beyond 96 bits, no outcome.
    """

    def __new__(cls, stake: int, returns: Sequence[int]) -> Payoff: ...
    @staticmethod
    def single(stake: int, returns: int, outcome: int, outcomes: int) -> Payoff:
        """A bet on one outcome, by its number, of so many: what it returns there, and nothing in the others.

        Raises ValueError: as above, and an outcome that is not one of them.
        """
    @staticmethod
    def unstaked(returns: int, outcome: int, outcomes: int, *, winners: int | None = None) -> Payoff:
        """What is paid without a stake, a free bet's winnings say, on an outcome that wins or is among so many `winners`.

        Raises ValueError: returns of 0 or beyond 96 bits, an outcome that is not one of them, no winners.
        """
    @property
    def stake(self) -> int:
        """The stake of all parts."""

@final
class Position:
    """What the house wins (above 0) or loses in each outcome: `P&L_j = Σ stakes − Σ returns in j`.

    Place parts count as if, beside the winner j, those other runners were placed that cost most; where bets of
    different numbers of places meet, that is an upper bound of the loss.
    """

    @property
    def pnl(self) -> tuple[int, ...]:
        """In the order of the outcomes; of a book of scores, home goals first: `size` rows of `size`."""
    @property
    def pnl_by_outcome(self) -> dict[str, int]:
        """The same by the outcomes' names."""
    @property
    def worst(self) -> int:
        """What the worst outcome brings."""
    @property
    def worst_outcome(self) -> str:
        """The worst outcome, the first of them."""
    @property
    def best(self) -> int:
        """What the best outcome brings."""
    @property
    def exposure(self) -> int:
        """`−min_j P&L_j`: what may be lost; below 0 if every outcome brings a profit."""
    @property
    def stakes(self) -> int:
        """Stakes of the bets that stand, without reservations."""
    @property
    def bets(self) -> int:
        """Bets that stand, without reservations."""

@final
class Book:
    """The owner's book of an event, pre-match and in-play bets apart.

    `Book(["home", "draw", "away"])` is over named outcomes of which exactly one happens; `Book.scores()` is over the
    final scores of a match, so that bets of every market on it meet in one vector whose worst cell is the exposure.
    Raises ValueError: fewer than two outcomes, or a name twice.
    """

    def __new__(cls, outcomes: Sequence[str]) -> Book: ...
    @staticmethod
    def scores(size: int = 15) -> Book:
        """A book over the scores 0-0 to (size−1)-(size−1), higher ones left out. Raises ValueError: a size not in 2 to 64."""
    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes; scores are named `"2-1"`."""
    @property
    def reserved(self) -> tuple[str, ...]:
        """The keys that are reserved."""
    def payoff(
        self,
        selection: str | Sequence[str] | Mapping[str, _Result],
        stake: int,
        price: _Price,
        *,
        each_way: dict[str, Any] | Struct | None = None,
        winners: int | None = None,
    ) -> Payoff:
        """A bet on this book; what it returns is rounded up.

        `selection` is an outcome, several of which any wins (a double chance), or results by outcome
        (`{"home by 1": "HALF_WON", …}`; what is not named is lost). In a book of scores it is a market's selection, or
        several that must all win at one price: home draw away 1x x2 12, home_dnb away_dnb, btts btts_no, odd even,
        over2.25 under3, home_over1.5 away_under0.5, home-0.75 away+1 (Asian), 2-1.

        `each_way` are the terms `{fraction, places}` of a bet on one runner: the stake is on each part. `winners` makes
        it a bet in a place market, on a runner to be among so many.

        Raises ValueError: an unknown selection, a stake of 0, a price of 1 or less, several selections at one price
        of which one may be void or half won.
        """
    def add(self, payoff: Payoff, *, in_play: bool = False) -> None:
        """Take a bet in. Raises ValueError: a payoff over other outcomes."""
    def remove(self, payoff: Payoff, *, in_play: bool = False) -> None:
        """Take a bet out: voided, settled or cashed out. Raises ValueError: a payoff that cannot be in this book."""
    def reserve(self, key: str, payoff: Payoff, *, in_play: bool = False) -> None:
        """Hold the liability of a bet that is not decided yet.

        It takes room in the outcomes where it would lose the house money and gives none in the others, so that the
        exposure never grows by what is decided later. Raises ValueError: a key that is reserved, other outcomes.
        """
    def accept(self, key: str) -> None:
        """Turn a reservation into a bet. Raises ValueError: a key that is not reserved."""
    def release(self, key: str) -> None:
        """Give a reservation up: refused, or timed out. Raises ValueError: a key that is not reserved."""
    def position(self, in_play: bool | None = None, *, reserved: bool = True) -> Position:
        """The position in play, pre-match, or of both together; with or without what is reserved."""
    def room(self, outcome: int) -> int:
        """Profit or loss in one outcome, by its number: `position().pnl[outcome]`, alone.

        Raises ValueError: an outcome that the book does not have.
        """
    def max_stake(
        self,
        selection: str | Sequence[str] | Mapping[str, _Result],
        price: _Price,
        limits: Limits,
        *,
        in_play: bool | None = None,
        each_way: dict[str, Any] | Struct | None = None,
    ) -> MaxStake:
        """`max_stake` with the market's limit kept in every outcome: `min_j (market + P&L_j)/(m_j − 1)` over the outcomes
        where a unit of stake returns `m_j > 1`, with what is reserved. Of an each-way bet it is the stake on each part;
        a unit of it costs 2 and pays on win and place together.

        Raises ValueError as `payoff` and `max_stake`.
        """

@final
class Limits:
    """What bounds stakes, in units of money; None does not bound.

    - `market`: the most that the market may lose; `bet_liability`: the most that one bet may win from the house;
    - `selection_liability`: the most that one customer may win on one selection, of which `used` is taken;
    - `stake`: the largest stake; `payout`: the most that a bet pays, stake included;
    - `day_payout`: the most that the customer is paid on one day, of which `paid_today` is gone;
    - `factor`: the customer's factor, exact (`"0.5"`): it scales bet_liability, selection_liability and stake, neither
      the market's limit nor payouts;
    - `step`: stakes are whole multiples of it.

    Raises ValueError: a negative amount or factor, a step of 0.
    """

    def __new__(
        cls,
        *,
        market: int | None = None,
        bet_liability: int | None = None,
        selection_liability: int | None = None,
        used: int | None = None,
        stake: int | None = None,
        payout: int | None = None,
        day_payout: int | None = None,
        paid_today: int | None = None,
        factor: _Number | None = None,
        step: int | None = None,
    ) -> Limits: ...

@final
class MaxStake:
    """The largest stake, and what says so."""

    @property
    def stake(self) -> int:
        """A whole multiple of the step, rounded down, at least 0."""
    @property
    def limit(self) -> _Limit:
        """The limit that one step more would break, the first of them."""
    @property
    def leg(self) -> int | None:
        """The leg of a multiple whose limit it is, counted from 0; None if it is that of the bet."""
    def __eq__(self, other: object, /) -> bool: ...
    def __ne__(self, other: object, /) -> bool: ...

def max_stake(price: _Price, limits: Limits, pnl: int | None = None) -> MaxStake:
    """The largest stake on a selection at price P for a customer with factor f:

    `min((market + P&L)/(P−1), bet_liability·f/(P−1), (selection_liability·f − used)/(P−1), stake·f, payout/P,
    (day_payout − paid_today)/P)`, at least 0, down to a step. `pnl` is the market's profit or loss if the selection
    wins, with what is reserved.

    Raises ValueError: no limit at all, a price of 1 or less.
    """

def max_stakes(
    prices: Sequence[_Price], limits: Limits | Sequence[Limits], pnl: Sequence[int]
) -> list[MaxStake]:
    """`max_stake` of many selections: limits for all of them, or one for each.

    Raises ValueError as `max_stake`, naming the selection by its place in the list.
    """

@final
class Apportionment:
    """What the open legs of a multiple or system carry, for one unit of stake on every line."""

    @property
    def factors(self) -> tuple[float, ...]:
        """The share of the stake on each leg; they sum to 1."""
    def stakes(self, unit_stake: int) -> tuple[int, ...]:
        """The stake on each leg, whole units of money that add up to the stake of the lines still open."""
    def payouts(self, unit_stake: int) -> tuple[int, ...]:
        """The payout on each leg, whole units of money that add up, rounded up, to what the open lines pay if all open
        legs win. Raises ValueError: a payout beyond 128 bits.
        """

def apportion(
    prices: Sequence[_Price],
    kind: str = "ACCA",
    *,
    results: Sequence[_State] | None = None,
    sizes: Sequence[int] | None = None,
    bankers: Sequence[int] | None = None,
) -> Apportionment:
    """Static stake apportionment: leg k of a line carries `A_k = ln P_k / Σ ln P` of its stake and of its payout.

    The lines of a system are multiples of a unit stake each. With `results` so far it is progressive: once a leg has
    won, the legs still open share its part; a void leg has price 1; a lost line carries nothing. `kind`, `sizes` and
    `bankers` as in `betting.Bet`. After the liability pages of Genius Sports' trading services, whose published factors
    0.120, 0.554, 0.325 for 1.5, 6.5, 3.0 it gives.

    Raises ValueError: an unknown type, other numbers of results than prices, no line that depends on an open leg.
    """

def max_stake_multiple(
    carried: Apportionment,
    legs: Limits | Sequence[Limits],
    pnl: Sequence[int],
    limits: Limits,
    limits_pnl: int | None = None,
) -> MaxStake:
    """The largest stake of a line of a multiple or system: its tightest leg, and the limits of the bet itself.

    Of a unit stake a leg carries its apportioned stake s and payout v; it is judged with v in place of P and v − s in
    place of P − 1, against its own limits and `pnl`, its market's profit or loss if it wins. `limits` are those of the
    whole bet; their step counts, `limits_pnl` is the profit or loss of the book of multiples.

    Raises ValueError: limits or pnl that are not one for each leg, no limit at all.
    """

def parlay_limit(
    liabilities: Sequence[int],
    prices: Sequence[_Price],
    probabilities: Sequence[_Number],
    *,
    step: int | None = None,
) -> int:
    """The largest stake of a parlay by relevance: `Σ min(r_i·L_i/(P_i−1), min_k L_k/(P_k−1))`, `r_i = (1−p_i)/Σ(1−p)`.

    The unlikelier a leg, the more of its own limit counts. Exact, down to a step. After Cloudbet's market helper.

    Raises ValueError: no leg, lists of different lengths, a probability outside 0 to 1, legs that are all certain.
    """
