"""Liability of random bets, taken in and given back in random order, against sums worked out anew each time."""

import itertools
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.kernel import ids
from pyplatform.sportsbook.placement.decided import EachWayTerms
from pyplatform.sportsbook.placement.floating import E4
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, Standing
from pyplatform.sportsbook.placement.shares import OpenLeg, shares_of

TENANT, EUR = "aurora", "EUR"
MARKETS = ("1.1", "1.2", "1.3")
SELECTIONS = (1, 2, 3, 4)
PRICES = st.integers(10_100, 200_000)


def leg(market: str, selection: int, price: int) -> OpenLeg:
    return OpenLeg(f"e{market}", market, selection, price)


@st.composite
def bets(draw: st.DrawFn) -> OpenBet:
    chosen = draw(st.lists(st.sampled_from(MARKETS), min_size=1, max_size=3, unique=True))
    legs = tuple(leg(market, draw(st.sampled_from(SELECTIONS)), draw(PRICES)) for market in chosen)
    kind = {1: "SINGLE", 2: "ACCA", 3: "TRIXIE"}[len(legs)]
    sizes: tuple[int, ...] = ()
    if len(legs) > 1 and draw(st.booleans()):
        kind, sizes = "SYSTEM", (1, len(legs))
    stake = draw(st.integers(100, 10**9))
    bet = OpenBet(ids.uuid7(), TENANT, 1, bytes(16), kind, legs, stake, EUR, 1, sizes)
    bet.free = draw(st.booleans())
    bet.standing = draw(st.sampled_from((Standing.RESERVED, Standing.RESERVED, Standing.UNBOOKED)))
    return bet


def check(book: OpenBets, standing: list[OpenBet]) -> None:
    for market in MARKETS:
        shares = [(bet.standing, share) for bet in standing for name, share in bet.shares if name == market]
        taken = [share for how, share in shares if how is Standing.OPEN]
        held = [share for how, share in shares if how is Standing.RESERVED]
        liability = book.liability(TENANT, market, EUR)
        stakes = sum(share.stake for share in taken)
        assert liability.stakes == stakes
        losses = {
            selection: sum(share.payout for share in taken if share.selection == selection) - stakes
            for selection in SELECTIONS
        }
        found = liability.losses()
        assert {selection: found.get(selection, -stakes) for selection in SELECTIONS} == losses
        with_held = [
            loss + sum(share.payout - share.stake for share in held if share.selection == selection)
            for selection, loss in losses.items()
        ]
        assert liability.worst_case() == max(0, -stakes, *with_held)


@settings(deadline=None)
@given(st.lists(bets(), max_size=8), st.data())
def test_books_hold_what_stands_and_nothing_when_all_is_given_back(
    made: list[OpenBet], data: st.DataObject
) -> None:
    book = OpenBets()
    for market in data.draw(st.sets(st.sampled_from(MARKETS))):
        book.define(market, SELECTIONS, 1)
    standing: list[OpenBet] = []
    for bet in made:
        book.reserve(bet)
        standing.append(bet)
        match data.draw(st.sampled_from(("accept", "release", "sell", "define", "wait"))):
            case "accept":
                book.accept(data.draw(st.sampled_from(standing)))
            case "release":
                gone = data.draw(st.sampled_from(standing))
                book.release(gone.bet_id)
                standing.remove(gone)
            case "sell":
                book.shrink(data.draw(st.sampled_from(standing)).bet_id, 1, data.draw(st.integers(2, 5)))
            case "define":
                book.define(data.draw(st.sampled_from(MARKETS)), data.draw(st.permutations(SELECTIONS)), 1)
        check(book, standing)
    for bet in standing:
        book.release(bet.bet_id)
    check(book, [])
    assert len(book) == 0


@given(st.lists(PRICES, min_size=2, max_size=5), st.integers(100, 10**9), st.booleans())
def test_shares_add_up_to_the_stake_and_to_no_less_than_the_bet_can_pay(
    prices: list[int], stake: int, system: bool
) -> None:
    legs = [leg(str(number), 1, price) for number, price in enumerate(prices)]
    sizes = (1, 2) if system else ()
    lines = [
        line for size in sizes or (len(legs),) for line in itertools.combinations(range(len(legs)), size)
    ]
    stake -= stake % len(lines)
    shares = [share for _, share in shares_of("SYSTEM" if system else "ACCA", sizes, legs, stake)]
    # A share of nothing is a share of the smallest amount.
    assert stake <= sum(share.stake for share in shares) <= stake + len(shares)
    unit = stake // len(lines)
    exact = sum(unit * prod(prices[number] for number in line) / E4 ** len(line) for line in lines)
    assert sum(share.payout for share in shares) >= exact * (1 - 1e-9)
    assert sum(share.payout for share in shares) <= exact * (1 + 1e-9) + len(shares)


@pytest.mark.parametrize(("places", "fraction", "place_payout"), [(3, 5, 18), (2, 4, 20)])
def test_half_of_an_each_way_stake_is_on_the_place_at_a_part_of_the_odds(
    places: int, fraction: int, place_payout: int
) -> None:
    runner = OpenLeg("e", "1.1", 1, 50_000, each_way=EachWayTerms(places, fraction))
    win, place = (share for _, share in shares_of("SINGLE", (), [runner], 20))
    assert (win.stake, win.payout, win.places) == (10, 50, 0)
    assert (place.stake, place.payout, place.places) == (10, place_payout, places)


def test_only_the_legs_on_our_events_are_in_our_books() -> None:
    book = OpenBets(lambda event: event == "e1.1")
    legs = (leg("1.1", 1, 20_000), leg("1.2", 1, 30_000))
    book.reserve(OpenBet(ids.uuid7(), TENANT, 1, bytes(16), "ACCA", legs, 1_000, EUR, 1))
    assert book.liability(TENANT, "1.1", EUR).worst_case() > 0
    assert book.liability(TENANT, "1.2", EUR).worst_case() == 0
    assert (len(book.of_market(TENANT, "1.1")), len(book.of_market(TENANT, "1.2"))) == (1, 0)
