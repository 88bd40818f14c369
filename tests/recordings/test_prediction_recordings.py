"""Every stream of a prediction market in a folder of recordings against its golden end state.

`prediction-synthetic` holds NAME.jsonl, a frame a line, and NAME.state.json, both plain or compressed; NAME begins
with the market's. `polymarket-messages` holds single frames.
"""

import json

import pytest

from pyplatform.core.feeds import betfair, kalshi, polymarket
from tests.recordings.folder import FOLDER, WITHOUT, difference, files, unpacked

pytestmark = pytest.mark.skipif(FOLDER is None, reason=WITHOUT)

BOOKS: dict[str, type[kalshi.Books] | type[polymarket.Books]] = {
    "kalshi": kalshi.Books,
    "polymarket": polymarket.Books,
}
FILES = files("prediction-synthetic")
STREAMS = {name.removesuffix(".jsonl"): path for name, path in FILES.items() if name.endswith(".jsonl")}
STATES = {
    name.removesuffix(".state.json"): path for name, path in FILES.items() if name.endswith(".state.json")
}
MESSAGES = files("polymarket-messages")


def test_every_file_is_a_stream_or_its_golden_state() -> None:
    assert STREAMS.keys() == STATES.keys()
    assert len(FILES) == len(STREAMS) + len(STATES), f"unknown files among {sorted(FILES)}"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(STREAMS))
def test_a_stream_gives_its_golden_state(name: str) -> None:
    market = next((market for market in BOOKS if name.startswith(market)), None)
    assert market, f"{name} is of no market known: {', '.join(BOOKS)}"
    books = BOOKS[market]()
    frames = [line for line in betfair.open_stream(STREAMS[name]) if line.strip()]
    for frame in frames:
        books.apply(frame)
    assert not books.errors()
    assert books.frames == len(frames)
    assert difference(books.snapshot(), json.loads(unpacked(STATES[name]))) is None


@pytest.mark.parametrize("name", sorted(MESSAGES))
def test_a_single_polymarket_message_is_understood(name: str) -> None:
    content = json.loads(unpacked(MESSAGES[name]))
    events = content if isinstance(content, list) else [content]
    books = polymarket.Books()
    updates = sum(books.apply(json.dumps(event).encode()) for event in events)
    assert not books.errors()
    changes = (event.get("price_changes") or event.get("changes") or [event] for event in events)
    assert updates + books.passed_over == sum(map(len, changes))
