"""What holds for every football match under way, and its rates against equations solved step by step."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pyplatform.core import odds
from pyplatform.core.inplay import Football

RATES = st.floats(0.1, 4.0)
MINUTES = st.floats(0.0, 90.0)
SCORES = st.tuples(st.integers(0, 5), st.integers(0, 5))
CURVES: st.SearchStrategy[dict[str, float]] = st.one_of(
    st.fixed_dictionaries({"k": st.floats(-1.0, 1.0)}),
    st.fixed_dictionaries({"exponent": st.floats(0.5, 2.0)}),
)
EFFECTS = {-2: (1.3, 0.8), -1: (1.2, 0.9), 0: (1.0, 1.0), 1: (0.85, 1.25), 2: (0.7, 1.1)}


@given(RATES, RATES, MINUTES, SCORES, CURVES, st.floats(-0.05, 0.05))
def test_the_final_score_is_a_distribution_on_top_of_the_score(
    home: float, away: float, minute: float, score: tuple[int, int], curve: dict[str, Any], rho: float
) -> None:
    match = Football(home, away, minute, score, rho=rho, **curve)
    final, rest = match.grid().cells(), match.rest().cells()
    assert (final >= 0.0).all()
    assert math.fsum(final.ravel()) == pytest.approx(1.0, abs=1e-13)
    at = final[score[0] : score[0] + len(rest), score[1] : score[1] + len(rest)]
    assert np.abs(at - rest[: at.shape[0], : at.shape[1]]).max() <= 1e-15
    assert at.sum() == pytest.approx(1.0, abs=1e-13)
    assert math.fsum(match.next_goal()) == pytest.approx(1.0, abs=1e-15)
    assert match.rho == pytest.approx(rho * match.remaining_share, abs=1e-16)


@given(RATES, RATES, MINUTES, SCORES)
def test_independent_goals_end_in_the_tails_of_skellam(
    home: float, away: float, minute: float, score: tuple[int, int]
) -> None:
    match = Football(home, away, minute, score)
    tails = odds.inplay.skellam(match.home_rate, match.away_rate, score[0] - score[1])
    assert match.result() == pytest.approx(tails, abs=1e-14)


@given(RATES, RATES, st.floats(0.0, 1.0))
def test_kick_off_is_the_match_before_it(home: float, away: float, share: float) -> None:
    low, high = odds.models.rho_bounds(home, away)
    rho = min(max(low + share * (high - low), low), high)
    before = odds.models.ScoreGrid.dixon_coles(home, away, rho, size=30).cells()
    now = Football(home, away, 0, rho=rho).grid().cells()
    size = min(len(before), len(now))
    assert np.abs(before[:size, :size] - now[:size, :size]).max() <= 1e-12


@given(RATES, RATES, SCORES, CURVES)
def test_the_last_whistle_leaves_the_score(
    home: float, away: float, score: tuple[int, int], curve: dict[str, Any]
) -> None:
    match = Football(home, away, 93.0, score, length=93.0, rho=0.05, **curve)
    assert match.grid().cells()[score] == 1.0
    assert match.next_goal() == (0.0, 0.0, 1.0)


@given(RATES, RATES, st.floats(5.0, 85.0), CURVES)
@settings(max_examples=25)
def test_what_may_have_happened_by_a_minute_adds_up(
    home: float, away: float, minute: float, curve: dict[str, Any]
) -> None:
    """The probabilities before the match are the mean of those at a minute over the scores at that minute."""
    share = 1.0 - Football(home, away, minute, **curve).remaining_share
    reached = odds.models.ScoreGrid.poisson(max(home * share, 1e-6), max(away * share, 1e-6), size=25).cells()
    mean = np.zeros(3)
    for i, j in itertools.product(range(25), repeat=2):
        if reached[i, j] > 1e-14:
            mean += reached[i, j] * np.asarray(Football(home, away, minute, (i, j), **curve).result())
    assert mean == pytest.approx(Football(home, away, 0.0, **curve).result(), abs=2e-6)


def test_cards_and_factors_change_the_rates_that_remain() -> None:
    sent_off = Football(1.3, 1.3, 30, red_cards=(1, 0))
    assert sent_off.home_rate == pytest.approx(Football(1.3, 1.3, 30).home_rate * 0.67)
    assert sent_off.away_rate == pytest.approx(Football(1.3, 1.3, 30).away_rate * 1.2)
    both = Football(1.3, 1.3, 30, red_cards=(2, 1), card_factors=(0.5, 1.5), home_factor=1.1)
    assert both.home_rate == pytest.approx(Football(1.3, 1.3, 30).home_rate * 0.5**2 * 1.5 * 1.1)


def rates_at(x: float, score: tuple[int, int], k: float, home: float, away: float) -> tuple[float, float]:
    """Goals a match's length at time x, by the score."""
    lead = max(-2, min(2, score[0] - score[1]))
    intensity = (1.0 - k) + 2.0 * k * x
    return home * EFFECTS[lead][0] * intensity, away * EFFECTS[lead][1] * intensity


def slopes(p: NDArray[np.float64], x: float, start: tuple[int, int], k: float) -> NDArray[np.float64]:
    """Kolmogorov's forward equations, written out cell by cell."""
    change = np.zeros_like(p)
    for i, j in itertools.product(range(len(p)), repeat=2):
        home, away = rates_at(x, (start[0] + i, start[1] + j), k, 1.6, 1.2)
        change[i, j] -= p[i, j] * (home + away)
        if i + 1 < len(p):
            change[i + 1, j] += p[i, j] * home
        if j + 1 < len(p):
            change[i, j + 1] += p[i, j] * away
    return change


def test_rates_that_follow_the_score_solve_their_equations() -> None:
    """Runge and Kutta's steps in the match's clock, against the sum in its own time."""
    start, minute, k, size, steps = (1, 0), 20.0, 0.2, 13, 60
    p = np.zeros((size, size))
    p[0, 0] = 1.0
    x, step = minute / 90, (1.0 - minute / 90) / steps
    for _ in range(steps):
        first = slopes(p, x, start, k)
        second = slopes(p + step / 2 * first, x + step / 2, start, k)
        third = slopes(p + step / 2 * second, x + step / 2, start, k)
        fourth = slopes(p + step * third, x + step, start, k)
        p += step / 6 * (first + 2 * second + 2 * third + fourth)
        x += step
    match = Football(1.6, 1.2, minute, start, k=k, lead_effects=EFFECTS)
    # The steps are good to 1e-9; the reach of 12 goals a side leaves 1e-8 of the last cells out.
    assert np.abs(match.rest().cells()[:size, :size] - p)[:8, :8].max() <= 1e-8
    left = match.remaining_share
    home, away = 1.6 * left * 0.85, 1.2 * left * 1.25
    assert match.next_goal()[0] == pytest.approx(home / (home + away) * -math.expm1(-home - away), abs=1e-14)


@given(RATES, RATES, MINUTES, SCORES)
def test_effects_of_nothing_leave_poisson(
    home: float, away: float, minute: float, score: tuple[int, int]
) -> None:
    plain = Football(home, away, minute, score).grid().cells()
    birth = Football(home, away, minute, score, lead_effects={0: (1.0, 1.0)}).grid().cells()
    assert np.abs(plain - birth).max() <= 1e-14


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Football(1.5, 1.1, -1), "minute is -1"),
        (lambda: Football(1.5, 1.1, 91), "minute is 91.*stoppage"),
        (lambda: Football(1.5, 1.1, math.nan), "minute is NaN"),
        (lambda: Football(0.0, 1.1, 10), "home_rate is 0"),
        (lambda: Football(1.5, math.inf, 10), "away_rate is inf"),
        (lambda: Football(1.5, 1.1, 10, (-1, 0)), "score: -1"),
        (lambda: Football(1.5, 1.1, 10, (0, 100)), "away_goals is 100"),
        (lambda: Football(1.5, 1.1, 10, red_cards=(5, 0)), "home_red_cards is 5"),
        (lambda: Football(1.5, 1.1, 10, k=1.5), "k is 1.5"),
        (lambda: Football(1.5, 1.1, 10, exponent=0.0), "exponent is 0"),
        (lambda: Football(1.5, 1.1, 10, k=0.1, exponent=0.8), "give k or exponent"),
        (lambda: Football(1.5, 1.1, 10, rho=0.99), "rho is .* lie between"),
        (lambda: Football(1.5, 1.1, 89, rho=2.0), "rho is 2: .* lie between"),
        (lambda: Football(1.5, 1.1, 90, rho=math.nan), "rho is NaN"),
        (lambda: Football(1.5, 1.1, 10, rho=0.1, lead_effects=EFFECTS), "rho is 0.1.*lead_effects"),
        (lambda: Football(1.5, 1.1, 10, home_factor=0.0), "home_factor is 0"),
        (lambda: Football(1.5, 1.1, 10, length=0.0), "length is 0"),
        (lambda: Football(90.0, 1.1, 10, home_factor=9.0), "home_rate is .*100 goals"),
        (lambda: Football(1.5, 1.1, 10, lead_effects={1: (1, 1)}), "lead_effects: give every lead"),
        (lambda: Football(1.5, 1.1, 10, lead_effects={0: (1, 1), 2: (1, 1)}), "lead_effects: give every"),
        (lambda: Football(1.5, 1.1, 10, lead_effects={0: (1, -1)}), "lead_effects is -1"),
        (lambda: odds.inplay.skellam(-1.0, 1.0), "home_rate is -1"),
        (lambda: odds.inplay.skellam(1.0, 1.0, 200), "lead is 200"),
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
