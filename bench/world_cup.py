"""Mixed World Cup traffic on the whole platform: 95 % reads, 4 % price subscriptions, 1 % bets, matches under way.

`python -m bench.world_cup [--gateways N …]` prints what a request costs each process, once for every number of gateway
processes: the base of a capacity plan.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from bench.accounting import reference_ns, used_by
from bench.core import ROOT
from bench.http_bets import fund_accounts
from bench.world_cup_load import QUIET_S, Evening
from pyplatform.apps.day.programme import Size, make
from pyplatform.apps.day.recording import descriptions, write
from pyplatform.apps.demo.players import open_account
from pyplatform.apps.demo.run import QUICK_ENTRY
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.client import AsyncClient
from pyplatform.client.calls import markets
from pyplatform.client.types.shared import MarketView
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.kernel.time import now_ns

EVENTS: Final = 60
PLAYED_OVER_S: Final = 240.0
"""Seconds of the programme: half of its matches are under way after a quarter of it, when it is measured."""
VISITORS: Final = 32
SECONDS: Final = 5.0
ROUNDS: Final = 3
WAIT_S: Final = 60.0
_LEAD_S: Final = 1.0


@dataclass(slots=True)
class Cost:
    """What a process needs: cores while nobody asks, and CPU time of a request beyond that, in µs, round by round."""

    standing: float = 0.0
    requests: list[float] = field(default_factory=list)


Costs = dict[str, Cost]


async def measure(gateways: int = 1) -> dict[str, list[float]]:
    """Figures: `per_second`, `p50_ms`, `p99_ms`, `bet_p99_ms`; `cpu_us` of all processes a request, beyond what
    they need while nobody asks, and its `ratio`."""
    return (await measure_each(gateways))[0]


async def measure_each(gateways: int) -> tuple[dict[str, list[float]], Costs]:
    """The figures of a number of gateway processes, and what each process costs."""
    names = ["gateway", *(f"gateway-{number}" for number in range(2, gateways + 1))]
    with tempfile.TemporaryDirectory(prefix="pyplatform-bench-") as folder:
        async with Platform(
            Path(folder, "data"),
            (*ONE_OF_EACH, *names[1:]),
            arguments={name: ["--port", "0"] for name in names} | {"trading": ["--limit", str(10**9)]},
            env=QUICK_ENTRY,
            log_to_files=True,
        ) as platform:
            await _kick_off(platform, Path(folder))
            evening = await _prepare(platform, names)
            processes = {name: [process.pid] for name, process in platform.processes.items()}
            processes |= {name: [platform.servers.pid(name)] for name in platform.servers.names}
            return await asyncio.to_thread(_run, evening, processes)


async def _kick_off(platform: Platform, folder: Path) -> None:
    """Start a feed that plays matches of our models on time, from a moment at which many are under way."""
    began = now_ns() - int((PLAYED_OVER_S * 0.25 - _LEAD_S) * 1e9)
    path, _ = write(make(Size(EVENTS, PLAYED_OVER_S, 1)), folder, began)
    names = folder / "descriptions.xml"
    names.write_bytes(descriptions())
    told = ["--producer", "uof", "--input", str(path), "--on-time", "--descriptions", str(names)]
    await platform.add("feed-uof", told)


async def _prepare(platform: Platform, names: list[str]) -> Evening:
    """An account for every visitor, and the markets that are on sale."""
    tenant = next(iter(load_tenants().values()))
    async with AsyncClient(platform.gateway_url, tenant.slug) as client:
        accounts = [await open_account(client, tenant, number, "bench") for number in range(VISITORS)]
        await fund_accounts(platform, tenant, accounts)
        found = await _on_sale(client)
    addresses = [urlsplit(platform.processes[name].address) for name in names]
    listed = [(one.event_id, one.id, [runner.id for runner in one.selections]) for one in found]
    return Evening(
        addresses[0].hostname or "",
        [address.port or 0 for address in addresses],
        tenant.slug,
        [account.token for account in accounts],
        listed,
        SECONDS,
        ROUNDS,
    )


async def _on_sale(client: AsyncClient) -> list[MarketView]:
    async with asyncio.timeout(WAIT_S):
        while True:
            found = (await client.send(markets.list_markets())).markets
            if sum(one.status == "open" for one in found) > EVENTS:
                return [one for one in found if one.status == "open"]
            await asyncio.sleep(0.25)


def _run(evening: Evening, processes: dict[str, list[int]]) -> tuple[dict[str, list[float]], Costs]:
    figures: dict[str, list[float]] = {}
    costs: Costs = {name: Cost() for name in processes}
    before: dict[str, float] = {}
    reference = reference_ns()

    def used() -> dict[str, float]:
        return {name: used_by(pids) for name, pids in processes.items()}

    command = [sys.executable, "-m", "bench.world_cup_load"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as load:
        if load.stdin is not None:
            load.stdin.write(msgspec.json.encode(evening).decode() + "\n")
            load.stdin.flush()
        for line in load.stdout or ():
            told: dict[str, Any] = json.loads(line)
            event, now = told.pop("event"), used()
            if event == "quiet" and before:
                for name, cost in costs.items():
                    cost.standing = (now[name] - before[name]) / QUIET_S
            if event != "end":
                before = now
                continue
            requests = told.pop("bets")
            seconds = requests / told["per_second"]
            for name, cost in costs.items():
                cost.requests.append(1e6 * (now[name] - before[name] - cost.standing * seconds) / requests)
            whole = sum(cost.requests[-1] for cost in costs.values())
            for name, value in (told | {"cpu_us": whole, "ratio": 1e3 * whole / reference}).items():
                figures.setdefault(name, []).append(value)
    if load.returncode or not figures:
        message = f"the load ended with status {load.returncode}"
        raise RuntimeError(message)
    return figures, costs


def main() -> None:
    """Print the costs of every number of gateways asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.world_cup", description=__doc__)
    parser.add_argument(
        "--gateways", type=int, nargs="+", default=[1, 2], help="numbers of gateway processes"
    )
    console = Console(width=None if sys.stdout.isatty() else 120)
    for gateways in parser.parse_args().gateways:
        figures, costs = uvloop.run(measure_each(gateways))
        told = {name: median(values) for name, values in figures.items()}
        console.print(
            f"{gateways} gateway processes: {told['per_second']:,.0f} requests/s, p50 {told['p50_ms']:.2f} ms, "
            f"p99 {told['p99_ms']:.1f} ms; bets' p99 {told['bet_p99_ms']:.1f} ms, "
            f"subscriptions' p99 {told['subscription_p99_ms']:.1f} ms"
        )
        table = Table("process", "while nobody asks", "a request beyond that", box=None)
        for name, cost in sorted(costs.items(), key=lambda one: -median(one[1].requests)):
            table.add_row(name, f"{cost.standing:.3f} cores", f"{median(cost.requests):.1f} µs")
        standing = sum(cost.standing for cost in costs.values())
        beyond = sum(median(cost.requests) for cost in costs.values())
        table.add_row("all", f"{standing:.3f} cores", f"{beyond:.1f} µs")
        console.print(table)


if __name__ == "__main__":
    main()
