"""What a player may ask for, decided without I/O: amounts and prices as exact decimal text."""

import re
from typing import Final

import msgspec

from pyplatform.core import money

MIN_PRICE_E4: Final = 10_100
MAX_PRICE_E4: Final = 10_000_000
MAX_STAKE: Final = 2**63 - 1
"""At the currency's scale; more does not travel in a message."""
_PRICE: Final = re.compile(r"(\d{1,7})(?:\.(\d{1,20}))?", re.ASCII)
_AMOUNT: Final = re.compile(r"-?\d{1,30}(?:\.(\d{1,30}))?", re.ASCII)
_DECIMALS: Final = 4


class Invalid(msgspec.Struct, frozen=True):
    """Why a field of a bet cannot be what was sent; `code` is stable."""

    code: str
    field: str
    detail: str


def read_price(text: str, field: str) -> int | Invalid:
    """Price in ten-thousandths from decimal odds such as "2.5", sent as `field`."""
    match = _PRICE.fullmatch(text)
    if match is None:
        return Invalid("price_invalid", field, 'price is no decimal number; send decimal odds such as "2.50"')
    whole, decimals = match[1], match[2] or ""
    if len(decimals) > _DECIMALS:
        return Invalid("price_decimals", field, f"price has more than {_DECIMALS} decimals")
    price = int(whole) * 10_000 + int(decimals.ljust(_DECIMALS, "0"))
    if not MIN_PRICE_E4 <= price <= MAX_PRICE_E4:
        return Invalid("price_out_of_range", field, "price must be from 1.01 to 1000")
    return price


SP: Final = "SP"
"""Asks for the starting price in place of a price."""


def write_price(price_e4: int) -> str:
    """Decimal odds with two decimals or as many as it takes: 25_000 is "2.50"."""
    decimals = f"{price_e4 % 10_000:04}".rstrip("0").ljust(2, "0")
    return f"{price_e4 // 10_000}.{decimals}"


def write_place(places: int, fraction: int) -> str:
    """Terms of a place part: (3, 5) is "1/5 1-2-3"."""
    return f"1/{fraction} " + "-".join(str(place) for place in range(1, places + 1))


def read_stake(text: str, currency: str, field: str) -> int | Invalid:
    """Amount at the currency's scale from decimal text such as "10.00", with the currency's decimals at most."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return Invalid("stake_invalid", field, 'stake is no amount; send a decimal number such as "10.00"')
    if text.startswith("-") or not text.strip("0."):
        return Invalid("stake_not_positive", field, "stake must be more than zero")
    smallest = money.format(money.minor_unit(currency), currency)
    if match[1] is not None and len(match[1]) > len(smallest.partition(".")[2]):
        return Invalid(
            "stake_decimals", field, f"stake has more decimals than {currency}: {smallest} is the least"
        )
    try:
        stake = money.parse(text, currency)
    except ValueError as error:
        return Invalid("stake_invalid", field, f"stake is no amount of {currency}: {error}")
    if stake > MAX_STAKE:
        return Invalid("stake_too_large", field, "stake is more than any bet can be")
    return stake


def write_percent(basis_points: int) -> str | None:
    """A percentage such as "7.5", None for nothing."""
    if not basis_points:
        return None
    return f"{basis_points / 100:g}"
