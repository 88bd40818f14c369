"""Tennis against its own rules played out point by point, and what holds for every score."""

import functools
import math
from collections import Counter
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.inplay import TennisMatch, tennis_game, tennis_set, tennis_tiebreak

SERVE = st.floats(0.3, 0.85)
# After so many points the rest of a game or a tie-break is below 1e-15 at these probabilities.
LONG = 240


def other(player: str) -> str:
    return "B" if player == "A" else "A"


@functools.cache
def race(p_of: tuple[float, ...], mine: int, theirs: int, to: int) -> float:
    """First to `to` points, two ahead; `p_of[n]` is the chance of point n."""
    if max(mine, theirs) >= to and abs(mine - theirs) >= 2:
        return float(mine > theirs)
    if mine + theirs >= len(p_of):
        return 0.5
    p = p_of[mine + theirs]
    return p * race(p_of, mine + 1, theirs, to) + (1 - p) * race(p_of, mine, theirs + 1, to)


@functools.cache
def oracle_game(p: float, mine: int, theirs: int) -> float:
    return race((p,) * LONG, mine, theirs, 4)


@functools.cache
def oracle_tiebreak(pa: float, pb: float, a: int, b: int, first: str, to: int) -> float:
    # One serve, then two each: A BB AA BB …
    order = [first] + [player for _ in range(LONG // 4) for player in (other(first),) * 2 + (first,) * 2]
    return race(tuple(pa if server == "A" else 1 - pb for server in order), a, b, to)


def a_wins_game(pa: float, pb: float, server: str) -> float:
    return oracle_game(pa, 0, 0) if server == "A" else 1 - oracle_game(pb, 0, 0)


@functools.cache
def oracle_set(pa: float, pb: float, ga: int, gb: int, server: str, tiebreak_at: int) -> float:
    if (max(ga, gb) >= 6 and abs(ga - gb) >= 2) or max(ga, gb) > tiebreak_at:
        return float(ga > gb)
    if ga == gb == tiebreak_at:
        return oracle_tiebreak(pa, pb, 0, 0, server, 7)
    p = a_wins_game(pa, pb, server)
    won = oracle_set(pa, pb, ga + 1, gb, other(server), tiebreak_at)
    return p * won + (1 - p) * oracle_set(pa, pb, ga, gb + 1, other(server), tiebreak_at)


POINTS = st.sampled_from([(a, b) for a in range(4) for b in range(4)] + [(4, 3), (3, 4)])
GAMES = st.sampled_from([(a, b) for a in range(6) for b in range(6)] + [(6, 5), (5, 6)])
PLAYERS = st.sampled_from("AB")


@given(SERVE, POINTS)
def test_games_are_races_to_four(p: float, points: tuple[int, int]) -> None:
    assert tennis_game(p, points) == pytest.approx(oracle_game(p, *points), abs=1e-12)
    q = 1 - p
    if points == (0, 0):
        closed = p**4 * (1 + 4 * q + 10 * q * q) + 20 * (p * q) ** 3 * p * p / (p * p + q * q)
        assert tennis_game(p) == pytest.approx(closed, abs=1e-14)


@given(SERVE, SERVE, st.integers(0, 9), st.integers(0, 9), PLAYERS, st.sampled_from([7, 10]))
def test_tiebreaks_are_races_with_changing_servers(
    pa: float, pb: float, a: int, b: int, first: Any, to: int
) -> None:
    if max(a, b) >= to and abs(a - b) >= 2:
        with pytest.raises(ValueError, match=r"tie-break .*: it is over"):
            tennis_tiebreak(pa, pb, (a, b), first_server=first, to=to)
        return
    found = tennis_tiebreak(pa, pb, (a, b), first_server=first, to=to)
    assert found == pytest.approx(oracle_tiebreak(pa, pb, a, b, first, to), abs=1e-12)
    mirrored = tennis_tiebreak(pb, pa, (b, a), first_server=other(first), to=to)  # type: ignore[arg-type]
    assert found == pytest.approx(1 - mirrored, abs=1e-13)


@given(SERVE, SERVE, GAMES, POINTS, PLAYERS)
def test_sets_are_games_played_out(
    pa: float, pb: float, games: tuple[int, int], points: tuple[int, int], server: Any
) -> None:
    now = oracle_game(pa, *points) if server == "A" else 1 - oracle_game(pb, *points)
    won = oracle_set(pa, pb, games[0] + 1, games[1], other(server), 6)
    lost = oracle_set(pa, pb, games[0], games[1] + 1, other(server), 6)
    found = tennis_set(pa, pb, games, points, server=server)
    assert found == pytest.approx(now * won + (1 - now) * lost, abs=1e-12)


@given(SERVE, SERVE, st.integers(5, 90), st.integers(-1, 1), PLAYERS)
def test_advantage_sets_are_their_next_game(pa: float, pb: float, level: int, lead: int, server: Any) -> None:
    a, b = level + max(lead, 0), level + max(-lead, 0)
    now, upcoming = a_wins_game(pa, pb, server), cast("Any", other(server))

    def after(a: int, b: int) -> float:
        return (
            float(a > b) if abs(a - b) == 2 else tennis_set(pa, pb, (a, b), server=upcoming, tiebreak=False)
        )

    mean = now * after(a + 1, b) + (1 - now) * after(a, b + 1)
    assert tennis_set(pa, pb, (a, b), server=server, tiebreak=False) == pytest.approx(mean, abs=1e-13)


def test_advantage_sets_of_ordinary_servers_end() -> None:
    for pa, pb, games in [
        (0.65, 0.62, (0, 0)),
        (0.55, 0.6, (6, 5)),
        (0.62, 0.62, (8, 8)),
        (0.6, 0.64, (9, 10)),
    ]:
        (
            a_wins_game(pa, pb, "A"),
            a_wins_game(pa, pb, "B"),
        )  # known before the games are, so that they nest less
        expected = oracle_set(pa, pb, *games, "A", 90)
        assert tennis_set(pa, pb, games, tiebreak=False) == pytest.approx(expected, abs=1e-12)


@given(SERVE, SERVE)
def test_who_serves_first_does_not_matter(pa: float, pb: float) -> None:
    """Newton & Keller 2005, for sets and with them for matches."""
    for tiebreak in (True, False):
        first, second = (tennis_set(pa, pb, server=server, tiebreak=tiebreak) for server in ("A", "B"))
        assert first == pytest.approx(second, abs=1e-13)


@given(SERVE, SERVE, st.sampled_from([3, 5]), PLAYERS)
def test_a_match_is_its_next_point(pa: float, pb: float, best_of: int, server: Any) -> None:
    """The probability now is the mean of those after the next point."""
    score: dict[str, Any] = {"best_of": best_of, "sets": (1, 0), "games": (4, 3), "server": server}
    now = TennisMatch(pa, pb, points=(2, 2), **score)
    a_first = server == "A"
    after_a = TennisMatch(pa, pb, points=(3, 2) if a_first else (2, 3), **score)
    after_b = TennisMatch(pa, pb, points=(2, 3) if a_first else (3, 2), **score)
    for figure in ("game", "set", "match"):
        mean = now.point * getattr(after_a, figure) + (1 - now.point) * getattr(after_b, figure)
        assert getattr(now, figure) == pytest.approx(mean, abs=1e-13)


@given(
    SERVE, SERVE, st.sampled_from([3, 5]), st.sampled_from(["advantage", "match_tiebreak", "tiebreak_at_12"])
)
def test_final_sets_have_their_own_rule(pa: float, pb: float, best_of: int, final: Any) -> None:
    ordinary = tennis_set(pa, pb)
    last = {
        "advantage": lambda: tennis_set(pa, pb, tiebreak=False),
        "match_tiebreak": lambda: tennis_tiebreak(pa, pb, to=10),
        "tiebreak_at_12": lambda: oracle_set(pa, pb, 0, 0, "A", 12),
    }[final]()
    needed = best_of // 2 + 1
    level = math.comb(2 * needed - 2, needed - 1) * (ordinary * (1 - ordinary)) ** (needed - 1)
    before = sum(
        math.comb(needed - 1 + lost, lost) * ordinary**needed * (1 - ordinary) ** lost
        for lost in range(needed - 1)
    )
    match = TennisMatch(pa, pb, best_of=best_of, final_set=final)
    assert match.match == pytest.approx(before + level * last, abs=1e-12)
    scores = match.set_scores()
    assert (
        list(scores)
        == [f"{needed}-{b}" for b in range(needed)] + [f"{a}-{needed}" for a in range(needed)][::-1]
    )
    assert math.fsum(scores.values()) == pytest.approx(1.0, abs=1e-14)


def games_of_a_match(pa: float, pb: float, best_of: int) -> Counter[tuple[int, int]]:
    """Games of both in a whole match, game by game."""
    open_states: Counter[tuple[Any, ...]] = Counter({(0, 0, 0, 0, 0, 0, "A"): 1.0})
    finals: Counter[tuple[int, int]] = Counter()
    while open_states:
        upcoming: Counter[tuple[Any, ...]] = Counter()
        for (sa, sb, a, b, ga, gb, server), probability in open_states.items():
            tiebreak = (ga, gb) == (6, 6)
            p = oracle_tiebreak(pa, pb, 0, 0, server, 7) if tiebreak else a_wins_game(pa, pb, server)
            for won, share in ((1, p), (0, 1 - p)):
                x, y = ga + won, gb + 1 - won
                over = (max(x, y) >= 6 and abs(x - y) >= 2) or max(x, y) == 7
                sets = (sa + (over and x > y), sb + (over and y > x))
                games = (a + won, b + 1 - won)
                if max(sets) > best_of // 2:
                    finals[games] += probability * share  # type: ignore[assignment]
                else:
                    upcoming[(*sets, *games, *((0, 0) if over else (x, y)), other(server))] += (
                        probability * share
                    )  # type: ignore[assignment]
        open_states = upcoming
    return finals


@pytest.mark.parametrize("best_of", [3, 5])
def test_games_of_a_match_are_counted(best_of: int) -> None:
    expected = games_of_a_match(0.66, 0.61, best_of)
    cells = TennisMatch(0.66, 0.61, best_of=best_of).games().cells()
    assert sum(cells[games] for games in expected) == pytest.approx(1.0, abs=1e-12)
    for games, probability in expected.items():
        assert cells[games] == pytest.approx(probability, abs=1e-12)


def test_games_so_far_are_counted_too() -> None:
    match = TennisMatch(0.66, 0.61, sets=(1, 0), games=(5, 2), points=(3, 1))
    scores = match.game_scores()
    assert math.fsum(scores.values()) == pytest.approx(1.0, abs=1e-14)
    assert set(scores) == {"6-2", "6-3", "6-4", "7-5", "7-6", "5-7", "6-7"}
    assert sum(p for score, p in scores.items() if score[0] > score[2]) == pytest.approx(match.set, abs=1e-14)
    games = match.games(finished=(6, 4))
    # Fewest games: 6-4 and 6-2.
    assert games.cells()[12, 6] == pytest.approx(scores["6-2"], abs=1e-14)
    assert games.over(17.5).win == pytest.approx(1.0, abs=1e-14)
    endless = TennisMatch(0.64, 0.6, sets=(1, 1), games=(9, 8), final_set="advantage")
    assert math.fsum(endless.game_scores().values()) == pytest.approx(1.0, abs=1e-9)
    assert endless.games().over(18.5).win == pytest.approx(1.0 - endless.game_scores()["10-8"], abs=1e-9)


def test_a_match_tiebreak_counts_points_not_games() -> None:
    match = TennisMatch(0.66, 0.61, sets=(1, 1), points=(8, 7), server="B", final_set="match_tiebreak")
    assert match.match == match.set == match.game
    assert match.match == pytest.approx(
        tennis_tiebreak(0.66, 0.61, (7, 8), first_server="B", to=10), abs=1e-15
    )
    assert match.game_scores().keys() == {"1-0", "0-1"}


def test_no_ad_games_have_one_deciding_point() -> None:
    assert tennis_game(0.6, (3, 3), no_ad=True) == 0.6
    q = 0.4
    closed = 0.6**4 * (1 + 4 * q + 10 * q * q) + 20 * (0.6 * q) ** 3 * 0.6
    assert tennis_game(0.6, no_ad=True) == pytest.approx(closed, abs=1e-15)
    assert TennisMatch(0.6, 0.6, no_ad=True).match == pytest.approx(0.5, abs=1e-14)


@given(st.floats(1e-9, 1.0 - 1e-9), st.floats(1e-9, 1.0 - 1e-9), st.booleans())
def test_any_servers_have_probabilities(pa: float, pb: float, tiebreak: bool) -> None:
    match = TennisMatch(pa, pb, best_of=5, tiebreak=tiebreak)
    for p in (match.point, match.game, match.set, match.match):
        assert 0.0 <= p <= 1.0
    if pa == pb:
        assert match.match == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tennis_game(0.0), "p_serve is 0"),
        (lambda: tennis_game(1.0), "p_serve is 1"),
        (lambda: tennis_game(math.nan), "p_serve is NaN"),
        (lambda: tennis_game(0.6, (4, 0)), "points 4-0: a game under way"),
        (lambda: tennis_game(0.6, (4, 4)), "points 4-4"),
        (lambda: tennis_game(0.6, (5, 3)), "points 5-3"),
        (lambda: tennis_game(0.6, (-1, 3)), "points: -1"),
        (lambda: tennis_game(0.6, (4, 3), no_ad=True), "points 4-3.*deciding point"),
        (lambda: tennis_tiebreak(0.6, 1.2), "pb is 1.2"),
        (lambda: tennis_tiebreak(0.6, 0.6, to=1), "length of the tie-break is 1"),
        (lambda: tennis_tiebreak(0.6, 0.6, first_server="C"), "first_server: unknown"),  # type: ignore[arg-type]
        (lambda: tennis_set(0.6, 0.6, (7, 3)), "games 7-3: no score of a set"),
        (lambda: tennis_set(0.6, 0.6, (6, 4)), "games 6-4"),
        (lambda: tennis_set(0.6, 0.6, (7, 6)), "games 7-6"),
        (lambda: tennis_set(0.6, 0.6, (9, 6), tiebreak=False), "games 9-6"),
        (lambda: tennis_set(0.6, 0.6, (6, 6), (7, 5)), "tie-break 7-5"),
        (lambda: tennis_set(0.6, 0.6, (3, 3), (7, 6)), "points 7-6"),
        (lambda: TennisMatch(0.6, 0.6, sets=(2, 0)), "sets 2-0: no score of a match under way"),
        (lambda: TennisMatch(0.6, 0.6, best_of=4), "best_of is 4"),
        (lambda: TennisMatch(0.6, 0.6, final_set="golden"), "final_set: unknown"),  # type: ignore[arg-type]
        (lambda: TennisMatch(0.6, 0.6, server="Murray"), "server: unknown"),  # type: ignore[arg-type]
        (lambda: TennisMatch(0.9, 0.9, tiebreak=False).games(), "advantage set of servers so strong"),
    ],
)
def test_the_impossible_says_why(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
