"""What the owner decides about an attempt, and what it says when the market has moved on."""

import pytest

from pyplatform.contracts.sportsbook.bets import PlaceBet, Refusal
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.sportsbook.exposure import Exposure
from pyplatform.sportsbook.market import MarketState, judge

LIMIT = 1_000_000_000


def market(status: MarketStatus = MarketStatus.OPEN, **prices: int) -> MarketState:
    return MarketState(
        "1.1",
        status=status,
        active=frozenset({1, 2}),
        removed=frozenset({3}),
        prices={"aurora": {1: 25_000, 2: 18_000, **{int(k): v for k, v in prices.items()}}},
    )


def attempt(selection: int = 1, price_e4: int = 25_000, stake: int = 10_000_000) -> PlaceBet:
    return PlaceBet(
        tenant="aurora",
        brand=1,
        player=bytes(16),
        session_id=bytes(16),
        key="k",
        market_id="1.1",
        selection_id=selection,
        price_e4=price_e4,
        stake=stake,
        currency="EUR",
        correlation=bytes(16),
        traceparent="",
    )


def test_a_bet_at_the_price_on_offer_is_taken() -> None:
    verdict = judge(market(), attempt(), Exposure(1), LIMIT)
    assert (verdict.refusal, verdict.price_e4) == (None, 25_000)


def test_a_price_that_has_grown_is_given_and_one_that_has_shrunk_is_refused_naming_the_current() -> None:
    assert judge(market(), attempt(price_e4=24_000), Exposure(1), LIMIT).price_e4 == 25_000
    verdict = judge(market(), attempt(price_e4=26_000), Exposure(1), LIMIT)
    assert (verdict.refusal, verdict.price_e4) == (Refusal.PRICE_CHANGED, 25_000)


@pytest.mark.parametrize(
    ("state", "selection", "refusal"),
    [
        (None, 1, Refusal.UNKNOWN_MARKET),
        (market(MarketStatus.CLOSED), 1, Refusal.MARKET_CLOSED),
        (market(MarketStatus.SUSPENDED), 1, Refusal.MARKET_SUSPENDED),
        (market(), 9, Refusal.UNKNOWN_SELECTION),
        (market(), 3, Refusal.SELECTION_REMOVED),
    ],
)
def test_refusals(state: MarketState | None, selection: int, refusal: Refusal) -> None:
    assert judge(state, attempt(selection), Exposure(1), LIMIT).refusal is refusal


def test_another_tenant_s_prices_are_not_ours() -> None:
    state = market()
    state.prices = {"borealis": {1: 25_000}}
    assert judge(state, attempt(), Exposure(1), LIMIT).refusal is Refusal.NO_PRICE


def test_liability_is_refused_at_the_limit_and_not_before() -> None:
    worst = 15_000_000
    assert judge(market(), attempt(), Exposure(1), worst).refusal is None
    assert judge(market(), attempt(), Exposure(1), worst - 1).refusal is Refusal.LIABILITY_EXCEEDED


def test_versions_grow_even_when_the_clock_does_not() -> None:
    state = market()
    assert state.next_version(100_000) == 100
    assert state.next_version(100_000) == 101
    assert state.next_version(50_000) == 102
