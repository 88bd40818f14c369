"""The golden cases of trading: liability, stake limits, apportionment, moving prices, price changes."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest

from pyplatform.core import odds, trading
from tests.goldens.odds_checks import Case, Check, tolerance, unknown

UNIT = 10**15
"""Units of money in a major unit: so fine that the goldens' exact amounts are whole numbers."""


def units(amount: str | float) -> int:
    """An amount in major units as whole units of money."""
    exact = Fraction(str(amount)) * UNIT
    assert exact.denominator == 1
    return exact.numerator


def optional(amount: str | None) -> int | None:
    return None if amount is None else units(amount)


def close(expected: Any, meta: Case) -> Any:
    return pytest.approx(expected, rel=tolerance(meta), abs=tolerance(meta))


def major(amounts: tuple[int, ...]) -> list[float]:
    return [amount / UNIT for amount in amounts]


def trading_checks(case: Case, meta: Case) -> Iterator[tuple[str, Check]]:
    given, expected = case["in"], case["out"]

    def book_pnl() -> None:
        book = trading.Book(given["outcomes"])
        for bet in given["bets"]:
            book.add(book.payoff(bet["outcome"], units(bet["stake"]), bet["price"]))
        found = book.position()
        by_outcome = {name: units(pnl) for name, pnl in expected["pnl_by_outcome"].items()}
        assert found.pnl_by_outcome == by_outcome
        totals = (found.worst, found.best, found.stakes)
        assert totals == tuple(units(expected[name]) for name in ("worst", "best", "stakes"))
        assert found.exposure == -found.worst

    def max_stake_single() -> None:
        minor = UNIT // 100
        limits = trading.Limits(
            market=optional(given["market_worst_loss_limit"]),
            bet_liability=optional(given["bet_liability_limit"]),
            payout=optional(given["max_payout"]),
            factor=given["player_stake_factor"],
            step=given["stake_step_minor"] * minor,
        )
        pnl = units(given["pnl_by_outcome"][given["outcome"]])
        found = trading.max_stake(given["price"], limits, pnl)
        assert found.stake == expected["max_stake_minor"] * minor
        assert trading.max_stakes([given["price"]] * 2, limits, [pnl, pnl]) == [found, found]

    def max_stake_parlay_relevance() -> None:
        legs = given["legs"]
        prices, probabilities = ([leg[name] for leg in legs] for name in ("price", "probability"))
        found = trading.parlay_limit([units(leg["liability"]) for leg in legs], prices, probabilities)
        assert found / UNIT == close(expected["max_stake"], meta)

    def price_change() -> None:
        found = trading.price_change(
            given["policy"], given["requested"], given["current"], given["tolerance"]
        )
        assert found.decision == expected["decision"]
        assert found.accepted == (expected["decision"] == "ACCEPT")
        assert found.price == odds.Price(expected["price"])

    def acca_apportionment() -> None:
        found = trading.apportion(given["prices"])
        assert list(found.factors) == close(expected["factors"], meta)
        stake = units(given["stake"])
        assert major(found.stakes(stake)) == close(expected["apportioned_stake"], meta)
        assert major(found.payouts(stake)) == close(expected["apportioned_payout"], meta)

    def exchange_reduction_factor() -> None:
        found = trading.exchange_price(given["price"], given["reduction_factor"], given["market"])
        assert found == odds.Price(expected["price"])

    def auto_move() -> None:
        pnl = [units(pnl) for pnl in given["pnl_by_outcome"]]
        found = trading.auto_move(given["fair_probabilities"], pnl, units(given["limit"]), given["alpha"])
        assert list(found) == close(expected["skewed_probabilities"], meta)

    built = (
        book_pnl,
        max_stake_single,
        max_stake_parlay_relevance,
        price_change,
        acca_apportionment,
        exchange_reduction_factor,
        auto_move,
    )
    checks = {check.__name__: check for check in built}
    yield case["fn"], checks.get(case["fn"], unknown(case["fn"]))


FILES = {"trading": trading_checks}
