"""Amounts and prices as players write them: exact, and each fault with its own code."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.gateway.model import Invalid, read_price, read_stake, write_price


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1.00", "price_out_of_range"),
        ("1.0099", "price_out_of_range"),
        ("0", "price_out_of_range"),
        ("1000.0001", "price_out_of_range"),
        ("9999999", "price_out_of_range"),
        ("2.00001", "price_decimals"),
        ("-2.00", "price_invalid"),
        ("5/2", "price_invalid"),
        ("2,5", "price_invalid"),
        ("1e1", "price_invalid"),
        ("٢", "price_invalid"),
        (" 2", "price_invalid"),
        ("", "price_invalid"),
        ("NaN", "price_invalid"),
    ],
)
def test_a_price_that_cannot_be(text: str, code: str) -> None:
    found = read_price(text, "price")
    assert isinstance(found, Invalid)
    assert (found.code, found.field) == (code, "price")


@pytest.mark.parametrize(
    ("text", "price"), [("1.01", 10_100), ("2", 20_000), ("2.5", 25_000), ("1000", 10_000_000)]
)
def test_a_price_that_can_be(text: str, price: int) -> None:
    assert read_price(text, "price") == price


@given(st.integers(10_100, 10_000_000))
def test_a_price_is_written_as_it_is_read(price: int) -> None:
    assert read_price(write_price(price), "price") == price
    assert Decimal(write_price(price)) * 10_000 == price


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0", "stake_not_positive"),
        ("0.00", "stake_not_positive"),
        ("-5", "stake_not_positive"),
        ("-0.001", "stake_not_positive"),
        ("10.001", "stake_decimals"),
        ("0.005", "stake_decimals"),
        ("10,00", "stake_invalid"),
        ("1e3", "stake_invalid"),
        ("+5", "stake_invalid"),
        ("", "stake_invalid"),
        ("five", "stake_invalid"),
        ("Infinity", "stake_invalid"),
        ("9" * 40, "stake_invalid"),
        ("9" * 30, "stake_too_large"),
        ("9223372036854.78", "stake_too_large"),
    ],
)
def test_a_stake_that_cannot_be(text: str, code: str) -> None:
    found = read_stake(text, "EUR", "stake")
    assert isinstance(found, Invalid)
    assert (found.code, found.field) == (code, "stake")


@given(st.integers(1, 10**12))
def test_a_stake_in_cents_is_exact(cents: int) -> None:
    assert read_stake(f"{cents // 100}.{cents % 100:02}", "EUR", "stake") == cents * 10_000
