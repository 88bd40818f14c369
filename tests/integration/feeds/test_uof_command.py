"""`pyplatform feed run --producer uof` against the stand-in broker and API: from a message to a price with names."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.time import now_ns
from tests.integration.feeds.betradar import Betradar
from tests.integration.feeds.betradar_http import TOKEN, Http
from tests.integration.feeds.broker import Broker
from tests.integration.feeds.clock import Clock
from tests.integration.feeds.stage import listening, until
from tests.integration.feeds.test_commands import Operator, ended
from tests.unit.feeds.test_fixtures import DOCUMENT
from tests.unit.feeds.test_normalised import DESCRIPTIONS

OUTCOMES = "".join(
    f'<outcome id="{n}" odds="{odds}" active="1"/>' for n, odds in ((1, 2.5), (2, 3.3), (3, 3.0))
)


@asynccontextmanager
async def alives(betradar: Betradar, clock: Clock) -> AsyncIterator[None]:
    """Alives of both producers on the clock of the wall, and answers to the recoveries they bring about."""

    async def beat() -> None:
        while True:
            clock.ms = now_ns() // 1_000_000
            await betradar.alive()
            await betradar.answer()
            await asyncio.sleep(0.2)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        await end([task])


async def test_the_odds_feed_from_broker_to_price_with_the_names_of_its_api(
    betradar: Betradar,
    broker: Broker,
    http: Http,
    clock: Clock,
    settings: Settings,
    certificates: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = http.get

    def get(path: str, token: str) -> tuple[int, str]:
        status, document = whole(path, token)
        if status == 200 and path.startswith("/v1/descriptions/en/markets.xml"):
            return status, DESCRIPTIONS.decode()
        if status == 200 and path.startswith("/v1/descriptions/en/variants.xml"):
            return status, "<variant_descriptions/>"
        if status == 200 and path.endswith("/fixture.xml"):
            return status, DOCUMENT.decode()
        return status, document

    monkeypatch.setattr(http, "get", get)
    operator = Operator({"PYPLATFORM_NATS_URL": settings.nats_url})
    operator.env |= {
        "PYPLATFORM_UOF_TOKEN": TOKEN,
        "PYPLATFORM_UOF_BROKER": f"127.0.0.1:{broker.port}",
        "PYPLATFORM_UOF_API_URL": http.url,
        "PYPLATFORM_UOF_CA_FILE": str(certificates[0]),
    }
    event, line = "sr:match:101", "sr:match:101~1"
    market = f'<market id="1" status="1">{OUTCOMES}</market>'
    async with listening(settings) as ear, alives(betradar, clock):
        running = await operator.begin("run", "--producer", "uof")
        await until(lambda: len(betradar.recoveries) >= 2, 20)
        await betradar.say("odds_change", event, body=f"<odds>{market}</odds>")
        known = ear.trading.markets
        await until(lambda: line in known and known[line].status is MarketStatus.OPEN, 20)
        await until(lambda: known[line].names == {1: "United", 2: "draw", 3: "Rovers"})
        catalogue = known[line].catalogue
        assert catalogue is not None
        assert (catalogue.event_name, catalogue.name) == ("United v Rovers", "1x2")
        await betradar.say("bet_stop", event, ' groups="score"')
        await until(lambda: known[line].status is MarketStatus.SUSPENDED)
        running.send_signal(signal.SIGTERM)
        done = await ended(running)
    assert done.status == 0, done.err
    assert TOKEN not in done.out + done.err
