"""Liability of bets that may be paid beyond their prices, against what settlement pays when it comes to that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pyplatform.contracts.sportsbook.bets import Refusal
from pyplatform.kernel import ids
from pyplatform.sportsbook.placement.decided import EachWayTerms
from pyplatform.sportsbook.placement.floating import E4, Floating, Rises
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.placement.shares import OpenLeg
from pyplatform.sportsbook.settlement.resolution import Placing, Resolution
from pyplatform.sportsbook.settlement.wagers import WagerLeg
from tests.unit.sportsbook.deciding import EURO, TENANT, TERMS, judge, leg, market, slip
from tests.unit.sportsbook.test_judging import decide
from tests.unit.sportsbook.test_settlement_judging import EUR, RACE, returns, told, wager

RUNNERS = (11, 22, 33, 44, 55)
PRICES = st.integers(101, 4_000).map(lambda cents: cents * 100)
CENT = EUR // 100


class Ring:
    """Prices of one race, as they move before the off."""

    def __init__(self) -> None:
        self.prices: dict[int, int] = {}
        self.bets = OpenBets()
        self.bets.offered = lambda _tenant, _market: self.prices
        self.bets.define(RACE, RUNNERS, 1)

    def show(self, price_e4: int) -> None:
        self.prices = {11: price_e4}

    def losses(self) -> dict[int, int]:
        return self.bets.liability(TENANT, RACE, "EUR").losses()

    def take(self, bet: OpenBet) -> OpenBet:
        self.bets.reserve(bet)
        self.bets.accept(bet)
        return bet


def bet(*legs: OpenLeg, stake: int = 10 * EUR, kind: str = "SINGLE", **more: object) -> OpenBet:
    made = OpenBet(ids.uuid7(), TENANT, 1, bytes(16), kind, legs, stake, "EUR", 1)
    for name, value in more.items():
        setattr(made, name, value)
    return made


@given(
    st.lists(st.tuples(st.integers(1, 10**9), PRICES, PRICES, st.integers(0, 10**6)), min_size=1, max_size=9),
    st.data(),
)
def test_the_sum_of_what_floats_is_kept_without_its_parts(
    drawn: list[tuple[int, int, int, int]], data: st.DataObject
) -> None:
    floating = [Floating(slope, taken, low, low + more) for slope, taken, low, more in drawn]
    rises = Rises()
    for one in floating:
        rises.put(one, 1)
    price = data.draw(PRICES)
    assert 0 <= sum(one.at(price) for one in floating) - rises.at(price) <= len(floating)
    assert rises.taken == sum(one.at(one.taken) for one in floating)
    for one in floating:
        rises.put(one, -1)
    assert not rises
    assert (rises.at(price), rises.taken) == (0, 0)


@given(
    taken=PRICES,
    start=PRICES,
    at_start=st.booleans(),
    each_way=st.booleans(),
    is_free=st.booleans(),
    bound=st.sampled_from((0, 60 * EUR, 900 * EUR)),
)
def test_a_bet_on_a_race_costs_what_it_is_paid_if_the_price_on_offer_becomes_the_starting_price(
    *, taken: int, start: int, at_start: bool, each_way: bool, is_free: bool, bound: int
) -> None:
    place = EachWayTerms(1, 4) if each_way else None
    at_first = wager(WagerLeg(RACE, 11, taken, (1, 4), 1 if each_way else 0), each_way=each_way)
    if bound and (returns(at_first, {RACE: Resolution(RACE, 1, (), (11,), closed=True)}) or 0) > bound:
        bound = 0  # it would not have been taken
    ring = Ring()
    ring.show(taken)
    leg = OpenLeg("e", RACE, 11, taken, each_way=place, at_start=at_start, best_odds=not at_start)
    ring.take(bet(leg, free=is_free, max_return=bound))
    ring.show(start)
    settled = wager(
        WagerLeg(RACE, 11, taken, (1, 4), 1 if each_way else 0, "e", not at_start, at_start),
        each_way=each_way,
        free=is_free,
        max_return=bound,
    )
    result = Resolution(
        RACE, 1, (), (11,), True, starting=((11, start),), placed=(Placing(11, 1),) if each_way else ()
    )
    paid = returns(settled, {RACE: result}) or 0
    cost = ring.losses()[11] + (0 if is_free else 10 * EUR)
    if is_free and paid:
        cost += 10 * EUR  # it is told with the stake, which the wallet takes off
    assert abs(cost - paid) <= CENT
    assert ring.losses()[22] == (0 if is_free else -10 * EUR)


def test_what_floats_follows_the_price_on_offer_and_is_gone_with_its_bet() -> None:
    ring = Ring()
    ring.show(50_000)
    best = ring.take(bet(OpenLeg("e", RACE, 11, 50_000, best_odds=True)))
    start = ring.take(bet(OpenLeg("e", RACE, 11, 50_000, at_start=True)))
    seen = []
    for price in (40_000, 50_000, 70_000, 0):
        ring.show(price)
        seen.append(ring.losses()[11] // EUR)
    # Who has no price any more stays at the last.
    assert seen == [70, 80, 120, 120]
    assert ring.bets.liability(TENANT, RACE, "EUR").losses_as_taken()[11] == 80 * EUR
    ring.bets.define(RACE, RUNNERS[::-1], 1)
    assert ring.losses()[11] == 120 * EUR
    ring.bets.shrink(best.bet_id, 1, 2)
    assert ring.losses()[11] == (60 + 30) * EUR
    for one in (best, start):
        ring.bets.release(one.bet_id)
    assert set(ring.losses().values()) == {0}
    assert not ring.bets.liability(TENANT, RACE, "EUR").floats


def test_a_bet_counts_at_the_price_it_was_taken_at_where_nobody_tells_of_others() -> None:
    ring = Ring()
    ring.take(bet(OpenLeg("e", RACE, 11, 30_000, at_start=True)))
    assert ring.losses()[11] == 20 * EUR


def test_a_bet_that_waits_takes_the_room_of_the_price_of_its_moment() -> None:
    ring = Ring()
    waiting = bet(OpenLeg("e", RACE, 11, 30_000, at_start=True))
    ring.bets.reserve(waiting)
    assert ring.bets.liability(TENANT, RACE, "EUR").worst_case() == 20 * EUR
    ring.bets.release(waiting.bet_id)
    assert ring.bets.liability(TENANT, RACE, "EUR").worst_case() == 0


@pytest.mark.parametrize(("bound", "paid"), [(0, 63_750), (61 * EUR, 61_000)])
def test_a_bonus_counts_as_earned_and_no_further_than_its_bound(bound: int, paid: int) -> None:
    bets = OpenBets()
    legs = (OpenLeg("ea", "a", 1, 20_000), OpenLeg("eb", "b", 1, 30_000))
    double = bet(*legs, kind="DOUBLE", boost_bp=750, max_return=bound)
    bets.restore(double)
    settled = wager(
        WagerLeg("a", 1, 20_000), WagerLeg("b", 1, 30_000), kind="DOUBLE", boost_bp=750, max_return=bound
    )
    assert returns(settled, told(a=True, b=True)) == paid * EUR // 1_000
    cost = sum(bets.liability(TENANT, name, "EUR").losses()[1] for name in ("a", "b"))
    assert abs(cost + 10 * EUR - paid * EUR // 1_000) <= 4


def test_the_better_price_of_one_leg_moves_its_own_share_alone() -> None:
    bets, prices = OpenBets(), {1: 40_000}
    bets.offered = lambda _tenant, name: prices if name == "a" else {}
    legs = (OpenLeg("ea", "a", 1, 20_000, best_odds=True), OpenLeg("eb", "b", 1, 20_000))
    double = bet(*legs, kind="DOUBLE")
    bets.restore(double)
    losses = [bets.liability(TENANT, name, "EUR").losses()[1] for name in ("a", "b")]
    # Half of the stake and of the return of 40 is on each leg; twice the price doubles the half on its leg.
    assert losses == [(40 - 5) * EUR, (20 - 5) * EUR]


def test_a_market_s_limit_has_room_for_the_bonus() -> None:
    markets = [market(f"1.{n}", event=f"e{n}", prices={1: 20_000}) for n in range(2)]
    double = slip(*[leg(1, 20_000, f"1.{n}", f"e{n}") for n in range(2)], stake=10 * EURO)
    # Each leg carries half of stake and return, so it wins 15 without a bonus of 20 % and 18 with it.
    for limit, refusal in ((18, None), (17, Refusal.LIABILITY_EXCEEDED)):
        terms = replace(TERMS, max_liability=limit * EURO, boost=((2, 2_000),))
        assert decide(judge(None, *markets, terms=terms), double).refusal is refusal
    for most, refused in ((36, None), (35, Refusal.STAKE_TOO_HIGH)):
        terms = replace(TERMS, bet_liability=most * EURO, boost=((2, 2_000),))
        assert decide(judge(None, *markets, terms=terms), double).refusal is refused


def test_a_slope_is_never_less_than_what_is_paid() -> None:
    assert Floating(1, 20_000, 20_000).at(20_001) == 1
    assert Floating(3 * E4, 20_000, E4, 30_000).at(40_000) == 6 * E4
