"""What holds for every bet, through the public API."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import betting, odds

PRICES = st.one_of(
    st.integers(101, 2_000).map(lambda cents: f"{cents / 100:.2f}"),
    st.tuples(st.integers(1, 40), st.integers(1, 40)).map(lambda odds: f"{odds[0]}/{odds[1]}"),
)
RESULTS = st.sampled_from(["WON", "WON", "LOST", "VOID", "PUSH", "HALF_WON", "HALF_LOST"])
LEGS = st.lists(
    st.builds(lambda price, result: {"price": price, "result": result}, PRICES, RESULTS), min_size=1
)


def bet(legs: list[dict[str, Any]], kind: str = "ACCA", **terms: Any) -> dict[str, Any]:
    return {"type": kind, "unit_stake_minor": 100, "legs": legs} | terms


@given(LEGS.filter(lambda legs: len(legs) <= 8), st.data())
def test_the_order_of_legs_does_not_matter(legs: list[dict[str, Any]], data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(legs)))
    turned = data.draw(st.permutations(legs))
    given_order = betting.settle(bet(legs, "SYSTEM", sizes=[size]))
    assert given_order.exact_returns == betting.settle(bet(turned, "SYSTEM", sizes=[size])).exact_returns


@given(LEGS.filter(lambda legs: len(legs) <= 8), PRICES)
def test_a_void_leg_is_a_leg_removed(legs: list[dict[str, Any]], price: str) -> None:
    more = [*legs, {"price": price, "result": "VOID"}]
    assert betting.settle(bet(more)).exact_returns == betting.settle(bet(legs)).exact_returns


def test_a_batch_is_its_bets_one_by_one() -> None:
    legs = [{"price": "2.5", "result": "WON"}] * 4
    bets = [bet(legs, "YANKEE"), bet(legs[:1], "SINGLE"), bet(legs, "LUCKY15", each_way=False)]
    together = [settled.returns_minor for settled in betting.settle_batch(bets)]
    assert together == [betting.settle(one).returns_minor for one in bets]
    with pytest.raises(ValueError, match="bet 1: legs: this type needs 1"):
        betting.settle_batch([bets[0], bet(legs, "SINGLE")])


def test_a_yankee_with_two_losers_pays_its_double_early() -> None:
    legs = [{"price": price, "result": "OPEN"} for price in ("5.0", "6.0", "2.0", "2.0")]
    assert betting.progress(bet(legs, "YANKEE")).open_lines == 11
    legs[2]["result"] = legs[3]["result"] = "LOST"
    assert betting.progress(bet(legs, "YANKEE")).open_lines == 1
    legs[0]["result"] = "LOST"
    early = betting.progress(bet(legs, "YANKEE"))
    assert (early.lines, early.settleable, early.secured_minor) == (11, True, 0)
    assert betting.settle(bet(legs, "YANKEE")).returns_minor == 0
    legs[0]["result"] = legs[1]["result"] = "WON"
    assert betting.settle(bet(legs, "YANKEE")).returns_minor == 3_000


def test_a_correction_posts_the_difference() -> None:
    won, lost = ([{"price": "3.0", "result": result}] for result in ("WON", "LOST"))
    settled, difference = betting.resettle(bet(lost, "SINGLE"), paid_minor=300)
    assert (settled.returns_minor, difference) == (0, -300)
    assert betting.resettle(bet(won, "SINGLE"), paid_minor=0)[1] == 300


def test_a_partly_cashed_out_bet_runs_on_with_the_rest() -> None:
    legs = [{"price": "3.0", "result": "WON"}]
    assert betting.settle(bet(legs, "SINGLE", cashed_out="1/4")).returns_minor == 225


def test_terms_of_the_house_shape_the_return() -> None:
    won = [{"price": "10.0", "result": "WON"}] * 2
    assert (
        betting.settle(bet(won, "SYSTEM", sizes=[1, 2], max_line_payout_minor=1_500)).returns_minor == 3_500
    )
    assert betting.settle(bet(won, "ACCA", max_payout_minor=5_000)).returns_minor == 5_000
    assert (
        betting.settle(bet([{"price": "1.13", "result": "WON"}], rounding_unit_minor=5)).returns_minor == 115
    )
    assert betting.rule4_pence("2.5", [("1/1", 40), ("3/2", 25)]) == 25
    assert betting.line_count("SYSTEM", 6, [2], [0, 1]) == len(betting.lines("SYSTEM", 6, [2], [0, 1])) == 6


def test_the_place_part_of_a_win_only_race_is_a_win_part_or_void() -> None:
    terms = betting.each_way_terms(4)
    race = [{"price": "3.0", "result": "WON", "ew": terms}]
    assert betting.settle(bet(race, "SINGLE", each_way=True)).returns_minor == 600
    assert betting.settle(bet(race, "SINGLE", each_way=True, win_only="void_place")).returns_minor == 400


@given(st.integers(-5, 5), st.integers(-20, 20))
def test_a_quarter_line_is_half_a_bet_on_each_neighbour(lead: int, quarters: int) -> None:
    def returns(line: float) -> int:
        leg = {"price": "3.0", "result": betting.handicap_result(lead, line)}
        return betting.settle(bet([leg], "SINGLE")).returns_minor

    line = quarters / 4
    assert returns(line) == (returns(line - quarters % 2 / 4) + returns(line + quarters % 2 / 4)) / 2


def test_published_quarter_lines() -> None:
    assert betting.handicap_result(0, -0.25) == "HALF_LOST"
    assert betting.handicap_result(1, -0.75) == "HALF_WON"
    assert betting.handicap_result(2, -2.25) == "HALF_LOST"  # over 2.25 with two goals
    with pytest.raises(ValueError, match="line: is a multiple of a quarter"):
        betting.handicap_result(1, 0.3)


@pytest.mark.parametrize(
    "price",
    [
        "1.50",
        "1/2",
        "-200",
        1.5,
        Decimal("1.5"),
        Fraction(3, 2),
        odds.Price("1/2", "fractional"),
        odds.Price(-200, "american"),
    ],
)
def test_a_price_may_be_written_in_every_form(price: Any) -> None:
    assert betting.settle(bet([WON | {"price": price}])).returns_minor == 150


def test_even_money_has_a_word() -> None:
    for word in ("evens", "Evs", "1/1", "+100", "-100", 2):
        assert betting.settle(bet([WON | {"price": word}])).returns_minor == 200
    assert betting.rule4_pence("evens") == 45


def test_best_odds_wait_for_the_starting_price_where_it_can_matter() -> None:
    leg = WON | {"bog": True}
    with pytest.raises(ValueError, match="leg 0: sp: is needed: best odds"):
        betting.settle(bet([leg]))
    with pytest.raises(ValueError, match="leg 0: price: is needed"):
        betting.settle(bet([leg | {"price": None, "sp": "3.0"}]))
    assert betting.settle(bet([leg | {"sp": "3.0"}])).returns_minor == 300
    assert betting.settle(bet([leg | {"result": "LOST"}])).returns_minor == 0
    assert betting.settle(bet([leg | {"result": "NON_RUNNER"}])).returns_minor == 100
    assert betting.cash_out(bet([leg | {"result": "OPEN", "p": "0.5"}]), "0").value_minor == 100


def test_what_is_answered_shows_itself_as_python_writes_it() -> None:
    settled = betting.settle(bet([WON]))
    assert repr(settled) == "BetSettlement(returns_minor=200, lines=1, total_stake_minor=100)"
    offer = betting.cash_out(bet([OPEN | {"p": "0.5"}]), "0.05")
    assert repr(offer) == "CashOut(available=True, value_minor=95, remaining_unit_stake=(0, 1))"
    running = betting.progress(bet([OPEN, WON]))
    assert repr(running) == "Progress(lines=1, open_lines=1, settleable=False, secured_minor=0)"


def test_house_terms_of_lines_and_days() -> None:
    won = [{"price": "2.0", "result": "WON"}] * 3
    with_bonus = bet(won, "TRIXIE", bonus={"per_line": [(2, 5), (3, "7.5")]})
    assert betting.settle(with_bonus).exact_returns == (3 * 420 + 860, 1)
    assert (
        betting.settle(with_bonus | {"day_cap_minor": 2_500, "paid_today_minor": 600}).returns_minor == 1_900
    )
    caps: list[dict[str, Any]] = [
        won[0] | {"max_payout_minor": 700},
        won[0] | {"max_payout_minor": 500},
        won[0],
    ]
    assert betting.settle(bet(caps)).returns_minor == 500
    assert betting.settle(bet(caps, max_payout_minor=400)).returns_minor == 400
    # Each leg returns 4 + 1.75 for its two units, half of it on each part of the next.
    double = bet([EW_WON] * 2, "DOUBLE", each_way=True, each_way_style="equally_divided")
    assert betting.settle(double).exact_returns == (13225, 8)
    assert betting.progress(double).lines == 2


def test_related_legs_come_with_their_reason() -> None:
    def reasons(kind: str, *legs: dict[str, Any], **terms: Any) -> list[tuple[int, int, str]]:
        found = betting.related(bet([WON | leg for leg in legs], kind, **terms))
        return [(relation.first, relation.second, relation.reason) for relation in found]

    a, b = ({"event_id": "e", "market_id": 1, "selection_id": selection} for selection in "AB")
    semi, cup = {"event_id": "semi", "causes": ["A in the final"]}, {"consequences": ["A in the final"]}
    assert reasons("ACCA", a, a) == [(0, 1, "same_selection")]
    assert reasons("ACCA", a, b) == [(0, 1, "exclusive")]
    assert reasons("ACCA", a, b | {"market_winners": 3}) == [(0, 1, "same_event")]
    assert reasons("ACCA", cup, semi, a) == [(0, 1, "cause_and_consequence")]
    assert reasons("SYSTEM", a, b, sizes=[1]) == []


WON = {"price": "2.0", "result": "WON"}
EW_WON = {"price": "4.0", "result": "WON", "ew": {"fraction": "1/4", "places": 2}}
A_WON = WON | {"market_id": "m", "selection_id": "A"}
SINGLES = {"type": "SYSTEM", "sizes": [1], "unit_stake_minor": 100}
OPEN = {"price": "2.0", "result": "OPEN"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (bet([WON], "QUINTUPLE"), "type: unknown bet type"),
        (bet([WON, WON], "TRIXIE"), "legs: this type needs 3 beside the bankers, got 2"),
        (bet([]), "legs: a bet has 1 to 64"),
        (bet([WON], unit_stake_minor=-1), "unit_stake_minor: is a whole number, not negative"),
        (bet([WON], unit_stake_minor=0), "unit_stake_minor: must be above 0"),
        (bet([WON], rounding_unit_minor=0), "rounding_unit_minor: must be above 0"),
        (bet([WON], currency_code="EUR"), "bet: unknown field"),
        (bet([WON], rounding="UP"), "rounding: unknown"),
        (bet([WON], each_way=True), "leg 0: ew: an each-way bet needs terms"),
        (bet([WON | {"price": "1.0"}]), "leg 0: price: .* a decimal price is above 1"),
        (bet([WON | {"price": float("nan")}]), "leg 0: price: "),
        (bet([WON | {"price": "+90"}]), "American price"),
        (bet([WON | {"price": -110}]), "leg 0: price: a number is a decimal price"),
        (bet([WON | {"price": Fraction(1, 2)}]), "leg 0: price: .* a decimal price is above 1"),
        (bet([WON | {"price": None}]), "leg 0: price: is needed"),
        (bet([WON | {"price_type": "SP"}]), "leg 0: sp: is needed"),
        (bet([WON, WON | {"result": "DRAWN"}]), "leg 1: result: unknown"),
        (bet([WON | {"position": 2}]), "leg 0: position: contradicts WON"),
        (bet([WON | {"result": "VOID", "void_factor": "0.5"}]), "leg 0: void_factor: contradicts"),
        (bet([WON | {"void_factor": "0.3"}]), "leg 0: void_factor: must be 0, 0.5 or 1"),
        (bet([WON | {"tied": 2, "dead_heat_factor": "0.5"}]), "leg 0: dead_heat_factor: contradicts tied"),
        (bet([WON | {"rule4": 95}]), "leg 0: rule4: is between 0 and 90"),
        (bet([WON, OPEN]), "leg 1: result: still OPEN"),
        (bet([WON | {"event_id": "a"}, WON | {"event_id": "a"}]), "leg 1: event_id: related .* of leg 0"),
        (bet([A_WON, A_WON]), "leg 1: selection_id: is the same selection as that of leg 0"),
        (bet([A_WON, A_WON | {"selection_id": "B"}]), "leg 1: selection_id: cannot win together with"),
        (
            bet([WON | {"causes": ["final"]}, WON | {"consequences": ["final"]}]),
            "leg 1: consequences: related",
        ),
        (SINGLES | {"legs": [A_WON, A_WON | {"result": "LOST"}]}, "leg 1: result: contradicts, on the same"),
        (
            SINGLES | {"legs": [A_WON, A_WON | {"selection_id": "B"}]},
            "leg 1: result: contradicts, in a market",
        ),
        (bet([WON], bonus={"per_line": [(3, 5), (2, 4)]}), "bonus.per_line: has rising numbers of legs"),
        (bet([WON], bonus={"per_line": [(3, 5, 1)]}), "bonus.per_line: is a list of pairs"),
        (bet([WON], each_way_style="halves"), "each_way_style: unknown"),
        (bet([WON], day_cap_minor=-1), "day_cap_minor: is a whole number, not negative"),
        (
            bet([EW_WON], each_way=True, each_way_style="equally_divided", bonus={"acca_boost_pct": 5}),
            "bonus: is of the win part",
        ),
        (bet([WON], "SYSTEM"), "sizes: a SYSTEM says"),
        (bet([WON], "SYSTEM", sizes=[2]), "sizes: must be between"),
        (bet([WON], bankers=[1]), "bankers: must be distinct legs"),
        (bet([WON], bankers=[0]), "bankers: leave no other leg"),
        (bet([WON | {"price": "1000.0"}] * 20), "too large"),
        ("bet", "bet: is given as a dict or as a struct"),
    ],
)
def test_what_cannot_be_settled_is_said_in_plain_words(wrong: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        betting.settle(wrong)


def test_a_refusal_names_the_types_there_are() -> None:
    with pytest.raises(ValueError, match="type: unknown bet type: known are") as refused:
        betting.line_count("QUINTUPLE")
    chosen = {"ACCA": (4, None), "ACCUMULATOR": (4, None), "N_FOLD": (4, None), "SYSTEM": (4, [2])}
    names = str(refused.value).partition("known are ")[2].split(", ")
    assert all(betting.line_count(name, *chosen.get(name, (None, None))) > 0 for name in names)
    assert len(names) == len(set(names)) == 35


def test_counts_below_nothing_are_refused_by_name() -> None:
    with pytest.raises(ValueError, match="n: is a whole number"):
        betting.line_count("SYSTEM", -1, [1])
    with pytest.raises(ValueError, match="sizes: is a whole number"):
        betting.lines("SYSTEM", 4, [-2])
    with pytest.raises(ValueError, match="runners: is a whole number"):
        betting.each_way_terms(-8)


def test_what_cannot_be_cashed_out_is_said_in_plain_words() -> None:
    with pytest.raises(ValueError, match="leg 0: current: an OPEN leg needs current or p"):
        betting.cash_out(bet([OPEN]), "0.05")
    with pytest.raises(ValueError, match="legs: none is OPEN"):
        betting.cash_out(bet([WON]), "0.05")
    with pytest.raises(ValueError, match="margin: must be between 0 and 1"):
        betting.cash_out(bet([OPEN | {"p": "0.5"}]), 1.5)
    terms = {"ew": {"fraction": "1/5", "places": 3}, "p": "0.5"}
    with pytest.raises(ValueError, match="leg 0: place_p: is needed beside p"):
        betting.cash_out(bet([OPEN | terms], each_way=True), 0)
