"""The checks of the goldens of matches under way: football, tennis, games of many points."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from pyplatform.core import odds
from tests.goldens.model_checks import close
from tests.goldens.odds_checks import Case, Check, tolerance, unknown

SERVE = ("pa", "pb")


def football_state(given: Case, exponent: float | None = None) -> odds.inplay.Football:
    known = {"lambda_home", "lambda_away", "minute", "score", "k", "mult_home", "mult_away", "exponent"}
    assert set(given) <= known
    return odds.inplay.Football(
        given["lambda_home"],
        given["lambda_away"],
        given["minute"],
        tuple(given["score"]),
        k=given.get("k"),
        exponent=exponent,
        home_factor=given.get("mult_home", 1.0),
        away_factor=given.get("mult_away", 1.0),
    )


def football_answers(match: odds.inplay.Football, expected: Case) -> dict[str, Any]:
    """What the file asks of a football match, under its names."""
    grid = match.grid()
    home, draw, away = match.result()
    alone = [name.removeprefix("over") for name in expected if re.fullmatch(r"over\d.*", name)]
    return {
        "remaining_share": match.remaining_share,
        "rem_home": match.home_rate,
        "rem_away": match.away_rate,
        "home": home,
        "draw": draw,
        "away": away,
        "over": {line: grid.over(float(line)).win for line in expected.get("over", {})},
        "next_goal": dict(zip(("home", "away", "none"), match.next_goal(), strict=True)),
        "btts": grid.joint("btts"),
    } | {f"over{line}": grid.over(float(line)).win for line in alone}


def compare(found: Case, expected: Case, allowed: float) -> None:
    """Every figure of the file, whatever it picks of ours."""
    for name, value in expected.items():
        if isinstance(value, dict):
            compare(found[name], value, allowed)
        else:
            assert found[name] == close(allowed)(value), name


def basketball_answers(given: Case, expected: Case) -> dict[str, Any]:
    assert set(given) == {"mu", "sigma", "lead", "remaining"}
    game = odds.inplay.SternGame(**given)
    home, tie, _ = game.result()
    lines = {line: game.handicap(float(line)) for line in expected.get("home_handicap", {})}
    return {
        "home_win_continuous": game.home_win_continuous,
        "p_regulation_win": home,
        "p_tie": tie,
        "home_moneyline_with_ot": game.moneyline()[0],
        "home_handicap": {line: {"win": five.win, "push": five.push} for line, five in lines.items()},
    }


def inplay(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]
    answers: dict[str, Callable[[], Case]] = {
        "inplay_football": lambda: football_answers(football_state(given), expected),
        "inplay_football_power": lambda: football_answers(football_state(given, given["exponent"]), expected),
        "inplay_basketball": lambda: basketball_answers(given, expected),
    }
    if case["fn"] not in answers:
        yield case["fn"], unknown(case["fn"])
        return
    yield case["fn"], lambda: compare(answers[case["fn"]](), expected, tolerance(meta))


def game(given: Case) -> Case:
    points = (given["server_points"], given["receiver_points"])
    return {"p": odds.inplay.tennis_game(given["p_serve"], points)}


def tiebreak(given: Case) -> Case:
    names = {"a", "b", "first_server", "to", *SERVE}
    assert set(given) <= names
    points = (given["a"], given["b"])
    found = odds.inplay.tennis_tiebreak(
        given["pa"], given["pb"], points, first_server=given["first_server"], to=given["to"]
    )
    return {"p_a": found}


def score(given: Case) -> dict[str, Any]:
    """Where a set stands, in our words."""
    points = tuple(given.get("pt", (0, 0)))
    return {
        "games": (given.get("ga", 0), given.get("gb", 0)),
        "points": points,
        "server": given.get("server", "A"),
        "tiebreak": given.get("tb", True),
        "tiebreak_to": given.get("tb_to", 7),
    }


IN_A_SET = {"ga", "gb", "pt", "server", "tb", "tb_to", *SERVE}


def a_set(given: Case) -> Case:
    assert set(given) <= IN_A_SET
    return {"p_a": odds.inplay.tennis_set(given["pa"], given["pb"], **score(given))}


def a_match(given: Case) -> Case:
    assert set(given) <= IN_A_SET | {"sa", "sb", "best", "tb_final", "tb_final_to"}
    final = {True: "tiebreak", False: "advantage", None: None}[given.get("tb_final")]
    match = odds.inplay.TennisMatch(
        given["pa"],
        given["pb"],
        best_of=given.get("best", 3),
        sets=(given.get("sa", 0), given.get("sb", 0)),
        final_set=final,  # type: ignore[arg-type]
        final_tiebreak_to=given.get("tb_final_to"),
        **score(given),
    )
    return {"p_a": match.match}


def tennis(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    answers = {"tennis_game": game, "tennis_tiebreak": tiebreak, "tennis_set": a_set, "tennis_match": a_match}
    if case["fn"] not in answers:
        yield case["fn"], unknown(case["fn"])
        return
    yield case["fn"], lambda: compare(answers[case["fn"]](case["in"]), case["out"], tolerance(meta))


FILES = {check.__name__: check for check in (inplay, tennis)}
