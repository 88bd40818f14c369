"""Slips are in the journal for ever: these bytes were written, so they must stay readable."""

import pytest

from pyplatform.sportsbook import slip

GOLDEN_SINGLE_1 = bytes.fromhex("93ab312e313730323538323133ce01a2b5dacd61a8")


def test_the_first_version_is_read_as_it_was_written() -> None:
    single = slip.Single("1.170258213", 27_440_602, 25_000)
    assert slip.encode(single) == GOLDEN_SINGLE_1
    assert slip.decode(1, 1, GOLDEN_SINGLE_1) == single


@pytest.mark.parametrize(("schema", "version"), [(0, 1), (1, 2), (2, 1)])
def test_an_unknown_version_is_refused_in_words(schema: int, version: int) -> None:
    with pytest.raises(slip.UnknownSlipError, match=f"schema {schema} version {version}"):
        slip.decode(schema, version, GOLDEN_SINGLE_1)


def test_terms_hold_the_price_and_the_session() -> None:
    terms = slip.Terms(price_e4=10_100, session_id=bytes(range(16)))
    assert len(terms.encode()) == 20
    assert slip.decode_terms(terms.encode()) == terms
