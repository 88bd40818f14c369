from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.integration.feeds import certificate
from tests.integration.feeds.betradar import Betradar
from tests.integration.feeds.betradar_http import VIRTUAL_HOST, Http
from tests.integration.feeds.broker import PROGRAM, Broker, program
from tests.integration.feeds.clock import Clock
from tests.integration.feeds.exchange import Exchange
from tests.integration.feeds.proxy import Proxy


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate.make(tmp_path_factory.mktemp("certificates"))


@pytest_asyncio.fixture
async def exchange(certificates: tuple[Path, Path]) -> AsyncIterator[Exchange]:
    exchange = Exchange(*certificates)
    await exchange.start()
    yield exchange
    await exchange.stop()


@pytest.fixture(scope="session")
def http() -> Iterator[Http]:
    http = Http()
    yield http
    http.stop()


@pytest.fixture(scope="session")
def broker(
    http: Http, certificates: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Broker]:
    if program() is None:
        pytest.skip(f"{PROGRAM} is not on PATH: on Debian, `apt-get install {PROGRAM}`")
    broker = Broker(tmp_path_factory.mktemp("broker"), *certificates, http.port, VIRTUAL_HOST)
    yield broker
    broker.stop()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest_asyncio.fixture
async def proxy(broker: Broker) -> AsyncIterator[Proxy]:
    proxy = Proxy(broker.port)
    await proxy.start()
    yield proxy
    await proxy.stop()


@pytest_asyncio.fixture
async def betradar(
    http: Http, broker: Broker, certificates: tuple[Path, Path], clock: Clock
) -> AsyncIterator[Betradar]:
    betradar = Betradar(http, broker, certificates[0], clock)
    await betradar.start()
    yield betradar
    await betradar.stop()
