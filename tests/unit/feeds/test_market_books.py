"""Books in betfairlightweight's shape: fixed expectations, and equality with it on real streams."""

import json
from datetime import UTC, datetime, timedelta
from importlib import import_module
from math import isnan
from types import SimpleNamespace
from typing import Any

import pytest

from pyplatform.core.feeds import betfair, market_books
from tests.recordings.folder import FOLDER, files

DEFINITION = {
    "status": "SUSPENDED",
    "inPlay": True,
    "betDelay": 1,
    "version": 9,
    "bettingType": "ODDS",
    "bspMarket": True,
    "bspReconciled": False,
    "complete": True,
    "crossMatching": True,
    "runnersVoidable": False,
    "numberOfWinners": 1,
    "numberOfActiveRunners": 2,
    "marketTime": "2021-03-28T15:25:00.000Z",
    "regulators": ["A"],
    "suspendReason": "VAR",
    "priceLadderDefinition": {"type": "CLASSIC"},
    "keyLineDefinition": {"kl": [{"id": 7, "hc": -0.5}]},
    "runners": [
        {"id": 7, "hc": -0.5, "status": "ACTIVE", "sortPriority": 1, "name": "Seven"},
        {
            "id": 5,
            "status": "REMOVED",
            "sortPriority": 2,
            "adjustmentFactor": 12.5,
            "removalDate": "2021-03-28T15:00:00.000Z",
            "bsp": "NaN",
        },
    ],
    "new": 1,
}
RUNNERS = [
    {"id": 5, "atb": [[2, 9], [2.1, 3]], "batb": [[0, 9, 9]], "trd": [[2, 1.1], [3, 2.2]], "tv": 4, "ltp": 2},
    {
        "id": 7,
        "hc": -0.5,
        "bdatl": [[1, 3, 4], [0, 2.9, 5]],
        "batl": [[0, 9, 9]],
        "spn": "NaN",
        "spb": [[2, 1], [3, 1]],
    },
    {"id": 4},
]


def _line(**change: object) -> bytes:
    message = {"op": "mcm", "pt": 1_616_945_100_250, "mc": [{"id": "1.1", **change}]}
    return json.dumps(message).encode()


def _book(**options: Any) -> market_books.MarketBook:
    (book,) = market_books.MarketBooks(**options).apply(_line(marketDefinition=DEFINITION, rc=RUNNERS, tv=11))
    return book


def test_a_market_book_has_the_attributes_a_strategy_reads() -> None:
    book = _book(unique_id=3)
    assert (book.market_id, book.status, book.inplay, book.bet_delay, book.version) == (
        "1.1",
        "SUSPENDED",
        True,
        1,
        9,
    )
    assert book.publish_time == datetime(2021, 3, 28, 15, 25, 0, 250_000, tzinfo=UTC)
    assert (book.publish_time_epoch, book.total_matched, book.streaming_unique_id) == (
        1_616_945_100_250,
        11,
        3,
    )
    assert (book.number_of_runners, book.number_of_active_runners, book.number_of_winners) == (3, 2, 1)
    assert (book.complete, book.runners_voidable, book.bsp_reconciled, book.cross_matching) == (
        True,
        False,
        False,
        True,
    )
    assert book.price_ladder_definition is not None
    assert book.price_ladder_definition.type == "CLASSIC"
    assert book.key_line_description is not None
    assert [(line.selection_id, line.handicap) for line in book.key_line_description.key_line] == [(7, -0.5)]
    definition = book.market_definition
    assert definition is not None
    assert definition.market_time == book.publish_time - timedelta(milliseconds=250)
    assert (definition.suspend_reason, definition.regulators, definition.venue) == ("VAR", ["A"], None)
    assert [runner.name for runner in definition.runners] == ["Seven", None]
    assert book.streaming_update["tv"] == 11


def test_runners_stand_as_defined_and_prices_come_from_the_fullest_list() -> None:
    seven, five, four = _book().runners
    assert [runner.selection_id for runner in (seven, five, four)] == [7, 5, 4]
    assert five.ex.available_to_back == [(2.1, 3), (2, 9)]
    assert five.ex.available_to_back[0].price == 2.1
    assert seven.ex.available_to_lay == [(2.9, 5), (3, 4)]
    assert (seven.ex.available_to_back, five.ex.traded_volume) == ([], [(2, 1.1), (3, 2.2)])
    assert (five.last_price_traded, five.total_matched, five.status) == (2, 4, "REMOVED")
    assert five.adjustment_factor == 12.5
    assert five.removal_date == datetime(2021, 3, 28, 15, tzinfo=UTC)
    assert five.sp.actual_sp is not None
    assert isnan(five.sp.actual_sp)
    assert seven.sp.near_price is not None
    assert isnan(seven.sp.near_price)
    assert (seven.sp.lay_liability_taken, seven.sp.back_stake_taken) == ([(3, 1), (2, 1)], [])
    assert (four.status, four.last_price_traded, four.adjustment_factor) == (None, None, None)


def test_volumes_of_historical_data_are_sums() -> None:
    book = _book(calculate_market_tv=True, cumulative_runner_tv=True)
    assert (book.total_matched, [runner.total_matched for runner in book.runners]) == (3.3, [0, 3.3, 0])


def test_a_book_stays_as_it_was() -> None:
    books = market_books.MarketBooks()
    (before,) = books.apply(_line(marketDefinition=DEFINITION, rc=RUNNERS))
    (after,) = books.apply(_line(rc=[{"id": 5, "atb": [[2.1, 0]], "ltp": 8}]))
    assert (before.runners[1].last_price_traded, before.runners[1].ex.available_to_back[0]) == (2, (2.1, 3))
    assert (after.runners[1].last_price_traded, after.runners[1].ex.available_to_back[0]) == (8, (2, 9))
    assert after.market_definition is before.market_definition


def test_without_a_definition_there_is_a_book_all_the_same() -> None:
    (book,) = market_books.MarketBooks().apply(_line(rc=RUNNERS))
    assert (book.status, book.market_definition, len(book.runners)) == (None, None, 3)


IGNORED = {"streaming_update", "elapsed_time"}


def _same(ours: Any, theirs: Any, path: str) -> None:
    """Every public attribute of theirs is one of ours, and equal."""
    if isinstance(theirs, list):
        assert len(ours) == len(theirs), path
        for at, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
            _same(mine, other, f"{path}[{at}]")
    elif type(theirs).__module__.startswith("betfairlightweight"):
        names = getattr(type(theirs), "__slots__", None) or vars(theirs)
        for name in names:
            if not name.startswith("_") and name not in IGNORED:
                _same(getattr(ours, name), getattr(theirs, name), f"{path}.{name}")
    elif isinstance(theirs, str) and isinstance(ours, float):
        assert isnan(ours) == (theirs == "NaN"), path
    else:
        assert ours == theirs, path


@pytest.mark.skipif(FOLDER is None, reason="without recordings there is nothing to compare")
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", sorted(files("betfair-historic", "betfair-recorded")))
def test_every_attribute_equals_that_of_betfairlightweight(name: str) -> None:
    peer = import_module("betfairlightweight")
    taken: list[Any] = []
    listener = peer.StreamListener(SimpleNamespace(put=taken.extend), max_latency=None, lightweight=False)
    listener.register_stream(0, "marketSubscription")
    books = market_books.MarketBooks(unique_id=0)
    path = files("betfair-historic", "betfair-recorded")[name]
    for number, line in enumerate(betfair.open_stream(path)):
        message = json.loads(line)
        if message.get("op") != "mcm":
            continue
        taken.clear()
        listener._on_change_message(message, 0)
        mine = books.apply(line)
        if number % 97 == 0:
            theirs = {book.market_id: book for book in taken}
            assert {book.market_id for book in mine} == set(theirs)
            for book in mine:
                _same(book, theirs[book.market_id], f"line {number}: {book.market_id}")
