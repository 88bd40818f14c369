"""Operations on markets; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call
from pyplatform.client.types.markets import MarketList
from pyplatform.client.types.shared import MarketView


def list_markets() -> Call[MarketList]:
    """List all markets with their prices, the next to start first."""
    return Call("GET", "/v1/markets", MarketList)


def read_market(market_id: str) -> Call[MarketView]:
    """Read one market with its prices."""
    return Call("GET", f"/v1/markets/{quote(market_id, safe='')}", MarketView)
