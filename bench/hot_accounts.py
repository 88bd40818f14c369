"""Deposits through one payment provider's account beside deposits spread over many: a hot row costs nothing here."""

import asyncio
import time
from itertools import count

from bench.wallets import EUR, PLAYERS, contexts, migrated, require_accepted, writer_of
from pyplatform._core import wallet as core
from pyplatform.kernel.config import Settings
from pyplatform.wallet import LocalWallet

SHARD = "bench-hot"
CALLERS = 512
TURN_S = 0.25
TURNS = 10
ROUNDS = 4
PROVIDERS = 512


async def measure(settings: Settings) -> dict[str, list[float]]:
    """Figures: `per_second` over one house account, `uniform_per_second` over 512, and `share`, one of the other."""
    figures: dict[str, list[float]] = {"per_second": [], "uniform_per_second": [], "share": []}
    async with migrated(settings) as fresh, writer_of(fresh, SHARD) as writer:
        wallet, numbers = LocalWallet({SHARD: writer}), count()
        await _turn(wallet, numbers, 1)
        for _ in range(ROUNDS):
            done = {1: 0.0, PROVIDERS: 0.0}
            for turn in range(TURNS):
                for providers in (1, PROVIDERS) if turn % 2 else (PROVIDERS, 1):
                    done[providers] += await _turn(wallet, numbers, providers)
            figures["per_second"].append(done[1] / TURNS)
            figures["uniform_per_second"].append(done[PROVIDERS] / TURNS)
            figures["share"].append(done[1] / done[PROVIDERS])
    return figures


async def _turn(wallet: LocalWallet, numbers: "count[int]", providers: int) -> float:
    """Deposits a second of 512 callers, each with one under way, for a moment: both kinds meet the same moods."""
    players = contexts(SHARD, 2)
    names = [f"psp{number}" for number in range(providers)]
    until, done = time.perf_counter() + TURN_S, 0

    async def caller() -> None:
        nonlocal done
        while time.perf_counter() < until:
            number = next(numbers)
            command = core.deposit(
                players[number % PLAYERS], f"d{number}", "EUR", EUR, names[number % providers]
            )
            require_accepted(await wallet.submit(SHARD, command))
            done += 1

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return done / (time.perf_counter() - started)
