"""Callers who each have one transfer under way."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.accounting import percentile

CALLERS = 512
ACCOUNTS = 1_000
WARM_S = 0.5


@dataclass(frozen=True)
class Rate:
    """Transfers a second, and the milliseconds of each at the middle and at the 99th percentile."""

    per_second: float
    p50_ms: float
    p99_ms: float


async def rate(transfer: Callable[[int, int], Awaitable[None]], seconds: float, *, hot: bool = False) -> Rate:
    """Let all callers transfer between accounts 1 to `ACCOUNTS`; with `hot`, one side is always account 0.

    `transfer(source, target)` returns when the transfer is durable.
    """
    await _callers(transfer, WARM_S, hot=hot)
    started = time.perf_counter()
    taken = await _callers(transfer, seconds, hot=hot)
    elapsed = time.perf_counter() - started
    return Rate(len(taken) / elapsed, percentile(taken, 0.50), percentile(taken, 0.99))


async def _callers(
    transfer: Callable[[int, int], Awaitable[None]], seconds: float, *, hot: bool
) -> list[float]:
    taken: list[float] = []
    until = time.perf_counter() + seconds

    async def caller(number: int) -> None:
        step = number
        while (started := time.perf_counter()) < until:
            step += CALLERS + 1
            source = 1 + step % ACCOUNTS
            await transfer(source, 0 if hot else 1 + (step * 7 + 1) % ACCOUNTS)
            taken.append(1e3 * (time.perf_counter() - started))

    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return taken
