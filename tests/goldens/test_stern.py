"""Games of many points against the normal distribution of the standard library, and what holds for every game."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.inplay import SternGame

MU, SIGMA = st.floats(-20, 20), st.floats(5, 20)
LEADS, REMAINING = st.integers(-40, 40), st.floats(0.001, 1.0)
LINES = st.integers(-80, 80).map(lambda quarters: quarters / 4)


def mass(mean: float, spread: float, points: int) -> float:
    """P(a whole number of points) by the correction of half a point, from the side that is small."""
    normal = NormalDist(0, spread)
    low, high = points - 0.5 - mean, points + 0.5 - mean
    return normal.cdf(-low) - normal.cdf(-high) if low > 0 else normal.cdf(high) - normal.cdf(low)


def stake(lead: int, line: float) -> str:
    """What a lead does to a stake on home, half a stake on each neighbouring half line."""
    lines = [line] if (line * 2).is_integer() else [line - 0.25, line + 0.25]
    halves = sorted((lead + line > 0) - (lead + line < 0) for line in lines)
    if len(halves) == 1:
        halves *= 2
    names = {(1, 1): "win", (0, 1): "half_win", (0, 0): "push", (-1, 0): "half_lose", (-1, -1): "lose"}
    return names[halves[0], halves[1]]


@given(MU, SIGMA, LEADS, REMAINING, LINES)
def test_handicaps_are_sums_over_whole_leads(
    mu: float, sigma: float, lead: int, remaining: float, line: float
) -> None:
    game = SternGame(mu, sigma, lead, remaining)
    expected = dict.fromkeys(("win", "half_win", "push", "half_lose", "lose"), 0.0)
    mean, spread = lead + mu * remaining, sigma * math.sqrt(remaining)
    for points in range(math.floor(mean - 12 * spread) - 2, math.ceil(mean + 12 * spread) + 3):
        expected[stake(points, line)] += mass(mean, spread, points)
    found = game.handicap(line)
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected, abs=1e-12)
    assert found.half_win == 0.0 or found.half_lose == 0.0


@given(MU, SIGMA, LEADS, REMAINING, LINES)
def test_overtime_decides_ties_and_nothing_else(
    mu: float, sigma: float, lead: int, remaining: float, line: float
) -> None:
    game = SternGame(mu, sigma, lead, remaining)
    home, tie, away = game.result()
    assert math.fsum((home, tie, away)) == pytest.approx(1.0, abs=1e-14)
    won, lost = game.moneyline()
    assert won == pytest.approx(home + tie * NormalDist().cdf(mu * math.sqrt(5 / 48) / sigma), abs=1e-14)
    assert won + lost == pytest.approx(1.0, abs=1e-14)
    assert game.handicap(-0.5, with_overtime=True).win == pytest.approx(won, abs=1e-13)
    assert game.handicap(0.0, with_overtime=True).push == pytest.approx(0.0, abs=1e-15)
    five = game.handicap(line, with_overtime=True)
    results = (five.win, five.half_win, five.push, five.half_lose, five.lose)
    assert min(results) >= 0.0
    assert math.fsum(results) == pytest.approx(1.0, abs=1e-13)


@given(MU, SIGMA, LEADS, REMAINING)
def test_leads_help_and_mirror(mu: float, sigma: float, lead: int, remaining: float) -> None:
    game, ahead = SternGame(mu, sigma, lead, remaining), SternGame(mu, sigma, lead + 1, remaining)
    assert ahead.home_win_continuous >= game.home_win_continuous
    assert ahead.moneyline()[0] >= game.moneyline()[0] - 1e-15
    mirrored = SternGame(-mu, sigma, -lead, remaining)
    assert mirrored.result() == pytest.approx(game.result()[::-1], abs=1e-14)
    continuous = NormalDist().cdf((lead + mu * remaining) / (sigma * math.sqrt(remaining)))
    assert game.home_win_continuous == pytest.approx(continuous, abs=1e-14)


@given(st.integers(0, 200), st.floats(150, 250), st.floats(8, 25), REMAINING, LINES)
def test_totals_are_sums_over_whole_points(
    points: int, mu: float, sigma: float, remaining: float, off: float
) -> None:
    mean, spread = points + mu * remaining, sigma * math.sqrt(remaining)
    line = round(mean) + off
    game = SternGame(3.0, 12.0, 0, remaining, total_mu=mu, total_sigma=sigma, points=points)
    expected = dict.fromkeys(("win", "half_win", "push", "half_lose", "lose"), 0.0)
    for total in range(math.floor(mean - 12 * spread) - 2, math.ceil(mean + 12 * spread) + 3):
        expected[stake(total, -line)] += mass(mean, spread, total)
    found = game.over(line)
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected, abs=1e-12)
    tie, extra = game.result()[1], NormalDist(mean + mu * 5 / 48, sigma * math.sqrt(remaining + 5 / 48))
    longer = extra.cdf(2 * extra.mean - (math.floor(line + 0.25) + 0.5))
    win = game.over(line, with_overtime=True).win
    assert win == pytest.approx((1 - tie) * found.win + tie * longer, abs=1e-12)


def test_the_last_buzzer_leaves_the_lead() -> None:
    over = SternGame(5.0, 12.0, 3, 0.0, total_mu=220, total_sigma=18, points=201)
    assert over.result() == (1.0, 0.0, 0.0)
    assert over.handicap(-3.0).push == over.handicap(-2.75).half_win == over.handicap(-3.25).half_lose == 1.0
    assert over.over(200.5).win == over.over(201).push == 1.0
    tied = SternGame(5.0, 12.0, 0, 0.0)
    assert tied.result() == (0.0, 1.0, 0.0)
    assert tied.moneyline()[0] == pytest.approx(NormalDist().cdf(5 * math.sqrt(5 / 48) / 12), abs=1e-15)
    assert tied.handicap(0.5, with_overtime=True).win == pytest.approx(tied.moneyline()[0], abs=1e-14)
    assert tied.home_win_continuous == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SternGame(4.5, 12.0, 0, -0.1), "remaining is -0.1"),
        (lambda: SternGame(4.5, 12.0, 0, 1.1), "remaining is 1.1"),
        (lambda: SternGame(4.5, 0.0), "sigma is 0"),
        (lambda: SternGame(math.nan, 12.0), "mu is NaN"),
        (lambda: SternGame(4.5, 12.0, 5000), "lead is 5000"),
        (lambda: SternGame(4.5, 12.0, overtime=2.0), "overtime is 2"),
        (lambda: SternGame(4.5, 12.0, overtime=0.0).moneyline(), "overtime: without one a tie stands"),
        (lambda: SternGame(4.5, 12.0, total_mu=220.0), "total_mu: give it together"),
        (lambda: SternGame(4.5, 12.0, 9, total_mu=220.0, total_sigma=15.0, points=5), "points is 5"),
        (lambda: SternGame(4.5, 12.0).over(220.5), "totals need total_mu and total_sigma"),
        (lambda: SternGame(4.5, 12.0).handicap(0.3), "line 0.3"),
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
