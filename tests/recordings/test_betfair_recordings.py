"""Every Betfair stream of a folder of recordings against its golden file: whole books, counts, checksums.

    PYPLATFORM_RECORDINGS=DIR pytest tests/recordings

DIR is laid out in folders: `betfair-expected` holds `NAME.json` for the stream NAME in one of the other betfair
folders; each may be plain, .gz or .bz2, a stream also .tar. Where there is no such folder, test_fetched_recordings.py
beside this file still checks what `pyplatform recordings fetch` brings.
"""

import json
from pathlib import Path

import numpy as np
import pytest

from pyplatform.core.feeds import betfair
from tests.recordings.folder import FOLDER, TEXTS, VARIABLE, WITHOUT, difference, files, unpacked

GOLDENS = "betfair-expected"
STREAMS = ("betfair-historic", "betfair-recorded")
MESSAGES = "betfair-messages"
# Folders that the other tests here read.
ELSEWHERE = ("polymarket-messages", "prediction-synthetic", "uof-messages", "uof-synthetic")

pytestmark = pytest.mark.skipif(FOLDER is None, reason=WITHOUT)

STREAM_FILES = {name.removesuffix(".json"): path for name, path in files(*STREAMS).items()}
GOLDEN_FILES = {name.removesuffix(".json"): path for name, path in files(GOLDENS).items()}
MESSAGE_FILES = files(MESSAGES)


def test_the_folder_is_there_and_knows_no_other_recordings() -> None:
    assert FOLDER is not None
    assert FOLDER.is_dir(), f"{VARIABLE} names {FOLDER}, which is not a folder"
    known = {GOLDENS, *STREAMS, MESSAGES, *ELSEWHERE}
    unknown = [path.name for path in FOLDER.iterdir() if path.name not in known and path.suffix not in TEXTS]
    assert not unknown, f"{FOLDER} holds {unknown}, which no test reads: name them in {Path(__file__).name}"
    assert any(files(folder) for folder in known), f"{FOLDER} holds no recording"


def test_every_golden_file_has_its_stream() -> None:
    missing = sorted(GOLDEN_FILES.keys() - STREAM_FILES.keys())
    assert not missing, f"golden files without a stream: {missing}"


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(STREAM_FILES.keys() - GOLDEN_FILES.keys()))
def test_a_stream_without_a_golden_file_is_not_about_market_books(name: str) -> None:
    books = betfair.Books()
    for line in betfair.open_stream(STREAM_FILES[name]):
        books.apply(line)
    books.finish()
    assert not books.errors()
    assert books.passed_over == books.lines > 0, f"{name} changes market books, but has no golden file"
    orders = betfair.Orders()
    for line in betfair.open_stream(STREAM_FILES[name]):
        changes = json.loads(line).get("oc") or []
        assert orders.apply(line) == len(changes)
        held = orders.snapshot()
        assert all(change["id"] in held for change in changes)
    assert not orders.errors()
    assert orders.lines == books.lines


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(GOLDEN_FILES.keys() & STREAM_FILES.keys()))
def test_a_stream_gives_its_golden_books(name: str) -> None:
    golden = json.loads(unpacked(GOLDEN_FILES[name]))
    marks = {mark["after_line"]: mark["markets"] for mark in golden["snapshots"]}
    books = betfair.Books(checksum=True)
    cut = betfair.Books()
    for number, line in enumerate(betfair.open_stream(STREAM_FILES[name]), 1):
        books.apply(line)
        # The same bytes in another chunking: cut within the line, its end left to the next piece.
        middle = len(line) // 3
        cut.apply(line[:middle])
        cut.apply(line[middle:])
        if markets := marks.pop(number, None):
            assert difference(books.snapshot()["markets"], markets) is None, f"after line {number}"
    books.finish()
    cut.finish()
    assert not books.errors()
    assert not marks, f"the stream ends before lines {sorted(marks)}"
    counts = (books.lines, books.updates, books.top_checksum, books.clk, books.initial_clk)
    keys = ("lines", "market_updates", "top_checksum", "clk", "initial_clk")
    assert counts == tuple(golden[key] for key in keys)
    assert cut.snapshot() == books.snapshot()
    assert cut.updates == books.updates


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(GOLDEN_FILES.keys() & STREAM_FILES.keys()))
def test_the_columns_of_a_stream_give_its_checksum(name: str) -> None:
    golden = json.loads(unpacked(GOLDEN_FILES[name]))
    reader = betfair.read(STREAM_FILES[name])
    sums = [np.nansum(np.rint(100 * batch.back)) + np.nansum(np.rint(100 * batch.lay)) for batch in reader]
    assert (reader.lines, reader.updates, reader.error_count) == (
        golden["lines"],
        golden["market_updates"],
        0,
    )
    markets = [market for mark in golden["snapshots"] for market in mark["markets"].values()]
    runners = [runner for market in markets for runner in market["runners"]]
    # The sum is of full ladders; where there is none, the columns hold the best offers.
    if not any(runner[offers] for runner in runners for offers in ("batb", "batl", "bdatb", "bdatl")):
        assert sum(map(int, sums)) == golden["top_checksum"]


@pytest.mark.parametrize("name", sorted(MESSAGE_FILES))
def test_a_single_message_is_understood(name: str) -> None:
    text = unpacked(MESSAGE_FILES[name])
    if name.endswith(".ndjson"):
        messages = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        content = json.loads(text)
        messages = content if isinstance(content, list) else [content]
    books, orders = betfair.Books(), betfair.Orders()
    for message in messages:
        line = json.dumps(message).encode()
        changes = (message.get("mc") or []) if message["op"] == "mcm" else []
        held = set(books.market_ids())
        assert books.apply(line) == len(changes)
        changed = {change["id"] for change in changes}
        # An image drops what was held, which is a change too.
        dropped = held if message.get("ct") == "SUB_IMAGE" else set()
        assert set(books.touched()) == changed | dropped
        changes = (message.get("oc") or []) if message["op"] == "ocm" else []
        assert orders.apply(line) == len(changes)
        assert {change["id"] for change in changes} <= orders.snapshot().keys()
    for reader in (books, orders):
        reader.finish()
        assert not reader.errors()
        assert reader.lines == len(messages)
