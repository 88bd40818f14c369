from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.integration.feeds import certificate
from tests.integration.feeds.exchange import Exchange


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate.make(tmp_path_factory.mktemp("certificates"))


@pytest_asyncio.fixture
async def exchange(certificates: tuple[Path, Path]) -> AsyncIterator[Exchange]:
    exchange = Exchange(*certificates)
    await exchange.start()
    yield exchange
    await exchange.stop()
