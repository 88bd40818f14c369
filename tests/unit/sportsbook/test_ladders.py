"""The ladders a tenant can name, and prices by hand on them."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core import odds
from pyplatform.sportsbook.markets.ladders import ladder_of, steps_of
from pyplatform.sportsbook.markets.terms import TermsBook, defaults
from tests.unit.sportsbook.test_terms import TENANT

UK = steps_of("uk_fractional")
RUNGS = sorted(int((Fraction(rung) + 1) * 10_000) for rung in odds.UK_FRACTIONAL.rungs())


@given(st.integers(10_001, 11_000_000))
def test_the_fractional_ladder_floors_and_ceils_to_the_nearest_rungs(price: int) -> None:
    below, above = [one for one in RUNGS if one <= price], [one for one in RUNGS if one >= price]
    assert UK.floor(price) == (below[-1] if below else RUNGS[0])
    assert UK.ceil(price) == (above[0] if above else RUNGS[-1])
    assert UK.is_valid(price) == (price in RUNGS)


def test_a_house_can_sell_in_fractions() -> None:
    rule = defaults(TENANT, 1)
    book = TermsBook(rule)
    assert book.base.ladder == "betfair"
    assert ladder_of("uk_fractional") is odds.UK_FRACTIONAL
    priced = odds.price_book([2.0, 2.0], odds.PricingRule(0.05, ladder=ladder_of("uk_fractional")))
    assert all(UK.is_valid(price) for price in priced.prices_e4)
