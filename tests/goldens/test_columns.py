"""Columns of bets settle as their bets do one by one, through the public API."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import betting

KINDS = ("SINGLE", "ACCA", ("SYSTEM", [1, 2]), ("SYSTEM", [2], [0]), "TRIXIE", "LUCKY15", "SSA")
LEGS = (1, 3, 4, 4, 3, 4, 2)
WORDS = [word for word in betting.RESULTS if word != "OPEN"]

LEG = st.tuples(
    st.integers(10_100, 90_000), st.sampled_from(WORDS), st.integers(1, 3), st.sampled_from([0, 15, 40])
)
BET = st.integers(0, len(KINDS) - 1).flatmap(
    lambda kind: st.tuples(
        st.just(kind),
        st.integers(1, 500),
        st.booleans(),
        st.lists(LEG, min_size=LEGS[kind], max_size=LEGS[kind]),
    )
)


def alone(
    kind: int, stake: int, each_way: bool, legs: list[tuple[int, str, int, int]]
) -> betting.BetSettlement:
    name, sizes, bankers = (
        (*KINDS[kind], None)[:3] if isinstance(KINDS[kind], tuple) else (KINDS[kind], None, None)
    )
    return betting.settle(
        {
            "type": name,
            "sizes": sizes,
            "bankers": bankers,
            "unit_stake_minor": stake,
            "each_way": each_way,
            "rounding": "HALF_EVEN",
            "legs": [
                {
                    "price": str(price / 10_000),
                    "result": word,
                    "tied": tied,
                    "position": 2 if word == "PLACED" else 1,
                    "rule4": rule4,
                    "ew": {"fraction": "1/5", "places": 3},
                }
                for price, word, tied, rule4 in legs
            ],
        }
    )


@given(st.lists(BET, max_size=30))
def test_columns_settle_as_bets_do(
    bets: list[tuple[int, int, bool, list[tuple[int, str, int, int]]]],
) -> None:
    legs = [leg for bet in bets for leg in bet[3]]
    found = betting.settle_columns(
        KINDS,
        [bet[0] for bet in bets],
        np.cumsum([0, *(len(bet[3]) for bet in bets)]),
        [leg[0] for leg in legs],
        [betting.RESULTS.index(leg[1]) for leg in legs],
        [bet[1] for bet in bets],
        each_way=[bet[2] for bet in bets],
        places=[3] * len(legs),
        fraction_above=[1] * len(legs),
        fraction_below=[5] * len(legs),
        tied=[leg[2] for leg in legs],
        position=[2 if leg[1] == "PLACED" else 1 for leg in legs],
        rule4=[leg[3] for leg in legs],
        rounding="HALF_EVEN",
    )
    wanted = [alone(*bet) for bet in bets]
    assert found.returns_minor.tolist() == [settled.returns_minor for settled in wanted]
    assert found.lines.tolist() == [settled.lines for settled in wanted]
    assert found.total_stake_minor.tolist() == [settled.total_stake_minor for settled in wanted]


def columns(**changed: object) -> betting.SettledColumns:
    given = {"kinds": ["SINGLE"], "kind": [0, 0], "offsets": [0, 1, 2], "price": [25_000, 30_000]}
    given |= {"result": [0, 0], "unit_stake_minor": [100, 100]}
    return betting.settle_columns(**(given | changed))  # type: ignore[arg-type]


def test_a_cap_and_another_denominator() -> None:
    assert columns(price=[5, 11], price_below=[2, 6]).returns_minor.tolist() == [250, 183]
    assert columns(max_payout_minor=260).returns_minor.tolist() == [250, 260]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"price": [2.5, 3.0]}, "price: are whole numbers"),
        ({"price": [25_000, 10_000]}, "bet 1: leg 0: price"),
        ({"price": [[25_000, 30_000]]}, "price: is a column"),
        ({"offsets": [0, 2, 1]}, "offsets"),
        ({"offsets": [0, 1]}, "offsets"),
        ({"kind": [0, 3]}, "bet 1: kind"),
        ({"kinds": [5]}, "kinds"),
        ({"kinds": ["DOUBLE"]}, "bet 0"),
        ({"result": [0, 77]}, "result: are places in RESULTS"),
        ({"result": [0, betting.RESULTS.index("OPEN")]}, "bet 1: leg 0"),
        ({"unit_stake_minor": [100, -1]}, "unit_stake_minor: are not negative"),
        ({"unit_stake_minor": [100, 0]}, "bet 1"),
        ({"each_way": [False, True]}, "bet 1: leg 0: ew"),
        ({"rule4": [0, 95]}, "bet 1: leg 0: void_halves, rule4"),
        ({"rounding": "UP"}, "rounding"),
    ],
)
def test_the_impossible_says_why(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        columns(**changed)
