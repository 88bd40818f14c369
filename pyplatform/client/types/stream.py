"""The bodies of stream; written by `make client`, change the API instead."""

import msgspec

from pyplatform.client.types.shared import MarketStatus, MarketView


class Login(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="login"):
    """First message: who listens. A token in an address would end up in logs."""

    tenant: str
    token: str


class MarketState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="market"):
    """Stream message: the whole market, first of all and whenever its definition changes."""

    market: MarketView


class PriceChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="prices"):
    """Stream message: all prices of a market at one version; a selection that is missing is not offered."""

    market_id: str
    version: int
    status: MarketStatus
    prices: dict[str, str]


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="subscribe"):
    """Ask for markets: each comes whole at once, then its changes."""

    markets: list[str]


class Trouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="error"):
    """Something is wrong with a message; the connection ends when it was the login or the session."""

    code: str
    detail: str
    market_id: str = ""


class Unsubscribe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="unsubscribe"):
    """Ask for no more of these markets."""

    markets: list[str]


class Welcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="welcome"):
    """Answer to a good login."""


Said = Login | Subscribe | Unsubscribe

Heard = Welcome | Trouble | MarketState | PriceChange
