"""Goal models beside penaltyblog."""

import math
from collections.abc import Callable
from functools import partial
from importlib import import_module
from itertools import permutations
from types import ModuleType
from typing import Any

import numpy as np

from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core import models

RATES, RHO, SIZE = (1.45, 1.15), -0.08, 15
TOTALS = [line / 4 for line in range(2, 27)]
HANDICAPS = [line / 4 for line in range(-14, 15)]
SCORES = 6
MATCHES = 500
PEER = "penaltyblog.models"


def comparisons() -> list[Comparison]:
    """Every row of this module."""
    return [_result(), *_book(), *_rates(), *_fits()]


def _grid() -> models.ScoreGrid:
    return models.ScoreGrid.dixon_coles(*RATES, RHO, size=SIZE)


def _peer_grid(module: ModuleType) -> Callable[[], Any]:
    """As penaltyblog predicts: the cells in Cython, then its object.

    Not its create_dixon_coles_grid, which is slower and takes the rates of τ(0,1) and τ(1,0) for one another.
    """
    fill = import_module("penaltyblog.models.probabilities").compute_dixon_coles_probabilities
    home, away = (math.log(rate) for rate in RATES)

    def grid() -> Any:
        cells = np.empty(SIZE * SIZE)
        rates = np.empty(1), np.empty(1)
        fill(home, away, 0.0, 0.0, 0.0, RHO, SIZE, cells, *rates)
        return module.FootballProbabilityGrid(
            cells.reshape(SIZE, SIZE), rates[0].item(), rates[1].item(), normalize=True
        )

    return grid


def _result() -> Comparison:
    def theirs(module: ModuleType) -> Operation:
        grid = _peer_grid(module)
        return lambda: grid().home_draw_away

    def ours() -> tuple[float, float, float]:
        return _grid().result()

    peers = peer(PEER, theirs)
    return Comparison(
        "Dixon-Coles grid and 1X2",
        10,
        None,
        ours,
        peers,
        peer_name="penaltyblog",
        within_us=2.0,
        agree=lambda: np.allclose(ours(), peers(), rtol=0, atol=1e-9),  # type: ignore[arg-type]
    )


def _their_book(module: ModuleType) -> Operation:
    grid = _peer_grid(module)

    def book() -> dict[str, Any]:
        one = grid()
        home, draw, away = one.home_draw_away
        return {
            "1x2": (home, draw, away),
            "double_chance": (one.double_chance_1x, one.double_chance_x2, one.double_chance_12),
            "draw_no_bet": (one.draw_no_bet_home, one.draw_no_bet_away),
            "btts": (one.btts_yes, one.btts_no),
            "totals": {line: one.totals(line) for line in TOTALS},
            "handicaps": {
                (side, line): one.asian_handicap_probs(side, line)
                for side in ("home", "away")
                for line in HANDICAPS
            },
            "scores": {(i, j): one.exact_score(i, j) for i in range(SCORES) for j in range(SCORES)},
        }

    return book


def _our_book() -> dict[str, Any]:
    grid = _grid()
    home = {line: grid.handicap(line) for line in HANDICAPS}
    return {
        **grid.markets(),
        "totals": {line: grid.over(line) for line in TOTALS},
        "handicaps": home,
        "away_handicaps": {-line: five.mirror() for line, five in home.items()},
    }


def _book() -> list[Comparison]:
    theirs = peer(PEER, _their_book)
    named = ["1x2", "double_chance", "draw_no_bet", "btts", "odd_even", "win_to_nil", "clean_sheet"]
    named += ["winning_margin", "exact_total", "correct_score"]
    named += [f"totals{line:g}" for line in TOTALS] + [f"handicap{line:+g}" for line in HANDICAPS]
    home, away = (np.full(MATCHES, rate) for rate in RATES)
    kept = partial(models.grid_markets, home, away, RHO, markets=named)
    return [
        Comparison(
            "full match book, to Python objects",
            100,
            None,
            _our_book,
            theirs,
            peer_name="penaltyblog",
            within_us=33,
        ),
        Comparison(
            "full match book, kept in arrays, batch of 500",
            400,
            None,
            kept,
            theirs,
            MATCHES,
            1,
            peer_name="penaltyblog",
            within_us=8,
        ),
    ]


def _rates() -> list[Comparison]:
    result = _grid().result()
    theirs = peer(PEER, lambda module: partial(module.goal_expectancy, *result, rho=RHO))
    ours = partial(models.goal_expectancy, result, rho=RHO)
    return [
        Comparison("1X2 to rates", 400, None, ours, theirs, peer_name="penaltyblog", within_us=60),
    ]


def _season() -> tuple[list[str], list[str], list[int], list[int]]:
    """Every team at home against every other, 20 teams: 380 matches; scores by the quantiles of a Poisson count."""
    teams = [f"team {number:02}" for number in range(20)]
    home, away = map(list, zip(*permutations(teams, 2), strict=True))
    attack = {team: 0.8 + 0.02 * number for number, team in enumerate(teams)}
    defence = {team: -1.2 + 0.02 * (number * 7 % 20) for number, team in enumerate(teams)}
    goals: tuple[list[int], list[int]] = [], []
    for match, (h, a) in enumerate(zip(home, away, strict=True)):
        rates = math.exp(0.25 + attack[h] + defence[a]), math.exp(attack[a] + defence[h])
        for side, rate in enumerate(rates):
            left, count, term = (match * (0.618_034, 0.754_878)[side] + 0.5) % 1.0, 0, math.exp(-rate)
            while left > term and count < 12:
                left, count, term = left - term, count + 1, term * rate / (count + 1)
            goals[side].append(count)
    return home, away, *goals


def _fits() -> list[Comparison]:
    """To the true optimum, and beside the peer's default fit, whose gradient leaves a term out and stops short."""
    home, away, scored, conceded = _season()

    def theirs(**options: Any) -> Callable[[ModuleType], Operation]:
        def make(module: ModuleType) -> Operation:
            def fit() -> Any:
                model = module.DixonColesGoalModel(scored, conceded, home, away)
                model.fit(**options)
                return model

            return fit

        return make

    ours = partial(models.fit_dixon_coles, home, away, scored, conceded)
    best = peer(PEER, theirs(use_gradient=False, minimizer_options={"ftol": 1e-10}))
    short = peer(PEER, theirs())

    def agree() -> bool:
        return math.isclose(best().loglikelihood, ours().log_likelihood, abs_tol=1e-4)  # type: ignore[attr-defined]

    return [
        Comparison(
            "Dixon-Coles fit, 380 matches, true optimum",
            100,
            None,
            ours,
            best,
            peer_name="penaltyblog",
            within_us=740,
            agree=agree,
        ),
        Comparison(
            "Dixon-Coles fit, 380 matches, peer's default", None, None, ours, short, peer_name="penaltyblog"
        ),
    ]
