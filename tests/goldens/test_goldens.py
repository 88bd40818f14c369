"""Every golden case through the public Python API, at the tolerance its file states.

`PYPLATFORM_GOLDENS=DIR pytest tests/goldens` runs any folder of files in the same shape; without it, our own copy.
"""

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core import betting, odds

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("PYPLATFORM_GOLDENS", HERE / "data"))
NOT_BUILT: dict[str, list[str]] = tomllib.loads((HERE / "not_built.toml").read_text(encoding="utf-8"))

Case = dict[str, Any]
Check = Callable[[], None]


def tolerance(meta: Case) -> float:
    """The first power of ten the file names, 1e-12 if it names none."""
    found = re.search(r"\d(?:\.\d+)?e-\d+", f"{meta.get('tolerance', '')} {meta.get('expected', '')}")
    return float(found[0]) if found else 1e-12


def unknown(what: str) -> Check:
    """A test that fails: what is neither built nor listed as not built must not pass unseen."""
    return partial(pytest.fail, f"neither built nor listed in not_built.toml: {what}")


def built_methods(case: Case) -> Iterator[tuple[str, Case]]:
    for name, expected in case["methods"].items():
        if name not in NOT_BUILT["methods"]:
            yield name, expected


def removal(case: Case, name: str, expected: Case, target: float, allowed: float) -> None:
    found = odds.remove_margin(case["odds"], method=name, target=target, on_invalid="allow")
    assert found.valid == expected["valid"]
    assert found.probabilities == pytest.approx(expected["probabilities"], abs=allowed, rel=0)
    assert found.booksum == pytest.approx(case["booksum"], abs=allowed)
    assert found.underround == (case["booksum"] < target - 1e-12)
    parameter = expected.get("params", {}).get("k", expected.get("params", {}).get("z", expected.get("k")))
    if parameter is not None:
        assert found.parameter == pytest.approx(parameter, abs=1e-10, rel=1e-10)


def margin_removal(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    for name, golden in built_methods(case):
        yield name, partial(removal, case, name, golden["expected"], 1.0, tolerance(meta))


def margin_target(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    for name, expected in built_methods(case):
        yield name, partial(removal, case, name, expected, float(case["target"]), tolerance(meta))


def margin_apply(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    def check(name: str, expected: Case) -> None:
        fair, margin = case["probabilities"], case["margin"]
        if expected["odds"] is None:
            with pytest.raises(ValueError, match="cannot reach"):
                odds.apply_margin(fair, margin, method=name)
            return
        found = odds.apply_margin(fair, margin, method=name)
        assert found.valid == expected["valid"]
        book = [1 / price for price in found.prices]
        assert book == pytest.approx(expected["book_probabilities"], abs=tolerance(meta), rel=0)
        assert found.prices == pytest.approx(expected["odds"], rel=tolerance(meta))
        if found.valid:
            removed = odds.remove_margin(found.prices, method=name)
            assert removed.probabilities == pytest.approx(fair, abs=tolerance(meta), rel=0)

    for name, expected in built_methods(case):
        yield name, partial(check, name, expected)


def e4(price: float) -> int:
    return round(price * 10_000)


def price_ladder(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case.get("in", {}), case["out"]

    def ladder() -> None:
        prices = odds.betfair_prices()
        assert len(prices) == expected["count"]
        assert list(prices) == [e4(price) for price in expected["prices"]]
        assert all(map(odds.betfair_is_valid, prices))

    def snap() -> None:
        price = e4(given["price"])
        assert odds.betfair_floor(price) == e4(expected["floor"])
        assert odds.betfair_ceil(price) == e4(expected["ceil"])
        assert odds.betfair_nearest(price) == e4(expected["nearest_half_up"])
        assert odds.betfair_is_valid(price) == (price in odds.betfair_prices())

    def ticks() -> None:
        assert odds.betfair_offset(e4(given["price"]), given["ticks"]) == e4(expected["price"])

    checks = {"betfair_ladder": ladder, "betfair_snap": snap, "betfair_ticks_away": ticks}
    if case["fn"] not in NOT_BUILT["ladder"]:
        yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


RESULTS = {
    "WON": ("won", 0),
    "EARLY_WON": ("won", 0),
    "LOST": ("lost", 0),
    "RESULT0": ("lost", 0),
    "VOID": ("lost", 2),
    "PUSH": ("lost", 2),
    "NON_RUNNER": ("lost", 2),
    "HALF_WON": ("won", 1),
    "HALF_LOST": ("lost", 1),
}


def needs(bet: Case) -> set[str]:
    """What a bet needs beyond a single at a decimal price, in the words of the list."""
    beyond = {f"bet.{key}" for key in bet} - {
        "bet.type",
        "bet.legs",
        "bet.unit_stake_minor",
        "bet.rounding",
    }
    if bet["type"] != "SINGLE":
        return {"bet.type other than SINGLE"}
    for leg in bet["legs"]:
        beyond |= {f"leg.{key}" for key in leg if key in {"price_type", "bog", "rule4"}}
        if not re.fullmatch(r"\d+(\.\d{1,4})?", str(leg["price"])):
            beyond.add("leg.price that is not decimal")
    return beyond


def dead_heat(leg: Case) -> Fraction:
    if "dead_heat_factor" in leg:
        return Fraction(leg["dead_heat_factor"])
    places = leg.get("places_market", 1) - leg.get("position", 1) + 1
    return Fraction(places, leg.get("tied", 1)) if "tied" in leg else Fraction(1)


def settlement(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    bet, expected = case["bet"], case["expected"]

    def check() -> None:
        (leg,) = bet["legs"]
        assert set(leg) <= {
            "price",
            "result",
            "tied",
            "position",
            "places_market",
            "void_factor",
            "dead_heat_factor",
        }
        result, void_halves = RESULTS[leg["result"]]
        share = dead_heat(leg)
        settled = betting.settle_single(
            bet["unit_stake_minor"],
            int(Fraction(leg["price"]) * 10_000),
            result,  # type: ignore[arg-type]
            void_halves=void_halves + int(2 * Fraction(leg.get("void_factor", 0))),
            places=share.numerator,
            tied=share.denominator,
            rounding=bet.get("rounding", "HALF_UP").lower(),
        )
        assert settled.returns_minor == expected["returns_minor"]
        assert Fraction(*settled.exact_returns) == Fraction(expected["exact_returns"])
        assert settled.total_stake_minor == expected["total_stake_minor"]

    beyond = needs(bet)
    if not beyond:
        yield "single", check
    elif not beyond <= set(NOT_BUILT["settlement"]):
        yield "single", unknown(", ".join(sorted(beyond)))


FILES = {
    check.__name__: check for check in (margin_removal, margin_apply, margin_target, price_ladder, settlement)
}


def every_check() -> Iterator[Any]:
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem in NOT_BUILT["files"]:
            continue
        if path.stem not in FILES:
            yield pytest.param(unknown(path.name), id=path.stem)
            continue
        content = json.loads(path.read_text(encoding="utf-8"))
        for case in content["cases"]:
            for name, check in FILES[path.stem](case, content["meta"]):
                yield pytest.param(check, id=f"{path.stem}-{case['id']}-{name}")


@pytest.mark.parametrize("check", list(every_check()))
def test_golden(check: Check) -> None:
    check()


def test_what_is_listed_as_not_built_is_not_built() -> None:
    assert not set(NOT_BUILT["methods"]) & set(odds.methods())
    assert not set(NOT_BUILT["files"]) & set(FILES)
    assert not [name for name in NOT_BUILT["ladder"] if hasattr(odds, name)]


def test_the_folder_has_goldens_for_everything_built() -> None:
    missing = set(FILES) - {path.stem for path in FOLDER.glob("*.json")}
    assert not missing or "PYPLATFORM_GOLDENS" in os.environ
