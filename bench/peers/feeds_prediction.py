"""Frames of prediction markets into books, beside orjson and dicts.

The goals are held against `same books`: a peer that tells what ours tell. For Kalshi it keeps sizes as integers, since
signed changes of floats drift; for Polymarket it tells which books are suspect, from best prices that it keeps and
looks for anew only where they go. The rows beside `floats` show a peer that does neither.
"""

from collections.abc import Iterable
from functools import partial
from types import ModuleType
from typing import Any

from bench import feed_frames
from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core.feeds import kalshi, polymarket

FRAMES = 20_000


def comparisons() -> list[Comparison]:
    """Every row of this module."""
    kalshi_frames, polymarket_frames = feed_frames.kalshi(FRAMES), feed_frames.polymarket(FRAMES)
    return [
        row
        for name, books, frames, plain, same in (
            ("Kalshi", kalshi.Books, kalshi_frames, kalshi_floats, kalshi_integers),
            ("Polymarket", polymarket.Books, polymarket_frames, polymarket_unchecked, polymarket_checked),
        )
        for how, ours in (("one call each", one_by_one), ("one call for all", at_once))
        for row in (
            _row(f"{name} frames, {how}", partial(ours, books, frames), same, frames),
            _row(
                f"{name} frames, {how}, beside floats", partial(ours, books, frames), plain, frames, "floats"
            ),
        )
    ]


def _row(name: str, ours: Operation, theirs: Any, frames: list[bytes], how: str = "same books") -> Comparison:
    def make(orjson: ModuleType) -> Operation:
        return partial(theirs, orjson.loads, frames)

    return Comparison(
        name, 10, 20, ours, peer("orjson", make), len(frames), peer_name=f"orjson + dict, {how}"
    )


def one_by_one(books: type[kalshi.Books | polymarket.Books], frames: list[bytes]) -> object:
    """A call a frame, as from a socket."""
    held = books()
    apply = held.apply
    for frame in frames:
        apply(frame)
    return held


def at_once(books: type[kalshi.Books | polymarket.Books], frames: list[bytes]) -> object:
    """One call, as from a file."""
    held = books()
    held.apply_all(frames)
    return held


def kalshi_floats(loads: Any, frames: Iterable[bytes]) -> object:
    """Sizes as floats."""
    return _kalshi(loads, frames, float, float)


def kalshi_integers(loads: Any, frames: Iterable[bytes]) -> object:
    """Sizes as hundredths, prices as 1/10,000 dollars."""
    return _kalshi(
        loads, frames, lambda price: round(float(price) * 10_000), lambda size: round(float(size) * 100)
    )


def _kalshi(loads: Any, frames: Iterable[bytes], price: Any, size: Any) -> object:
    books: dict[str, tuple[dict[Any, Any], dict[Any, Any], int]] = {}
    seen: dict[int, int] = {}
    stale: set[str] = set()
    for frame in frames:
        told = loads(frame)
        kind = told["type"]
        if kind not in {"orderbook_delta", "orderbook_snapshot"}:
            continue
        sid, seq, body = told["sid"], told["seq"], told["msg"]
        if seq != seen.get(sid, seq - 1) + 1:
            stale.update(ticker for ticker, book in books.items() if book[2] == sid)
        seen[sid] = seq
        ticker = body["market_ticker"]
        if kind == "orderbook_snapshot":
            yes, no = (
                {price(p): size(s) for p, s in body.get(key, ())}
                for key in ("yes_dollars_fp", "no_dollars_fp")
            )
            books[ticker] = (yes, no, sid)
            stale.discard(ticker)
        elif ticker in books and ticker not in stale:
            yes, no, _ = books[ticker]
            side = yes if body["side"] == "yes" else no
            at = price(body["price_dollars"])
            left = side.get(at, 0) + size(body["delta_fp"])
            if left > 1e-9:
                side[at] = left
            else:
                side.pop(at, None)
    return books


def polymarket_unchecked(loads: Any, frames: Iterable[bytes]) -> object:
    """Books alone."""
    books = _Polymarket()
    for frame in frames:
        books.take(loads(frame))
    return books


def polymarket_checked(loads: Any, frames: Iterable[bytes]) -> object:
    """Books, and the best prices compared after every change."""
    books = _CheckedPolymarket()
    for frame in frames:
        books.take(loads(frame))
    return books


class _Polymarket:
    """Bids, asks, tick size and last price of every asset."""

    def __init__(self) -> None:
        self.books: dict[str, list[Any]] = {}

    def take(self, told: Any) -> None:
        """One frame."""
        for event in told if type(told) is list else (told,):
            kind = event["event_type"]
            if kind == "price_change":
                for change in event["price_changes"]:
                    self.change(change)
            elif kind == "book":
                self.replace(event)
            elif kind == "last_trade_price":
                self.books[event["asset_id"]][3] = float(event["price"])
            elif kind == "tick_size_change":
                self.books[event["asset_id"]][2] = event["new_tick_size"]

    def replace(self, event: Any) -> None:
        """A whole book."""
        bids, asks = (
            {float(level["price"]): float(level["size"]) for level in event[side]}
            for side in ("bids", "asks")
        )
        self.books[event["asset_id"]] = [bids, asks, None, None]

    def change(self, change: Any) -> None:
        """One price."""
        side = self.books[change["asset_id"]][change["side"] == "SELL"]
        size = float(change["size"])
        if size:
            side[float(change["price"])] = size
        else:
            side.pop(float(change["price"]), None)


class _CheckedPolymarket(_Polymarket):
    """Knows the best prices too, and which books have others than the feed names."""

    def __init__(self) -> None:
        super().__init__()
        self.best: dict[str, list[float]] = {}
        self.suspect: set[str] = set()

    def replace(self, event: Any) -> None:
        """A whole book."""
        super().replace(event)
        bids, asks, *_ = self.books[event["asset_id"]]
        self.best[event["asset_id"]] = [max(bids, default=0.0), min(asks, default=1.0)]
        self.suspect.discard(event["asset_id"])

    def change(self, change: Any) -> None:
        """One price, and what the feed says the best prices are then."""
        asset = change["asset_id"]
        is_ask = change["side"] == "SELL"
        side, best = self.books[asset][is_ask], self.best[asset]
        price, size = float(change["price"]), float(change["size"])
        if size:
            side[price] = size
            if price < best[1] if is_ask else price > best[0]:
                best[is_ask] = price
        else:
            side.pop(price, None)
            if price == best[is_ask]:
                best[is_ask] = min(side, default=1.0) if is_ask else max(side, default=0.0)
        if best[0] != float(change["best_bid"]) or best[1] != float(change["best_ask"]):
            self.suspect.add(asset)
