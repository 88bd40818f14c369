"""What holds for every book, through the public API."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import betting, odds

PRICES = st.lists(st.floats(1.001, 1000.0), min_size=2, max_size=20)
METHODS = st.sampled_from(odds.methods())
APPLICATIONS = st.sampled_from(odds.application_methods())


def fair_from(weights: list[float]) -> list[float]:
    return [weight / math.fsum(weights) for weight in weights]


FAIR = st.lists(st.floats(0.01, 1.0), min_size=2, max_size=12).map(fair_from)


@given(PRICES, METHODS)
def test_probabilities_sum_to_one(prices: list[float], method: str) -> None:
    try:
        found = odds.remove_margin(prices, method=method, on_invalid="allow")
    except ValueError as refused:
        assert method in {"jsd", "efficient_shin"}, refused  # noqa: PT017
        return
    scale = math.fsum(map(abs, found.probabilities))
    assert math.fsum(found.probabilities) == pytest.approx(1.0, abs=1e-13 * scale)
    assert all(map(math.isfinite, found.probabilities))
    assert found.valid == all(0.0 < p < 1.0 for p in found.probabilities)


@given(st.lists(st.floats(-8.0, 1.0).map(lambda size: 1 + 10**size), min_size=2, max_size=6))
def test_prices_hardly_above_one_keep_the_sum(prices: list[float]) -> None:
    found = odds.remove_margin(prices, method="balanced_book", on_invalid="allow")
    scale = max(map(abs, found.probabilities))
    assert math.fsum(found.probabilities) == pytest.approx(1.0, abs=1e-13 * scale)


@pytest.mark.parametrize("method", odds.application_methods())
def test_no_margin_leaves_the_longest_price_as_it_is(method: str) -> None:
    longest = 6.5e-7
    found = odds.apply_margin([0.5, 0.5 - longest, longest], 0.0, method=method)
    assert found.prices == pytest.approx((2.0, 1 / (0.5 - longest), 1 / longest), rel=1e-13)


@given(PRICES, METHODS)
def test_what_passes_as_a_proper_book_is_one(prices: list[float], method: str) -> None:
    try:
        found = odds.remove_margin(prices, method=method)
    except ValueError:
        return
    assert found.valid
    assert all(0.0 < p < 1.0 for p in found.probabilities)


@given(st.lists(st.floats(1.001, 1000.0), min_size=4, max_size=20), st.integers(1, 3))
def test_place_markets_sum_to_their_places(prices: list[float], places: int) -> None:
    found = odds.remove_margin(prices, method="power", target=float(places), on_invalid="allow")
    assert math.fsum(found.probabilities) == pytest.approx(places, abs=1e-12)


@given(FAIR, st.floats(0.0, 0.3), APPLICATIONS)
def test_removal_undoes_application(fair: list[float], margin: float, method: str) -> None:
    try:
        applied = odds.apply_margin(fair, margin, method=method, on_invalid="error")
    except ValueError:
        return
    removed = odds.remove_margin(applied.prices, method=method, on_invalid="allow")
    assert removed.probabilities == pytest.approx(fair, abs=1e-12, rel=0)


@given(PRICES, APPLICATIONS, st.floats(0.0, 0.2))
def test_offered_prices_are_on_the_ladder_and_carry_the_margin(
    prices: list[float], method: str, margin: float
) -> None:
    rule = odds.PricingRule(margin, method=method)
    try:
        book = odds.price_book(prices, rule)
    except ValueError:
        return
    assert all(map(odds.BETFAIR.is_valid, book.prices_e4))
    assert math.fsum(10_000 / price for price in book.prices_e4) >= (1 + margin) * (1 - 1e-11)
    shortest_first = sorted(range(len(prices)), key=lambda i: -book.probabilities[i])
    offered = [book.prices_e4[i] for i in shortest_first]
    assert offered == sorted(offered)


@given(FAIR, st.floats(0.0, 0.2))
def test_a_book_in_fractions_carries_the_margin_exactly(fair: list[float], margin: float) -> None:
    rule = odds.PricingRule(margin, min_e4=10_010, ladder=odds.UK_FRACTIONAL)
    try:
        book = odds.price_probabilities(fair, rule)
    except ValueError as refused:
        assert "cannot reach" in str(refused)  # noqa: PT017
        return
    assert book.fractions is not None
    prices = [1 + Fraction(fraction) for fraction in book.fractions if fraction]
    assert set(book.fractions) <= set(odds.UK_FRACTIONAL.rungs())
    assert book.prices_e4 == tuple(math.floor(10_000 * price) for price in prices)
    assert book.booksum == pytest.approx(float(sum(1 / price for price in prices)), rel=1e-12)
    assert book.booksum >= (1 + margin) * (1 - 1e-11)
    named = odds.price_probabilities(fair, rule, manual_e4=book.prices_e4)
    assert named.fractions == book.fractions
    assert (
        odds.price_probabilities(fair, odds.PricingRule(margin, min_e4=10_100, min_margin=0.0)).fractions
        is None
    )


@given(st.integers(1, 10**12), st.integers(10_001, 10_000_000), st.integers(1, 8))
def test_singles_keep_their_order(stake: int, price_e4: int, tied: int) -> None:
    won = betting.settle_single(stake, price_e4, "won", tied=tied)
    assert (
        0 <= won.returns_minor <= betting.settle_single(stake, price_e4 + 1, "won", tied=tied).returns_minor
    )
    assert betting.settle_single(stake, price_e4, "won", void_halves=2, tied=tied).returns_minor == stake
    assert betting.settle_single(stake, price_e4, "lost", tied=tied).returns_minor == 0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: odds.remove_margin([2.0, 1.0]), "price 1 is 1: a decimal price"),
        (lambda: odds.remove_margin([2.0, math.nan]), "price 1 is NaN"),
        (lambda: odds.remove_margin([2.0]), "at least two priced outcomes, got 1"),
        (lambda: odds.remove_margin([2.2, 2.2]), "no margin"),
        (
            lambda: odds.remove_margin([1.9, 1.9], method="guess"),
            "known methods are multiplicative, additive, power",
        ),
        (lambda: odds.remove_margin([1.9, 1.9, 9.0], target=2.0), "one winner only"),
        (
            lambda: odds.remove_margin([1.9, 1.9], on_invalid="shrug"),  # type: ignore[arg-type]
            "known choices are error, fallback, allow",
        ),
        (lambda: odds.apply_margin([0.99, 0.01], 0.2), "cannot reach the booksum 1.2"),
        (lambda: odds.apply_margin([0.5, 0.6], 0.05), "sum to 1.1"),
        (lambda: odds.apply_margin([0.5, 0.5], -0.05), "margin -0.05"),
        (lambda: odds.apply_margin([0.5, 0.5], 0.05, method="goto"), "goto can only remove a margin"),
        (lambda: odds.PricingRule(0.05, method="jsd"), "jsd can only remove a margin"),
        (lambda: odds.remove_margins([1.9, 1.9]), "prices must have two dimensions"),
        (lambda: odds.remove_margins([[1.9, 1.9], [1.9, 0.5]]), "market 1: price 1 is 0.5"),
        (lambda: odds.remove_margins([1.9, 1.9], offsets=[0, 1]), "offsets must rise from 0"),
        (lambda: odds.remove_margins([1.9, 1.9], offsets=[-1, 2]), "offsets must not be negative"),
        (lambda: odds.apply_margins([[0.5, 0.5]], [0.1, 0.1]), "2 margins for 1 markets"),
        (lambda: odds.Price("-99", "american"), "american price .* at least 100"),
        (lambda: odds.Price(math.nan), "decimal price .* above 1"),
        (lambda: odds.Price("2.0", "roman"), "known formats are decimal, fractional"),
        (lambda: odds.Ladder([(10_100, 20_000, 700)]), "tier 0 of the ladder"),
        (lambda: odds.BETFAIR.snap([-1]), "prices_e4 -1"),
        (lambda: odds.BETFAIR.limit(20_000, "both"), "known sides are back, lay"),  # type: ignore[arg-type]
        (lambda: odds.kelly(2.0, 1.5), "probability 0 is 1.5"),
        (lambda: odds.kelly(2.0, 0.5, 2.0), "fraction 2 must be above 0"),
        (lambda: odds.kelly_exclusive([2.0, 3.0], [0.5, 0.3]), "sum to 0.8"),
        (lambda: odds.PricingRule(0.05, min_e4=20_100, max_e4=20_100), "no ladder price"),
        (lambda: odds.BETFAIR.floor(-1), "price_e4 -1"),
        (lambda: betting.settle_single(0, 20_000, "won"), "stake 0"),
        (lambda: betting.settle_single(100, 10_000, "won"), "price_e4 10000"),
        (lambda: betting.settle_single(100, 20_000, "drawn"), "known results are won, lost"),  # type: ignore[arg-type]
        (lambda: betting.settle_single(100, 20_000, "won", tied=0), "0 tied"),
        (lambda: betting.settle_single(100, 20_000, "won", void_halves=3), "void_halves 3"),
        (lambda: betting.settle_single(100, 20_000, "won", rounding="up"), "known modes are"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_done_is_said_in_plain_words(call: object, words: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=words):
        call()
