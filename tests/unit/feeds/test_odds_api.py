"""Polled documents of The Odds API as a Python developer meets them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds import odds_api


def outcome(name: str, price: float, **more: Any) -> dict[str, Any]:
    return {"name": name, "price": price, **more}


def event(number: int, markets: dict[str, list[dict[str, Any]]], sport: str = "soccer_epl") -> dict[str, Any]:
    listed = [{"key": key, "last_update": f"{key}-seen", "outcomes": held} for key, held in markets.items()]
    bookmaker = {"key": "acme", "title": "Acme", "last_update": "seen", "sid": None, "markets": listed}
    return {
        "id": f"e{number}",
        "sport_key": sport,
        "sport_title": "EPL",
        "commence_time": "2026-11-25T20:00:00Z",
        "home_team": "Home",
        "away_team": "Away",
        "bookmakers": [bookmaker],
    }


def document(*events: dict[str, Any]) -> bytes:
    return json.dumps(events).encode()


H2H = {"h2h": [outcome("Home", 2.05), outcome("Away", 1.8)]}


def test_what_changed_is_told_once() -> None:
    books = odds_api.Books(strict=True)
    first = books.apply(document(event(1, H2H)))
    home, away = ("acme", "h2h", "Home", "", None), ("acme", "h2h", "Away", "", None)
    assert first == [("e1", away, None, 1.8, "h2h-seen"), ("e1", home, None, 2.05, "h2h-seen")]
    assert books.apply(document(event(1, H2H))) == []
    moved = {
        "h2h": [outcome("Home", 2.1)],
        "totals": [outcome("Over", 1.9, point=2.5), outcome("Over", 2, point=3)],
    }
    assert books.apply(document(event(1, moved))) == [
        ("e1", away, 1.8, None, ""),
        ("e1", home, 2.05, 2.1, "h2h-seen"),
        ("e1", ("acme", "totals", "Over", "", "2.5"), None, 1.9, "totals-seen"),
        ("e1", ("acme", "totals", "Over", "", "3"), None, 2.0, "totals-seen"),
    ]
    held = books.snapshot()["e1"]
    assert (held["home_team"], held["prices"][home]) == ("Home", 2.1)


def test_a_list_is_whole_for_the_sports_it_names_and_one_event_for_itself() -> None:
    books = odds_api.Books(strict=True)
    books.apply(document(event(1, H2H), event(2, H2H), event(3, H2H, "tennis")))
    assert {change[0] for change in books.apply(document(event(2, H2H)))} == {"e1"}
    assert books.apply(json.dumps(event(4, {})).encode()) == []
    assert set(books.snapshot()) == {"e2", "e3", "e4"}
    assert books.apply(b"[]") == []
    assert {change[0] for change in books.apply(b"[]", sport_key="tennis")} == {"e3"}


def test_american_prices_become_decimal() -> None:
    books = odds_api.Books(american=True, strict=True)
    changes = books.apply(document(event(1, {"h2h": [outcome("Home", 150), outcome("Away", -200)]})))
    assert [change[3] for change in changes] == [1.5, 2.5]
    with pytest.raises(ValueError, match="`price` must be American odds"):
        books.apply(document(event(1, {"h2h": [outcome("Home", 99)]})))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (document(event(1, {"h2h": [outcome("Home", 0.5)]})), "`price` must be decimal odds of 1 or more"),
        (document(event(1, {"h2h": [{"name": "Home"}]})), "`price` is missing"),
        (document(event(1, {"h2h": [{"price": 2}]})), "`name` is missing"),
        (document(event(1, {"h2h": [outcome("Home", 2, point="x")]})), "`point` must be a decimal"),
        (b'[{"sport_key":"x"}]', "`id` is missing"),
        (b'{"message":"out of quota"}', "`id` is missing"),
        (document(event(1, H2H))[:-1], "ends in the middle"),
        (document(event(1, H2H)) + b"x", "stands text that is none"),
    ],
)
def test_a_broken_document_is_an_error_and_changes_nothing(text: bytes, reason: str) -> None:
    books = odds_api.Books()
    books.apply(document(event(9, H2H)))
    before = books.snapshot()
    assert books.apply(text) == []
    assert books.snapshot() == before
    assert reason in books.errors()[0].reason


def test_what_is_held_is_bounded() -> None:
    books = odds_api.Books(max_events=1)
    books.apply(document(event(1, H2H), event(2, H2H)))
    assert (set(books.snapshot()), books.error_count, books.documents) == ({"e1"}, 1, 1)


PRICES = st.dictionaries(st.sampled_from(["Home", "Away", "Draw"]), st.sampled_from([1.5, 2.0, 3.25]))


@given(st.lists(st.dictionaries(st.integers(1, 3), PRICES), max_size=6))
def test_changes_applied_to_the_last_document_give_the_next(polls: list[dict[int, dict[str, float]]]) -> None:
    books, held = odds_api.Books(strict=True), dict[tuple[str, str], float]()
    for poll in polls:
        listed = [
            event(number, {"h2h": [outcome(name, price) for name, price in prices.items()]})
            for number, prices in poll.items()
        ]
        for event_id, key, before, after, _ in books.apply(document(*listed), sport_key="soccer_epl"):
            assert held.pop((event_id, key[2]), None) == before
            if after is not None:
                held[event_id, key[2]] = after
        assert held == {
            (f"e{number}", name): price for number, prices in poll.items() for name, price in prices.items()
        }
