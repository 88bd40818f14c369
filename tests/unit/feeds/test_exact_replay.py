"""A day recorded and played again is the same day: the same bytes in the same order, and the same markets."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from pyplatform.contracts.feeds import FeedHealth, Result, SnapshotRequest, Update
from pyplatform.feeds.adapter import adapter
from pyplatform.feeds.board import Board
from pyplatform.feeds.inspection import inspect, report
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.recorder import Recorder
from pyplatform.feeds.replay import AS_FAST_AS_POSSIBLE, replay
from pyplatform.feeds.sources import Recorded, one_format
from pyplatform.kernel.errors import PlatformError
from tests.integration.platform.day import Market, lines

Item = Received | Health
EVENT = "sr:match:7"
UOF_KEY = f"hi.-.live.odds_change.1.{EVENT.replace(':7', '')}.7.-"


def betfair_day() -> list[Item]:
    """A day as a connector yields it, an outage in the middle."""
    told: list[Item] = [
        Received(1_893_456_000_000_000_000 + n * 1_000_003, "", line.rstrip(b"\n"))
        for n, line in enumerate(lines(Market("1.601"), Market("1.602", winners=2)))
    ]
    told.insert(400, Health("betfair", up=False, reason="disconnected", at_ns=1_893_456_000_400_000_000))
    told.insert(410, Health("betfair", up=True, reason="returned", at_ns=1_893_456_000_410_000_000))
    told.insert(500, Received(1_893_456_000_500_000_000, "", b'{"op":"mcm","pt":broken'))
    return told


def uof_day() -> list[Item]:
    def message(n: int) -> bytes:
        return (
            f'<?xml version="1.0"?>\n<odds_change product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + n}">'
            f'<odds><market id="18" specifiers="total={n % 5}.5" status="{1 - n % 2}">'
            f'<outcome id="12" odds="{1.5 + n / 100}" active="1"/><outcome id="13" odds="2.5" active="{n % 3 and 1}"/>'
            "</market></odds></odds_change>"
        ).encode()

    return [Received(1_790_000_000_000_000_000 + n * 7_001, UOF_KEY, message(n)) for n in range(300)]


DAYS = {"betfair": betfair_day(), "uof": uof_day()}


async def stream(items: list[Item]) -> AsyncIterator[Item]:
    for item in items:
        yield item


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.feed*"))


async def recorded(folder: Path, form: str, *, compress: bool = False) -> list[Path]:
    async with Recorder(folder, form, form, max_bytes=60_000, compress=compress) as recorder:
        passed = [item async for item in recorder.passing(stream(DAYS[form]))]
    assert passed == DAYS[form]
    return files(folder)


def bytes_of(items: list[Item]) -> list[tuple[str, bytes] | tuple[str, bool, str]]:
    return [
        (item.channel, item.payload) if isinstance(item, Received) else (item.producer, item.up, item.reason)
        for item in items
    ]


def markets_after(form: str, items: list[Item]) -> dict[str, list[object]]:
    """All that is held at the end, without the stamps, which are of the time of playing."""
    state, board = adapter(form, form), Board(form, assume_up=True)
    results: dict[str, Result] = {}
    for item in items:
        if isinstance(item, Health):
            continue
        state.apply(item)
        for told in state.tell():
            if isinstance(told.body, Result):
                results[told.market] = told.body
            elif told.body is not None:
                board.put(told.market, told.producer, told.body, told.feed_time, item.at_ns)
    health = FeedHealth(form, 1, 1, 1, True, (), 0, 0, 0, 0, 0, 0, 0, 0.0)
    held: dict[str, list[object]] = {market: [result] for market, result in results.items()}
    for update in board.page("", health).updates:
        held.setdefault(update.market, []).append((update.body, update.stamp.feed_time))
    return held


@pytest.mark.parametrize("form", DAYS)
@pytest.mark.parametrize("compress", [False, True])
async def test_record_then_replay_is_the_same_to_the_byte(tmp_path: Path, form: str, compress: bool) -> None:
    paths = await recorded(tmp_path, form, compress=compress)
    assert len(paths) > 1
    played = [item async for _, item in replay(paths, AS_FAST_AS_POSSIBLE)]
    assert bytes_of(played) == bytes_of(DAYS[form])
    assert markets_after(form, played) == markets_after(form, DAYS[form])
    kept = [item for path in paths for item in Recorded(path).items()]
    assert kept == DAYS[form], "times of arrival are kept as well"


async def test_the_three_ways_a_day_can_lie_on_disk_are_the_same_day(tmp_path: Path) -> None:
    text = b"".join(
        b"%d\t%s\t%s\n" % (item.at_ns // 1_000_000, item.channel.encode(), item.payload.replace(b"\n", b""))
        for item in uof_day()
        if isinstance(item, Received)
    )
    plain, packed = tmp_path / "day.tsv", tmp_path / "day.tsv.gz"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    wanted = markets_after("uof", uof_day())
    assert len(wanted) == 5
    for path in (plain, packed, *await recorded(tmp_path / "r", "uof")):
        assert Recorded(path).format == "uof"
    for paths in ([plain], [packed], await recorded(tmp_path / "s", "uof")):
        assert (
            markets_after("uof", [item for _, item in [p async for p in replay(paths, AS_FAST_AS_POSSIBLE)]])
            == wanted
        )


async def test_a_torn_recording_is_played_up_to_the_tear_and_told(tmp_path: Path) -> None:
    path = (await recorded(tmp_path, "betfair"))[-1]
    whole = list(Recorded(path).items())
    path.write_bytes(path.read_bytes()[:-9])
    played = [item async for _, item in replay([path], AS_FAST_AS_POSSIBLE)]
    assert bytes_of(played) == bytes_of(whole[:-1])
    found = inspect(path, 20.0)
    assert not found.sound
    assert found.messages == len(whole) - 1
    assert any("torn" in broken.reason for broken in found.broken)


async def test_an_inspection_says_what_is_there_and_what_is_wrong(tmp_path: Path) -> None:
    day = tmp_path / "day.json"
    told = b"".join(item.payload + b"\n" for item in betfair_day() if isinstance(item, Received))
    day.write_bytes(told)
    found = inspect(day, 20.0)
    assert (found.kind, found.messages, found.markets, found.events) == ("betfair", 1_002, 2, 2)
    assert found.unreadable == 1
    assert "line 499 of the feed" in found.problems[0]
    lines_ = list(report(found))
    assert all(len(line) <= 80 for line in lines_)
    assert lines_[-1] == "verdict     not whole: see above"
    packed = inspect((await recorded(tmp_path / "r", "betfair"))[0], 0.0009)
    assert packed.kind == "recording"
    assert packed.gaps
    assert all(len(line) <= 80 for line in report(packed))


def test_files_of_two_formats_are_not_one_feed(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b'{"op":"mcm","pt":1,"mc":[]}\n')
    second.write_bytes(b"1\t-.-.-.alive.-.-.-.-\t<alive/>\n")
    with pytest.raises(PlatformError, match="a is betfair, b is uof"):
        one_format([Recorded(first), Recorded(second)])


def test_what_travels_is_read_as_it_was_written() -> None:
    state, board = adapter("uof", "uof"), Board("uof", assume_up=True)
    for item in uof_day()[:5]:
        assert isinstance(item, Received)
        state.apply(item)
    updates = [
        update
        for told in state.tell()
        if told.body is not None
        and not isinstance(told.body, Result)
        and (update := board.put(told.market, told.producer, told.body, told.feed_time, 1)) is not None
    ]
    assert updates
    for update in updates:
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(update), type=Update) == update
    asked = SnapshotRequest("a")
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(asked), type=SnapshotRequest) == asked
