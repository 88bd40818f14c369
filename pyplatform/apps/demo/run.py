"""One race day: start the platform, let players bet on the replayed feed, prove every cent, write the report."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
import msgspec
from rich.console import Console
from rich.live import Live

from pyplatform.apps.cashier import pay_in
from pyplatform.apps.demo import report
from pyplatform.apps.demo.players import PATIENT, Account, Player, open_account
from pyplatform.apps.demo.screen import Screen
from pyplatform.apps.demo.timeline import Timeline
from pyplatform.apps.demo.view import render
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.proofs import print_proofs
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus, Message
from pyplatform.client import AsyncClient
from pyplatform.client.exchange import TIMEOUT
from pyplatform.contracts.feeds import start_subject
from pyplatform.contracts.sportsbook.desk import STATS_SUBJECT, TradingStats
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant, load_tenants
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.proofs import Proof, prove

DAY_S: Final = 60.0
FUNDS: Final = "1000.00"
WATCHED: Final = 100
"""Markets the players of a tenant look at, of a feed that has more."""
LOOK_S: Final = 0.25
REGISTERING: Final = 2
"""Registrations at a time: each costs two password hashes, which keep a core busy."""
SETTLE_S: Final = 30.0
QUICK_ENTRY: Final = {
    "PYPLATFORM_PAM_ARGON2_MEMORY_KIB": "19456",
    "PYPLATFORM_PAM_ARGON2_TIME_COST": "2",
    "PYPLATFORM_PAM_ADDRESS_PER_MINUTE": "100000",
}
"""The least that OWASP allows, and no limit on one address: dozens of players must register here within seconds."""


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What the command line asks for."""

    inputs: tuple[Path, ...]
    players: int
    speed: float
    seed: int
    report: Path
    data: Path | None


@dataclass(slots=True)
class Day:
    """The running demo."""

    platform: Platform
    options: DemoOptions
    feeds: tuple[str, ...]
    http: httpx.AsyncClient
    timeline: Timeline = field(default_factory=Timeline)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def client(self, tenant: Tenant, token: str = "") -> AsyncClient:
        """A caller of the gateway; all of them share connections."""
        url = self.platform.gateway_url
        return AsyncClient(url, tenant.slug, token=token, http=self.http, retry=PATIENT)


async def run_demo(options: DemoOptions, console: Console) -> bool:
    """Run the demo; True if every proof holds."""
    report.check_writable(options.report)
    stop_on_sigterm()
    with TemporaryDirectory(prefix="pyplatform-demo-") as scratch:
        folder = options.data or Path(scratch)
        feeds = feeds_of(options.inputs)
        roles = feed_roles(feeds, DAY_S / options.speed, "--hold")
        async with (
            Platform(
                folder,
                (*ONE_OF_EACH, *roles),
                arguments={"gateway": ["--port", "0"], **roles},
                env=QUICK_ENTRY,
                report=lambda line: console.print(f"  {line}", style="dim"),
                log_to_files=True,
            ) as platform,
            httpx.AsyncClient(timeout=TIMEOUT, limits=httpx.Limits(max_connections=None)) as http,
        ):
            day = Day(platform, options, tuple(feeds), http)
            proofs = await _live_through(day, console)
    title = "One race day, end to end"
    names = ", ".join(path.name for path in options.inputs)
    subtitle = f"{options.players} simulated players · {names} · seed {options.seed}"
    report.write(options.report, day.timeline, proofs, title, subtitle)
    print_proofs(console, proofs)
    console.print(f"report: {options.report}")
    return all(proof.ok for proof in proofs)


def stop_on_sigterm() -> None:
    """Let SIGTERM end the demo as Ctrl-C does: everything is stopped and the scratch folder goes."""
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


async def _live_through(day: Day, console: Console) -> list[Proof]:
    tenants = list(load_tenants(day.platform.settings.tenants_file or None).values())
    async with AsyncExitStack() as stack:
        bus = await Bus.connect(day.platform.settings.nats_url, "demo")
        stack.push_async_callback(bus.close)
        await _follow_stats(bus, day.timeline)
        console.print(f"registering {day.options.players} players over HTTP and paying in {FUNDS} each …")
        accounts = await _open_accounts(day, tenants)
        await pay_in_all(bus, accounts)
        console.print("the day begins")
        day.timeline.begin()
        for feed in day.feeds:
            await bus.request(start_subject(feed), b"", 5.0)
        async with _background(_activities(day, tenants, accounts), day.over):
            await day.platform.run_until(_show_until_settled(day, console))
        return [
            *await prove(day.platform.settings, [tenant.slug for tenant in tenants]),
            *_proofs_of_the_day(day.timeline),
        ]


async def _follow_stats(bus: Bus, timeline: Timeline) -> None:
    decoder = msgspec.msgpack.Decoder(TradingStats)

    async def on_stats(message: Message) -> None:
        timeline.trading(decoder.decode(message.data))

    await bus.subscribe(STATS_SUBJECT, on_stats)


async def _open_accounts(day: Day, tenants: list[Tenant]) -> list[tuple[Tenant, Account]]:
    run = text(uuid7())[-12:]
    turn = asyncio.Semaphore(REGISTERING)

    async def one(number: int) -> tuple[Tenant, Account]:
        tenant = tenants[number % len(tenants)]
        async with turn:
            return tenant, await open_account(day.client(tenant), tenant, number, run)

    return list(await asyncio.gather(*(one(number) for number in range(day.options.players))))


async def pay_in_all(bus: Bus, accounts: list[tuple[Tenant, Account]]) -> None:
    """Deposit for each player, as the cashier's payment provider would confirm it."""
    wallet = WalletClient(bus)
    await asyncio.gather(
        *(pay_in(wallet, tenant, account.player, FUNDS, text(uuid7())) for tenant, account in accounts)
    )


def _activities(
    day: Day, tenants: list[Tenant], accounts: list[tuple[Tenant, Account]]
) -> list[Coroutine[Any, Any, None]]:
    screens: dict[str, Screen] = {}
    works: list[Coroutine[Any, Any, None]] = []
    for tenant in tenants:
        token = next((account.token for owner, account in accounts if owner is tenant), "")
        if token:
            client = day.client(tenant, token)
            screen = screens[tenant.slug] = Screen(client)
            works += [screen.run(), screen.discover(WATCHED, LOOK_S)]
    for number, (tenant, account) in enumerate(accounts):
        seed = day.options.seed * 1_000_003 + number
        client = day.client(tenant, account.token)
        works.append(Player(client, screens[tenant.slug], seed, day.timeline).play(day.over))
    return works


@asynccontextmanager
async def _background(works: list[Coroutine[Any, Any, None]], over: asyncio.Event) -> AsyncIterator[None]:
    """Run the players until the block ends; whatever went wrong with one of them is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        over.set()
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _show_until_settled(day: Day, console: Console) -> None:
    title = "pyplatform demo · one race day"
    deadline = float("inf")
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while True:
            await asyncio.sleep(0.25)
            live.update(render(day.timeline, title, console.width))
            stats = day.timeline.latest
            if stats is None or stats.feed_progress < 1.0:
                continue
            if not day.over.is_set():
                day.over.set()
                deadline = time.monotonic() + SETTLE_S
            if (stats.open_bets == 0 and _quiet(day.timeline)) or time.monotonic() > deadline:
                return


def _quiet(timeline: Timeline) -> bool:
    """Whether nobody has bet since the last report."""
    now, before = timeline.latest, timeline.previous
    return now is not None and before is not None and now.attempts == before.attempts


def _proofs_of_the_day(timeline: Timeline) -> list[Proof]:
    stats = timeline.latest
    accepted = timeline.outcomes.get("accepted", 0)
    open_bets = stats.open_bets if stats else -1
    same = timeline.replays_checked - timeline.replay_mismatches
    hint = "" if accepted else "; a market whose result the data folder holds is not offered again"
    return [
        Proof(
            "all", "every bet is settled or void", open_bets == 0, f"{open_bets} open after the last result"
        ),
        Proof(
            "all",
            "a repeated key met the first answer",
            timeline.replay_mismatches == 0,
            f"{same:,} of {timeline.replays_checked:,} repeats",
        ),
        Proof("all", "players could bet", accepted > 0, f"{accepted:,} bets accepted over HTTP{hint}"),
    ]
