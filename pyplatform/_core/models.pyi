"""Goal models of `rust_core/odds` for Python: score grids, their markets, and rates from markets.

Words: λ and μ are the scoring rates of home and away in goals a match; `g[i][j] = P(home scores i, away scores j)`.
Every impossible question raises `ValueError` that names the parameter and the rule.
"""

from collections.abc import Sequence
from typing import Final, Literal, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "Count",
    "DixonColesFit",
    "FiveWay",
    "GoalExpectancy",
    "GoalExpectancyBatch",
    "SameGame",
    "ScoreGrid",
    "Scorer",
    "fit_dixon_coles",
    "goal_expectancies",
    "goal_expectancy",
    "grid_markets",
    "market_outcomes",
    "rho_bounds",
]

@final
class FiveWay:
    """The probabilities of the five results of a stake on a line; they sum to 1.

    A line of a whole or half goal wins, is returned or loses; a quarter line is half a stake on each neighbouring
    half line.
    """

    win: Final[float]
    """The whole stake wins."""
    half_win: Final[float]
    """Half the stake wins, half comes back."""
    push: Final[float]
    """The stake comes back."""
    half_lose: Final[float]
    """Half the stake loses, half comes back."""
    lose: Final[float]
    """The whole stake loses."""
    fair_price: Final[float]
    """Decimal price without profit: `1 + (lose + ½half_lose)/(win + ½half_win)`; infinite if it cannot win."""
    def mirror(self) -> FiveWay:
        """The same line from the other side: under for over, away's handicap of opposite sign for home's."""

@final
class ScoreGrid:
    """The probabilities of the final scores, normalised; every market is a sum over them.

    Each model is a constructor. `size` is the goals a side the grid tells apart (0 to size − 1), 2 to 256; without it
    at least 15 and as many as leave less than 1e-9 of the probability out. Rates are between 1e-6 and 100.

    Raises ValueError: a parameter out of its range; a size out of its range or one that holds less than half of the
    probability; a model that 256 goals a side do not hold.
    """

    size: Final[int]
    """Goals a side the grid tells apart."""
    mass: Final[float]
    """Sum of the grid before it was normalised."""
    clipped: Final[float]
    """What a Weibull series cut at `size` left below 0 and was taken as 0, of the worse side; else 0.0."""
    @staticmethod
    def poisson(home_rate: float, away_rate: float, *, size: int | None = None) -> ScoreGrid:
        """Independent Poisson counts `e^{−λ}λ^k/k!` (Maher 1982)."""
    @staticmethod
    def dixon_coles(home_rate: float, away_rate: float, rho: float, *, size: int | None = None) -> ScoreGrid:
        """Poisson with the low scores times τ (Dixon & Coles 1997); both margins stay Poisson.

        `τ(0,0) = 1 − λμ·rho`, `τ(0,1) = 1 + λ·rho`, `τ(1,0) = 1 + μ·rho`, `τ(1,1) = 1 − rho`; `rho` must lie
        within `rho_bounds`.
        """
    @staticmethod
    def bivariate_poisson(
        home_rate: float, away_rate: float, shared_rate: float, *, size: int | None = None
    ) -> ScoreGrid:
        """`Σ_k pois(i−k; λ1)·pois(j−k; λ2)·pois(k; λ3)` (Karlis & Ntzoufras 2003).

        The means are `home_rate + shared_rate` and `away_rate + shared_rate`; `shared_rate` is at least 0.
        """
    @staticmethod
    def negative_binomial(
        home_rate: float, away_rate: float, dispersion: float, *, size: int | None = None
    ) -> ScoreGrid:
        """`Γ(k+r)/(k!Γ(r))·(r/(r+λ))^r·(λ/(r+λ))^k` each side: variance `λ + λ²/r`, `dispersion` r > 0."""
    @staticmethod
    def zero_inflated_poisson(
        home_rate: float, away_rate: float, zero_inflation: float, *, size: int | None = None
    ) -> ScoreGrid:
        """`z·[k=0] + (1−z)·pois(k; λ)` each side (Lambert 1992), z in [0, 1)."""
    @staticmethod
    def weibull_copula(
        home_rate: float, away_rate: float, shape: float, kappa: float, *, size: int | None = None
    ) -> ScoreGrid:
        """Weibull counts (McShane et al. 2008) joined by Frank's copula (Boshnakov, Kharrat & McHale 2017).

        `P(x) = Σ_{j=x}^{size} (−1)^{x+j} λ^j A_x^j/Γ(cj+1)` with shape c in [0.2, 3] (1 is Poisson);
        `C(u,v) = −ln(1 + (e^{−κu}−1)(e^{−κv}−1)/(e^{−κ}−1))/κ`, κ in [−100, 100] (0 is independence). Counts are
        normalised over 0 to `size` goals, `size` at most 48. Without `size` the series converges; one cut at a size
        (15 is published practice) is off by some 1e-4 at rates above 2 and more at shapes below 1: what falls below 0 is
        taken as 0 and told by `clipped`. Raises ValueError where the alternating series strays by more than 0.05.
        """
    def cells(self) -> NDArray[np.float64]:
        """`g[i][j]`, a new array of shape (size, size): home goals down, away goals across."""
    def result(self, handicap: int = 0) -> tuple[float, float, float]:
        """Home, draw, away after `handicap` goals are added to home's: the European handicap, 0 for the 1X2."""
    def over(self, line: float) -> FiveWay:
        """More goals than the line, a multiple of 0.25 (else ValueError); `.mirror()` is under."""
    def handicap(self, line: float) -> FiveWay:
        """Home with the line (a multiple of 0.25) added to its goals; `.mirror()` is away at the opposite line."""
    def team_over(self, line: float) -> tuple[float, float]:
        """Home, away score more than a half line (0.5, 1.5, …)."""
    def correct_scores(self, limit: int = 5) -> dict[str, float]:
        """`"i-j"` up to `limit` goals a side, then `any_other_home`, `any_other_draw`, `any_other_away`.

        Raises ValueError: a limit below 0 or above 510.
        """
    def exact_totals(self, limit: int = 7) -> tuple[float, ...]:
        """Exactly 0, 1, … goals; the last is `limit` (0 to 510, else ValueError) or more."""
    def joint(self, *legs: str) -> float:
        """The probability that every leg holds, which is not the product of theirs.

        Legs: home, draw, away, 1x, x2, 12, btts, btts_no, odd, even, over2.5, under2.5, home-1.5, away+1.5,
        home_over0.5, home_under0.5, away_over0.5, away_under0.5 with any half line, score2-1.
        """
    def markets(self) -> dict[str, dict[str, float]]:
        """Every market without a choice of line, by name and outcome.

        1x2, double_chance, draw_no_bet (push is the draw; home and away given no draw, absent if a draw is certain),
        btts, odd_even, win_to_nil, clean_sheet, winning_margin, exact_total, correct_score.
        """

@final
class GoalExpectancy:
    """The rates that give a market its probabilities."""

    home_rate: Final[float]
    """λ, goals a match."""
    away_rate: Final[float]
    """μ, goals a match."""
    rho: Final[float]
    """Dixon-Coles dependence: the one given, or the one found."""
    iterations: Final[int]
    """Newton steps taken."""

def goal_expectancy(
    result: Sequence[float], over: float | None = None, *, line: float = 2.5, rho: float | None = None
) -> GoalExpectancy:
    """The Dixon-Coles rates behind fair probabilities of home, draw and away (and of more goals than `line`).

    Newton on (ln λ, ln μ, rho) with exact derivatives, to 1e-11 on every probability:
    without `over` on `P(home) − P(away)` and `P(draw)` at `rho` (0 if None); with `over` and `rho` on
    `P(home) − P(away)` and `P(over)`; with `over` alone on all three, `rho` found too.
    Remove the margin first: `goal_expectancy(odds.remove_margin(prices).probabilities)`.

    Raises ValueError: probabilities that are not strictly between 0 and 1 or do not sum to 1, a line that is not a
    half line, a market no rates can give, a rho out of its bounds at the rates found.
    """

def rho_bounds(home_rate: float, away_rate: float) -> tuple[float, float]:
    """The rho within which no score is negative: `[max(−1/λ, −1/μ), min(1, 1/(λμ))]`."""

@final
class DixonColesFit:
    """Strengths of teams: `ln λ = home_advantage + attack[h] + defence[a]`, `ln μ = attack[a] + defence[h]`."""

    teams: Final[tuple[str, ...]]
    """Names in alphabetical order."""
    attack: Final[tuple[float, ...]]
    """Of each team, in logarithms; their mean is 1."""
    defence: Final[tuple[float, ...]]
    """What each team's defence adds to its opponents' rate, in logarithms: lower is better."""
    home_advantage: Final[float]
    """What playing at home adds, in logarithms."""
    rho: Final[float]
    """Dependence of the low scores: the one given, or the one found."""
    log_likelihood: Final[float]
    """Weighted, nats."""
    evaluations: Final[int]
    """Evaluations of the likelihood and its gradient."""
    def rates(self, home: str, away: str, *, neutral: bool = False) -> tuple[float, float]:
        """λ and μ of a match, without home advantage on neutral ground; ValueError for a team without results."""
    def grid(self, home: str, away: str, *, neutral: bool = False, size: int | None = None) -> ScoreGrid:
        """The score grid of a match; ValueError as `rates` and `ScoreGrid.dixon_coles` (rho out of its bounds)."""

def fit_dixon_coles(
    home: Sequence[str],
    away: Sequence[str],
    home_goals: Sequence[int],
    away_goals: Sequence[int],
    *,
    days: Sequence[float] | None = None,
    xi: float = 0.0018,
    neutral: Sequence[bool] | None = None,
    rho: float | None = None,
) -> DixonColesFit:
    """The most likely strengths of all teams (Dixon & Coles 1997), one value a match in every sequence.

    Minimises `−Σ w[x ln λ − λ + y ln μ − μ + ln τ(x,y) − ln x! − ln y!]`, `w = exp(−xi·days before the last match)`,
    with the exact gradient (L-BFGS); `days` are numbers of days such as `date.toordinal()`, all weights 1 without
    them. `rho` is found unless it is given: 0.0 fits independent Poisson. Releases the GIL.

    Raises ValueError: sequences of different lengths, goals below 0 or above 255, a weight that vanishes, a team that
    plays itself, never scored or never conceded, matches that do not connect all teams, a likelihood that does not
    settle.
    """

@final
class Scorer:
    """A leg about one player: each goal of his side is his with probability `share`, in (0, 1].

    `Scorer("home", "Kane", 0.3)` is that he scores, `goals=2` at least twice; with `scores=False` the opposite. Given
    k goals of his side he scores with `1 − (1 − share)^k`. Raises ValueError: another side than home and away, a
    share outside (0, 1], goals outside 1 to 20.
    """

    def __new__(
        cls, side: Literal["home", "away"], player: str, share: float, *, goals: int = 1, scores: bool = True
    ) -> Scorer: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def side(self) -> Literal["home", "away"]:
        """The side he plays for."""
    @property
    def player(self) -> str:
        """His name: legs of one name and side are about one player."""
    @property
    def share(self) -> float:
        """The share of his side's goals that are his."""

@final
class Count:
    """A leg about something counted beside goals: `Count("corners", 10.4, over=9.5, correlation=0.1)`.

    The count is Poisson with `mean`, or negative binomial with a `dispersion` as in `ScoreGrid`, and goes with the
    goals of a side (or of both) by a Gaussian copula: `correlation` is that of their normal scores, from your own
    table. Legs of one name are about one count; different counts are independent of each other given the goals. In
    play the mean and the line are of what is still to come.

    Raises ValueError: not one of over and under, a line that is no half line, a mean outside (0, 100], a correlation
    beyond 0.95, a dispersion that is not above 0, another word for goals.
    """

    def __new__(
        cls,
        what: str,
        mean: float,
        *,
        over: float | None = None,
        under: float | None = None,
        goals: Literal["home", "away", "both"] = "both",
        correlation: float = 0.0,
        dispersion: float | None = None,
    ) -> Count: ...
    def __eq__(self, other: object, /) -> bool: ...
    @property
    def what(self) -> str:
        """What is counted."""
    @property
    def mean(self) -> float:
        """Its expectation."""
    @property
    def correlation(self) -> float:
        """With the goals, of normal scores."""

@final
class SameGame:
    """A same-game multiple: legs about one match at the price of their joint probability.

    Legs are those of `ScoreGrid.joint`, `Scorer`s and `Count`s. `probability = Σ g[i][j]·[legs good at i-j]·P(players'
    and counts' legs | i, j)`; goals of several players of a side are multinomial. `price = (1 − m)/probability` with
    `m = min(1 − Π(1 − margin_i), cap)`: the margin grows with every leg that the others do not imply. `margin` is
    that of a leg, one for all or one each, in [0, 1).

    For a match under way take the grid of `inplay.Football` and say the `score`: players score of what is to come.

    Raises ValueError: no leg, an unknown leg, legs that contradict each other or the score, shares of a side above 1,
    two shares for one player, two models for one count, margins or a cap outside [0, 1), a grid with probability below the score, a price that
    is not above 1.
    """

    def __new__(
        cls,
        grid: ScoreGrid,
        legs: Sequence[str | Scorer | Count],
        *,
        margin: float | Sequence[float],
        cap: float = 0.25,
        score: tuple[int, int] = (0, 0),
    ) -> SameGame: ...
    @property
    def legs(self) -> tuple[str, ...]:
        """The legs in words."""
    @property
    def probability(self) -> float:
        """All legs win."""
    @property
    def leg_probabilities(self) -> tuple[float, ...]:
        """Each leg wins, alone."""
    @property
    def independent(self) -> float:
        """The product of the legs' probabilities: what a multiple of different matches would have."""
    @property
    def bounds(self) -> tuple[float, float]:
        """What the legs' own probabilities allow (Fréchet): `max(0, Σp − n + 1) ≤ probability ≤ min p`."""
    @property
    def counted(self) -> tuple[bool, ...]:
        """Whether each leg adds its margin: not if the others imply it."""
    @property
    def margin(self) -> float:
        """m: the share of the payout that is kept."""
    @property
    def fair_price(self) -> float:
        """`1/probability`, decimal."""
    @property
    def price(self) -> float:
        """`(1 − margin)/probability`, decimal, not yet on a ladder."""
    def without(self, *legs: str | Scorer | Count) -> SameGame:
        """The multiple that is left when these legs are void, priced anew at the same model and margins.

        Raises ValueError: a leg it does not have; no leg left (the bet is void); a price that is not above 1.
        """

def grid_markets(
    home_rates: ArrayLike,
    away_rates: ArrayLike,
    rhos: ArrayLike | None = None,
    *,
    markets: Sequence[str],
    scores: ArrayLike | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Markets of many matches in one call, n values a column (away_rates and rhos may be one number for all).

    The grids are `ScoreGrid.dixon_coles`, rho 0 if None; with `scores`, whole numbers of shape (n, 2), the rates are
    of the goals still to come on top of them. Each market is an array of shape (n, outcomes), or (n,) if it has one
    outcome; `market_outcomes` names them. Markets: 1x2, european_handicap-1, double_chance, draw_no_bet (home and
    away NaN where a draw is certain), btts, odd_even, win_to_nil, clean_sheet, winning_margin, exact_total,
    correct_score, totals2.25 and handicap-0.75 (five results of over and of home), and any legs of `ScoreGrid.joint`
    joined by & (home&over2.5). Releases the GIL; no grid is kept.

    Raises ValueError: shapes that do not fit, an unknown market, the first row without a grid, by its number.
    """

def market_outcomes(market: str) -> tuple[str, ...]:
    """The outcomes of a market of `grid_markets`, in the order of its columns; ValueError for an unknown one."""

@final
class GoalExpectancyBatch:
    """The rates behind many markets, one value a match in every array."""

    @property
    def home_rate(self) -> NDArray[np.float64]:
        """λ, goals a match; NaN where not valid."""
    @property
    def away_rate(self) -> NDArray[np.float64]:
        """μ, goals a match; NaN where not valid."""
    @property
    def rho(self) -> NDArray[np.float64]:
        """Dixon-Coles dependence, given or found; NaN where not valid."""
    @property
    def iterations(self) -> NDArray[np.int64]:
        """Newton steps taken; 0 where not valid."""
    @property
    def valid(self) -> NDArray[np.bool_]:
        """Whether there are rates that give the market."""

def goal_expectancies(
    results: ArrayLike,
    over: ArrayLike | None = None,
    *,
    line: float = 2.5,
    rho: ArrayLike | None = None,
    on_invalid: Literal["error", "allow"] = "error",
) -> GoalExpectancyBatch:
    """`goal_expectancy` of many matches: results of shape (n, 3), over and rho one value each or one for all.

    Releases the GIL. Raises ValueError: shapes that do not fit; unless `on_invalid` is "allow", the first market
    without rates, by its row.
    """
