"""A replay keeps the order and the rhythm, shortens the waiting where asked to, and never skips."""

import time
from pathlib import Path

import pytest

from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recorder import Recorder
from pyplatform.feeds.replay import AS_FAST_AS_POSSIBLE, Pace, on_time, replay
from pyplatform.kernel.errors import PlatformError


def line(pt: int, *, live: bool = False) -> bytes:
    return f'{{"op": "mcm", "pt": {pt}, "inPlay": {"true" if live else "false"}}}\n'.encode()


async def play(pace: Pace, *files: Path) -> list[tuple[float, bytes]]:
    started = time.monotonic()
    return [
        (time.monotonic() - started, item.payload)
        async for _, item in replay(files, pace)
        if isinstance(item, Received)
    ]


def written(path: Path, *lines: bytes) -> Path:
    path.write_bytes(b"".join(lines))
    return path


PACES = [Pace(seconds=0.05), Pace(speed=20.0), AS_FAST_AS_POSSIBLE]


@pytest.mark.parametrize("pace", PACES)
async def test_lines_of_a_file_keep_their_order_and_all_arrive(tmp_path: Path, pace: Pace) -> None:
    lines = [line(n * 7, live=n > 40) for n in range(60)]
    played = await play(pace, written(tmp_path / "a", *lines))
    assert [payload + b"\n" for _, payload in played] == lines


async def test_two_files_run_side_by_side(tmp_path: Path) -> None:
    first, second = [line(0), line(1_000)], [line(9_000_000), line(9_001_000)]
    files = written(tmp_path / "a", *first), written(tmp_path / "b", *second)
    played = [payload + b"\n" for _, payload in await play(Pace(seconds=0.02), *files)]
    assert played.index(second[0]) < played.index(first[1])
    merged = [payload + b"\n" for _, payload in await play(AS_FAST_AS_POSSIBLE, *files)]
    assert merged == first + second


async def test_a_day_of_waiting_does_not_eat_the_race(tmp_path: Path) -> None:
    day = 86_400_000
    lines = [line(0), line(day), line(day + 60_000, live=True), line(day + 120_000, live=True)]
    at = [moment for moment, _ in await play(Pace(seconds=0.5), written(tmp_path / "a", *lines))]
    assert at[1] < 0.35
    assert at[3] - at[2] > 0.05


async def test_speed_divides_the_original_times(tmp_path: Path) -> None:
    file = written(tmp_path / "a", line(60_000), line(61_000), line(64_000))
    at = [moment for moment, _ in await play(Pace(speed=20.0), file)]
    assert at[1] >= 0.05
    assert at[2] >= 0.2


async def test_an_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match=r"empty\.json is not a recorded feed \(it is empty\)"):
        await play(Pace(seconds=0.1), written(tmp_path / "empty.json"))


async def test_an_outage_on_record_is_played_too(tmp_path: Path) -> None:
    down = Health("betfair", up=False, reason="disconnected", at_ns=5)
    async with Recorder(tmp_path, "betfair", "betfair") as recorder:
        recorder.write(down)
        (path,) = recorder.files
    ((_, item),) = [played async for played in replay([path], AS_FAST_AS_POSSIBLE)]
    assert isinstance(item, Health)
    assert (item.producer, item.up, item.reason) == ("betfair", False, "disconnected")


async def test_on_time_the_past_is_told_at_once_and_the_rest_when_the_clock_shows_it(tmp_path: Path) -> None:
    now = time.time_ns()

    def said(text: str, ms: int) -> Received:
        return Received(now + ms * 1_000_000, "", text.encode())

    def stands(*, up: bool, ms: int) -> Health:
        return Health("uof", up, "on record", now + ms * 1_000_000)

    past: list[Received | Health] = [
        said("a", -900),
        stands(up=True, ms=-800),
        stands(up=False, ms=-700),
        said("b", -600),
    ]
    ahead: list[Received | Health] = [said("c", 150), stands(up=True, ms=200), said("d", 250)]
    async with Recorder(tmp_path, "uof", "uof") as recorder:
        for item in [*past, *ahead]:
            recorder.write(item)
        paths = list(recorder.files)
    timed = on_time(paths)
    assert [item.payload for item in timed.past] == [b"a", b"b"]
    found = [(time.time_ns(), item) async for _, item in timed.ahead]
    told = [item.payload.decode() if isinstance(item, Received) else item.up for _, item in found]
    assert told == [False, "c", True, "d"]
    assert found[0][0] < ahead[0].at_ns
    assert all(at >= wanted.at_ns for (at, _), wanted in zip(found[1:], ahead, strict=True))


async def test_a_cut_off_last_line_does_not_swallow_the_line_of_another_file(tmp_path: Path) -> None:
    first, second = [line(0), b'{"op":"mcm","pt": 50'], [line(0), line(1_000)]
    files = written(tmp_path / "a", *first), written(tmp_path / "b", *second)
    played = [payload for _, payload in await play(Pace(seconds=0.02), *files)]
    assert {payload.rstrip(b"\n") for payload in [*first, *second]} == set(played)


async def test_an_absurd_time_is_no_reason_to_stop(tmp_path: Path) -> None:
    lines = [line(0), b'{"op":"mcm","pt": 99999999999999999999999}\n', line(1_000)]
    for pace in PACES:
        played = await play(pace, written(tmp_path / "a", *lines))
        assert [payload + b"\n" for _, payload in played] == lines
