"""A feed with everything wrong that a line can have: what is sound is priced and settled, the rest told once."""

import asyncio
import bz2
import gzip
from collections.abc import Iterator
from pathlib import Path

import msgspec

from pyplatform.bus import Bus, Message
from pyplatform.contracts.sportsbook.desk import STATS_SUBJECT, TradingStats
from tests.integration.platform.conftest import Opening, until
from tests.integration.platform.day import Market, lines

BROKEN = (
    b'{"op":"mcm","pt":1893456000000,"mc":[{"id":"1.541","rc":[{"id":11,"atb":[[2.0,1\n',
    b"this is not JSON\n",
    b'{"op":"mcm","pt":"noon","mc":[]}\n',
    b'{"op":"mcm","pt":99999999999999999999999999,"mc":[]}\n',
    b'{"op":"mcm","pt":1893456000000,"mc":{"id":"1.541"}}\n',
    b'{"op":"mcm","pt":1893456000000,"mc":[{"id":{},"img":true}]}\n',
    b'{"op":"mcm","pt":1893456000000,"mc":[{"id":"1.541","marketDefinition":{"status":[7],"runners":[]}}]}\n',
    b'{"op":"mcm","pt":1893456000000,"mc":[{"id":"1.541","rc":[{"id":11,"atb":[["two",10]]}]}]}\n',
    b"\xff\xfe\x00garbage\n",
)
"""Lines that are no messages or hold values of the wrong type."""
ODD = (
    b'{"op":"mcm","pt":1893456000000,"weather":"rain","mc":[{"id":"1.541","mood":[1,{"x":null}]}]}\n',
    b'{"op":"mcm","pt":1893456000000,"mc":[{"id":"1.999","marketDefinition":{"status":"ASLEEP","runners":[]}}]}\n',
    b"\n",
)
"""Lines that are sound as far as we know: unknown keys, a status of tomorrow, nothing."""


def spoilt(market: Market) -> Iterator[bytes]:
    """The day with a broken or an odd line now and then, and cut off behind its end."""
    nasty = [*BROKEN, *ODD]
    for step, line in enumerate(lines(market)):
        if step and step % 40 == 0 and nasty:
            yield nasty.pop()
        yield line
    assert not nasty
    yield b'{"op":"mcm","pt":1893457'


def archive_cut_short(path: Path, market: Market) -> Path:
    whole = b"".join(lines(market, results=False))
    packed = gzip.compress(whole) if path.suffix == ".gz" else bz2.compress(whole, compresslevel=1)
    path.write_bytes(packed[: len(packed) * 3 // 4])
    return path


async def follow_stats(bus: Bus, into: list[TradingStats]) -> None:
    async def on_stats(message: Message) -> None:
        into.append(msgspec.msgpack.decode(message.data, type=TradingStats))

    await bus.subscribe(STATS_SUBJECT, on_stats)


async def test_malformed_feed(open_house: Opening, tmp_path: Path) -> None:
    market, zipped, bzipped = Market("1.541"), Market("1.542"), Market("1.543")
    day = tmp_path / "day.json"
    day.write_bytes(b"".join(spoilt(market)))
    inputs = [
        day,
        archive_cut_short(tmp_path / "a.gz", zipped),
        archive_cut_short(tmp_path / "b.bz2", bzipped),
    ]
    stats: list[TradingStats] = []
    async with open_house(inputs, [market], 10, ()) as house:
        bus = await Bus.connect(house.settings.nats_url, "test")
        await follow_stats(bus, stats)

        async def faults() -> None:
            await until(lambda: house.offered({market.id, zipped.id, bzipped.id}))
            await house.crowd.more(100)
            await until(lambda: house.shown("status", "suspended", "closed", "open", "open"))

        await house.live(faults())
        await house.account_for_everything()
        await asyncio.sleep(1)
        await bus.close()
        log = (house.platform.folder / "logs" / "feed-betfair.log").read_text()
    told = [line for line in log.splitlines() if "feed message skipped" in line]
    assert len(told) == len(set(told)) == len(BROKEN) + 1, told
    assert stats[-1].feed_errors == len(BROKEN) + 1
    assert sum("recording is not whole" in line for line in log.splitlines()) == 2
