"""The settlement process: results in, revisions on record, bets settled; it holds the lease of settlement."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import asyncpg
import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts.feeds import Result, Update
from pyplatform.contracts.sportsbook import cashout
from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import (
    StaffAnswer,
    StaffOutcome,
    StaffRequest,
    recorded_subject,
)
from pyplatform.contracts.wallet import BulkWalletPort, LedgerReader
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.cashing_out.cashout import CashOuts
from pyplatform.sportsbook.cashing_out.prices import PriceCopy
from pyplatform.sportsbook.leading import Holds, leading, until_stop
from pyplatform.sportsbook.markets.listener import ResultFollower
from pyplatform.sportsbook.settlement.desk import SettlementDesk
from pyplatform.sportsbook.settlement.queue import FRAMES, WorkQueue
from pyplatform.sportsbook.settlement.record import SettlementRecord
from pyplatform.sportsbook.settlement.results import Results
from pyplatform.sportsbook.settlement.runs import SettlementRuns
from pyplatform.sportsbook.settlement.tenant import TenantSettlement
from pyplatform.sportsbook.settlement.worker import Totals
from pyplatform.telemetry import get_logger

RETRY_S = 0.5
_NO_TENANT = cashout.CashOutAnswer(cashout.CashOutOutcome.REFUSED, "unknown_bet")

log = get_logger("sportsbook.settlement")


@dataclass(frozen=True, slots=True)
class SettlementPorts:
    """What the composition root hands to the settlement process."""

    bus: Bus
    wallet: BulkWalletPort
    reader: Callable[[str], LedgerReader]
    pool: asyncpg.Pool
    postgres_url: str


class SettlementService:
    """Settlement of all tenants."""

    def __init__(self, ports: SettlementPorts, tenants: list[Tenant]) -> None:
        self._ports = ports
        self._record = SettlementRecord(ports.pool)
        self._runs = SettlementRuns(ports.pool)
        self._queue = WorkQueue(ports.bus.js)
        self._results = Results(self._record)
        self.totals = Totals()
        self.tenants = {
            tenant.slug: TenantSettlement(
                tenant, ports.bus, ports.wallet, self._record, self._runs, self._queue, self.totals
            )
            for tenant in tenants
        }
        self._desk = SettlementDesk(
            ports.pool, self._record, self._runs, self.tenants.get, self._say_recorded
        )
        self._prices = PriceCopy()
        self.cashouts = {
            slug: CashOuts(one.tenant, one.book, self._prices, ports.wallet)
            for slug, one in self.tenants.items()
        }
        self._requests = msgspec.msgpack.Decoder(StaffRequest)
        self._holds: Holds = lambda: False

    async def _say_recorded(self, tenant: str) -> None:
        await self._ports.bus.publish(recorded_subject(tenant), b"")

    async def recover(self) -> None:
        """Read records and ledgers, and take back the queue from a former process."""
        await self._queue.begin(list(self.tenants))
        await self._prices.listen(self._ports.bus, list(self.tenants))
        for slug, tenant in self.tenants.items():
            await tenant.recover(self._ports.reader(slug))

    async def serve(self, epoch: int, holds: Holds) -> None:
        """Answer staff and the question who we are, for as long as the lease surely holds."""
        self._holds = holds
        bus = self._ports.bus
        await bus.serve(contract.staff_subject(epoch), self._on_staff)
        await bus.serve(cashout.quote_subject(epoch), self._on_quote)
        await bus.serve(cashout.take_subject(epoch), self._on_take)

        async def located(_: bytes) -> bytes:
            return str(epoch).encode()

        await bus.serve(contract.locate_subject(), located)

    async def _on_staff(self, data: bytes) -> bytes:
        self._check_lease()
        return await self.answer(data)

    async def answer(self, data: bytes) -> bytes:
        """Carry out a command of staff."""
        try:
            answer = await self._desk.answer(self._requests.decode(data))
        except Unavailable as error:
            answer = StaffAnswer(StaffOutcome.UNAVAILABLE, "unavailable", str(error))
        return msgspec.msgpack.encode(answer)

    async def _on_quote(self, data: bytes) -> bytes:
        self._check_lease()
        asked = msgspec.msgpack.decode(data, type=cashout.QuoteCashOut)
        found = self.cashouts.get(asked.tenant)
        return msgspec.msgpack.encode(_NO_TENANT if found is None else found.quote(asked))

    async def _on_take(self, data: bytes) -> bytes:
        self._check_lease()
        asked = msgspec.msgpack.decode(data, type=cashout.TakeCashOut)
        found = self.cashouts.get(asked.tenant)
        return msgspec.msgpack.encode(_NO_TENANT if found is None else await found.take(asked))

    def _check_lease(self) -> None:
        if not self._holds():
            raise Unavailable("the lease of settlement may have passed to another process")

    async def take_result(self, update: Update) -> None:
        """Record a feed's result for every tenant; it is on record when this returns."""
        if isinstance(update.body, Result):
            for tenant in self.tenants.values():
                await self._until_taken(tenant, update, update.body)

    async def _until_taken(self, tenant: TenantSettlement, update: Update, result: Result) -> None:
        while True:
            try:
                recorded = await self._results.take(tenant.tenant, update, result)
                if recorded is not None:
                    await tenant.resolved(recorded)
                return
            except Unavailable as error:
                log.warning("result not recorded yet", market=update.market, error=str(error))
                await asyncio.sleep(RETRY_S)

    async def run(self) -> None:
        """Work until cancelled."""
        works = [ResultFollower(self._ports.bus, "settlement", self.take_result).run()]
        for tenant in self.tenants.values():
            works += [tenant.follow(self._ports.postgres_url), tenant.watch()]
            works += [tenant.work() for _ in range(FRAMES)]
        tasks = [asyncio.create_task(work) for work in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await end(tasks)


async def run_settlement(
    ports: SettlementPorts, tenants: list[Tenant], stop: asyncio.Event, ready: Callable[[], None]
) -> None:
    """Take the lease, recover, settle until `stop`."""
    async with leading(ports.postgres_url, [contract.LEASE], stop) as held:
        if held is None:
            return
        service = SettlementService(ports, tenants)
        await service.recover()
        await service.serve(held.epoch, held.holds)
        ready()
        await until_stop(stop, [service.run()])
