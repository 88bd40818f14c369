"""An owner of events without bets: markets fed by lines written here, and a desk on the bus."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.bets import locate_subject
from pyplatform.contracts.sportsbook.desk import (
    ANY_VERSION,
    StaffAnswer,
    StaffOutcome,
    StaffRequest,
    staff_subject,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.questions import (
    AskMarket,
    DeskMarket,
)
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.questions import Position
from pyplatform.sportsbook.desk.service import TradingDesk
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Changes, Trading
from tests.feeding import Feeding
from tests.integration.sportsbook.conftest import FIRST, MARKET, definition, prices

OTHER = "1.600"


class DeskOwner:
    """An owner of events without bets: markets, a desk, and what they publish."""

    def __init__(self, bus: Bus, pool: asyncpg.Pool, tenants: list[Tenant]) -> None:
        self.bus, self.pool, self.tenant = bus, pool, tenants[0].slug
        self.sources = Sources()
        self.trading = Trading(tenants, f"o{ids.uuid7().hex()}", self.sources.is_up, limit=10**9)
        self.published: list[str] = []
        self.losses: dict[int, int] = {}
        self.desk = TradingDesk(bus, pool, self.trading, self._position, self._publish)
        self.trading.selling.liability = lambda _, __, runners: [-self.losses.get(r, 0) for r in runners]
        self.feeding = Feeding()

    def _position(self, *_: str) -> Position:
        return Position(7, 5, {FIRST: 5})

    async def _publish(self, changes: Changes) -> None:
        self.published += [subject for subject, _ in changes.messages]

    def feed(self, *lines: bytes) -> None:
        self.sources.hear_health(self.feeding.health(), monotonic())
        for line in lines:
            for update in self.feeding.say(line):
                self.trading.take(update)

    def overhear(self, *lines: bytes) -> None:
        """Hear lines of a market that another owner trades."""
        self.sources.hear_health(self.feeding.health(), monotonic())
        for line in lines:
            for update in self.feeding.say(line):
                self.trading.overhear(update)

    @property
    def market(self) -> MarketState:
        return self.trading.markets[MARKET]

    def status(self) -> MarketStatus:
        return self.market.status_of(self.tenant)

    @property
    def offered(self) -> dict[int, int]:
        return self.market.prices[self.tenant]

    async def ask(
        self,
        kind: str,
        body: Any,
        expected: int = ANY_VERSION,
        *,
        actor: str = "staff:ann",
        roles: tuple[str, ...] = ("trader",),
        tenant: str = "",
        key: str = "",
    ) -> StaffAnswer:
        said = msgspec.msgpack.encode(body)
        request = StaffRequest(
            tenant or self.tenant, actor, roles, kind, expected, ids.uuid7(), "", said, key
        )
        subject = staff_subject(self.trading.owner, 1)
        return msgspec.msgpack.decode(
            await self.bus.request(subject, msgspec.msgpack.encode(request)), type=StaffAnswer
        )

    async def do(self, kind: str, body: Any, expected: int = ANY_VERSION, **said: Any) -> StaffAnswer:
        answer = await self.ask(kind, body, expected, **said)
        assert answer.outcome is StaffOutcome.DONE, answer
        return answer

    async def see(self) -> DeskMarket:
        answer = await self.do("market", AskMarket(MARKET))
        return msgspec.msgpack.decode(answer.data, type=DeskMarket)


@asynccontextmanager
async def desk_owner(bus: Bus, pool: asyncpg.Pool, slugs: tuple[str, ...]) -> AsyncIterator[DeskOwner]:
    owner = DeskOwner(bus, pool, [Tenant(slug, "EUR", 500) for slug in slugs])
    await owner.desk.recover()
    await owner.desk.serve(owner.trading.owner, 1, lambda: True)

    async def located(_: bytes) -> bytes:
        return b"1"

    await bus.serve(locate_subject(owner.trading.owner), located)
    owner.feed(definition(), prices())
    yield owner


NewOwner = Callable[..., AbstractAsyncContextManager[DeskOwner]]


@pytest.fixture
async def new_owner(settings: Settings, tenant_name: str) -> AsyncIterator[NewOwner]:
    bus = await Bus.connect(settings.nats_url, "desk-test")
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=4)
    yield lambda *others: desk_owner(bus, pool, (tenant_name, *others))
    await bus.close()
    await pool.close()
