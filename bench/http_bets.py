"""`POST /v1/bets` over HTTP on 16 connections: every role in its own process, the load beside them, on two cores."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from bench.core import ROOT
from bench.http_load import Load
from bench.loads import collect
from bench.slowdown import repeat
from bench.wallets import EUR, require_accepted
from pyplatform._core import wallet as codec
from pyplatform.apps.demo.players import Account, open_account
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus
from pyplatform.client import AsyncClient
from pyplatform.client.calls import markets
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant, load_tenants
from pyplatform.wallet import WalletClient

CONNECTIONS: Final = 16
SECONDS: Final = 4.0
ROUNDS: Final = 3
OFFERED: Final = 200.0
"""Bets a second where they come at their times."""
PLAYED_OVER_S: Final = 300
"""The stream is spread over more time than the benchmark takes, so that the market stays alive."""
MARKET_WAIT_S: Final = 20.0


async def measure(stream: list[bytes], rate: float = 0.0) -> dict[str, list[float]]:
    """Figures: `per_second`, `p50_ms`, `p99_ms`; `cpu_us` of all processes but the load a bet; its `ratio`.

    `cpu_us_gateway` and so on are the parts of the processes. `rate` bets are offered a second, whether answered or
    not; 0: the next when the last is answered.
    """
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        recording = record(Path(folder), stream)
        feeds = feed_roles(feeds_of([recording]), PLAYED_OVER_S)
        arguments = {"gateway": ["--port", "0"], "trading": ["--limit", str(10**9)], **feeds}
        data = Path(folder, "data")
        async with Platform(
            data, (*ONE_OF_EACH, *feeds), arguments=arguments, env=QUICK_ENTRY, log_to_files=True
        ) as platform:
            load = msgspec.structs.replace(await prepare(platform), rate=rate)
            counted = {name: process.pid for name, process in platform.processes.items()}
            counted |= {name: platform.servers.pid(name) for name in platform.servers.names}
            return await asyncio.to_thread(_run, load, counted)


def record(folder: Path, stream: list[bytes]) -> Path:
    """Write a stream to a file in a folder."""
    path = folder / "stream.json"
    path.write_bytes(b"".join(stream))
    return path


async def prepare(platform: Platform) -> Load:
    """Open and fund an account for every connection; wait until the market has prices."""
    address = urlsplit(platform.gateway_url)
    host, port = address.hostname or "", address.port or 0
    tenant = next(iter(load_tenants().values()))
    async with AsyncClient(platform.gateway_url, tenant.slug) as client:
        accounts = [await open_account(client, tenant, number, "bench") for number in range(CONNECTIONS)]
        await fund_accounts(platform, tenant, accounts)
        market_id, selections = await _open_market(client)
    tokens = [account.token for account in accounts]
    return Load(host, port, tenant.slug, tokens, market_id, selections, SECONDS, ROUNDS, repeat("http_bets"))


async def fund_accounts(platform: Platform, tenant: Tenant, accounts: list[Account]) -> None:
    """Pay in for every account as much as no benchmark stakes."""
    bus = await Bus.connect(platform.settings.nats_url, "bench-cashier")
    wallet = WalletClient(bus)
    for account in accounts:
        context = codec.Context(tenant.slug, tenant.brands[0].id, account.player, 2, uuid7())
        deposit = codec.deposit(context, text(uuid7()), tenant.currency, 1_000_000 * EUR, "bench")
        require_accepted(await wallet.submit(tenant.slug, deposit))
    await bus.close()


async def _open_market(client: AsyncClient) -> tuple[str, list[int]]:
    async with asyncio.timeout(MARKET_WAIT_S):
        while True:
            for market in (await client.send(markets.list_markets())).markets:
                priced = [selection.id for selection in market.selections if selection.price]
                if market.status == "open" and priced:
                    return market.id, priced
            await asyncio.sleep(0.1)


def _run(load: Load, counted: Mapping[str, int]) -> dict[str, list[float]]:
    command = [sys.executable, "-m", "bench.http_load"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is not None:
            process.stdin.write(msgspec.json.encode(load).decode() + "\n")
            process.stdin.flush()
        return collect(process, list(counted.values()), counted)
