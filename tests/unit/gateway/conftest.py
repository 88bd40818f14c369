"""Two tenants with a market each, and a hub over them."""

import pytest

from pyplatform.gateway.markets import MarketCopy
from tests.unit.gateway.pushing import Room, market, prices


@pytest.fixture
def copy() -> MarketCopy:
    copy = MarketCopy(["aurora", "borealis"])
    for tenant in ("aurora", "borealis"):
        copy.put_market(market(tenant, 1))
        copy.put_prices(prices(tenant, 2, 20_000 if tenant == "aurora" else 30_000))
    return copy


@pytest.fixture
def room(copy: MarketCopy) -> Room:
    return Room(copy)
