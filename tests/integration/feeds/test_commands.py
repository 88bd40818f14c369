"""`pyplatform feed …` as an operator runs it: live from a stand-in exchange, recorded, looked into, played again."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import msgspec
import pytest

from pyplatform.contracts import feeds as contract
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from tests.integration.feeds.exchange import APP_KEY, SESSION, Exchange
from tests.integration.feeds.stage import Ear, listening, until
from tests.integration.sportsbook.conftest import FIRST, MARKET, SECOND, THIRD, definition, prices

PROGRAM = [sys.executable, "-m", "pyplatform.apps.cli"]


class Ended:
    """A command that has ended."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


async def ended(process: asyncio.subprocess.Process) -> Ended:
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode())


class Operator:
    """Types commands, with the environment of a live Betfair feed and a running NATS."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("PYPLATFORM_")}
        self.env |= env | {"COLUMNS": "200"}

    async def begin(self, *arguments: str | Path, command: str = "feed") -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *PROGRAM, command, *map(str, arguments), stdout=pipe, stderr=pipe, env=self.env
        )

    async def run(self, *arguments: str | Path, command: str = "feed") -> Ended:
        return await ended(await self.begin(*arguments, command=command))


@pytest.fixture
def operator(settings: Settings, exchange: Exchange, certificates: tuple[Path, Path]) -> Operator:
    return Operator(
        {
            "PYPLATFORM_NATS_URL": settings.nats_url,
            "PYPLATFORM_BETFAIR_HOST": f"127.0.0.1:{exchange.port}",
            "PYPLATFORM_BETFAIR_APP_KEY": APP_KEY,
            "PYPLATFORM_BETFAIR_SESSION": SESSION,
            "PYPLATFORM_BETFAIR_CA_FILE": str(certificates[0]),
        }
    )


def trade(exchange: Exchange, step: int) -> None:
    for runner, price in ((FIRST, 2.0), (SECOND, 4.0), (THIRD, 4.0)):
        for side in ("atb", "atl"):
            exchange.change(MARKET, runner, side, price, 10.0 + step)


def define(exchange: Exchange, status: str = "OPEN", **states: str) -> None:
    told = msgspec.json.decode(definition(status))
    for runner in told["mc"][0]["marketDefinition"]["runners"]:
        runner["status"] = states.get(f"r{runner['id']}", runner["status"])
    exchange.tell({"mc": told["mc"]})


@asynccontextmanager
async def heartbeats(exchange: Exchange) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            exchange.heartbeat()
            await asyncio.sleep(0.2)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        await end([task])


async def becomes(ear: Ear, status: MarketStatus) -> None:
    known = ear.trading.markets
    await until(lambda: MARKET in known and known[MARKET].status is status)


def recordings(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.feed*"))


def recorded(folder: Path, words: bytes) -> bool:
    """Whether something was received and written, in a file that is not compressed yet."""
    return any(words in path.read_bytes() for path in recordings(folder))


async def test_a_live_feed_from_socket_to_price_recorded_and_played_again(
    operator: Operator, exchange: Exchange, settings: Settings, tmp_path: Path
) -> None:
    async with listening(settings) as ear, heartbeats(exchange):
        live = await operator.begin("run", "--producer", "betfair", "--record", tmp_path)
        await until(lambda: any(client.market_id for client in exchange.clients))
        define(exchange)
        trade(exchange, 0)
        await becomes(ear, MarketStatus.OPEN)
        exchange.cut()
        await becomes(ear, MarketStatus.SUSPENDED)
        await becomes(ear, MarketStatus.OPEN)
        trade(exchange, 1)
        define(exchange, "CLOSED", r11="WINNER", r22="LOSER", r33="LOSER")
        await becomes(ear, MarketStatus.CLOSED)
        live.send_signal(signal.SIGTERM)
        done = await ended(live)
    assert done.status == 0, done.err
    assert SESSION not in done.out + done.err
    (path,) = recordings(tmp_path)
    looked = await operator.run("inspect", path)
    assert looked.status == 0, looked.out
    for told in ("our recording of betfair", "1 in 1 events", "betfair down:", "verdict     sound"):
        assert told in looked.out
    async with listening(settings) as again:
        name = f"replay-{token_hex(3)}"
        played = await operator.run("replay", path, "--producer", name, "--fast")
        assert played.status == 0, played.err
        assert f"{name}: " in played.out
        assert ", 1 markets" in played.out
        await until(lambda: MARKET in again.trading.markets)
        assert again.trading.markets[MARKET].status is MarketStatus.CLOSED


async def test_a_feed_role_needs_the_bus_alone_and_records(
    operator: Operator, exchange: Exchange, settings: Settings, tmp_path: Path
) -> None:
    async with listening(settings) as ear, heartbeats(exchange):
        live = await operator.begin("feed", "--record", tmp_path, command="serve")
        await until(lambda: any(client.market_id for client in exchange.clients))
        define(exchange)
        trade(exchange, 0)
        await becomes(ear, MarketStatus.OPEN)
        asked = await operator.run("feed", command="health")
        live.send_signal(signal.SIGTERM)
        done = await ended(live)
    assert (asked.status, done.status) == (0, 0), asked.err + done.err
    assert "betfair is up: 1 markets" in asked.out
    (path,) = recordings(tmp_path)
    assert "1 in 1 events" in (await operator.run("inspect", path)).out


async def test_a_recording_that_has_been_played_stays_on_offer_if_asked_to(
    operator: Operator, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = tmp_path / "day.json"
    day.write_bytes(definition() + prices())
    async with listening(settings) as ear:
        name = f"replay-{token_hex(3)}"
        playing = await operator.begin("replay", day, "--producer", name, "--fast", "--stay")
        await becomes(ear, MarketStatus.OPEN)
        await asyncio.sleep(contract.SILENCE_S + 1)
        assert ear.trading.markets[MARKET].status is MarketStatus.OPEN
        monkeypatch.setattr(contract, "SILENCE_S", 3600.0)  # that it is silent is not what is noticed
        playing.send_signal(signal.SIGTERM)
        assert (await ended(playing)).status == 0
        await becomes(ear, MarketStatus.SUSPENDED)


async def test_record_only_records(operator: Operator, exchange: Exchange, tmp_path: Path) -> None:
    async with heartbeats(exchange):
        recording = await operator.begin("record", tmp_path, "--producer", "betfair", "--compress")
        await until(lambda: any(client.market_id for client in exchange.clients))
        define(exchange)
        trade(exchange, 0)
        await until(lambda: recorded(tmp_path, b'"rc":'))
        recording.send_signal(signal.SIGINT)
        done = await ended(recording)
    assert done.status == 0, done.err
    assert "records" in done.out
    (path,) = recordings(tmp_path)
    assert path.name.endswith(".feed.gz")
    assert "1 in 1 events" in (await operator.run("inspect", path)).out


async def test_a_killed_recorder_leaves_what_it_had_received(
    operator: Operator, exchange: Exchange, tmp_path: Path
) -> None:
    async with heartbeats(exchange):
        recording = await operator.begin("record", tmp_path, "--producer", "betfair")
        await until(lambda: any(client.market_id for client in exchange.clients))
        define(exchange)
        await until(lambda: recorded(tmp_path, b"marketDefinition"))
        recording.kill()
        await recording.wait()
    (path,) = recordings(tmp_path)
    assert "1 in 1 events" in (await operator.run("inspect", path)).out
    path.write_bytes(path.read_bytes()[:-3])
    torn = await operator.run("inspect", path)
    assert torn.status == 1
    assert "torn record" in torn.out
    assert "not whole" in torn.out


async def test_what_cannot_be_done_is_one_sentence(operator: Operator, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_bytes(b"buy milk\n")
    for arguments in (("inspect", wrong), ("replay", wrong)):
        done = await operator.run(*arguments)
        assert done.status == 1
        assert f"{wrong} is not a recorded feed" in done.err
        assert len(done.err.splitlines()) == 1
    operator.env.pop("PYPLATFORM_BETFAIR_APP_KEY")
    done = await operator.run("run", "--producer", "betfair")
    assert (done.status, done.err) == (1, "error: PYPLATFORM_BETFAIR_APP_KEY is not set\n")
    done = await operator.run("record", tmp_path, "--producer", "weather")
    assert (done.status, "there is no live feed 'weather'" in done.err) == (1, True)
    operator.env.pop("PYPLATFORM_NATS_URL")
    done = await operator.run("run", "--producer", "betfair", "--data", tmp_path / "none")
    assert done.status == 1
    assert "no platform runs on" in done.err
