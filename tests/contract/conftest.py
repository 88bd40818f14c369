"""A gateway with player accounts on real servers, and the owner of its events at the other end of the bus."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import date
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest

from pyplatform.apps.web import add_domain_routes
from pyplatform.bus import Bus, frames
from pyplatform.contracts.sportsbook.bets import (
    AwaitDecision,
    BetAnswer,
    BetOutcome,
    BetQuote,
    PlaceBet,
    QuoteBet,
    command_subject,
    decision_subject,
    locate_subject,
    quote_subject,
)
from pyplatform.contracts.sportsbook.markets import (
    Market,
    MarketStatus,
    Prices,
    Selection,
    market_key,
    market_subject,
    markets_key,
    price_subject,
)
from pyplatform.gateway.build import gateway
from pyplatform.http.app import App
from pyplatform.http.server import serving
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.pam.callers import Callers
from pyplatform.pam.config import PamConfig
from pyplatform.pam.consumers import follow_revocations
from pyplatform.pam.door import Door
from pyplatform.pam.model import Application, Origin
from pyplatform.pam.service import Accounts, Opened
from pyplatform.pam.staff import CONSOLE, OpenedStaff, Staff
from pyplatform.pam.staff_store import Member
from pyplatform.projections import Effects, ReadModels
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.history.store import PriceStore
from pyplatform.sportsbook.settlement.client import SettlementClient
from pyplatform.wallet.statements import Statements
from tests.contract.desk import Desk
from tests.contract.settling import Settling

PASSWORD = "a sentence nobody guesses"
CHEAP = PamConfig(master_key=b"k" * 32, argon2_memory_kib=19_456, argon2_time_cost=2)


class Owner:
    """Owner of events, as the bus sees one: same frames, subjects and promises about keys, without a wallet behind.

    Selection 1 is accepted at 2.50, 2 has moved to 2.40, 3 was removed, 4 waits out a delay, 5 is never answered, 6 is
    referred to a trader, 7 is staked too high.
    """

    def __init__(self, bus: Bus, name: str) -> None:
        self.bus, self.name = bus, name
        self.attempts: list[PlaceBet] = []
        self._first: dict[tuple[str, bytes, str], tuple[PlaceBet, BetAnswer]] = {}

    async def start(self, epoch: int) -> None:
        async def located(_: bytes) -> bytes:
            return str(epoch).encode()

        await self.bus.serve(command_subject(self.name, epoch), self._on_frame)
        await self.bus.serve(decision_subject(self.name, epoch), self._on_decision)
        await self.bus.serve(quote_subject(self.name, epoch), self._on_quote)
        await self.bus.serve(locate_subject(self.name), located)
        await self.bus.flush()

    async def _on_frame(self, frame: bytes) -> bytes:
        kind, items = frames.decode(frame)
        requests = [msgspec.msgpack.decode(item, type=PlaceBet) for item in items]
        return frames.encode(kind, [msgspec.msgpack.encode(self._answer(request)) for request in requests])

    async def _on_decision(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=AwaitDecision)
        await asyncio.sleep(0.1)
        return msgspec.msgpack.encode(self._make(BetOutcome.ACCEPTED, "", (25_000,), asked.bet_id))

    async def _on_quote(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=QuoteBet).slip
        prices = tuple(25_000 for _ in asked.legs)
        return msgspec.msgpack.encode(BetQuote("", prices, (), 500_000_000, 0, 0, 5, 100_000_000))

    def _answer(self, request: PlaceBet) -> BetAnswer:
        self.attempts.append(request)
        known = self._first.get((request.tenant, request.player, request.key))
        if known is None:
            answer = self._decide(request)
            self._first[request.tenant, request.player, request.key] = (request, answer)
            return answer
        slip = "bet_type", "legs", "sizes", "each_way", "price_policy", "tolerance_bp"
        for field, names in {"stake": ("stake",), "slip": slip}.items():
            if any(getattr(request, name) != getattr(known[0], name) for name in names):
                return BetAnswer(BetOutcome.CONFLICT, "", "", (), 0, 0, replayed=False, field=field)
        return msgspec.structs.replace(known[1], replayed=True)

    def _decide(self, request: PlaceBet) -> BetAnswer:
        prices = tuple(
            {1: 25_000, 2: 24_000, 4: 25_000, 6: 25_000}.get(leg.selection_id, 0) for leg in request.legs
        )
        chosen = [leg.selection_id for leg in request.legs]
        for selection, code in ((3, "selection_removed"), (2, "price_changed"), (7, "stake_too_high")):
            if selection in chosen:
                about = () if selection == 7 else (chosen.index(selection),)
                return self._make(
                    BetOutcome.REFUSED, code, prices, legs=about, max_stake=5_000_000 * (not about)
                )
        outcomes = {4: BetOutcome.PENDING, 6: BetOutcome.REFERRED, 5: BetOutcome.UNAVAILABLE}
        if (outcome := outcomes.get(chosen[0])) is not None:
            return self._make(outcome, "", prices)
        if set(chosen) == {1}:
            return self._make(BetOutcome.ACCEPTED, "", prices)
        return self._make(BetOutcome.REFUSED, "unknown_selection", prices)

    def _make(
        self, outcome: BetOutcome, code: str, prices: tuple[int, ...], bet_id: str = "", **more: Any
    ) -> BetAnswer:
        name = bet_id or ids.text(ids.uuid7())
        return BetAnswer(outcome, code, name, prices, len(self.attempts), now_ns(), replayed=False, **more)


class Platform:
    """What a test needs: two tenants, players, markets that move, and a client."""

    def __init__(self, settings: Settings, bus: Bus, models: ReadModels, tenants: list[str]) -> None:
        self.settings, self.bus, self.models = settings, bus, models
        self.ours, self.theirs = tenants
        self.owner = Owner(bus, f"owner-{self.ours}")
        self.desk = Desk(bus, self.owner.name)
        self.settling = Settling(bus)
        self.version = 0
        self.client: httpx.AsyncClient
        self.accounts: Accounts
        self.staff: Staff
        self.pool: asyncpg.Pool
        self.app: App
        self.port = 0

    async def player(self, tenant: str = "", email: str = "ann@example.com") -> Opened:
        """Register a player and log in."""
        tenant = tenant or self.ours
        origin = Origin(ids.uuid7(), "")
        application = Application(
            brand=1, email=email, password=PASSWORD, birth_date=date(1990, 1, 1), country="DE", currency="EUR"
        )
        await self.accounts.register(tenant, application, origin)
        opened = await self.accounts.login(tenant, 1, email, PASSWORD, origin)
        assert isinstance(opened, Opened)
        return opened

    async def member(self, *roles: str, tenant: str = "", name: str = "tara") -> OpenedStaff:
        """Add a member of staff and sign in."""
        tenant, origin = tenant or self.ours, Origin(ids.uuid7(), "")
        added = await self.staff.add(tenant, name, roles, PASSWORD, CONSOLE, origin)
        assert isinstance(added, Member)
        opened = await self.staff.sign_in(tenant, name, PASSWORD, origin)
        assert isinstance(opened, OpenedStaff)
        return opened

    def headers(self, opened: Opened | OpenedStaff, tenant: str = "", **more: str) -> dict[str, str]:
        """Headers of a caller's request; `key` becomes the Idempotency-Key."""
        found = {"X-Tenant": tenant or opened.session.tenant, "Authorization": f"Bearer {opened.token}"}
        return found | ({"Idempotency-Key": more["key"]} if "key" in more else {})

    def market(self, tenant: str, market_id: str, owner: str = "") -> Market:
        """A catalogue entry of a version of its own."""
        self.version += 1
        runners = [Selection(n, f"Runner {n}", removed=n == 3) for n in range(1, 6)]
        name = owner or self.owner.name
        return Market(
            tenant,
            market_id,
            "e",
            "Race",
            "WIN",
            1,
            now_ns(),
            False,
            MarketStatus.OPEN,
            self.version,
            runners,
            name,
        )

    def prices(self, tenant: str, market_id: str, price: int) -> Prices:
        """Prices of a version of their own."""
        self.version += 1
        return Prices(tenant, market_id, self.version, MarketStatus.OPEN, {1: price}, now_ns(), now_ns())

    async def store(self, market: Market, prices: Prices) -> None:
        """Write both as the projector does."""
        effects, key = Effects(), market_key(market.tenant, market.id)
        effects.add(markets_key(market.tenant), market.id)
        encode = msgspec.msgpack.encode
        effects.put(key, market.version, {"market": encode(market)}, version_field="market_version")
        effects.put(key, prices.version, {"prices": encode(prices)}, version_field="price_version")
        await self.models.write(effects)

    async def publish(self, message: Market | Prices) -> None:
        """Publish as the trading process does."""
        if isinstance(message, Market):
            subject = market_subject(message.tenant, message.id)
        else:
            subject = price_subject(message.tenant, message.market_id)
        await self.bus.publish(subject, msgspec.msgpack.encode(message))

    async def until(self, path: str, check: Callable[[Any], bool], headers: dict[str, str]) -> Any:
        """Ask until the answer is as wanted; fails after a minute."""
        async with asyncio.timeout(60):
            while True:
                found = (await self.client.get(path, headers=headers)).json()
                if check(found):
                    return found
                await asyncio.sleep(0.01)


@pytest.fixture
def hears_all_after() -> float:
    """Seconds until the gateway denies a market it does not know; tests that wait for it set more."""
    return 0.0


@pytest.fixture
async def platform(
    settings: Settings, new_tenant_name: Callable[[], str], hears_all_after: float
) -> AsyncIterator[Platform]:
    names = [new_tenant_name(), new_tenant_name()]
    tenants = {name: Tenant(name, "EUR", 500) for name in names}
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(settings.nats_url, "gateway")
        stack.push_async_callback(bus.close)
        models = ReadModels.connect(settings.redis_url)
        stack.push_async_callback(models.close)
        found = Platform(settings, bus, models, names)
        found.pool = await stack.enter_async_context(
            asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=4)
        )
        door = Door(found.pool, models, CHEAP)
        stack.callback(door.close)
        found.accounts = Accounts(door, tenants, bus.publish)
        found.staff = Staff(door, tenants, bus.publish)
        callers = Callers(found.accounts, found.staff)
        await follow_revocations(bus, found.accounts, found.staff)
        await found.owner.start(3)
        await found.desk.start(3)
        await found.settling.start(3)
        for tenant in names:
            await found.store(
                found.market(tenant, f"1.{tenant}"), found.prices(tenant, f"1.{tenant}", 25_000)
            )
        app = found.app = App("Platform", "1", tenants=tenants, sessions=callers)
        add_domain_routes(
            app,
            found.accounts,
            found.staff,
            DeskClient(bus, [found.owner.name]),
            SettlementClient(bus, found.pool),
            Statements(found.pool),
            tenants,
        )
        await stack.enter_async_context(
            gateway(
                app,
                bus,
                models,
                sessions=callers,
                history=PriceStore(found.pool),
                tenants=tenants,
                checks={},
                hears_all_after=hears_all_after,
            )
        )
        found.port = (await stack.enter_async_context(serving(app))).port
        address = f"http://127.0.0.1:{found.port}"
        found.client = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=15))
        yield found
