"""What holds for every fit of team strengths, through the public API."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pyplatform.core import models

Season = tuple[list[str], list[str], list[int], list[int]]


def season(seed: int, teams: int = 8, rounds: int = 3) -> Season:
    """Everybody against everybody, `rounds` times at home, with goals of known strengths."""
    random = np.random.default_rng(seed)
    attack, defence = random.normal(0.2, 0.25, teams), random.normal(0.0, 0.2, teams)
    pairs = [(h, a) for h in range(teams) for a in range(teams) if h != a] * rounds
    home = [int(random.poisson(math.exp(0.3 + attack[h] + defence[a]))) for h, a in pairs]
    away = [int(random.poisson(math.exp(attack[a] + defence[h]))) for h, a in pairs]
    return [f"T{h}" for h, _ in pairs], [f"T{a}" for _, a in pairs], home, away


def log_likelihood(fit: models.DixonColesFit, results: Season, move: dict[str, float]) -> float:
    """The likelihood by its definition, strengths moved by what `move` says."""
    teams = {
        name: (attack + move.get(f"attack {name}", 0.0), defence + move.get(f"defence {name}", 0.0))
        for name, attack, defence in zip(fit.teams, fit.attack, fit.defence, strict=True)
    }
    advantage, rho = fit.home_advantage + move.get("home", 0.0), fit.rho + move.get("rho", 0.0)
    total = 0.0
    for home, away, x, y in zip(*results, strict=True):
        rate = math.exp(advantage + teams[home][0] + teams[away][1])
        other = math.exp(teams[away][0] + teams[home][1])
        low = {
            (0, 0): 1 - rate * other * rho,
            (0, 1): 1 + rate * rho,
            (1, 0): 1 + other * rho,
            (1, 1): 1 - rho,
        }
        total += x * math.log(rate) - rate - math.lgamma(x + 1)
        total += y * math.log(other) - other - math.lgamma(y + 1) + math.log(low.get((x, y), 1.0))
    return total


@pytest.mark.parametrize("seed", range(5))
def test_no_strength_can_be_moved_to_a_better_likelihood(seed: int) -> None:
    results = season(seed)
    fit = models.fit_dixon_coles(*results)
    assert np.mean(fit.attack) == pytest.approx(1.0, abs=1e-12)
    best = log_likelihood(fit, results, {})
    assert fit.log_likelihood == pytest.approx(best, abs=1e-9)
    for name in ("home", "rho", "attack T0", "defence T3"):
        up, down = (log_likelihood(fit, results, {name: step}) for step in (1e-3, -1e-3))
        assert max(up, down) < best
        # At the top both ways lose the same, but for the third order.
        assert abs(up - down) < 1e-5


def test_what_is_long_ago_counts_less() -> None:
    home, away, x, y = season(3)
    half = len(home) // 3
    old = [0.0] * half + [10_000.0] * (len(home) - half)
    late = models.fit_dixon_coles(home, away, x, y, days=old, xi=0.01)
    only = models.fit_dixon_coles(home[half:], away[half:], x[half:], y[half:])
    assert late.attack == pytest.approx(only.attack, abs=1e-5)
    assert late.rho == pytest.approx(only.rho, abs=1e-5)


def test_neutral_ground_has_no_home_side() -> None:
    home, away, x, y = season(4)
    neutral = [True] * len(home)
    one = models.fit_dixon_coles(home, away, x, y, neutral=neutral)
    other = models.fit_dixon_coles(away, home, y, x, neutral=neutral)
    assert one.home_advantage == other.home_advantage == 0.0
    assert one.attack == pytest.approx(other.attack, abs=1e-6)
    fit = models.fit_dixon_coles(home, away, x, y)
    assert fit.rates("T0", "T1", neutral=True) == pytest.approx(fit.rates("T1", "T0", neutral=True)[::-1])
    ratio = fit.rates("T0", "T1")[0] / fit.rates("T0", "T1", neutral=True)[0]
    assert math.log(ratio) == pytest.approx(fit.home_advantage)
    rates = fit.rates("T2", "T5")
    assert fit.grid("T2", "T5").result() == models.ScoreGrid.dixon_coles(*rates, fit.rho).result()


HOME, AWAY = ["A", "B", "C", "A", "B", "C"], ["B", "C", "A", "C", "A", "B"]
GOALS = [1, 2, 1, 1, 3, 1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: models.fit_dixon_coles([], [], [], []), "do not connect all teams"),
        (lambda: models.fit_dixon_coles(HOME, AWAY[1:], GOALS, GOALS), "away: 5 values for 6 matches"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, [*GOALS[1:], -1]), "away_goals: -1"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, [*GOALS[1:], 999]), "999 goals"),
        (lambda: models.fit_dixon_coles(HOME, HOME, GOALS, GOALS), "two different teams"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, [0, 0, 1, 0, 0, 1], [0] * 6), "A never scored"),
        (lambda: models.fit_dixon_coles(["A", "B"], ["B", "A"], [1, 1], [1, 1]), "do not connect"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, GOALS, rho=math.nan), "rho is NaN"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, GOALS, days=[0.0] * 6, xi=-1.0), "xi: -1"),
        (lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, GOALS, days=[math.nan] * 6), "days: NaN"),
        (
            lambda: models.fit_dixon_coles(HOME, AWAY, GOALS, GOALS, days=[0, 1, 2, 3, 4, 1e9]),
            "weight of match 0",
        ),
        (lambda: models.fit_dixon_coles(*season(1)).rates("Z", "T0"), 'home: "Z" has no'),
    ],
)
def test_results_that_say_too_little_are_refused(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
