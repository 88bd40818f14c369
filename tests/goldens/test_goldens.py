"""Every golden case through the public Python API, at the tolerance its file states.

`PYPLATFORM_GOLDENS=DIR pytest tests/goldens` runs any folder of files in the same shape; without it, our own copy.
"""

import json
import os
import re
import tomllib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core import betting
from tests.goldens import odds_checks
from tests.goldens.odds_checks import Case, Check, unknown

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("PYPLATFORM_GOLDENS", HERE / "data"))
NOT_BUILT: dict[str, list[str]] = tomllib.loads((HERE / "not_built.toml").read_text(encoding="utf-8"))

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


FILES = {**odds_checks.FILES, "settlement": settlement}


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
    assert not set(NOT_BUILT["files"]) & set(FILES)


def test_the_folder_has_goldens_for_everything_built() -> None:
    missing = set(FILES) - {path.stem for path in FOLDER.glob("*.json")}
    assert not missing or "PYPLATFORM_GOLDENS" in os.environ
