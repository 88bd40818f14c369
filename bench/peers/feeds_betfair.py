"""Betfair streams into books beside betfair_data (Rust) and betfairlightweight (Python), on recordings.

The rows that need a recording which is not there are skipped and say so. CPU time counts both cores where the
decoder uses two.
"""

import bz2
from collections.abc import Callable
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from bench import feed_recordings
from bench.peers.comparison import Comparison, Operation, PeerMissingError, peer
from pyplatform.core.feeds import betfair

PRO, SELF, LIVE = "PRO-1.170258213", "SELF-1.181223994", "live30-from-1.242971311"
EVENT_BYTES = 100_000_000
ONE_MARKET = 20_000


def comparisons() -> list[Comparison]:
    """Every row of this module."""
    return [*_replay(), *_top(), *_live(), *_event(), _message()]


def _content(name: str) -> bytes:
    try:
        return feed_recordings.content(name)
    except FileNotFoundError as error:
        raise PeerMissingError(str(error)) from error


@cache
def _updates(name: str) -> int:
    try:
        return betfair.Books().apply(feed_recordings.content(name))
    except FileNotFoundError:
        return 1


def _books(data: Callable[[], bytes]) -> int:
    return betfair.Books().apply(data())


def _replay() -> list[Comparison]:
    """Books kept, nothing read."""
    data = partial(_content, PRO)
    ours = partial(_books, data)

    def mutable(module: ModuleType) -> Operation:
        return lambda: sum(1 for _ in module.File("PRO", data(), mutable=True))

    theirs = peer("betfair_data", mutable)
    light = peer("betfairlightweight", partial(_lightweight, data))
    count = _updates(PRO)
    return [
        Comparison(
            "Betfair PRO file, books kept, an update",
            3,
            5,
            ours,
            theirs,
            count,
            peer_name="betfair_data",
            within_us=1.0,
            agree=lambda: ours() == theirs(),
        ),
        Comparison(
            "Betfair PRO file, books kept, an update",
            10,
            20,
            ours,
            light,
            count,
            peer_name="betfairlightweight light + orjson",
        ),
    ]


def _columns(name: str) -> int:
    """As `betfair.read` does, from memory: every best price of every batch summed, in hundredths."""
    books, data, total = betfair.Books(), _content(name), 0
    books.record(32_768, every_runner=True)
    while data:
        data = data[books.take(data) :]
        if (rows := books.rows()) is not None:
            total += int(np.nansum(np.rint(rows.back * 100)) + np.nansum(np.rint(rows.lay * 100)))
    return total


def _top() -> list[Comparison]:
    """After every update the best prices of every runner, read from Python."""
    ours = partial(_columns, PRO)

    def shaped(module: ModuleType) -> Operation:
        return lambda: sum(
            round(100 * levels[0].price)
            for books in module.bflw.File("PRO", _content(PRO))
            for book in books
            for runner in book.runners
            for levels in (runner.ex.available_to_back, runner.ex.available_to_lay)
            if levels
        )

    theirs = peer("betfair_data", shaped)
    light = peer("betfairlightweight", partial(_lightweight, partial(_content, PRO), read=True))
    return [
        Comparison(
            "Betfair PRO file, all best prices read after each update",
            10,
            20,
            ours,
            operation,
            _updates(PRO),
            peer_name=name,
            within_us=2.0,
            agree=lambda operation=operation: ours() == operation(),  # type: ignore[misc]
        )
        for name, operation in (("betfair_data.bflw", theirs), ("betfairlightweight light", light))
    ]


def _lightweight(data: Callable[[], bytes], module: ModuleType, *, read: bool = False) -> Operation:
    """Its fastest form: plain dicts, messages by orjson; only what is asked for is serialised."""
    loads = import_module("orjson" if find_spec("orjson") else "json").loads

    def run() -> int:
        total = 0

        def put(books: list[dict[str, Any]]) -> None:
            nonlocal total
            for book in books:
                for runner in book["runners"]:
                    for side in ("availableToBack", "availableToLay"):
                        if levels := runner["ex"][side]:
                            total += round(100 * levels[0]["price"])

        queue = SimpleNamespace(put=put if read else None)
        listener = module.StreamListener(queue if read else None, max_latency=None, lightweight=True)
        listener.register_stream(0, "marketSubscription")
        for line in data().splitlines():
            message = loads(line)
            if message["op"] == "mcm":
                listener._on_change_message(message, 0)
        return total

    return run


def _live() -> list[Comparison]:
    """What the strict parsers cannot read: a recorded stream with foreign keys, and 30 of 200 markets live."""
    rows = [("a self-recorded stream", SELF), ("a live stream of 30 markets", LIVE)]
    return [
        Comparison(
            f"Betfair, {title}, an update",
            10,
            40,
            partial(_books, partial(_content, name)),
            peer("betfairlightweight", partial(_lightweight, partial(_content, name))),
            _updates(name),
            peer_name="betfairlightweight light",
        )
        for title, name in rows
    ]


def _event_path(*, packed: bool) -> Any:
    try:
        return feed_recordings.event_file(EVENT_BYTES, bz2.compress if packed else None)
    except FileNotFoundError as error:
        raise PeerMissingError(str(error)) from error


def _event() -> list[Comparison]:
    """An event file of 100 MB with an image after every line, as bytes and packed."""

    def ours(*, packed: bool) -> int:
        books = betfair.Books()
        for stream in betfair.streams(_event_path(packed=packed)):
            for chunk in stream.chunks:
                books.apply(chunk)
        return books.updates

    def mutable(module: ModuleType) -> Operation:
        def run() -> int:
            path = _event_path(packed=False)
            return sum(1 for _ in module.File(str(path), path.read_bytes(), mutable=True))

        return run

    def light(module: ModuleType) -> Operation:
        def run() -> object:
            return _lightweight(lambda: bz2.decompress(_event_path(packed=True).read_bytes()), module)()

        return run

    plain, theirs = partial(ours, packed=False), peer("betfair_data", mutable)
    return [
        Comparison(
            "Betfair event file of 100 MB, a file",
            3,
            5,
            plain,
            theirs,
            peer_name="betfair_data",
            agree=lambda: plain() == theirs(),
        ),
        Comparison(
            "the same from .bz2, a file",
            4,
            None,
            partial(ours, packed=True),
            peer("betfairlightweight", light),
            peer_name="betfairlightweight + bz2",
        ),
    ]


def _message() -> Comparison:
    """One message at a time, as from a socket, bytes to book."""

    def lines() -> list[bytes]:
        return _content(SELF).splitlines(keepends=True)[:ONE_MARKET]

    def ours() -> None:
        books = betfair.Books()
        for line in lines():
            books.apply(line)

    def theirs(module: ModuleType) -> Operation:
        return _lightweight(lambda: b"".join(lines()), module)

    return Comparison(
        "Betfair, one live message into the book",
        None,
        None,
        ours,
        peer("betfairlightweight", theirs),
        ONE_MARKET,
        peer_name="betfairlightweight light",
        within_us=1.0,
    )
