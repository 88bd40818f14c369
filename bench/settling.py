"""100,000 open bets on one market settled durably, while a caller goes on placing bets on another.

Wallet and settlement are processes of their own; the clock runs from the second person's word until the run is done.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import islice

import asyncpg
import msgspec

from bench.accounting import percentile, reference_ns, used_by
from bench.concurrent_bets import role
from bench.slowdown import repeat
from bench.wallets import EUR, PLAYERS, TRACE, contexts, fund, migrated, require_accepted
from pyplatform._core import wallet as core
from pyplatform.bus import Bus, LeaseClient
from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.sportsbook.desk import ANY_VERSION, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.settlement.runs import SettlementRuns
from pyplatform.wallet import WalletClient

TENANT = "bench-settling"
BETS = 100_000
ROUNDS = 3
PLACED_A_SECOND = 200
QUIET_S = 2.0
STARTED_S = 30.0
_NEVER = 1 << 62
_ENDS_S = 120.0


async def measure(settings: Settings, servers: list[int]) -> dict[str, list[float]]:
    """Figures: `per_second`; `cpu_us` of all processes but this a bet, its `ratio`; a placement's `placing_p50_ms` and
    `placing_p99_ms` meanwhile, and `quiet_p99_ms` before."""
    figures: dict[str, list[float]] = {}
    async with migrated(settings, TENANT) as fresh:
        with role(fresh, "wallet", TENANT) as wallet, role(fresh, "settlement", TENANT) as settlement:
            async with _house(fresh) as house:
                for number in range(ROUNDS):
                    found = await house.round(f"m.{number}", [*servers, wallet.pid, settlement.pid])
                    for name, figure in found.items():
                        figures.setdefault(name, []).append(figure)
    return figures


class _House:
    def __init__(self, bus: Bus, pool: asyncpg.Pool) -> None:
        self.wallet = WalletClient(bus)
        self._runs = SettlementRuns(pool)
        where = contract.locate_subject()
        self._staff = LeaseClient(bus, where, contract.staff_subject, STARTED_S)
        self._players = contexts(TENANT, 1)
        self._made = 0

    def _bet(self, market: str) -> bytes:
        self._made += 1
        asked = slip.Slip("SINGLE", (Leg("e", market, 1 + self._made % 2, 20_000),))
        terms = decided.encode(decided.Decided(bytes(16), (20_000,)), asked)
        if terms is None:
            raise RuntimeError("a single's terms fit")
        bet_id, context = ids.uuid7(), self._players[self._made % PLAYERS]
        key, encoded = ids.text(bet_id), slip.encode(asked)
        return core.place_bet(context, key, bet_id, "EUR", 5 * EUR, 2, 1, encoded, 0, terms, _NEVER, 0)

    async def round(self, market: str, counted: list[int]) -> dict[str, float]:
        bets = (self._bet(market) for _ in range(BETS))
        while frame := list(islice(bets, contract.MOST_BETS)):
            for reply in await self.wallet.settle(TENANT, frame):
                require_accepted(reply)
        quiet = await self._place(time.perf_counter() + QUIET_S)
        proposal = await self._propose(market)
        reference, used = reference_ns(), used_by(counted)
        done = asyncio.Event()
        placing = asyncio.create_task(self._place(None, done))
        started = time.perf_counter()
        for _ in range(repeat("settlement")):
            await self._settled(market, proposal)
            proposal = ""
        took = time.perf_counter() - started
        done.set()
        busy = await placing
        cpu = (used_by(counted) - used) / BETS
        return {
            "per_second": BETS / took,
            "cpu_us": 1e6 * cpu,
            "ratio": 1e9 * cpu / reference,
            "placing_p50_ms": percentile(busy, 0.50),
            "placing_p99_ms": percentile(busy, 0.99),
            "quiet_p99_ms": percentile(quiet, 0.99),
        }

    async def _place(self, until: float | None, done: asyncio.Event | None = None) -> list[float]:
        """Milliseconds of placements at an even pace."""
        taken: list[float] = []

        async def one() -> None:
            started = time.perf_counter()
            require_accepted(await self.wallet.submit(TENANT, self._bet("m.other")))
            taken.append(1e3 * (time.perf_counter() - started))

        async with asyncio.TaskGroup() as group:
            while not (done is not None and done.is_set()) and (until is None or time.perf_counter() < until):
                group.create_task(one())
                await asyncio.sleep(1 / PLACED_A_SECOND)
        return taken

    async def _propose(self, market: str) -> str:
        answer = await self._ask(contract.ENTER_RESULT, contract.EnterResult(market, (1,)), "staff:one")
        return msgspec.msgpack.decode(answer.data, type=contract.Taken).proposal_id

    async def _settled(self, market: str, proposal: str) -> None:
        if proposal:
            await self._ask(contract.CONFIRM, contract.Judgement(proposal), "staff:two")
        else:
            await self._ask(contract.RESETTLE, contract.OfMarket(market), "staff:two")
        ends = time.perf_counter() + _ENDS_S
        while time.perf_counter() < ends:
            (run,) = await self._runs.runs(TENANT, market)
            if run.state is contract.RunState.DONE and run.refused == 0 and run.settled == BETS:
                return
            await asyncio.sleep(0.02)
        raise RuntimeError(f"the run did not end: {run}")

    async def _ask(self, kind: str, body: object, actor: str) -> StaffAnswer:
        encoded = msgspec.msgpack.encode(body)
        request = StaffRequest(TENANT, actor, ("settlement",), kind, ANY_VERSION, ids.uuid7(), TRACE, encoded)
        reply = await self._staff.request(msgspec.msgpack.encode(request))
        answer = msgspec.msgpack.decode(reply, type=StaffAnswer)
        if answer.outcome is not StaffOutcome.DONE:
            raise RuntimeError(f"{kind} was not done: {answer}")
        return answer


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[_House]:
    bus = await Bus.connect(settings.nats_url, "bench-settling")
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=2)
    try:
        house = _House(bus, pool)
        await fund(TENANT, house.wallet.submit)
        yield house
    finally:
        await pool.close()
        await bus.close()
