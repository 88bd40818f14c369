"""What the owner decides about a slip, and what it says when the market has moved on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pyplatform.contracts.sportsbook.bets import PlaceBet, Refusal
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.placement.judging import Judge, Verdict
from tests.unit.sportsbook.deciding import EURO, TERMS, judge, leg, market, slip


def decide(found: Judge, request: PlaceBet) -> Verdict:
    return found.decide(request, [found.look(request, one) for one in request.legs])


def test_a_bet_at_the_price_on_offer_is_taken_and_names_the_terms_it_was_taken_under() -> None:
    verdict = decide(judge(None, market()), slip())
    assert (verdict.refusal, verdict.prices, verdict.terms_version) == (None, (25_000,), 7)


@pytest.mark.parametrize(
    ("state", "selection", "refusal"),
    [
        (None, 1, Refusal.UNKNOWN_MARKET),
        (market(status=MarketStatus.CLOSED), 1, Refusal.MARKET_CLOSED),
        (market(status=MarketStatus.SUSPENDED), 1, Refusal.MARKET_SUSPENDED),
        (market(), 9, Refusal.UNKNOWN_SELECTION),
        (market(), 3, Refusal.SELECTION_REMOVED),
        (market(prices={2: 18_000}), 1, Refusal.NO_PRICE),
    ],
)
def test_refusals_of_one_leg_name_it_whichever_it_is(
    state: MarketState | None, selection: int, refusal: Refusal
) -> None:
    other = market("1.2", event="e2")
    found = judge(None, *([state, other] if state else [other]))
    single = decide(found, slip(leg(selection)))
    assert (single.refusal, single.legs) == (refusal, (0,))
    double = decide(found, slip(leg(1, market_id="1.2", event="e2"), leg(selection)))
    assert (double.refusal, double.legs, double.prices[0]) == (refusal, (1,), 25_000)


@given(
    st.integers(101, 500),
    st.integers(101, 500),
    st.sampled_from(PricePolicy),
    st.integers(1, 3_000),
    st.booleans(),
)
def test_a_moved_price_is_taken_as_the_policy_says(
    asked: int, current: int, policy: PricePolicy, tolerance: int, players_word: bool
) -> None:
    """Against the rule as it is written: (requested - current)/requested <= tolerance, exactly."""
    taken = {
        PricePolicy.NONE: current == asked,
        PricePolicy.HIGHER: current >= asked,
        PricePolicy.ANY: True,
        PricePolicy.WITHIN: (asked - current) * 10_000 <= tolerance * asked,
    }[policy]
    house = replace(TERMS, price_policy=policy, tolerance_bp=tolerance)
    request = slip(leg(price_e4=asked * 100))
    if players_word:
        house = replace(TERMS, price_policy=PricePolicy.NONE)
        request = replace(request, price_policy=policy, tolerance_bp=tolerance)
    verdict = decide(judge(None, market(prices={1: current * 100}), terms=house), request)
    assert verdict.refusal is (None if taken else Refusal.PRICE_CHANGED)
    assert verdict.prices == (current * 100,)


def test_legs_of_one_event_are_refused_together_and_named() -> None:
    found = judge(None, market(), market("1.2"), market("1.3", event="e3"))
    request = slip(leg(1, market_id="1.3", event="e3"), leg(1, market_id="1.1"), leg(1, market_id="1.2"))
    verdict = decide(found, request)
    assert (verdict.refusal, verdict.legs) == (Refusal.RELATED_LEGS, (1, 2))
    assert decide(found, replace(request, bet_type="SYSTEM", sizes=(1,))).refusal is None
    same = decide(found, slip(leg(), leg()))
    assert (same.refusal, same.legs) == (Refusal.RELATED_LEGS, (0, 1))


def test_liability_is_refused_at_the_limit_and_not_before_and_says_what_would_be_taken() -> None:
    exact = replace(TERMS, max_liability=15 * EURO)
    assert decide(judge(None, market(), terms=exact), slip()).refusal is None
    tight = replace(TERMS, max_liability=15 * EURO - 1)
    verdict = decide(judge(None, market(), terms=tight), slip())
    assert verdict.refusal is Refusal.LIABILITY_EXCEEDED
    assert verdict.most is not None
    assert verdict.most.stake == 999 * EURO // 100


@pytest.mark.parametrize(
    ("terms", "refusal", "most"),
    [
        (replace(TERMS, max_stake=5 * EURO), Refusal.STAKE_TOO_HIGH, 5 * EURO),
        (replace(TERMS, max_payout=20 * EURO), Refusal.PAYOUT_TOO_HIGH, 8 * EURO),
        (replace(TERMS, bet_liability=6 * EURO), Refusal.STAKE_TOO_HIGH, 4 * EURO),
    ],
)
def test_every_limit_bounds_the_stake_by_its_own_code(terms: object, refusal: Refusal, most: int) -> None:
    verdict = decide(judge(None, market(), terms=terms), slip())  # type: ignore[arg-type]
    assert (verdict.refusal, verdict.most and verdict.most.stake) == (refusal, most)
    taken = decide(judge(None, market(), terms=terms), slip(stake=most))  # type: ignore[arg-type]
    assert taken.refusal is None


def test_a_stake_above_the_referral_is_for_a_trader_whatever_the_limits_say() -> None:
    terms = replace(TERMS, referral_above=8 * EURO, max_stake=9 * EURO)
    found = judge(None, market(), terms=terms)
    assert not decide(found, slip(stake=8 * EURO)).referred
    verdict = decide(found, slip(stake=10 * EURO))
    assert (verdict.refusal, verdict.referred) == (None, True)


def test_the_longest_delay_of_the_legs_counts() -> None:
    found = judge(None, market(delay=2), market("1.2", event="e2", delay=5))
    assert decide(found, slip(leg(), leg(market_id="1.2", event="e2"))).delay == 5


@given(st.integers(1, 400), st.integers(1, 400), st.integers(0, 5_000))
def test_an_accumulator_s_most_is_taken_and_a_cent_a_line_more_is_not(
    limit: int, stake: int, price: int
) -> None:
    terms = replace(TERMS, max_liability=limit * EURO)
    second = market("1.2", event="e2", prices={1: 11_000 + price * 10})
    found = judge(None, market(), second, terms=terms)
    legs = (leg(), leg(1, 11_000 + price * 10, "1.2", "e2"))
    verdict = decide(found, slip(*legs, stake=stake * EURO))
    assert verdict.most is not None
    assert (verdict.refusal is None) == (stake * EURO <= verdict.most.stake)
    more = decide(found, slip(*legs, stake=verdict.most.stake + EURO // 100))
    assert more.refusal is Refusal.LIABILITY_EXCEEDED


@pytest.mark.parametrize(("factor", "most"), [(10_000, 40), (5_000, 20), (20_000, 80), (0, 0)])
def test_a_customer_s_factor_scales_the_limits_of_stakes(factor: int, most: int) -> None:
    terms = replace(TERMS, max_stake=40 * EURO)
    found = judge(None, market(), terms=terms)
    found.factor_of = lambda tenant, player: factor if player == bytes(16) else 10_000
    verdict = decide(found, slip(stake=EURO // 100 if most == 0 else most * EURO))
    assert verdict.most is not None
    assert (verdict.most.stake, verdict.refusal is None) == (most * EURO, most > 0)
    other = decide(found, slip(stake=40 * EURO, player=bytes(15) + b"x"))
    assert other.refusal is None


def test_a_factor_leaves_the_market_s_limit_and_payouts_alone() -> None:
    terms = replace(TERMS, max_payout=50 * EURO, bet_liability=90 * EURO)
    scaled = terms.scaled(20_000)
    assert (scaled.bet_liability, scaled.max_stake) == (180 * EURO, None)
    assert (scaled.max_payout, scaled.max_liability) == (terms.max_payout, terms.max_liability)
    assert terms.scaled(0).max_stake == 0


def test_each_way_is_offered_where_enough_run_and_nowhere_else() -> None:
    race = market()
    assert race.catalogue is not None
    race.catalogue = replace(race.catalogue, kind="WIN")
    refused = decide(judge(None, race), slip(each_way=True))
    assert refused.refusal is Refusal.EACH_WAY_NOT_OFFERED
    race.names = {number: str(number) for number in range(1, 9)}
    race.active, race.removed = frozenset(race.names), frozenset()
    verdict = decide(judge(None, race), slip(each_way=True))
    assert [(one.places, one.fraction) for one in verdict.each_way] == [(3, 5)]
