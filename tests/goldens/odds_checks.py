"""The checks of the odds goldens: margins, prices, ladders, stakes."""

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest

from pyplatform.core import odds

Case = dict[str, Any]
Check = Callable[[], None]


def tolerance(meta: Case, about: str = "") -> float:
    """The first power of ten the file names after `about`, 1e-12 if it names none."""
    words = f"{meta.get('tolerance', '')} {meta.get('expected', '')}"
    found = re.search(r"\d(?:\.\d+)?e-\d+", words[max(words.find(about), 0) :])
    return float(found[0]) if found else 1e-12


def unknown(what: str) -> Check:
    """A test that fails: what is not built must not pass unseen."""
    return partial(pytest.fail, f"not built: {what}")


CLOSED_FORMS = {"multiplicative", "additive", "goto", "efficient_shin", "balanced_book"}


def method_tolerance(meta: Case, name: str) -> float:
    """What the file allows the method; closed forms less than solved ones if it says so."""
    return tolerance(meta, "closed forms" if name in CLOSED_FORMS else "")


def parameter_of(expected: Case) -> float | None:
    """The method's parameter, under whichever name the file gives it."""
    named = {**expected, **(expected.get("params") or {})}
    found: list[float] = [named[name] for name in ("k", "z", "c", "step", "d") if name in named]
    return found[0] if found else None


def removal(case: Case, name: str, golden: Case, target: float, allowed: float) -> None:
    expected = golden.get("expected", golden)
    if expected is None:
        assert "underround" in golden["expected_error"]
        with pytest.raises(ValueError, match="no margin"):
            odds.remove_margin(case["odds"], method=name, target=target, on_invalid="allow")
        return
    found = odds.remove_margin(case["odds"], method=name, target=target, on_invalid="allow")
    assert found.valid == expected["valid"]
    assert found.probabilities == pytest.approx(expected["probabilities"], abs=allowed, rel=0)
    assert found.booksum == pytest.approx(case["booksum"], abs=allowed)
    assert found.underround == (case["booksum"] < target - 1e-12)
    parameter = parameter_of(expected)
    if parameter is not None:
        assert found.parameter == pytest.approx(parameter, abs=1e-10, rel=1e-10)
    batch = odds.remove_margins([case["odds"]] * 2, method=name, target=target, on_invalid="allow")
    assert np.array_equal(batch.probabilities, [found.probabilities] * 2)
    assert batch.valid.tolist() == [found.valid] * 2


def margin_removal(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    for name, golden in case["methods"].items():
        yield name, partial(removal, case, name, golden, 1.0, method_tolerance(meta, name))


def margin_target(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    for name, golden in case["methods"].items():
        yield name, partial(removal, case, name, golden, float(case["target"]), method_tolerance(meta, name))


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
        parameter = parameter_of(expected)
        if parameter is not None:
            assert found.parameter == pytest.approx(parameter, abs=1e-10, rel=1e-10)
        batch = odds.apply_margins([fair, fair], [margin, margin], method=name)
        assert np.array_equal(batch.prices, [found.prices] * 2)
        if found.valid:
            removed = odds.remove_margin(found.prices, method=name)
            assert removed.probabilities == pytest.approx(fair, abs=tolerance(meta), rel=0)

    for name, expected in case["methods"].items():
        yield name, partial(check, name, expected)


def e4(price: float) -> int:
    return round(price * 10_000)


def price_ladder(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case.get("in", {}), case["out"]

    def ladder() -> None:
        prices = odds.BETFAIR.prices()
        assert len(prices) == len(odds.BETFAIR) == expected["count"]
        assert list(prices) == [e4(price) for price in expected["prices"]]
        assert all(map(odds.BETFAIR.is_valid, prices))

    def snap() -> None:
        price = e4(given["price"])
        assert odds.BETFAIR.floor(price) == e4(expected["floor"])
        assert odds.BETFAIR.ceil(price) == e4(expected["ceil"])
        assert odds.BETFAIR.nearest(price) == e4(expected["nearest_half_up"])
        assert odds.BETFAIR.is_valid(price) == (price in odds.BETFAIR.prices())
        assert odds.BETFAIR.snap([price], "nearest").tolist() == [odds.BETFAIR.nearest(price)]

    def ticks() -> None:
        assert odds.BETFAIR.offset(e4(given["price"]), given["ticks"]) == e4(expected["price"])

    def fractions() -> None:
        rungs = odds.UK_FRACTIONAL.rungs()
        assert len(rungs) == expected["count"]
        assert list(rungs) == expected["rungs"]
        decimals = [float(odds.Price(rung, "fractional")) for rung in rungs]
        assert decimals == pytest.approx(expected["decimal"], rel=1e-15)

    def fraction() -> None:
        price = odds.Price(given["decimal"])
        assert odds.UK_FRACTIONAL.floor(price) == expected["floor"]
        assert odds.UK_FRACTIONAL.ceil(price) == expected["ceil"]
        assert odds.UK_FRACTIONAL.nearest(price) == expected["nearest"]

    checks = {
        "betfair_ladder": ladder,
        "betfair_snap": snap,
        "betfair_ticks_away": ticks,
        "uk_fractional_ladder": fractions,
        "uk_snap": fraction,
    }
    yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


def odds_convert(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]

    def from_decimal() -> None:
        price = odds.Price(given["decimal"])
        assert price.value("fractional") == Fraction(expected["fraction_exact"])
        assert price.display("american") == expected["american_display"]
        assert price.probability == pytest.approx(expected["implied_probability"], rel=tolerance(meta))
        for name in ("american", "hongkong", "indonesian", "malay"):
            assert float(price.value(name)) == pytest.approx(expected[name], rel=tolerance(meta))
            assert odds.Price(price.value(name), name) == price

    def to_decimal() -> None:
        if "error" in expected:
            with pytest.raises(ValueError, match=f"^{given['format']} price .* must be"):
                odds.Price(given["value"], given["format"])
            return
        price = odds.Price(given["value"], given["format"])
        assert price.value() == Fraction(expected["exact"])
        assert float(price) == pytest.approx(expected["decimal"], rel=tolerance(meta))

    checks = {"from_decimal": from_decimal, "to_decimal": to_decimal}
    yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


def kelly(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]

    def single() -> None:
        found = odds.kelly(given["odds"], given["p"], given["fraction"])
        allowed = tolerance(meta)
        assert found.stake == pytest.approx(expected["stake_fraction"], abs=allowed)
        assert found.edge == pytest.approx(expected["edge"], abs=allowed)
        assert found.log_growth == pytest.approx(expected["log_growth"], abs=allowed)

    def exclusive() -> None:
        found = odds.kelly_exclusive(given["odds"], given["p"])
        allowed = tolerance(meta, "exclusive")
        assert found.stakes == pytest.approx(expected["stakes"], abs=allowed, rel=0)
        assert found.reserve == pytest.approx(expected["reserve"], abs=allowed)
        assert found.log_growth == pytest.approx(expected["log_growth"], abs=allowed)
        assert found.arbitrage == (sum(1 / price for price in given["odds"]) < 1)

    checks = {"kelly_single": single, "kelly_exclusive": exclusive}
    yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


FILES = {
    check.__name__: check
    for check in (margin_removal, margin_apply, margin_target, price_ladder, odds_convert, kelly)
}
