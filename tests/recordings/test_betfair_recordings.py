"""Every Betfair stream of a folder of recordings against its golden file: whole books, counts, checksums.

    PYPLATFORM_RECORDINGS=DIR pytest tests/recordings

DIR is laid out in folders: `betfair-expected` holds `NAME.json.gz` for the stream NAME (plain, .gz or .bz2) in one
of the other betfair folders. Where there is no such folder, test_fetched_recordings.py beside this file still checks
what `pyplatform recordings fetch` brings.
"""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core.feeds import betfair

VARIABLE = "PYPLATFORM_RECORDINGS"
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "data" / "feeds"
GOLDENS = "betfair-expected"
STREAMS = ("betfair-historic", "betfair-recorded")
MESSAGES = "betfair-messages"
# Folders of the same layout that these tests leave alone, and why.
ELSEWHERE = {
    "uof-messages": "no parser of Sportradar's feed is built yet",
    "uof-synthetic": "no parser of Sportradar's feed is built yet",
    "polymarket-messages": "no parser of prediction markets is built yet",
    "prediction-synthetic": "no parser of prediction markets is built yet",
}
TEXTS = (".md", ".txt")


def _folder() -> Path | None:
    if named := os.environ.get(VARIABLE):
        return Path(named)
    return BESIDE if BESIDE.is_dir() else None


FOLDER = _folder()
pytestmark = pytest.mark.skipif(
    FOLDER is None,
    reason=f"set {VARIABLE} to a folder of recordings with golden files; test_fetched_recordings.py runs without",
)


def _files(*folders: str) -> dict[str, Path]:
    if FOLDER is None:
        return {}
    found = (path for folder in folders for path in sorted((FOLDER / folder).glob("*")))
    return {
        path.name.removesuffix(".bz2").removesuffix(".gz"): path for path in found if path.suffix not in TEXTS
    }


STREAM_FILES = _files(*STREAMS)
GOLDEN_FILES = {name.removesuffix(".json"): path for name, path in _files(GOLDENS).items()}
MESSAGE_FILES = _files(MESSAGES)


def _difference(ours: Any, golden: Any, path: str = "") -> str | None:
    """Where two JSON values first differ; numbers are equal as numbers."""
    if isinstance(ours, dict) and isinstance(golden, dict):
        if ours.keys() != golden.keys():
            return f"{path}: keys {sorted(ours.keys() ^ golden.keys())} are on one side only"
        pairs: Iterator[tuple[Any, Any, Any]] = ((key, ours[key], golden[key]) for key in golden)
    elif isinstance(ours, list) and isinstance(golden, list):
        if len(ours) != len(golden):
            return f"{path}: {len(ours)} elements, golden has {len(golden)}"
        pairs = ((at, *pair) for at, pair in enumerate(zip(ours, golden, strict=True)))
    else:
        same = ours == golden and isinstance(ours, bool) == isinstance(golden, bool)
        return None if same else f"{path}: {ours!r}, golden has {golden!r}"
    return next(filter(None, (_difference(a, b, f"{path}/{key}") for key, a, b in pairs)), None)


def test_the_folder_is_there_and_knows_no_other_recordings() -> None:
    assert FOLDER is not None
    assert FOLDER.is_dir(), f"{VARIABLE} names {FOLDER}, which is not a folder"
    known = {GOLDENS, *STREAMS, MESSAGES, *ELSEWHERE}
    unknown = [path.name for path in FOLDER.iterdir() if path.name not in known and path.suffix not in TEXTS]
    assert not unknown, f"{FOLDER} holds {unknown}, which no test reads: name them in {Path(__file__).name}"
    assert STREAM_FILES, f"{FOLDER} holds no stream in {' or '.join(STREAMS)}"


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


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(GOLDEN_FILES.keys() & STREAM_FILES.keys()))
def test_a_stream_gives_its_golden_books(name: str) -> None:
    golden = json.loads(gzip.decompress(GOLDEN_FILES[name].read_bytes()))
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
            assert _difference(books.snapshot()["markets"], markets) is None, f"after line {number}"
    books.finish()
    cut.finish()
    assert not books.errors()
    assert not marks, f"the stream ends before lines {sorted(marks)}"
    counts = (books.lines, books.updates, books.top_checksum, books.clk, books.initial_clk)
    keys = ("lines", "market_updates", "top_checksum", "clk", "initial_clk")
    assert counts == tuple(golden[key] for key in keys)
    assert cut.snapshot() == books.snapshot()
    assert cut.updates == books.updates


@pytest.mark.parametrize("name", sorted(MESSAGE_FILES))
def test_a_single_message_is_understood(name: str) -> None:
    text = MESSAGE_FILES[name].read_bytes()
    if name.endswith(".ndjson"):
        messages = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        content = json.loads(text)
        messages = content if isinstance(content, list) else [content]
    books = betfair.Books()
    for message in messages:
        updates = books.apply(json.dumps(message).encode())
        changes = (message.get("mc") or []) if message["op"] == "mcm" else []
        assert updates == len(changes)
        assert set(books.touched()) == {change["id"] for change in changes}
    books.finish()
    assert not books.errors()
    assert books.lines == len(messages)
