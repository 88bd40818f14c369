"""Exact money for Python: text to integer amounts at a currency's scale, and back."""

from pyplatform._core.money import format, minor_unit, parse  # noqa: A004 - money.format reads as meant

__all__ = ["format", "minor_unit", "parse"]
