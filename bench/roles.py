"""The processes of the concurrent benchmark.

`python -m bench.roles wallet|projector|settlement TENANT`, or `… callers TENANT SECONDS ROUNDS REPEAT`.
Addresses come from the environment as for every process of the platform. A process ends when its standard input
does, so that nothing outlives the benchmark.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

import asyncpg
import uvloop

from bench.accounting import percentile
from bench.wallets import bets, fund, require_accepted
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_position_key
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import Tenant
from pyplatform.projections import Inbox, ReadModels
from pyplatform.sportsbook.settlement.service import SettlementPorts, run_settlement
from pyplatform.wallet import WalletClient
from pyplatform.wallet.service import run_balance_projector, run_wallet
from pyplatform.wallet.store import JournalReader

CALLERS = 512
CATCH_UP_S = 30.0

Run = Callable[[Settings, list[str], asyncio.Event], Awaitable[None]]


async def serve(run: Run, tenant: str) -> None:
    """Run a role until standard input ends."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    loop.add_reader(sys.stdin.fileno(), stop.set)
    await run(Settings.from_env(), [tenant], stop)


async def call(tenant: str, seconds: float, rounds: int, times: int) -> None:
    """Be 512 callers; print a line of JSON before and after every round."""
    settings = Settings.from_env()
    bus, models = (
        await Bus.connect(settings.nats_url, name="bench-callers"),
        ReadModels.connect(settings.redis_url),
    )
    wallet, inbox = WalletClient(bus), Inbox(models, balance_position_key(tenant))
    await fund(tenant, wallet.submit)
    await _round(tenant, wallet, 1.0, 1)
    for _ in range(rounds):
        print(json.dumps({"event": "start"}), flush=True)
        started = time.perf_counter()
        taken, last = await _round(tenant, wallet, seconds, times)
        while (await inbox.position()).seq < last:
            if time.perf_counter() - started > seconds + CATCH_UP_S:
                message = "the projection did not catch up: it falls behind without end"
                raise RuntimeError(message)
            await asyncio.sleep(0.002)
        # The clock runs until the balances others read hold the last bet.
        rate = len(taken) / (time.perf_counter() - started)
        round_ = {"event": "end", "bets": len(taken), "per_second": rate, "p50_ms": percentile(taken, 0.50)}
        print(json.dumps(round_ | {"p99_ms": percentile(taken, 0.99)}), flush=True)
    await bus.close()
    await models.close()


async def _round(tenant: str, wallet: WalletClient, seconds: float, times: int) -> tuple[list[float], int]:
    """Milliseconds of every bet, and the last sequence."""
    work, taken, last = bets(tenant), [], 0
    until = time.perf_counter() + seconds

    async def caller() -> None:
        nonlocal last
        while (started := time.perf_counter()) < until:
            for _ in range(times):
                reply = await wallet.submit(tenant, next(work))
                require_accepted(reply)
            taken.append(1e3 * (time.perf_counter() - started))
            last = max(last, reply.seq)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return taken, last


async def settle(settings: Settings, tenants: list[str], stop: asyncio.Event) -> None:
    """Lead settlement."""
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(settings.nats_url, name="bench-settlement")
        stack.push_async_callback(bus.close)
        pool = await stack.enter_async_context(
            asyncpg.create_pool(settings.postgres_url, min_size=2, max_size=6)
        )

        def reader(shard: str) -> JournalReader:
            made = JournalReader(settings.postgres_url, shard)
            stack.push_async_callback(made.close)
            return made

        ports = SettlementPorts(bus, WalletClient(bus), reader, pool, settings.postgres_url)
        await run_settlement(ports, [Tenant(name, "EUR", 500) for name in tenants], stop, lambda: None)


_ROLES: Final[dict[str, Run]] = {
    "wallet": run_wallet,
    "projector": run_balance_projector,
    "settlement": settle,
}


def main() -> None:
    """Be the process the arguments name."""
    role, tenant, *numbers = sys.argv[1:]
    if role == "callers":
        seconds, rounds, times = map(int, numbers)
        uvloop.run(call(tenant, seconds, rounds, times))
    else:
        uvloop.run(serve(_ROLES[role], tenant))


if __name__ == "__main__":
    main()
