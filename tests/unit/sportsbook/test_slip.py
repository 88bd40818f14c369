"""Slips and what was decided on them: journals are read for ever, so their bytes are held by examples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.contracts.sportsbook.bets import MOST_LEGS, Leg
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.placement.decided import Decided, EachWayTerms, Promised

SESSION = bytes(range(16))
FIRST = bytes.fromhex("93ab312e313730323538323133ce01a2b5dacd61a8")
YANKEE = slip.Slip(
    "SYSTEM",
    (Leg("e1", "1.1", 11, 25_000, True), Leg("e2", "uof:2", 2**52, 18_050), Leg("e3", "1.3", 7, 110_000)),
    (1, 2),
    True,
    PricePolicy.WITHIN,
    500,
)
SECOND = (
    "97a653595354454d9395a26531a3312e310bcd61a8c395a26532a5756f663a32cf0010000000000000cd4682c295a26533"
    "a3312e3307ce0001adb0c2920102c3a657495448494ecd01f400"
)
DECIDED = Decided(
    SESSION,
    (25_000, 17_050, 0),
    7,
    1_000_000,
    (EachWayTerms(3, 5), EachWayTerms(2, 4), EachWayTerms(4, 4)),
    legs=(1, 2),
)
DECIDED_BYTES = "000102030405060708090a0b0c0d0e0f1307c0843d060013971135" + "2444"


def test_a_slip_of_schema_1_is_read_as_the_single_it_was() -> None:
    read = slip.decode(1, 1, FIRST)
    assert read == slip.Slip("SINGLE", (Leg("", "1.170258213", 27_440_602, 25_000),))
    assert decided.decode(bytes.fromhex("a8610000") + SESSION, read) == Decided(SESSION, (25_000,))
    told = slip.Slip("SINGLE", (Leg("e9", "1.170258213", 27_440_602, 25_000),))
    assert slip.as_single(told) == FIRST
    assert slip.as_single(YANKEE) is None


def test_a_slip_of_schema_2_keeps_its_bytes() -> None:
    assert slip.encode(YANKEE).hex() == SECOND
    assert slip.decode(2, 1, bytes.fromhex(SECOND)) == YANKEE
    assert YANKEE.bankers == [0]


def test_what_was_decided_keeps_its_bytes() -> None:
    encoded = decided.encode(DECIDED, YANKEE)
    assert encoded is not None
    assert encoded.hex() == DECIDED_BYTES
    assert decided.decode(bytes.fromhex(DECIDED_BYTES), YANKEE) == DECIDED


@pytest.mark.parametrize(("schema", "version"), [(3, 1), (2, 2), (1, 2)])
def test_a_slip_of_the_future_is_refused(schema: int, version: int) -> None:
    with pytest.raises(slip.UnknownSlipError, match="upgrade"):
        slip.decode(schema, version, b"")


PLACES = st.builds(EachWayTerms, st.integers(1, 15), st.integers(1, 15))
PRICES = st.integers(10_100, 10_000_000)


@given(st.lists(st.tuples(PRICES, PRICES | st.just(0)), min_size=1, max_size=MOST_LEGS), st.data())
def test_what_was_decided_is_read_back_or_does_not_fit(
    pairs: list[tuple[int, int]], data: st.DataObject
) -> None:
    asked = slip.Slip("ACCA", tuple(Leg("e", "m", 1, price) for price, _ in pairs))
    told = Decided(
        SESSION,
        tuple(price for _, price in pairs),
        data.draw(st.integers(0, 100_000)),
        data.draw(st.integers(0, 10**15)),
        data.draw(st.just(()) | st.lists(PLACES, min_size=len(pairs), max_size=len(pairs)).map(tuple)),
        referred=data.draw(st.booleans()),
        legs=tuple(data.draw(st.sets(st.integers(0, len(pairs) - 1)).map(sorted))),
        promised=data.draw(
            st.builds(
                Promised,
                st.integers(0, 10_000),
                st.sets(st.integers(0, len(pairs) - 1)).map(lambda legs: tuple(sorted(legs))),
                st.integers(0, 10**15),
            )
        ),
    )
    encoded = decided.encode(told, asked)
    if encoded is not None:
        assert len(encoded) <= decided.MOST_BYTES
        assert decided.decode(encoded, asked) == told


def test_twenty_legs_that_all_moved_by_steps_of_the_ladder_fit() -> None:
    asked = slip.Slip("ACCA", tuple(Leg("e", "m", 1, 30_000 + 500 * n) for n in range(MOST_LEGS)))
    moved = tuple(leg.price_e4 - 4_000 for leg in asked.legs)
    assert decided.encode(Decided(SESSION, moved, 9_999, legs=tuple(range(MOST_LEGS))), asked) is not None


def test_twenty_legs_each_way_with_all_that_can_be_promised_fit() -> None:
    asked = slip.Slip("ACCA", tuple(Leg("e", "m", 1, 30_000) for _ in range(MOST_LEGS)), each_way=True)
    promised = Promised(100_000, tuple(range(MOST_LEGS)), 10**12)
    prices = tuple(leg.price_e4 for leg in asked.legs)
    told = Decided(SESSION, prices, 9_999, each_way=(EachWayTerms(3, 5),) * MOST_LEGS, promised=promised)
    encoded = decided.encode(told, asked)
    assert encoded is not None
    assert decided.decode(encoded, asked) == told


def test_terms_that_end_early_are_no_terms() -> None:
    with pytest.raises(ValueError, match="3 legs"):
        decided.decode(SESSION + b"\0\7\0", YANKEE)
