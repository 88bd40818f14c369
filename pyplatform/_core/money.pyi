"""Money as exact integers.

An amount is an `int` at the currency's scale: fiat has six decimals (1 EUR = 1_000_000), a crypto-currency as many
as it has. Currencies are upper-case codes: ISO 4217 for fiat, tickers (BTC, ETH, USDT) for crypto. There are no
floats here.
"""

__all__ = ["currencies", "format", "minor_unit", "parse"]

def parse(text: str, currency: str, *, signed: bool = False, exact: bool = False) -> int:
    """Read decimal text such as "10" or "10.50" exactly.

    Takes as many decimals as the currency is paid in (2 for EUR, 0 for JPY), or, when `exact`, as many as it is kept
    in. A minus is read only when `signed`.

    Raises:
        ValueError: unknown currency, not a number, a sign, too many decimals, or too large; the text says which.
    """

def format(amount: int, currency: str) -> str:  # noqa: A001 - read as money.format
    """Write an amount with its minor digits, and with more only where it has them: "10.50", "0.000001".

    Raises:
        ValueError: unknown currency, or an amount beyond ±10^36.
    """

def minor_unit(currency: str) -> int:
    """One cent (yen, fils…) as an amount: the granularity of stakes and pay-outs.

    Raises:
        ValueError: unknown currency.
    """

def currencies() -> list[str]:
    """The codes of all known currencies, in order of their ISO numbers, crypto last."""
