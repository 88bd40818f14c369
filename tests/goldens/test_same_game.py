"""Same-game multiples: bounds, partitions, implied legs, and scorers against every way goals can fall to players."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.inplay import Football
from pyplatform.core.models import SameGame, ScoreGrid, Scorer

GRID = ScoreGrid.dixon_coles(1.6, 1.1, -0.08)
SCORERS = [
    Scorer("home", "Kane", 0.35),
    Scorer("home", "Saka", 0.2),
    Scorer("home", "Rice", 0.1, scores=False),
    Scorer("away", "Pedri", 0.25),
    Scorer("away", "Yamal", 0.3, goals=2),
]
WORDS = ["home", "1x", "draw", "btts", "over1.5", "over2.5", "under3.5", "home-1.5", "away+1.5", "odd"]
WORDS += ["home_over0.5", "away_over0.5", "away_under1.5", "score2-1"]
LEGS = st.lists(st.sampled_from([*WORDS, *SCORERS]), min_size=1, max_size=5)


def built(legs: list[str | Scorer], grid: ScoreGrid = GRID, **more: Any) -> SameGame | None:
    """The multiple, unless its legs contradict each other."""
    try:
        return SameGame(grid, legs, **{"margin": 0.05, **more})
    except ValueError as refused:
        assert "contradict" in str(refused) or "the price would be" in str(refused)  # noqa: PT017
        return None


@given(LEGS)
def test_joint_probabilities_keep_their_bounds(legs: list[str | Scorer]) -> None:
    found = built(legs)
    if found is None:
        return
    low, high = found.bounds
    assert low - 1e-14 <= found.probability <= high + 1e-14
    assert found.independent == pytest.approx(math.prod(found.leg_probabilities))
    margin = min(1 - 0.95 ** sum(found.counted), 0.25)
    assert found.margin == pytest.approx(margin, abs=1e-15)
    assert found.price == pytest.approx((1 - margin) * found.fair_price)
    words = [leg for leg in legs if isinstance(leg, str)]
    if len(words) == len(legs):
        assert found.probability == GRID.joint(*words)


@given(LEGS, st.sampled_from(["1x2", "goals", "Kane", "sides"]))
def test_parts_add_up_to_the_whole(legs: list[str | Scorer], by: str) -> None:
    parts: list[str | Scorer] = {
        "1x2": ["home", "draw", "away"],
        "goals": ["over2.5", "under2.5"],
        "Kane": [Scorer("home", "Kane", 0.35), Scorer("home", "Kane", 0.35, scores=False)],
        "sides": ["btts", "btts_no"],
    }[by]  # type: ignore[assignment]
    whole = built(legs)
    if whole is None:
        return
    # A part that leaves nothing to win is refused; its probability is what the others leave.
    found = [part.probability for leg in parts if (part := built([*legs, leg], margin=0.0))]
    assert math.fsum(found) == pytest.approx(whole.probability, abs=1e-14)


@given(LEGS, st.data())
def test_an_implied_leg_changes_nothing(legs: list[str | Scorer], data: st.DataObject) -> None:
    implied: dict[str | Scorer, list[str | Scorer]] = {
        "home": ["1x", "home_over0.5", "over0.5"],
        "btts": ["over1.5", "home_over0.5"],
        "score2-1": ["home", "btts", "over2.5", "odd"],
        "over2.5": ["over1.5"],
    }
    first = data.draw(st.sampled_from(list(implied)))
    found = built([*legs, first])
    if found is None:
        return
    second = data.draw(st.sampled_from(implied[first]))
    more = SameGame(GRID, [*legs, first, second], margin=0.05)
    assert (more.probability, more.price, more.margin) == (found.probability, found.price, found.margin)
    doubled = SameGame(GRID, [*legs, first, first], margin=0.05)
    assert (doubled.probability, doubled.price) == (found.probability, found.price)


def test_who_scores_implies_that_his_side_does() -> None:
    alone = SameGame(GRID, [SCORERS[0]], margin=0.05)
    more = SameGame(GRID, [SCORERS[0], "home_over0.5"], margin=0.05)
    assert more.price == alone.price
    assert more.counted == (True, False)
    twice = Scorer("home", "Kane", 0.35, goals=2)
    assert (
        SameGame(GRID, [SCORERS[0], twice], margin=0.05).price == SameGame(GRID, [twice], margin=0.05).price
    )


def test_every_way_goals_fall_to_players() -> None:
    """Three players of home and one of away, every goal given to each in turn."""
    shares = {"Kane": 0.35, "Saka": 0.2, "Rice": 0.1, None: 0.35}
    legs: list[str | Scorer] = [
        SCORERS[0],
        Scorer("home", "Saka", 0.2, goals=2),
        SCORERS[2],
        SCORERS[3],
        "over3.5",
        "home",
    ]
    cells = ScoreGrid.dixon_coles(1.6, 1.1, -0.08, size=7).cells()
    expected = 0.0
    for i, j in itertools.product(range(7), repeat=2):
        if i + j <= 3 or i <= j:
            continue
        good = math.fsum(
            math.prod(shares[player] for player in fallen)
            for fallen in itertools.product(shares, repeat=i)
            if "Kane" in fallen and fallen.count("Saka") >= 2 and "Rice" not in fallen
        )
        expected += cells[i, j] * good * (1 - 0.75**j)
    grid = ScoreGrid.dixon_coles(1.6, 1.1, -0.08, size=7)
    assert SameGame(grid, legs, margin=0.0).probability == pytest.approx(expected, abs=1e-15)


@given(LEGS, st.integers(0, 4))
def test_a_void_leg_is_a_leg_left_out(legs: list[str | Scorer], at: int) -> None:
    found = built(legs)
    if found is None:
        return
    void = legs[at % len(legs)]
    rest = [leg for leg in legs if leg != void]
    if not rest:
        with pytest.raises(ValueError, match="the bet is void"):
            found.without(void)
        return
    left = built(rest)
    if left is not None:
        again = found.without(void)
        assert (again.probability, again.price, again.legs) == (left.probability, left.price, left.legs)


def test_players_score_of_what_is_to_come() -> None:
    match = Football(1.6, 1.1, 60, (2, 0))
    kane = SameGame(match.grid(), [SCORERS[0]], margin=0.0, score=(2, 0))
    home = match.home_rate
    # Thinned Poisson goals are Poisson.
    assert kane.probability == pytest.approx(-math.expm1(-0.35 * home), abs=1e-13)
    with pytest.raises(ValueError, match="contradict each other or the score"):
        SameGame(match.grid(), ["under1.5"], margin=0.05, score=(2, 0))


def test_the_margin_of_each_leg_and_its_cap() -> None:
    legs = ["home", "over3.5", "btts"]
    found = SameGame(GRID, legs, margin=[0.02, 0.03, 0.04], cap=0.5)
    assert found.margin == pytest.approx(1 - 0.98 * 0.97 * 0.96)
    assert SameGame(GRID, legs, margin=[0.02, 0.03, 0.04], cap=0.06).margin == 0.06
    assert found.without("over3.5").margin == pytest.approx(1 - 0.98 * 0.96)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: SameGame(GRID, ["home", "away"], margin=0.05), "legs home, away contradict"),
        (lambda: SameGame(GRID, ["btts_no", SCORERS[0], SCORERS[3]], margin=0.05), "contradict"),
        (
            lambda: SameGame(GRID, [SCORERS[0], Scorer("home", "Kane", 0.35, scores=False)], margin=0),
            "contradict",
        ),
        (lambda: SameGame(GRID, [], margin=0.05), "none is left"),
        (lambda: SameGame(GRID, ["penalty"], margin=0.05), "unknown leg"),
        (lambda: SameGame(GRID, ["over2"], margin=0.05), "half line"),
        (lambda: SameGame(GRID, ["home"], margin=1.0), "margin is 1"),
        (lambda: SameGame(GRID, ["home"], margin=-0.1), "margin is -0.1"),
        (lambda: SameGame(GRID, ["home"], margin=[0.1, 0.1]), "margin: 2 margins for 1 legs"),
        (lambda: SameGame(GRID, ["home"], margin=0.05, cap=math.nan), "cap is NaN"),
        (lambda: SameGame(GRID, ["over0.5", "under8.5"], margin=0.2), "the price would be"),
        (lambda: SameGame(GRID, ["home"], margin=0.05, score=(1, 0)), "grid must be that of the match"),
        (
            lambda: SameGame(GRID, [SCORERS[0], Scorer("home", "Bell", 0.7)], margin=0),
            "sum of a side's shares",
        ),
        (lambda: SameGame(GRID, [SCORERS[0], Scorer("home", "Kane", 0.3)], margin=0), "different shares"),
        (lambda: SameGame(GRID, ["home"], margin=0.05).without("draw"), "draw is no leg"),
        (lambda: Scorer("left", "Kane", 0.3), "side: unknown"),  # type: ignore[arg-type]
        (lambda: Scorer("home", "Kane", 0.0), "share: 0"),
        (lambda: Scorer("home", "Kane", math.nan), "share: NaN"),
        (lambda: Scorer("home", "Kane", 0.3, goals=0), "goals: 0"),
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
