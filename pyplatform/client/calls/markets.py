"""Operations on markets; written by `make client`, change the API instead."""

from datetime import datetime
from urllib.parse import quote

from pyplatform.client.call import Call
from pyplatform.client.types.markets import MarketList, PriceHistory
from pyplatform.client.types.shared import MarketView


def read_price_history(
    market_id: str,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    after: int = 0,
    step: int = 0,
    limit: int = 200,
) -> Call[PriceHistory]:
    """Read the prices of a market as they were, page by page.

    They are there a moment after they were published, and for as long as the operator keeps them; a market that is
    not shown any more has its past all the same, one that is hidden shows it to staff only.
    """
    return Call(
        "GET",
        f"/v1/markets/{quote(market_id, safe='')}/history",
        PriceHistory,
        query={"since": since, "until": until, "after": after, "step": step, "limit": limit},
    )


def list_markets() -> Call[MarketList]:
    """List all markets with their prices, the next to start first."""
    return Call("GET", "/v1/markets", MarketList)


def read_market(market_id: str) -> Call[MarketView]:
    """Read one market with its prices."""
    return Call("GET", f"/v1/markets/{quote(market_id, safe='')}", MarketView)
