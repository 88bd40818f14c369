"""What clients of the stream wait for: prices from the feed's bytes on, liability from a bet or a moved line on.

Every role runs in its own process and the clients beside them, on two cores.
"""

import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from bench.accounting import percentile
from bench.core import ROOT
from bench.http_bets import prepare, record
from bench.http_load import Load
from bench.loads import collect
from bench.push_load import Pushes
from bench.suspending import LOWEST_PRICE, PASSWORD
from pyplatform.apps.demo.players import open_account
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.staff import staff_desk
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.client import AsyncClient
from pyplatform.client.calls import bets
from pyplatform.client.types.bets import BetRequest, LegRequest
from pyplatform.client.types.stream import LiabilityChange, LiabilityState, PriceChange
from pyplatform.kernel.tenancy import load_tenants

CLIENTS: Final = 400
SECONDS: Final = 5.0
ROUNDS: Final = 3
LINES_PER_SECOND: Final = 100
"""Lines of the recording a second, of which one in eight or so moves the prices of the market that is followed."""
BETS: Final = 100
PAUSE_S: Final = 0.05
WAIT_S: Final = 10.0
PLAYERS: Final = 25
"""Sessions of the clients: one may have 16 connections."""


@asynccontextmanager
async def _playing(stream: list[bytes]) -> AsyncIterator[tuple[Platform, Load]]:
    """The whole platform with a market whose prices move."""
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        feeds = feed_roles(feeds_of([record(Path(folder), stream)]), len(stream) / LINES_PER_SECOND)
        arguments = {"gateway": ["--port", "0"], "trading": ["--limit", str(10**9)], **feeds}
        data = Path(folder, "data")
        async with Platform(
            data, (*ONE_OF_EACH, *feeds), arguments=arguments, env=QUICK_ENTRY, log_to_files=True
        ) as platform:
            load = await prepare(platform)
            async with staff_desk(data, load.tenant) as staff:
                await staff.add("trader", ["trader"], PASSWORD)
            yield platform, load


async def clients(stream: list[bytes]) -> dict[str, list[float]]:
    """Figures: `p50_ms`, `p99_ms` from the feed's bytes in hand to each of the clients, messages `per_second`, `cpu_us`
    of the gateway a message and its `ratio`."""
    async with _playing(stream) as (platform, load):
        tokens = load.tokens + await _sessions(load, PLAYERS - len(load.tokens))
        pushes = Pushes(load.host, load.port, load.tenant, tokens, load.market_id, CLIENTS, SECONDS, ROUNDS)
        return await asyncio.to_thread(_run, pushes, [platform.processes["gateway"].pid])


def _run(pushes: Pushes, counted: list[int]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "bench.push_load"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is not None:
            process.stdin.write(msgspec.json.encode(pushes).decode() + "\n")
            process.stdin.flush()
        return collect(process, counted)


async def liability(stream: list[bytes]) -> dict[str, list[float]]:
    """Figures: `p50_ms`, `p99_ms` from sending a bet to the trader's message with it in; `line_p50_ms`, `line_p99_ms`
    from the feed's bytes to the trader's message with the moved prices in, while there are bets on the market."""
    figures: dict[str, list[float]] = {
        name: [] for name in ("p50_ms", "p99_ms", "line_p50_ms", "line_p99_ms", "lines")
    }
    async with _playing(stream) as (_, load):
        url = f"http://{load.host}:{load.port}"
        async with AsyncClient(url, load.tenant) as trader:
            await trader.sign_in("trader", PASSWORD)
            async with AsyncClient(url, load.tenant, token=load.tokens[0]) as player:
                for _ in range(ROUNDS):
                    watch = _Watch(trader, load.market_id)
                    taken = await watch.run(player, load)
                    figures["p50_ms"].append(percentile(taken, 0.50))
                    figures["p99_ms"].append(percentile(taken, 0.99))
                    figures["line_p50_ms"].append(percentile(watch.lines, 0.50))
                    figures["line_p99_ms"].append(percentile(watch.lines, 0.99))
                    figures["lines"].append(float(len(watch.lines)))
    return figures


class _Watch:
    """A trader who follows a market and its liability."""

    def __init__(self, trader: AsyncClient, market_id: str) -> None:
        self._trader, self._market_id = trader, market_id
        self._bets = -1
        self._moved = asyncio.Event()
        self._prices: dict[tuple[str, ...], int] = {}
        self.lines: list[float] = []

    async def run(self, player: AsyncClient, load: Load) -> list[float]:
        """Milliseconds of every bet until the trader had it."""
        following = asyncio.create_task(self._follow())
        leg = LegRequest(market_id=load.market_id, selection_id=load.selections[0], price=LOWEST_PRICE)
        taken = []
        try:
            await self._until(0)
            for _ in range(BETS):
                before, sent = self._bets, time.perf_counter()
                await player.send(bets.place_bet(BetRequest(legs=[leg], stake="0.10")))
                await self._until(before + 1)
                taken.append(1e3 * (time.perf_counter() - sent))
                await asyncio.sleep(PAUSE_S)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
        return taken

    async def _until(self, count: int) -> None:
        async with asyncio.timeout(WAIT_S):
            while self._bets < count:
                self._moved.clear()
                await self._moved.wait()

    async def _follow(self) -> None:
        async with self._trader.stream() as stream:
            await stream.subscribe([f"market:{self._market_id}", f"liability:market:{self._market_id}"])
            async for message in stream:
                match message:
                    case PriceChange():
                        self._prices[tuple(sorted(message.prices.values()))] = message.version
                    case LiabilityState():
                        self._bets = message.markets[0].bets if message.markets else 0
                        self._moved.set()
                    case LiabilityChange():
                        self._bets = message.market.bets
                        self._moved.set()
                        offered = tuple(sorted(one.price for one in message.market.selections if one.price))
                        if (version := self._prices.pop(offered, 0)) > 0:
                            self.lines.append((time.time_ns() / 1e3 - version) / 1e3)


async def _sessions(load: Load, count: int) -> list[str]:
    """Tokens of further players."""
    tenant = load_tenants()[load.tenant]
    async with AsyncClient(f"http://{load.host}:{load.port}", load.tenant) as client:
        return [(await open_account(client, tenant, number, "push")).token for number in range(count)]
