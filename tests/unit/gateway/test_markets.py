"""The gateway's copy: what a silent owner's markets look like, and that they come back."""

import pytest

from pyplatform.contracts.sportsbook.markets import Market, MarketStatus, Prices, Selection
from pyplatform.gateway import markets
from pyplatform.gateway.markets import MarketCopy

QUIET = 15.0


class Clock:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(markets, "monotonic", made)
    return made


def copy_with(status: MarketStatus) -> MarketCopy:
    copy = MarketCopy(["aurora"])
    runner = [Selection(7, "Seven")]
    copy.put_market(
        Market("aurora", "1.1", "e", "Event", "WIN", 1, 10**18, False, status, 1, runner, "trading")
    )
    copy.put_prices(Prices("aurora", "1.1", 1, status, {7: 25_000}, 0, 0))
    return copy


def shown(copy: MarketCopy) -> tuple[MarketStatus, str | None]:
    view = copy.view("aurora", "1.1")
    assert view is not None
    return view.status, view.selections[0].price


def test_a_market_of_a_silent_owner_is_suspended_without_prices_and_comes_back_when_it_speaks(
    clock: Clock,
) -> None:
    copy = copy_with(MarketStatus.OPEN)
    clock.now += QUIET - 1
    assert copy.fall_silent(QUIET) == []
    assert shown(copy) == (MarketStatus.OPEN, "2.50")
    clock.now += 2
    assert copy.fall_silent(QUIET) == [("aurora", "1.1")]
    assert copy.fall_silent(QUIET) == []
    assert shown(copy) == (MarketStatus.SUSPENDED, None)
    assert copy.hear("aurora", "1.1")
    assert not copy.hear("aurora", "1.1")
    assert shown(copy) == (MarketStatus.OPEN, "2.50")


def test_a_closed_market_stays_closed(clock: Clock) -> None:
    copy = copy_with(MarketStatus.CLOSED)
    clock.now += QUIET + 1
    copy.fall_silent(QUIET)
    assert shown(copy)[0] is MarketStatus.CLOSED
