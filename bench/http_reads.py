"""Reads of markets and prices from one gateway process, while prices move: the load beside it, on two cores."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
import msgspec

from bench.core import ROOT
from bench.loads import collect
from bench.read_load import Reads
from bench.slowdown import repeat
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.supervisor import Platform
from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.markets import (
    Market,
    MarketStatus,
    Prices,
    Selection,
    market_subject,
    price_subject,
)
from pyplatform.kernel.time import now_ns

TENANT: Final = "aurora"
MARKETS: Final = 200
RUNNERS: Final = 3
MOVES_PER_SECOND: Final = 200
"""Price changes; each gives a market another version, which is encoded anew when it is next asked for."""
CONNECTIONS: Final = 32
SECONDS: Final = 4.0
ROUNDS: Final = 3
WAIT_S: Final = 20.0


async def measure() -> dict[str, list[float]]:
    """Figures: `per_second`, `p50_ms`, `p99_ms`; `cpu_us` of the gateway a read, `per_core` of it, its `ratio`."""
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        arguments = {"gateway": ["--port", "0"]}
        async with Platform(
            Path(folder, "data"), ["gateway"], arguments=arguments, env=QUICK_ENTRY, log_to_files=True
        ) as platform:
            bus = await Bus.connect(platform.settings.nats_url, "bench-owner")
            async with _owner(bus):
                reads = await _prepare(platform)
                figures = await asyncio.to_thread(_run, reads, [platform.processes["gateway"].pid])
            await bus.close()
    return figures | {"per_core": [1e6 / cpu_us for cpu_us in figures["cpu_us"]]}


@asynccontextmanager
async def _owner(bus: Bus) -> AsyncIterator[None]:
    """Publish markets and then move their prices, one after the other, while the context lasts."""

    async def publish() -> None:
        encode, version = msgspec.msgpack.encode, 0
        while True:
            market_id = f"1.{version % MARKETS}"
            version += 1
            if version % (5 * MARKETS) < MARKETS:
                await bus.publish(market_subject(TENANT, market_id), encode(_market(market_id, version)))
            offered = {n: 20_000 + (version * 7 + n * 100) % 9_000 for n in range(RUNNERS)}
            at = now_ns()
            prices = Prices(TENANT, market_id, version, MarketStatus.OPEN, offered, at, at)
            await bus.publish(price_subject(TENANT, market_id), encode(prices))
            await asyncio.sleep(1 / MOVES_PER_SECOND)

    publishing = asyncio.create_task(publish())
    try:
        yield
    finally:
        publishing.cancel()
        with suppress(asyncio.CancelledError):
            await publishing


def _market(market_id: str, version: int) -> Market:
    runners = [Selection(number, f"Runner number {number}") for number in range(RUNNERS)]
    return Market(
        TENANT,
        market_id,
        f"event-{market_id}",
        "Home United v Away City",
        "1x2",
        1,
        now_ns(),
        True,
        MarketStatus.OPEN,
        version,
        runners,
        "bench",
    )


async def _prepare(platform: Platform) -> Reads:
    """Wait until every market is there."""
    address = urlsplit(platform.gateway_url)
    headers = {"X-Tenant": TENANT}
    async with asyncio.timeout(WAIT_S), httpx.AsyncClient(base_url=platform.gateway_url) as client:
        while True:
            listed = (await client.get("/v1/markets", headers=headers)).json()
            if len(listed["markets"]) == MARKETS:
                break
            await asyncio.sleep(0.1)
    host, port = address.hostname or "", address.port or 0
    asked = [f"/v1/markets/1.{number}" for number in range(MARKETS)]
    requests = [f"GET {path} HTTP/1.1\r\nhost: {host}\r\nx-tenant: {TENANT}\r\n\r\n" for path in asked]
    return Reads(host, port, requests, CONNECTIONS, SECONDS, ROUNDS, repeat("http_reads"))


def _run(reads: Reads, counted: list[int]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "bench.read_load"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is not None:
            process.stdin.write(msgspec.json.encode(reads).decode() + "\n")
            process.stdin.flush()
        return collect(process, counted)
