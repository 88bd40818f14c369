"""The whole platform in processes of its own, a day to play, and players."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from pyplatform.apps.cashier import pay_in
from pyplatform.apps.demo.players import open_account
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus
from pyplatform.contracts.feeds import start_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant, load_tenants
from pyplatform.wallet.client import WalletClient
from tests.integration.platform.bettors import Crowd
from tests.integration.platform.day import Market
from tests.integration.platform.evidence import everything_is_accounted_for

PLAYERS = 16
FUNDS = "100000.00"
TENANTS = list(load_tenants(None).values())
SLUGS = [tenant.slug for tenant in TENANTS]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole platforms start, break and end here; on a slow machine that takes minutes."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(300))


async def admit(crowd: Crowd, settings: Settings, players: int = PLAYERS) -> None:
    """Register players over HTTP and pay in for each."""
    bus = await Bus.connect(settings.nats_url, "cashier")
    wallet = WalletClient(bus)
    turn = asyncio.Semaphore(2)
    run = text(uuid7())[-12:]

    async def one(number: int) -> None:
        tenant = TENANTS[number % len(TENANTS)]
        async with turn, crowd.client(tenant) as client:
            account = await open_account(client, tenant, number, run)
        await pay_in(wallet, tenant, account.player, FUNDS, text(uuid7()))
        crowd.players.append((tenant, account))

    await asyncio.gather(*(one(number) for number in range(players)))
    await bus.close()


async def until(condition: Callable[[], Awaitable[bool]], patience_s: float = 60) -> None:
    async with asyncio.timeout(patience_s):
        while not await condition():
            await asyncio.sleep(0.01)


class House:
    """A running platform with players in it."""

    def __init__(self, platform: Platform, markets: Sequence[Market], said: list[str]) -> None:
        self.platform = platform
        self.said = said
        self.crowd = Crowd(lambda: platform.gateway_url, markets)
        self.tenants: list[Tenant] = TENANTS

    @property
    def settings(self) -> Settings:
        return self.platform.settings

    async def live(self, work: Coroutine[Any, Any, None]) -> None:
        """Begin the day and do `work` while the players bet; a part that ends for good fails the test."""

        async def betting() -> None:
            await self.play()
            await until(lambda: self.offered({market.id for market in self.crowd.markets}))
            async with asyncio.TaskGroup() as group:
                group.create_task(self.crowd.bet())
                await work
                self.crowd.leave()

        await self.platform.run_until(betting())

    async def listed(self) -> list[dict[str, Any]]:
        """The markets as players see them."""
        connection = self.crowd.connection()
        answer = await connection.request("GET", "/v1/markets", headers={"x-tenant": self.tenants[0].slug})
        await connection.close()
        found: list[dict[str, Any]] = answer.json()["markets"]
        return found

    async def offered(self, ids: set[str]) -> bool:
        """Whether all these markets have prices."""
        return ids <= {
            market["id"]
            for market in await self.listed()
            if any(selection["price"] for selection in market["selections"])
        }

    async def shown(self, field: str, *values: object) -> bool:
        """Whether a field of the listed markets has these values."""
        return [market[field] for market in await self.listed()] == list(values)

    async def play(self) -> None:
        """Let the feed begin; asked again until its process hears it."""
        bus = await Bus.connect(self.settings.nats_url, "test")
        async with asyncio.timeout(60):
            while True:
                try:
                    await bus.request(start_subject("betfair"), b"", 1.0)
                    break
                except Unavailable:
                    await asyncio.sleep(0.1)
        await bus.close()

    async def kill(self, role: str) -> None:
        """End a role's process as a fault would, and wait until its successor is ready."""
        times = self.said.count(f"{role} is back") + 1
        self.platform.kill(role)
        await self.back(role, times)

    async def back(self, role: str, times: int) -> None:
        """Wait until a role was started again so many times."""
        async with asyncio.timeout(60):
            while self.said.count(f"{role} is back") < times:
                await asyncio.sleep(0.02)

    async def account_for_everything(self) -> None:
        """Repeat what was doubtful, then hold every answer against the journal and every copy against it."""
        await self.crowd.ask_again()
        await everything_is_accounted_for(
            self.settings, [tenant.slug for tenant in self.tenants], self.crowd.attempts
        )


Opening = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture
def open_house(tmp_path: Path) -> Opening:
    """Start everything on a fresh folder; the feed waits for `play`."""

    @asynccontextmanager
    async def opening(
        inputs: Sequence[Path], markets: Sequence[Market], seconds: float, restart: Collection[str]
    ) -> AsyncIterator[House]:
        said: list[str] = []
        feeds = feed_roles(feeds_of(inputs), seconds, "--hold")
        arguments = {"gateway": ["--port", "0"], **feeds}
        async with Platform(
            tmp_path / "data",
            (*ONE_OF_EACH, *feeds),
            arguments=arguments,
            env=QUICK_ENTRY,
            restart=restart,
            report=said.append,
            log_to_files=True,
        ) as platform:
            house = House(platform, markets, said)
            await admit(house.crowd, house.settings)
            yield house

    return opening
