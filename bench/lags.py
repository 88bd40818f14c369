"""How far the balances others read are behind the ledger while 5,000 bets a second are taken."""

import asyncio
import time

from bench.accounting import percentile
from bench.concurrent_bets import role
from bench.wallets import bets, fund, migrated, require_accepted
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_position_key
from pyplatform.kernel.config import Settings
from pyplatform.projections import Inbox, ReadModels
from pyplatform.wallet import WalletClient

TENANT = "bench-lag"
RATE = 5_000
SECONDS = 3.0
BEAT_S = 0.01
LOOK_S = 0.002
ROUNDS = 3


async def measure(settings: Settings) -> dict[str, list[float]]:
    """Figures: `p50_ms`, `p99_ms` from a bet's answer until its balance can be read; `per_second` really taken."""
    figures: dict[str, list[float]] = {"p50_ms": [], "p99_ms": [], "per_second": []}
    async with migrated(settings, TENANT) as fresh:
        with role(fresh, "wallet", TENANT), role(fresh, "projector", TENANT):
            bus, models = await Bus.connect(fresh.nats_url, "bench-lag"), ReadModels.connect(fresh.redis_url)
            wallet, inbox = WalletClient(bus), Inbox(models, balance_position_key(TENANT))
            await fund(TENANT, wallet.submit)
            for number in range(ROUNDS + 1):
                lags, rate = await _round(wallet, inbox)
                if number:  # the first warms everything up
                    figures["p50_ms"].append(percentile(lags, 0.50))
                    figures["p99_ms"].append(percentile(lags, 0.99))
                    figures["per_second"].append(rate)
            await models.close()
            await bus.close()
    return figures


async def _round(wallet: WalletClient, inbox: Inbox) -> tuple[list[float], float]:
    """Milliseconds from each answer to its balance, and bets a second."""
    answered: list[tuple[int, float]] = []
    lags: list[float] = []
    done = asyncio.Event()

    async def bet(command: bytes) -> None:
        reply = await wallet.submit(TENANT, command)
        require_accepted(reply)
        answered.append((reply.seq, time.perf_counter()))

    async def look() -> None:
        """Read where the projection stands; what it has reached has waited until then at most."""
        while not done.is_set() or answered:
            applied, now = (await inbox.position()).seq, time.perf_counter()
            lags.extend(1e3 * (now - at) for seq, at in answered if seq <= applied)
            answered[:] = [(seq, at) for seq, at in answered if seq > applied]
            await asyncio.sleep(LOOK_S)

    looking = asyncio.create_task(look())
    work, started, sent = bets(TENANT), time.perf_counter(), 0
    async with asyncio.TaskGroup() as group:
        while (elapsed := time.perf_counter() - started) < SECONDS:
            due = int(elapsed * RATE)
            for _ in range(due - sent):
                group.create_task(bet(next(work)))
            sent = due
            await asyncio.sleep(BEAT_S)
    rate = sent / (time.perf_counter() - started)
    done.set()
    await looking
    return lags, rate
