"""A wallet and the settlement of a tenant on real servers; bets are placed with the wallet as the sportsbook does."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic

import asyncpg
import msgspec
import pytest

from pyplatform._core import bonus
from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Replayer
from pyplatform.bus import Bus
from pyplatform.contracts.feeds import OutcomeResult, Result, Stamp, Update
from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffRequest
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tasks import end
from pyplatform.kernel.tenancy import HouseRules, Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.settlement.record import SettlementRecord
from pyplatform.sportsbook.settlement.runs import SettlementRuns
from pyplatform.sportsbook.settlement.service import SettlementPorts, SettlementService
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.service import run_wallet
from pyplatform.wallet.store import JournalReader

EUR = 1_000_000
WAIT_S = 60.0


@dataclass
class Shop:
    """A tenant, its wallet, one player, and the settlement that runs now."""

    settings: Settings
    tenant: Tenant
    bus: Bus
    wallet: WalletClient
    pool: asyncpg.Pool
    player: bytes = field(default_factory=ids.uuid7)
    service: SettlementService | None = None
    seq: int = 0

    @property
    def record(self) -> SettlementRecord:
        return SettlementRecord(self.pool)

    @property
    def runs(self) -> SettlementRuns:
        return SettlementRuns(self.pool)

    @asynccontextmanager
    async def settling(self, *, idle: bool = False) -> AsyncIterator[SettlementService]:
        """A settlement process that has the lease, without the lease; an `idle` one records and does not work."""
        async with AsyncExitStack() as stack:

            def reader(shard: str) -> JournalReader:
                made = JournalReader(self.settings.postgres_url, shard)
                stack.push_async_callback(made.close)
                return made

            ports = SettlementPorts(self.bus, self.wallet, reader, self.pool, self.settings.postgres_url)
            service = self.service = SettlementService(ports, [self.tenant])
            await service.recover()
            running = asyncio.create_task(asyncio.sleep(3600) if idle else service.run())
            try:
                yield service
            finally:
                await end([running])

    def context(self) -> codec.Context:
        return codec.Context(self.tenant.slug, 1, self.player, 1, ids.uuid7(), "")

    async def deposit(self, amount: int) -> None:
        command = codec.deposit(self.context(), ids.text(ids.uuid7()), "EUR", amount, "test")
        assert (await self.wallet.submit(self.tenant.slug, command)).status == codec.ACCEPTED

    async def give_free_bet(self, amount: int) -> bytes:
        token = ids.uuid7()
        context = codec.Context(self.tenant.slug, 1, self.player, 5, ids.uuid7(), "")
        key, until = ids.text(token), now_ns() + 3600 * 10**9
        command = bonus.give_free_bet(
            context, key, token=token, currency="EUR", amount=amount, expires_at=until
        )
        assert (await self.wallet.submit(self.tenant.slug, command)).status == codec.ACCEPTED
        return token

    def placement(self, bet: slip.Slip, stake: int, bet_id: bytes = b"", free_bet: bytes = b"") -> bytes:
        prices = tuple(leg.price_e4 for leg in bet.legs)
        told = decided.Decided(bytes(16), prices, joint_price_e4=bet.joint_price_e4, free=bool(free_bet))
        terms = decided.encode(told, bet)
        assert terms is not None
        bet_id = bet_id or ids.uuid7()
        return codec.place_bet(
            self.context(),
            ids.text(bet_id),
            bet_id,
            "EUR",
            stake,
            slip.SLIP_SCHEMA,
            slip.VERSION,
            slip.encode(bet),
            0,
            terms,
            now_ns() + 60 * 10**9,
            0,
            free_bet=free_bet or None,
        )

    async def place(
        self,
        *legs: tuple[str, int, int],
        stake: int = 10 * EUR,
        kind: str = "SINGLE",
        free_bet: bytes = b"",
    ) -> bytes:
        """Place a bet on legs (market, selection, price); its id."""
        asked = slip.Slip(kind, tuple(Leg("e", *leg) for leg in legs))
        reply = await self.wallet.submit(self.tenant.slug, self.placement(asked, stake, free_bet=free_bet))
        assert reply.status == codec.ACCEPTED, reply.name
        return reply.object_id

    async def place_many(self, market: str, count: int, stake: int = EUR) -> None:
        """Place singles in frames; every second one on selection 1, the others on 2."""
        for start in range(0, count, contract.MOST_BETS):
            commands = [
                self.placement(slip.Slip("SINGLE", (Leg("e", market, 1 + n % 2, 20_000),)), stake)
                for n in range(start, min(count, start + contract.MOST_BETS))
            ]
            replies = await self.wallet.settle(self.tenant.slug, commands)
            assert all(reply.status == codec.ACCEPTED for reply in replies)

    async def tell(self, result: Result, market: str, seq: int = 0, feed: str = "uof") -> None:
        """A feed says what became of a market."""
        assert self.service is not None
        self.seq = max(self.seq + 1, seq)
        stamp = Stamp(feed, "1", 1, seq or self.seq, 0, 0, now_ns())
        await self.service.take_result(Update(stamp, market, result))

    async def staff(
        self,
        kind: str,
        body: object,
        *,
        actor: str = "staff:ada",
        role: str = "settlement",
        expected: int = -1,
        key: str = "",
    ) -> StaffAnswer:
        assert self.service is not None
        said = msgspec.msgpack.encode(body)
        request = StaffRequest(self.tenant.slug, actor, (role,), kind, expected, ids.uuid7(), "", said, key)
        return msgspec.msgpack.decode(
            await self.service.answer(msgspec.msgpack.encode(request)), type=StaffAnswer
        )

    async def done(self, market: str, revision: int = 0) -> contract.Run:
        """Wait until the newest run of a market (of `revision`) is done."""
        return await self.until(market, lambda run: run.state is contract.RunState.DONE, revision)

    async def until(
        self, market: str, holds: Callable[[contract.Run], bool], revision: int = 0
    ) -> contract.Run:
        ends = monotonic() + WAIT_S
        while monotonic() < ends:
            found = await self.runs.runs(self.tenant.slug, market)
            if found and found[0].revision >= revision and holds(found[0]):
                return found[0]
            await asyncio.sleep(0.02)
        raise AssertionError(f"{market} is not there yet: {found}")

    async def replayed(self) -> Replayer:
        """The ledger's state, folded from the journal and sound."""
        reader = JournalReader(self.settings.postgres_url, self.tenant.slug)
        replayer = Replayer(self.tenant.slug)
        after = 0
        while page := await reader.page(after, 2**62):
            replayer.apply([sealed for _, sealed in page])
            after = page[-1][0]
        await reader.close()
        assert all(debit == credit for _, _, debit, credit in replayer.totals())
        assert all(total == balance for _, total, balance in replayer.holds())
        return replayer

    async def balance(self) -> tuple[int, int]:
        """(available, held) of the player."""
        ((_, _, available, held),) = (await self.replayed()).balances()
        return available, held

    async def entries(self, kind: str) -> int:
        """How many entries of a kind were journaled and accepted."""
        reader = JournalReader(self.settings.postgres_url, self.tenant.slug)
        count = after = 0
        while page := await reader.page(after, 2**62):
            for seq, sealed in page:
                count += sum(one.kind == kind and one.code == 0 for one in Batch(sealed).entries())
                after = seq
        await reader.close()
        return count


def won(*selections: int, lost: tuple[int, ...] = (), final: bool = True, certainty: int = 2) -> Result:
    """Selections of a market that are decided one by one."""
    outcomes = [OutcomeResult(str(one), True) for one in selections]
    outcomes += [OutcomeResult(str(one), False) for one in lost]
    return Result(1, final, True, certainty, tuple(outcomes))


NOTHING = Result(1, False, True, 0, ())
"""Everything is taken back."""


@asynccontextmanager
async def open_shop(settings: Settings, slug: str, rules: HouseRules | None = None) -> AsyncIterator[Shop]:
    stop = asyncio.Event()
    wallet = asyncio.create_task(run_wallet(settings, [slug], stop))
    bus = await Bus.connect(settings.nats_url, "test")
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=6)
    try:
        yield Shop(
            settings, Tenant(slug, "EUR", 500, rules=rules or HouseRules()), bus, WalletClient(bus), pool
        )
    finally:
        stop.set()
        await wallet
        await bus.close()
        await pool.close()


@pytest.fixture
async def shop(settings: Settings, tenant_name: str) -> AsyncIterator[Shop]:
    async with open_shop(settings, tenant_name) as opened:
        await opened.deposit(money.parse("1000.00", "EUR"))
        yield opened
