"""Kalshi's and Polymarket's books as a Python developer meets them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds import kalshi, polymarket

TICKER = "KXTEST-26-A"
ASSET = "7" * 77


def frame(kind: str, seq: int, sid: int = 1, **body: Any) -> bytes:
    return json.dumps(
        {"type": kind, "sid": sid, "seq": seq, "msg": {"market_ticker": TICKER} | body}
    ).encode()


def snapshot(seq: int, **sides: Any) -> bytes:
    return frame("orderbook_snapshot", seq, **sides)


def delta(seq: int, price: str, change: str, side: str = "yes") -> bytes:
    return frame("orderbook_delta", seq, price_dollars=price, delta_fp=change, side=side)


def test_kalshi_changes_are_signed_and_exact() -> None:
    books = kalshi.Books()
    assert books.apply(snapshot(1, yes_dollars_fp=[["0.0800", "300.10"], ["0.0900", "1.00"]])) == 1
    assert books.book(TICKER) == ([(900, 100), (800, 30_010)], [])
    for seq in range(2, 12):
        assert books.apply(delta(seq, "0.0800", "-0.01")) == 1
    books.apply(delta(12, "0.0900", "-1.00"))
    books.apply(delta(13, "0.9000", "5.50", "no"))
    sides = {"yes": {"800": 30_000}, "no": {"9000": 550}}
    assert dict(books.snapshot()) == {"books": {TICKER: sides}, "gaps": [], "stale": []}
    assert (books.top(TICKER), books.tickers(), books.stale()) == ((800, 9000), (TICKER,), ())
    assert (books.frames, books.updates, books.error_count) == (13, 13, 0)


def test_kalshi_the_older_form_in_cents_gives_the_same_book() -> None:
    old, new = kalshi.Books(), kalshi.Books()
    old.apply(snapshot(1, yes=[[8, 300]], no=None))
    old.apply(frame("orderbook_delta", 2, price=9, delta=5, side="yes"))
    new.apply(snapshot(1, yes_dollars_fp=[["0.0800", "300.00"]]))
    new.apply(delta(2, "0.0900", "5.00"))
    assert old.snapshot() == new.snapshot()
    assert old.error_count == new.error_count == 0


def test_kalshi_a_gap_makes_the_books_of_its_subscription_stale_until_a_snapshot() -> None:
    books = kalshi.Books()
    books.apply(snapshot(1, yes_dollars_fp=[["0.5000", "1.00"]]))
    assert books.apply(delta(3, "0.5000", "1.00")) == 0
    assert books.stale() == (TICKER,)
    assert books.apply(delta(4, "0.5000", "1.00")) == 0
    assert books.snapshot()["gaps"] == [[1, 2, 3]]
    assert books.apply(snapshot(5, yes_dollars_fp=[["0.4000", "2.00"]])) == 1
    assert books.stale() == ()
    assert books.apply(delta(5, "0.4000", "2.00")) == 0, "it came before"
    assert books.apply(delta(6, "0.4000", "2.00")) == 1
    assert books.book(TICKER) == ([(4000, 400)], [])
    assert (books.ignored, books.gap_count) == (3, 1)


def test_kalshi_a_broken_frame_is_counted_and_shows_as_a_gap() -> None:
    books = kalshi.Books()
    books.apply(snapshot(1))
    for bad in (delta(2, "0.50001", "1.00"), delta(2, "1.0100", "1.00"), delta(2, "0.5", "NaN")):
        assert books.apply(bad) == 0
    assert books.apply(b'{"type":"orderbook_odd","sid":1,"seq":2}') == 0
    assert [error.line for error in books.errors()] == [2, 3, 4, 5]
    assert "`price_dollars` must be" in str(books.errors()[0])
    assert "unknown op `orderbook_odd`" in str(books.errors()[3])
    assert books.apply(delta(3, "0.5000", "1.00")) == 0
    assert books.gap_count == 1
    with pytest.raises(ValueError, match="1 of the messages given"):
        kalshi.Books(strict=True).apply(b"{}")


def event(kind: str, **body: Any) -> dict[str, Any]:
    return {"event_type": kind, "market": "0x1", "asset_id": ASSET} | body


def change(price: str, size: str, side: str, **best: str) -> dict[str, Any]:
    changes = [{"asset_id": ASSET, "price": price, "size": size, "side": side} | best]
    return {"event_type": "price_change", "market": "0x1", "price_changes": changes}


def book(**body: Any) -> dict[str, Any]:
    bids = [{"price": "0.50", "size": "200.0"}, {"price": "0.49", "size": "350.25"}]
    return event("book", bids=bids, asks=[{"price": ".6", "size": "1"}]) | body


def test_polymarket_sizes_are_absolute_and_shown_without_trailing_zeros() -> None:
    books = polymarket.Books()
    frames = [
        [book(), event("tick_size_change", old_tick_size="0.01", new_tick_size="0.001")],
        change("0.490", "0", "BUY", best_bid="0.5", best_ask="0.6"),
        change("0.61", "2.50", "SELL", best_bid="0.5", best_ask="0.6"),
        event("last_trade_price", price="0.50", side="BUY", size="1", fee_rate_bps="0"),
    ]
    assert [books.apply(json.dumps(each).encode()) for each in frames] == [2, 1, 1, 1]
    assert books.snapshot() == {
        ASSET: {"bids": {"0.5": "200"}, "asks": {"0.6": "1", "0.61": "2.5"}, "tick": "0.001", "last": "0.5"}
    }
    assert books.top(ASSET) == (500_000, 600_000)
    assert (books.mismatches, books.error_count) == (0, 0)


def test_polymarket_other_best_prices_than_the_books_are_reported_until_it_is_sent_whole() -> None:
    books = polymarket.Books()
    books.apply(json.dumps(book()).encode())
    books.apply(json.dumps(change("0.4", "1", "BUY", best_bid="0.51", best_ask="0.6")).encode())
    assert (books.suspect(), books.mismatches) == ((ASSET,), 1)
    books.apply(json.dumps(book()).encode())
    assert books.suspect() == ()
    books.apply(json.dumps(event("best_bid_ask", best_bid="0.5", best_ask="0.59")).encode())
    assert (books.suspect(), books.mismatches) == ((ASSET,), 2)
    books.apply(json.dumps(book(bids=[], asks=[])).encode())
    books.apply(json.dumps(event("best_bid_ask", best_bid="0", best_ask="1")).encode())
    assert books.suspect() == ()


def test_polymarket_best_prices_are_those_after_all_changes_of_a_message() -> None:
    best = {"best_bid": "0.51", "best_ask": "0.6"}
    message = change("0.5", "0", "BUY", **best)
    message["price_changes"] += change("0.51", "7", "BUY", **best)["price_changes"]
    typed = {"event_type": "price_change"} | message | {"timestamp": "1703875201000"}
    for frame in (message, typed, [message]):
        books = polymarket.Books()
        books.apply(json.dumps(book()).encode())
        assert books.apply(json.dumps(frame, separators=(",", ":")).encode()) == 2
        assert (books.suspect(), books.mismatches) == ((), 0)
        message["price_changes"][-1]["best_bid"] = "0.52"
        books.apply(json.dumps(message).encode())
        assert (books.suspect(), books.mismatches) == ((ASSET,), 1)
        message["price_changes"][-1]["best_bid"] = "0.51"


def test_polymarket_the_older_form_of_changes_is_read() -> None:
    books = polymarket.Books()
    old = event("price_change", changes=[{"price": "0.3", "size": "4", "side": "SELL"}])
    assert books.apply(json.dumps(old).encode()) == 1
    assert books.snapshot()[ASSET]["asks"] == {"0.3": "4"}


def test_numbers_with_exponents_are_numbers() -> None:
    books, plain = polymarket.Books(), polymarket.Books()
    for other, price, size in ((books, "5E-1", "1.5e3"), (plain, "0.5", "1500")):
        assert other.apply(json.dumps([book(), change(price, size, "BUY")]).encode()) == 2
    assert books.snapshot() == plain.snapshot()


def test_polymarket_what_is_no_event_is_counted() -> None:
    books = polymarket.Books(max_books=1)
    for text in (b"PONG", b"[]", b'{"event_type":"new_market"}'):
        assert books.apply(text) == 0
    assert (books.passed_over, books.error_count) == (3, 0)
    broken = [json.dumps([book(), change("0.5", "1e", "BUY")]).encode(), b"[" * 100_000, b"{} {}", b"\xff"]
    assert [books.apply(text) for text in broken] == [0] * 4
    assert (books.snapshot(), books.error_count) == ({}, 4)
    books.apply(json.dumps([book(), book(asset_id="8")]).encode())
    assert "too many books" in str(books.errors()[-1])


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "0.5", "-1", "yes", "BUY"]),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=6,
)
KEYS = [
    "type",
    "sid",
    "seq",
    "msg",
    "side",
    "price_dollars",
    "delta_fp",
    "event_type",
    "bids",
    "price_changes",
]


@given(
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(KEYS), VALUES).map(lambda d: json.dumps(d).encode())
)
def test_no_frame_does_more_than_count_as_an_error(text: bytes) -> None:
    for books in (kalshi.Books(), polymarket.Books()):
        books.apply(text)
        assert books.frames == 1
        assert books.error_count <= 1


@given(st.data())
def test_a_frame_cut_off_anywhere_changes_nothing(data: st.DataObject) -> None:
    whole = snapshot(1, yes_dollars_fp=[["0.0800", "300.10"]])
    mine = kalshi.Books()
    mine.apply(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert (mine.tickers(), mine.error_count) == ((), 1)
    whole = json.dumps([book(), change("0.4", "1", "BUY")]).encode()
    theirs = polymarket.Books()
    theirs.apply(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert (theirs.asset_ids(), theirs.error_count) == ((), 1)
