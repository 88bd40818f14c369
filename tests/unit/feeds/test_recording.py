"""Recordings: the same bytes come back in the same order, up to where a file is torn, and around what is damaged."""

import asyncio
import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyplatform.core.feeds.betfair import StreamError
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recorder import DAY_NS, Recorder, pack
from pyplatform.feeds.recording import MARK, Header, Reader, encode
from pyplatform.kernel.errors import PlatformError

Item = Received | Health
HEADER = Header("uof", "uof", 1)

times = st.integers(0, 2**63 - 1)
items = st.lists(
    st.one_of(
        st.builds(Received, times, st.text(max_size=40), st.binary(max_size=300) | st.just(MARK * 3)),
        st.builds(Health, st.text(max_size=10), st.booleans(), st.text(max_size=20), times),
    ),
    max_size=30,
)


def saved(path: Path, *parts: bytes) -> Path:
    path.write_bytes(b"".join(parts))
    return path


def files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


def read(path: Path) -> tuple[list[Item], Reader]:
    reader = Reader(path)
    return list(reader.items()), reader


@given(told=items)
def test_what_was_recorded_comes_back(told: list[Item], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("recording") / "a.feed"
    found, reader = read(saved(path, HEADER.encode(), *map(encode, told)))
    assert found == told
    assert not reader.broken
    assert reader.header == HEADER
    assert reader.sound_end == path.stat().st_size


@given(told=items.filter(bool), cut=st.integers(1, 10_000))
def test_a_torn_tail_costs_the_last_record_at_most(
    told: list[Item], cut: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    last = encode(told[-1])
    kept = last[: max(0, len(last) - cut)]
    whole = HEADER.encode() + b"".join(map(encode, told[:-1]))
    path = saved(tmp_path_factory.mktemp("recording") / "a.feed", whole, kept)
    found, reader = read(path)
    assert found == told[:-1]
    assert [broken.offset for broken in reader.broken] == ([len(whole)] if kept else [])
    assert reader.sound_end == len(whole)


@given(told=items.filter(lambda told: len(told) > 2), data=st.data())
def test_a_damaged_byte_costs_its_record_at_most(
    told: list[Item], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    records = [encode(item) for item in told]
    victim = data.draw(st.integers(0, len(records) - 1))
    at = data.draw(st.integers(0, len(records[victim]) - 1))
    damaged = bytearray(records[victim])
    damaged[at] ^= data.draw(st.integers(1, 255))
    offset = len(HEADER.encode()) + sum(map(len, records[:victim]))
    records[victim] = bytes(damaged)
    found, reader = read(saved(tmp_path_factory.mktemp("r") / "a.feed", HEADER.encode(), *records))
    assert found == told[:victim] + told[victim + 1 :]
    assert reader.broken[0].offset == offset


@pytest.mark.parametrize("content", [b"", b"PYPFEED1", b"PYPFEED2" + bytes(40), HEADER.encode()[:-1] + b"\0"])
def test_what_is_no_recording_is_refused(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(StreamError, match=r"a\.feed"):
        Reader(saved(tmp_path / "a.feed", content))


def test_a_record_that_would_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="70000"):
        encode(Received(1, "x" * 70_000, b""))


async def test_files_rotate_by_size_and_day_and_the_finished_ones_are_packed(tmp_path: Path) -> None:
    told = [Received(n * DAY_NS // 4, "", bytes([n]) * 400) for n in range(12)]
    async with Recorder(tmp_path, "betfair", "betfair", max_bytes=1_200, compress=True) as recorder:
        for item in told:
            recorder.write(item)
        assert all(path.suffix == ".feed" for path in recorder.files)
    paths = files(tmp_path)
    assert [path.name for path in paths] == [f"{path.name}.gz" for path in recorder.files]
    assert len(paths) == 6
    assert [item for path in paths for item in read(path)[0]] == told


async def test_a_second_recorder_begins_files_of_its_own(tmp_path: Path) -> None:
    for n in range(2):
        async with Recorder(tmp_path, "betfair", "betfair") as recorder:
            recorder.write(Received(1, "", bytes([n])))
    found = [read(path)[0] for path in files(tmp_path)]
    assert found == [[Received(1, "", b"\0")], [Received(1, "", b"\1")]]


async def test_a_folder_that_cannot_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(PlatformError, match="cannot record into"):
        async with Recorder(tmp_path / "file", "betfair", "betfair"):
            await asyncio.sleep(0)


def test_a_packed_recording_that_is_cut_off_is_read_up_to_there(tmp_path: Path) -> None:
    told = [Received(n, "", bytes(range(256)) * 40) for n in range(200)]
    path = saved(tmp_path / "a.feed", HEADER.encode(), *map(encode, told))
    pack(path)
    packed = tmp_path / "a.feed.gz"
    assert read(packed)[0] == told
    whole = gzip.compress(HEADER.encode() + b"".join(map(encode, told)), compresslevel=0)
    found, reader = read(saved(tmp_path / "b.feed.gz", whole[: len(whole) // 2]))
    assert found == told[: len(found)]
    assert 90 < len(found) < 110
    assert any("breaks off" in broken.reason for broken in reader.broken)
