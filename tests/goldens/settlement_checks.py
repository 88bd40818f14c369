"""The golden cases of bets: settlement, house tables, cash-out."""

from collections.abc import Iterator
from fractions import Fraction

import msgspec

from pyplatform.core import betting
from tests.goldens.odds_checks import Case, Check, unknown


def settlement(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    expected = case["expected"]

    def agrees(settled: betting.BetSettlement) -> None:
        assert settled.returns_minor == expected["returns_minor"]
        assert settled.lines == expected["lines"]
        assert settled.total_stake_minor == expected["total_stake_minor"]
        assert Fraction(*settled.exact_returns) == Fraction(expected["exact_returns"])

    def dictionary() -> None:
        agrees(betting.settle(case["bet"]))

    def struct() -> None:
        legs = [{"price": None, **leg} for leg in case["bet"]["legs"]]
        agrees(betting.settle(msgspec.convert(case["bet"] | {"legs": legs}, betting.Bet)))

    yield "dict", dictionary
    yield "struct", struct


def settlement_tables(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]

    def rule4_pence() -> None:
        assert betting.rule4_pence(given["withdrawn_price"]) == expected["pence"]

    def each_way_terms() -> None:
        terms = betting.each_way_terms(given["runners"], given["handicap"])
        assert terms.places == expected["places"]
        assert Fraction(str(terms.fraction)) == Fraction(expected["fraction"])

    def line_count() -> None:
        sizes = [given["k"]] if "k" in given else []
        assert betting.line_count(given["type"], given.get("n"), sizes) == expected["lines"]

    checks = {check.__name__: check for check in (rule4_pence, each_way_terms, line_count)}
    yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


def cash_out(case: Case, _: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]

    def check() -> None:
        offer = betting.cash_out(given["bet"], given["margin"], given.get("fraction"))
        assert offer.available == expected["available"]
        assert offer.value_minor == expected.get("value_minor")
        if "remaining_unit_stake_minor" in expected:
            assert Fraction(*offer.remaining_unit_stake) == Fraction(expected["remaining_unit_stake_minor"])

    yield case["fn"], check if case["fn"] == "cash_out" else unknown(case["fn"])


FILES = {check.__name__: check for check in (settlement, settlement_tables, cash_out)}
