"""A replay keeps the order and the rhythm, shortens the waiting, and never skips."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pyplatform.kernel.errors import PlatformError
from pyplatform.sportsbook.replay import replay


def stream(*messages: tuple[int, bool]) -> list[bytes]:
    return [f'{{"pt": {pt}, "inPlay": {"true" if live else "false"}}}\n'.encode() for pt, live in messages]


async def play(files: dict[Path, list[bytes]], seconds: float) -> list[tuple[float, bytes]]:
    def lines(path: Path) -> Iterator[bytes]:
        return iter(files[path])

    started = time.monotonic()
    return [(time.monotonic() - started, line) async for _, line in replay(list(files), lines, seconds)]


async def test_lines_of_a_file_keep_their_order_and_all_arrive() -> None:
    lines = stream(*((n * 7, n > 40) for n in range(60)))
    played = await play({Path("a"): lines}, 0.05)
    assert [line for _, line in played] == lines


async def test_two_files_run_side_by_side() -> None:
    first, second = stream((0, False), (1_000, False)), stream((9_000_000, False), (9_001_000, False))
    played = [line for _, line in await play({Path("a"): first, Path("b"): second}, 0.02)]
    assert played.index(second[0]) < played.index(first[1])


async def test_a_day_of_waiting_does_not_eat_the_race() -> None:
    day = 86_400_000
    lines = stream((0, False), (day, False), (day + 60_000, True), (day + 120_000, True))
    at = [moment for moment, _ in await play({Path("a"): lines}, 0.5)]
    assert at[1] < 0.35
    assert at[3] - at[2] > 0.05


async def test_an_empty_file_is_named() -> None:
    with pytest.raises(PlatformError, match=r"empty\.json holds no lines"):
        await play({Path("empty.json"): []}, 0.1)


async def test_a_cut_off_last_line_does_not_swallow_the_line_of_another_file() -> None:
    first, second = [*stream((0, False)), b'{"pt": 50'], stream((0, False), (1_000, False))
    played = [line for _, line in await play({Path("a"): first, Path("b"): second}, 0.02)]
    assert all(line.endswith(b"\n") for line in played)
    assert set(second) <= set(played)


async def test_an_absurd_time_is_no_reason_to_stop() -> None:
    lines = [*stream((0, False)), b'{"pt": 99999999999999999999999}\n', *stream((1_000, False))]
    assert [line for _, line in await play({Path("a"): lines}, 0.02)] == lines
