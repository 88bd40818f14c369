"""Models of matches under way, of `rust_core/odds` for Python: football, tennis, games of many points.

Every impossible question (a minute before the start, 7-3 games, a probability that is not inside (0, 1)) raises
`ValueError` that names the argument and the rule.
"""

from collections.abc import Mapping
from typing import Literal, final

from pyplatform._core.models import FiveWay, ScoreGrid

__all__ = [
    "Football",
    "SternGame",
    "TennisMatch",
    "skellam",
    "tennis_game",
    "tennis_set",
    "tennis_tiebreak",
]

def skellam(home_rate: float, away_rate: float, lead: int = 0) -> tuple[float, float, float]:
    """`P(lead + X − Y > 0)`, `= 0`, `< 0` of independent Poisson goals still to come (tails of Skellam 1946).

    Rates are in goals, 0 to 100; the lead is −99 to 99, else ValueError.
    """

@final
class Football:
    """A football match under way: the goals still to come on top of the score.

    The rates that remain are `λ·s(x)·home_factor·0.67^own red cards·1.2^opponents' red cards` at the share
    `x = minute/length` of the match, with

    - `s = 1 − ((1−k)x + kx²)`, k in [−1, 1], 0.2 if nothing is said (45 % of the goals before half-time), or
    - `s = (1−x)^exponent`, exponent in (0, 10], such as 0.84.

    The goals to come are Poisson; with `rho` their low numbers are moved by Dixon & Coles' τ at `rho·s`, which fades
    with the minutes. With `lead_effects` they are a birth process instead (Dixon & Robinson 1998): while home leads
    by d, home's rate is multiplied by `lead_effects[d][0]` and away's by `lead_effects[d][1]`; beyond the leads given
    the nearest holds. Its Kolmogorov equations are solved by uniformisation, to the last bits.

    `length` is the minutes the match will take: 90, or more when stoppage time is known.

    Raises ValueError: rates outside 1e-6 to 100, a minute below 0 or above `length`, more than 99 goals or 4 red cards
    of a side, factors outside (0, 10], both `k` and `exponent`, rho out of its bounds at the rates that remain or
    together with lead effects, lead effects with a gap or without 0.
    """

    def __new__(
        cls,
        home_rate: float,
        away_rate: float,
        minute: float,
        score: tuple[int, int] = (0, 0),
        *,
        rho: float = 0.0,
        length: float = 90.0,
        k: float | None = None,
        exponent: float | None = None,
        home_factor: float = 1.0,
        away_factor: float = 1.0,
        red_cards: tuple[int, int] = (0, 0),
        card_factors: tuple[float, float] = (0.67, 1.2),
        lead_effects: Mapping[int, tuple[float, float]] | None = None,
    ) -> Football: ...
    @property
    def remaining_share(self) -> float:
        """s: the share of the goals still to come, 1 at kick-off and 0 at the end."""
    @property
    def home_rate(self) -> float:
        """Goals home is still expected to score, before lead effects."""
    @property
    def away_rate(self) -> float:
        """Goals away is still expected to score, before lead effects."""
    @property
    def rho(self) -> float:
        """Dependence of the goals still to come: `rho·s`."""
    def grid(self) -> ScoreGrid:
        """The final score, with every market of a `ScoreGrid`."""
    def rest(self) -> ScoreGrid:
        """The goals still to come alone; an Asian handicap struck in play counts only these."""
    def result(self) -> tuple[float, float, float]:
        """Home, draw, away at the end: tails of Skellam's distribution where the goals are independent."""
    def next_goal(self) -> tuple[float, float, float]:
        """Home, away, nobody: `λ/(λ+μ)·(1 − e^{−(λ+μ)})`, …, `e^{−(λ+μ)}` at the rates of the score; without τ."""

@final
class SternGame:
    """Basketball or American football under way: the lead as Brownian motion (Stern 1994).

    The final lead is `N(lead + mu·r, sigma²·r)` with r the `remaining` share of the game, in whole points by the
    correction of half a point; the final total likewise from `points` scored, `total_mu` and `total_sigma` of a whole
    game. A tie goes to overtime, `overtime` of a game long (5/48: five minutes of 48; 1/6 for ten of 60; 0 for none).

    Raises ValueError: `remaining` or `overtime` outside [0, 1], leads, means and totals beyond 1,000, spreads that are
    not above 0, fewer points than the lead, `total_mu` without `total_sigma`.
    """

    def __new__(
        cls,
        mu: float,
        sigma: float,
        lead: int = 0,
        remaining: float = 1.0,
        *,
        overtime: float = 0.10416666666666667,
        total_mu: float | None = None,
        total_sigma: float | None = None,
        points: int = 0,
    ) -> SternGame: ...
    @property
    def home_win_continuous(self) -> float:
        """`Φ((lead + mu·r)/(sigma·√r))`: home wins if leads were not whole points."""
    def result(self) -> tuple[float, float, float]:
        """Home, tie, away at the end of regulation time."""
    def moneyline(self) -> tuple[float, float]:
        """Home, away with overtime: a tie is won with `Φ(mu·√overtime/sigma)`. ValueError without an overtime."""
    def handicap(self, line: float, *, with_overtime: bool = False) -> FiveWay:
        """Home with the line (a multiple of 0.25) added to its points, in regulation time or overtime counted.

        With overtime a tie goes to its winner by the margin of one overtime that has a winner.
        """
    def over(self, line: float, *, with_overtime: bool = False) -> FiveWay:
        """More points of both teams than the line (a multiple of 0.25); ValueError without `total_mu`.

        With overtime its points come on top of a tie, which is taken as likely at any total.
        """

def tennis_game(p_serve: float, points: tuple[int, int] = (0, 0), *, no_ad: bool = False) -> float:
    """The server wins the game from (server, receiver) points: 3 is 40, 3-3 deuce, 4-3 and 3-4 advantage.

    From love `p⁴(1 + 4q + 10q²) + 20(pq)³·p²/(p² + q²)`; `no_ad` plays one point at deuce. Raises ValueError:
    `p_serve` nearer than 1e-9 to 0 or 1, points no game under way stands at.
    """

def tennis_tiebreak(
    pa: float,
    pb: float,
    points: tuple[int, int] = (0, 0),
    *,
    first_server: Literal["A", "B"] = "A",
    to: int = 7,
) -> float:
    """A wins the tie-break from the points of A and B; `pa`, `pb` are the points A and B win on their own serve.

    The first server serves once, then each twice. From to−1 all it is `pa(1−pb)/(pa(1−pb) + (1−pa)pb)`.
    Raises ValueError: a probability that is not inside (0, 1), a tie-break that is over, `to` outside 2 to 50.
    """

def tennis_set(
    pa: float,
    pb: float,
    games: tuple[int, int] = (0, 0),
    points: tuple[int, int] = (0, 0),
    *,
    server: Literal["A", "B"] = "A",
    tiebreak: bool = True,
    tiebreak_to: int = 7,
    no_ad: bool = False,
) -> float:
    """A wins the set from the games of A and B and the points of (server, receiver).

    At 6-6 `server` served the first point of the tie-break and `points` are theirs and the other's. Without
    `tiebreak` it is an advantage set: from 5 all on `x/(x+y)` with x, y the two-game wins of A and B. Who serves
    first does not change the set (Newton & Keller 2005). Raises ValueError as `TennisMatch`.
    """

@final
class TennisMatch:
    """A tennis match from any score; every point is won independently, `pa` and `pb` on the own serve of A and B.

    `games` and `sets` are of A and B; `points` of the game's server and receiver, at 6-6 of the one who served the
    first point of the tie-break (`server`) and the other. `tiebreak` and `tiebreak_to` are the rule of every set;
    `final_set` is that of the last possible one, if it is another: `"tiebreak"` at 6-6, `"tiebreak_at_12"` at 12-12,
    `"advantage"`, or `"match_tiebreak"`, a tie-break in place of the set. `final_tiebreak_to` is its length
    (10 for a match tie-break, else `tiebreak_to`).

    Raises ValueError: probabilities nearer than 1e-9 to 0 or 1, `best_of` other than 1, 3, 5, a score at which the
    game, set or match is over or that cannot be (7-3 games), an unknown player or rule.
    """

    def __new__(
        cls,
        pa: float,
        pb: float,
        *,
        best_of: int = 3,
        sets: tuple[int, int] = (0, 0),
        games: tuple[int, int] = (0, 0),
        points: tuple[int, int] = (0, 0),
        server: Literal["A", "B"] = "A",
        tiebreak: bool = True,
        tiebreak_to: int = 7,
        final_set: Literal["tiebreak", "tiebreak_at_12", "advantage", "match_tiebreak"] | None = None,
        final_tiebreak_to: int | None = None,
        no_ad: bool = False,
    ) -> TennisMatch: ...
    @property
    def point(self) -> float:
        """A wins the next point."""
    @property
    def game(self) -> float:
        """A wins the game or tie-break that is played."""
    @property
    def set(self) -> float:
        """A wins the set that is played."""
    @property
    def match(self) -> float:
        """A wins the match."""
    def set_scores(self) -> dict[str, float]:
        """The match ends in sets `"2-0"`, `"2-1"`, `"1-2"`, `"0-2"` (A-B): those still possible, sum 1."""
    def game_scores(self) -> dict[str, float]:
        """The set that is played ends in games `"6-4"`, `"7-6"`, …: those still possible, sum 1.

        An advantage set is listed to 200 games a player; ValueError if servers so strong leave more than 1e-9 beyond.
        """
    def games(self, finished: tuple[int, int] = (0, 0)) -> ScoreGrid:
        """The games A ("home") and B ("away") win in the match, `finished` being those of its finished sets.

        `.over(22.5)` is the market of total games, `.handicap(-3.5)` the handicap of A. A tie-break is one game, a
        match tie-break too. Raises ValueError as `game_scores`.
        """
