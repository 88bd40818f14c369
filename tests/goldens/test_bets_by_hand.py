"""Settlement against the rules written down a second time, in fractions and line by line."""

from collections.abc import Callable
from fractions import Fraction
from math import floor, prod
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.core import betting

FAMILY = {"TRIXIE": 3, "PATENT": 3, "YANKEE": 4, "LUCKY15": 4, "CANADIAN": 5, "LUCKY31": 5, "UNION_JACK": 9}
RESULTS = ["WON", "WON", "WON", "PLACED", "LOST", "VOID", "HALF_WON", "HALF_LOST"]


@st.composite
def legs(draw: st.DrawFn, count: int) -> list[dict[str, Any]]:
    def leg() -> dict[str, Any]:
        result = draw(st.sampled_from(RESULTS))
        drawn = {
            "price": draw(st.sampled_from(["1.50", "2.25", "3.3333", "10/11", "7/2", "-110", "+250"])),
            "result": result,
            "position": 2 if result == "PLACED" else 1,
            "rule4": draw(st.sampled_from([0, 5, 20, 90])),
            "ew": {"fraction": "1/5", "places": draw(st.integers(1, 4))},
        }
        return drawn | ({"tied": draw(st.integers(1, 4))} if result in {"WON", "PLACED"} else {})

    return [leg() for _ in range(count)]


def decimal(price: str) -> Fraction:
    if price[0] == "-":
        return 1 + Fraction(100, int(price[1:]))
    if price[0] == "+":
        return 1 + Fraction(int(price[1:]), 100)
    return Fraction(price) + (1 if "/" in price else 0)


def multiplier(leg: dict[str, Any], place: bool) -> Fraction:
    void = {"VOID": Fraction(1), "HALF_WON": Fraction(1, 2), "HALF_LOST": Fraction(1, 2)}.get(
        leg["result"], 0
    )
    places = leg["ew"]["places"] if place else 1
    wins = leg["result"] in {"WON", "HALF_WON"} or (place and leg["result"] == "PLACED")
    share = min(Fraction(1), max(Fraction(0), Fraction(places - leg["position"] + 1, leg.get("tied", 1))))
    odds = (decimal(leg["price"]) - 1) * (1 - Fraction(leg["rule4"], 100))
    paid = 1 + odds * (Fraction(leg["ew"]["fraction"]) if place else 1)
    return (1 - void) * share * paid * wins + void


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(sorted(FAMILY)), st.integers(1, 999), st.booleans(), st.booleans(), st.data())
def test_every_line_by_hand(kind: str, stake: int, each_way: bool, free: bool, data: st.DataObject) -> None:
    drawn = data.draw(legs(FAMILY[kind]))
    total = Fraction(0)
    for place in [False, True][: 1 + each_way]:
        for line in betting.lines(kind):
            worth = prod((multiplier(drawn[leg], place) for leg in line), start=Fraction(1))
            total += stake * (max(worth - 1, Fraction(0)) if free else worth)
    terms = {"each_way": each_way, "stake_kind": "FREE_SNR" if free else "CASH", "rounding": "DOWN"}
    settled = betting.settle({"type": kind, "unit_stake_minor": stake, "legs": drawn} | terms)
    assert Fraction(*settled.exact_returns) == total
    assert settled.returns_minor == floor(total)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(["SSA", "DSA"]), st.integers(1, 999), st.data())
def test_up_and_down_by_hand(kind: str, stake: int, data: st.DataObject) -> None:
    drawn = data.draw(legs(3))
    total = Fraction(0)
    for first in drawn:
        for second in drawn:
            if first is not second:
                won = stake * multiplier(first, place=False)
                carried = min(won, Fraction(stake * (1 if kind == "SSA" else 2)))
                total += won - carried + carried * multiplier(second, place=False)
    settled = betting.settle({"type": kind, "unit_stake_minor": stake, "legs": drawn, "rounding": "DOWN"})
    assert Fraction(*settled.exact_returns) == total


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.sampled_from(["WON", "OPEN", "1/2", "2.5", "-110", "0", "1/0", "", "é", "9" * 30, "1e9"]),
    st.lists(st.integers(-1, 99), max_size=3),
)
LEG_FIELDS = list(betting.Leg.__struct_fields__)
BET_FIELDS = [field for field in betting.Bet.__struct_fields__ if field != "legs"]


@settings(max_examples=2_000, deadline=None)
@given(
    st.dictionaries(st.sampled_from(LEG_FIELDS), ANYTHING, max_size=3),
    st.dictionaries(st.sampled_from(BET_FIELDS), ANYTHING, max_size=2),
    st.integers(0, 6),
)
def test_nonsense_is_refused_and_never_settled_below_nothing(
    leg: dict[str, Any], bet: dict[str, Any], count: int
) -> None:
    proper = {"price": "2.5", "result": "WON", "ew": {"fraction": "1/4", "places": 2}}
    whole = {"type": "ACCA", "unit_stake_minor": 100, "legs": [proper | leg, *[proper] * count]} | bet
    answers: list[Callable[[], int]] = [
        lambda: betting.settle(whole).returns_minor,
        lambda: betting.progress(whole).secured_minor,
        lambda: betting.cash_out(whole, "0.05", "0.5").value_minor or 0,
    ]
    for answer in answers:
        try:
            minor = answer()
        except ValueError:
            continue
        assert minor >= 0
