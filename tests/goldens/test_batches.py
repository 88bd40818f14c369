"""Batches are their markets, whatever the layout, and let other threads run."""

import copy
import pickle
import threading
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import odds

ROWS = st.lists(st.lists(st.floats(1.01, 1000.0), min_size=2, max_size=12), min_size=1, max_size=8)


@given(ROWS, st.sampled_from(["multiplicative", "additive", "power", "odds_ratio", "shin", "goto"]))
def test_a_ragged_batch_is_its_markets(rows: list[list[float]], method: str) -> None:
    offsets = np.cumsum([0, *map(len, rows)])
    batch = odds.remove_margins(
        list(chain.from_iterable(rows)), method=method, on_invalid="allow", offsets=offsets
    )
    for i, row in enumerate(rows):
        one = odds.remove_margin(row, method=method, on_invalid="allow")
        assert tuple(batch.probabilities[offsets[i] : offsets[i + 1]]) == one.probabilities
        assert batch.parameter[i] == one.parameter or (np.isnan(batch.parameter[i]) and one.parameter is None)
        assert (batch.valid[i], batch.underround[i]) == (one.valid, one.underround)
        assert (batch.booksum[i], batch.iterations[i]) == (one.booksum, one.iterations)


def test_a_suspended_outcome_is_left_out_of_one_market_and_refused_in_a_batch() -> None:
    fair = odds.remove_margin([1.8, 2.5, 9.0]).probabilities
    assert odds.remove_margin([1.8, None, 2.5, 9.0]).probabilities == (fair[0], 0.0, *fair[1:])
    with pytest.raises(ValueError, match="market 0: price 1 is NaN"):
        odds.remove_margins([[1.8, np.nan, 2.5, 9.0]])


def test_any_array_will_do() -> None:
    prices = np.array([[2.6, 1.5], [2.4, 2.6], [4.3, 99.0]])
    by_row = odds.remove_margins(prices.T)
    assert by_row.probabilities.shape == (2, 3)
    assert np.array_equal(by_row.probabilities, odds.remove_margins(prices.T.tolist()).probabilities)
    assert odds.remove_margins(np.empty((0, 3))).probabilities.shape == (0, 3)


def test_markets_that_fall_back_say_so() -> None:
    batch = odds.remove_margins([[1.9, 1.9], [2.2, 2.2]], method="jsd", on_invalid="fallback")
    assert batch.fallback.tolist() == [False, True]
    assert batch.underround.tolist() == [False, True]


def test_a_big_batch_lets_other_threads_run() -> None:
    prices = np.random.default_rng(1).uniform(1.5, 3.0, (100_000, 12))
    ran = threading.Event()
    done = threading.Event()

    def other() -> None:
        while not done.is_set():
            ran.set()

    def batch() -> None:
        ran.clear()
        odds.remove_margins(prices, method="power", on_invalid="allow")

    thread = threading.Thread(target=other)
    thread.start()
    batch()
    seen = ran.is_set()
    done.set()
    thread.join()
    assert seen


@given(st.lists(st.integers(0, 12_000_000), max_size=50), st.sampled_from(["floor", "ceil", "nearest"]))
def test_snapping_an_array_is_snapping_its_prices(prices: list[int], how: str) -> None:
    for ladder in (odds.BETFAIR, odds.BETDAQ, odds.BETFAIR_FINEST):
        snapped = ladder.snap(prices, how)  # type: ignore[arg-type]
        assert snapped.tolist() == [getattr(ladder, how)(price) for price in prices]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: odds.BETFAIR.snap([2.01]), "prices_e4: are whole numbers"),
        (lambda: odds.remove_margins([1.9, 1.9], offsets=[0, 2.5]), "offsets: are whole numbers"),
        (
            lambda: odds.models.grid_markets([1.5], [1.1], markets=["1x2"], scores=[[0.5, 1]]),
            "scores: are whole",
        ),
        (lambda: odds.remove_margins([[1.9, 1.9], [2.6, 2.4, 4.3]]), "prices: is no array .* offsets"),
        (lambda: odds.apply_margins([[0.5, 0.5], [1.0]], 0.05), "probabilities: is no array .* offsets"),
        (lambda: odds.remove_margins([["a", "b"]]), "prices: is no array of numbers"),
    ],
)
def test_what_is_no_batch_is_said_in_plain_words(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        call()


def test_a_price_is_copied_and_pickled() -> None:
    taken = odds.Price("85/40", "fractional")
    assert copy.deepcopy(taken) == taken
    assert pickle.loads(pickle.dumps(taken)) == taken  # noqa: S301 - our own bytes


@pytest.mark.parametrize(
    ("value", "odds_format", "exact"),
    [
        (0.85, "malay", Fraction(37, 20)),
        (Decimal("2.375"), "decimal", Fraction(19, 8)),
        (Fraction(10, 3), "fractional", Fraction(13, 3)),
        (-110, "american", Fraction(21, 11)),
        (" evens ", "fractional", Fraction(2)),
        ("EVS", "fractional", Fraction(2)),
    ],
)
def test_numbers_of_every_kind_are_read_exactly(value: object, odds_format: str, exact: Fraction) -> None:
    assert odds.Price(value, odds_format).value() == exact  # type: ignore[arg-type]


def test_prices_compare_by_value_and_show_every_format() -> None:
    taken = odds.Price("4/6", "fractional")
    assert taken == odds.Price("2/3", "fractional")
    assert hash(taken) == hash(odds.Price("2/3", "fractional"))
    assert odds.Price("1.66") < taken <= odds.Price("1.67")
    shown = {name: taken.display(name) for name in odds.price_formats()}
    assert shown == {
        "decimal": "1.67",
        "fractional": "2/3",
        "american": "-150",
        "hongkong": "0.67",
        "indonesian": "-1.50",
        "malay": "0.67",
    }
    assert odds.Price("2.375").display(places=3) == "2.375"


def test_a_house_ladder_and_the_customer_s_limit() -> None:
    house = odds.Ladder([(10_500, 20_000, 500), (20_000, 50_000, 2_500)])
    assert len(house) == 32
    assert (house.limit(20_100, "back"), house.limit(20_100, "lay")) == (20_000, 22_500)
    assert house.distance(19_500, 25_000) == 3
    price = odds.Price("11/10", "fractional")
    assert odds.UK_FRACTIONAL.is_valid(price)
    assert odds.UK_FRACTIONAL.offset(price, 2) == "6/5"
    assert odds.UK_FRACTIONAL.distance(price, odds.Price("2.2")) == 2
