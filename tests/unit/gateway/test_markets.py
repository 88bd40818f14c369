"""What the copy of the markets knows, and what it may only not know yet."""

from pyplatform.contracts.sportsbook import Market, MarketStatus
from pyplatform.gateway.markets import MarketCopy


def market(tenant: str) -> Market:
    return Market(tenant, "1.1", "e", "Test Park", "WIN", 1, 0, False, MarketStatus.OPEN, 1, [], "trading")


def test_an_empty_copy_denies_no_market_before_it_has_heard_of_all() -> None:
    copy = MarketCopy(["aurora", "borealis"])
    assert copy.may_miss("aurora")
    copy.put_market(market("aurora"))
    assert not copy.may_miss("aurora")
    assert copy.may_miss("borealis")
    copy.heard_all = True
    assert not copy.may_miss("borealis")
