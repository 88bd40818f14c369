"""The checks of the goal model goldens: score grids and their markets, rates from markets and results."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any

import numpy as np
import pytest

from pyplatform.core import models
from tests.goldens.odds_checks import Case, Check, tolerance, unknown

FIVE = ("win", "half_win", "push", "half_lose", "lose")
# The names the file gives the parameters, and ours.
PARAMETERS = {"lambda_home": "home_rate", "lambda_away": "away_rate", "rho": "rho"} | {
    "lambda1": "home_rate",
    "lambda2": "away_rate",
    "lambda3": "shared_rate",
}
MODELS: dict[str, Callable[..., models.ScoreGrid]] = {
    name: getattr(models.ScoreGrid, name)
    for name in (
        "poisson",
        "dixon_coles",
        "bivariate_poisson",
        "negative_binomial",
        "zero_inflated_poisson",
        "weibull_copula",
    )
}


def close(allowed: float) -> Any:
    return partial(pytest.approx, abs=allowed, rel=0)


def five_way(found: models.FiveWay, expected: Case, allowed: float) -> None:
    assert [getattr(found, name) for name in FIVE] == close(allowed)([expected[name] for name in FIVE])


def plain_markets(grid: models.ScoreGrid, expected: Case, allowed: float) -> None:
    """The markets that are probabilities by outcome."""
    found = grid.markets()
    for name, market in found.items():
        assert market == close(allowed)(expected[name]), name
    for handicap, result in expected["european_handicap"].items():
        home, draw, away = grid.result(int(handicap))
        assert {"home": home, "draw": draw, "away": away} == close(allowed)(result)
    for at, side in enumerate(("home", "away")):
        lines = expected["team_total_over"][side]
        assert {line: grid.team_over(float(line))[at] for line in lines} == close(allowed)(lines)
    same_game = expected["same_game"]
    assert {legs: grid.joint(*legs.split("&")) for legs in same_game} == close(allowed)(same_game)
    others = {"european_handicap", "team_total_over", "same_game", "totals", "asian_handicap"}
    assert set(found) | others == set(expected)


def lines(grid: models.ScoreGrid, expected: Case, allowed: float, fair: float) -> None:
    """The markets on a line: five results, fair prices both ways."""
    for line, market in expected["totals"].items():
        over = grid.over(float(line))
        five_way(over, market["over"], allowed)
        assert over.fair_price == pytest.approx(market["fair_over"], rel=fair)
        assert over.mirror().fair_price == pytest.approx(market["fair_under"], rel=fair)
    for line, market in expected["asian_handicap"].items():
        home = grid.handicap(float(line))
        five_way(home, market["home"], allowed)
        assert home.fair_price == pytest.approx(market["fair_home"], rel=fair)
        assert home.mirror().fair_price == pytest.approx(market["fair_away_opposite"], rel=fair)


def score_grid(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    if case["model"] not in MODELS:
        yield case["model"], unknown(case["model"])
        return
    weibull = case["model"].startswith("weibull")
    allowed = tolerance(meta, "weibull" if weibull else "")
    given = {PARAMETERS.get(name, name): value for name, value in case["params"].items()}
    if case["model"] == "poisson":
        assert given.pop("rho", 0.0) == 0.0
    build = partial(MODELS[case["model"]], **given, size=case["n"])

    def cells() -> None:
        grid = build()
        assert grid.size == case["n"]
        assert grid.mass == close(allowed)(case["mass_before_normalise"])
        assert np.abs(grid.cells() - np.array(case["grid"])).max() <= allowed

    yield "cells", cells
    yield "markets", lambda: plain_markets(build(), case["markets"], allowed)
    yield "lines", lambda: lines(build(), case["markets"], allowed, tolerance(meta, "probabilities,"))


def goal_expectancy(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]
    result = [given["home"], given["draw"], given["away"]]
    rates = ("lambda_home", "lambda_away")

    def agrees(found: models.GoalExpectancy, wanted: Case, allowed: float) -> None:
        assert [found.home_rate, found.away_rate] == close(allowed)([wanted[name] for name in rates])
        assert found.rho == close(allowed)(wanted.get("rho", given["rho"]))

    def from_1x2_given_rho() -> None:
        found = models.goal_expectancy(result, rho=given["rho"])
        agrees(found, expected["from_1x2_given_rho"], tolerance(meta))

    def from_1x2_and_over25() -> None:
        wanted = expected["from_1x2_and_over25"]
        agrees(models.goal_expectancy(result, given["over25"]), wanted, tolerance(meta, "("))
        agrees(models.goal_expectancy(result, given["over25"], rho=given["rho"]), wanted, tolerance(meta))

    if case["fn"] != "goal_expectancy":
        yield case["fn"], unknown(case["fn"])
        return
    checks = {check.__name__: check for check in (from_1x2_given_rho, from_1x2_and_over25)}
    for name in expected:
        yield name, checks.get(name, unknown(name))


def dixon_coles_fit(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    dates, *results = zip(*meta["data"][case["data_ref"]], strict=True)
    days = [date.fromisoformat(day).toordinal() for day in dates]
    expected, allowed = case["expected"], close(tolerance(meta, "params"))

    def check() -> None:
        rho = {"poisson": 0.0, "dixon_coles": None}[case["model"]]
        found = models.fit_dixon_coles(*results, days=days, xi=case["xi"] or 0.0, rho=rho)
        assert list(found.teams) == expected["teams"]
        assert found.attack == allowed(expected["attack"])
        assert found.defence == allowed(expected["defence"])
        assert found.home_advantage == allowed(expected["home_advantage"])
        assert found.rho == allowed(expected["rho"])
        assert found.log_likelihood == close(tolerance(meta, "loglik"))(expected["weighted_loglik"])

    yield case["model"], check


FILES = {check.__name__: check for check in (score_grid, goal_expectancy, dixon_coles_fit)}
