"""Versions of a market."""

from pyplatform.sportsbook.markets.market import MarketState


def test_versions_grow_even_when_the_clock_does_not() -> None:
    state = MarketState("1.1")
    assert state.next_version(100_000) == 100
    assert state.next_version(100_000) == 101
    assert state.next_version(50_000) == 102
