"""A wallet and an event owner on real servers, fed by a stream written here."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

import asyncpg
import msgspec
import pytest

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Replayer
from pyplatform.bus import Bus
from pyplatform.contracts.feeds import Result, Update
from pyplatform.contracts.sportsbook.bets import BetAnswer, Leg, PlaceBet
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.service import OWNER, EventOwner, Ports
from pyplatform.sportsbook.settlement.resolution import Resolution
from pyplatform.sportsbook.settlement.service import SettlementPorts, SettlementService
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.service import run_wallet
from pyplatform.wallet.store import JournalReader
from tests.feeding import Feeding

MARKET = "1.500"
FIRST, SECOND, THIRD = 11, 22, 33
LIMIT = money.parse("1000.00", "EUR")


def definition(status: str = "OPEN", *, version: int = 1, delay: int = 0, **states: str) -> bytes:
    """Build a definition line; `states` gives a runner's status as `r11="WINNER"`."""
    runners = [
        {"id": runner, "sortPriority": n, "status": states.get(f"r{runner}", "ACTIVE"), "name": f"Horse {n}"}
        for n, runner in enumerate((FIRST, SECOND, THIRD), 1)
    ]
    market = {
        "status": status,
        "inPlay": delay > 0,
        "betDelay": delay,
        "version": version,
        "numberOfWinners": 1,
        "numberOfActiveRunners": 3,
        "marketType": "WIN",
        "marketTime": "2030-01-01T12:00:00.000Z",
        "eventId": "e1",
        "eventName": "Test Park",
        "runners": runners,
    }
    change = {"id": MARKET, "marketDefinition": market}
    return msgspec.json.encode({"op": "mcm", "pt": 1_893_456_000_000 + version, "mc": [change]}) + b"\n"


def prices(first: float = 2.0, second: float = 4.0, third: float = 4.0) -> bytes:
    """Build a line with books a tick wide around fair prices."""
    changes = [
        {"id": runner, "atb": [[price, 10]], "atl": [[price, 10]]}
        for runner, price in ((FIRST, first), (SECOND, second), (THIRD, third))
    ]
    return (
        msgspec.json.encode(
            {"op": "mcm", "pt": 1_893_456_000_500, "mc": [{"id": MARKET, "rc": changes, "img": True}]}
        )
        + b"\n"
    )


@dataclass
class House:
    """A tenant with one funded player, its wallet and the owner of its events."""

    settings: Settings
    tenant: Tenant
    bus: Bus
    wallet: WalletClient
    pool: asyncpg.Pool
    player: bytes = field(default_factory=ids.uuid7)
    readers: list[JournalReader] = field(default_factory=list)

    def new_reader(self, shard: str) -> JournalReader:
        self.readers.append(JournalReader(self.settings.postgres_url, shard))
        return self.readers[-1]

    def new_owner(self, name: str = OWNER, names: Sequence[str] = (OWNER,)) -> EventOwner:
        ports = Ports(self.bus, self.wallet, self.new_reader, self.pool)
        return EventOwner(ports, [self.tenant], LIMIT, name, names)

    @asynccontextmanager
    async def settling(self) -> AsyncIterator[SettlementService]:
        """The tenant's settlement at work."""
        ports = SettlementPorts(self.bus, self.wallet, self.new_reader, self.pool, self.settings.postgres_url)
        service = SettlementService(ports, [self.tenant])
        await service.recover()
        running = asyncio.create_task(service.run())
        try:
            yield service
        finally:
            await end([running])

    async def deposit(self, amount: str) -> None:
        context = codec.Context(self.tenant.slug, 1, self.player, 2, ids.uuid7())
        command = codec.deposit(context, ids.text(ids.uuid7()), "EUR", money.parse(amount, "EUR"), "test")
        assert (await self.wallet.submit(self.tenant.slug, command)).status == codec.ACCEPTED

    def attempt(
        self, stake: str = "10.00", key: str = "", selection: int = FIRST, price_e4: int = 10_100
    ) -> PlaceBet:
        return PlaceBet(
            tenant=self.tenant.slug,
            brand=1,
            player=self.player,
            session_id=ids.uuid7(),
            key=key or ids.text(ids.uuid7()),
            bet_type="SINGLE",
            legs=(Leg("e1", MARKET, selection, price_e4),),
            stake=money.parse(stake, "EUR"),
            currency="EUR",
            correlation=ids.uuid7(),
            traceparent="",
        )

    async def balance(self) -> tuple[int, int]:
        """(available, held) of the player, replayed from the journal."""
        replayer = Replayer(self.tenant.slug)
        replayer.apply([sealed for _, sealed in await self.new_reader(self.tenant.slug).page(0, 2**62)])
        ((_, _, available, held),) = replayer.balances()
        return available, held

    async def entries(self) -> list[str]:
        page = await self.new_reader(self.tenant.slug).page(0, 2**62)
        return [entry.kind for _, sealed in page for entry in Batch(sealed).entries()]


@dataclass
class Fed:
    """What lines brought about: messages to publish, what results came to, and what the feed said of them."""

    messages: list[tuple[str, bytes]] = field(default_factory=list)
    resolutions: list[Resolution] = field(default_factory=list)
    results: list[Update] = field(default_factory=list)


_FEEDS: WeakKeyDictionary[EventOwner, Feeding] = WeakKeyDictionary()


def feed(owner: EventOwner, *lines: bytes) -> Fed:
    """Let a feed process of the owner's own read lines, and the owner hear what it says."""
    told = Fed()
    feeding = _FEEDS.setdefault(owner, Feeding())
    owner.sources.hear_health(feeding.health(), monotonic())
    for update in (update for line in lines for update in feeding.say(line)):
        if isinstance(update.body, Result):
            told.results.append(update)
            resolution, changes = owner.trading.resolve(update, update.body)
            told.resolutions += [resolution] if resolution is not None else []
        else:
            changes = owner.trading.take(update)
        told.messages += changes.messages
        for market in changes.defined:
            owner.bets.define(market.market_id, market.names, market.places)
    return told


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.02)


async def decided(owner: EventOwner, answer: BetAnswer) -> BetAnswer:
    """Answer of a delayed bet after its delay."""
    return await owner.decisions.of(ids.parse(answer.bet_id))


@asynccontextmanager
async def open_house(settings: Settings, slug: str) -> AsyncIterator[House]:
    stop = asyncio.Event()
    wallet = asyncio.create_task(run_wallet(settings, [slug], stop))
    bus = await Bus.connect(settings.nats_url, "test")
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=6)
    try:
        opened = House(settings, Tenant(slug, "EUR", 500), bus, WalletClient(bus), pool)
        yield opened
        for reader in opened.readers:
            await reader.close()
    finally:
        stop.set()
        await wallet
        await bus.close()
        await pool.close()


@pytest.fixture
async def house(settings: Settings, tenant_name: str) -> AsyncIterator[House]:
    async with open_house(settings, tenant_name) as opened:
        await opened.deposit("100.00")
        yield opened
