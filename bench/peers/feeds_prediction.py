"""Frames of prediction markets into books, beside orjson and dicts.

The peer keeps floats: rounded where they are read they are exact too. `exact` rows do all that we do: integers for
Kalshi, whose changes add up, and for Polymarket the best prices compared with those the feed names.
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
        for name, books, frames, plain, exact in (
            ("Kalshi", kalshi.Books, kalshi_frames, kalshi_floats, kalshi_integers),
            ("Polymarket", polymarket.Books, polymarket_frames, polymarket_unchecked, polymarket_checked),
        )
        for row in (
            _row(
                f"{name} frames, one call each", partial(one_by_one, books, frames), plain, frames, "floats"
            ),
            _row(
                f"{name} frames, one call for all", partial(at_once, books, frames), plain, frames, "floats"
            ),
            _row(
                f"{name} frames, one call each, exact",
                partial(one_by_one, books, frames),
                exact,
                frames,
                "exact",
            ),
        )
    ]


def _row(name: str, ours: Operation, theirs: Any, frames: list[bytes], how: str) -> Comparison:
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
    return _polymarket(loads, frames, check=False)


def polymarket_checked(loads: Any, frames: Iterable[bytes]) -> object:
    """Books, and the best prices compared after every change."""
    return _polymarket(loads, frames, check=True)


def _polymarket(loads: Any, frames: Iterable[bytes], *, check: bool) -> object:
    books: dict[str, list[Any]] = {}
    suspect: set[str] = set()
    for frame in frames:
        told = loads(frame)
        for event in told if type(told) is list else (told,):
            kind = event["event_type"]
            if kind == "price_change":
                for change in event["price_changes"]:
                    book = books[change["asset_id"]]
                    side = book[change["side"] == "SELL"]
                    size = float(change["size"])
                    if size:
                        side[float(change["price"])] = size
                    else:
                        side.pop(float(change["price"]), None)
                    if check and (
                        max(book[0], default=0.0) != float(change["best_bid"])
                        or min(book[1], default=1.0) != float(change["best_ask"])
                    ):
                        suspect.add(change["asset_id"])
            elif kind == "book":
                books[event["asset_id"]] = [
                    *(
                        {float(level["price"]): float(level["size"]) for level in event[side]}
                        for side in ("bids", "asks")
                    ),
                    None,
                    None,
                ]
                suspect.discard(event["asset_id"])
            elif kind == "last_trade_price":
                books[event["asset_id"]][3] = float(event["price"])
            elif kind == "tick_size_change":
                books[event["asset_id"]][2] = event["new_tick_size"]
    return books, suspect
