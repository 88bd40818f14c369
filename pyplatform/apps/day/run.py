"""`pyplatform demo --day`: start the platform, let the day happen, prove it, and explain the profit."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

import httpx
from rich.console import Console

from pyplatform.apps.day import report
from pyplatform.apps.day.account import Account, Accountant
from pyplatform.apps.day.checks import statements
from pyplatform.apps.day.clerk import Clerks
from pyplatform.apps.day.faults import FEEDS, NATS, PROCESSES, VALKEY, Faults
from pyplatform.apps.day.gifts import give
from pyplatform.apps.day.house import Trader
from pyplatform.apps.day.oracle import Oracle
from pyplatform.apps.day.programme import Programme, Size, make
from pyplatform.apps.day.punters import (
    AT_ONCE,
    GIFT,
    Memory,
    Punter,
    Street,
    make_rings,
    players_of,
    styles_of,
)
from pyplatform.apps.day.racing import PLACES
from pyplatform.apps.day.recording import descriptions, retimed, write
from pyplatform.apps.day.sleepers import sleep
from pyplatform.apps.day.styles import RECREATIONAL
from pyplatform.apps.day.watch import Watch
from pyplatform.apps.day.world import Event
from pyplatform.apps.demo.players import PATIENT, open_account
from pyplatform.apps.demo.report import check_writable
from pyplatform.apps.demo.run import QUICK_ENTRY, REGISTERING, pay_in_all, stop_on_sigterm
from pyplatform.apps.demo.screen import Screen
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.bus import Bus
from pyplatform.client import AsyncClient
from pyplatform.client.exchange import TIMEOUT
from pyplatform.embedded.unit import free_port
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant, load_tenants
from pyplatform.kernel.time import now_ns
from pyplatform.projections import ReadModels
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.proofs import Proof, prove

READY_S: Final = 4.0
"""From the start of the feeds to the first word of the day."""
SETTLE_S: Final = 60.0
"""How long bets may stay open after the last result."""
WATCHED: Final = 500
SLEEPERS: Final = 5
"""Punters of a tenant who have another window open that nobody looks at."""
TOGETHER: Final = 3
"""Matches whose legs are sold together before they begin."""
_TELL_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class DayOptions:
    """What the command line asks for; `pause_s` is the mean time between two bets of a punter."""

    events: int
    punters: int
    minutes: float
    seed: int
    bets_per_s: float
    inputs: tuple[Path, ...]
    report: Path
    data: Path | None
    faults: tuple[str, ...] = (*PROCESSES, NATS, VALKEY)


@dataclass(slots=True)
class Outcome:
    """How a day went."""

    options: DayOptions
    programme: Programme
    proofs: list[Proof]
    accounts: list[Account]
    memory: Memory
    faults: list[tuple[float, str]]
    traders: dict[str, Trader]

    @property
    def sound(self) -> bool:
        """Whether everything holds."""
        return all(proof.ok for proof in self.proofs)


async def run_day(options: DayOptions, console: Console) -> Outcome:
    """Let a day happen on the real platform and account for it; the report is written at the end."""
    check_writable(options.report)
    stop_on_sigterm()
    with TemporaryDirectory(prefix="pyplatform-day-") as scratch:
        folder = options.data or Path(scratch)
        heard: list[Faults] = []

        def said(line: str) -> None:
            console.print(f"  {line}", style="dim")
            for faults in heard:
                faults.heard(line)

        async with (
            Platform(
                folder,
                ONE_OF_EACH,
                arguments={"gateway": ["--port", str(free_port())]},
                env=QUICK_ENTRY,
                restart=(*ONE_OF_EACH, *FEEDS),
                report=said,
                log_to_files=True,
            ) as platform,
            httpx.AsyncClient(timeout=TIMEOUT, limits=httpx.Limits(max_connections=None)) as http,
        ):
            stage = _Stage(platform, options, http, console)
            heard.append(stage.faults)
            outcome = await stage.live(folder, Path(scratch))
    report.show(console, outcome)
    report.write(options.report, outcome)
    console.print(f"report: {options.report}")
    return outcome


@dataclass(slots=True)
class _Stage:
    """A running platform and everybody who is on it."""

    platform: Platform
    options: DayOptions
    http: httpx.AsyncClient
    console: Console
    memory: Memory = field(default_factory=Memory)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    began_ns: int = 0
    punters: list[Punter] = field(default_factory=list)
    streets: dict[str, Street] = field(default_factory=dict)
    traders: dict[str, Trader] = field(default_factory=dict)
    clerks: dict[str, Clerks] = field(default_factory=dict)
    watches: list[Watch] = field(default_factory=list)
    faults: Faults = field(init=False)
    programme: Programme = field(init=False)

    def __post_init__(self) -> None:
        self.faults = Faults(self.platform, self.clock)
        size = Size(self.options.events, self.options.minutes * 60, self.options.seed)
        self.programme = make(size)

    def clock(self) -> float:
        """Seconds of the day; below 0 before it."""
        return (now_ns() - self.began_ns) / 1e9

    def client(self, tenant: Tenant, token: str = "") -> AsyncClient:
        """A caller of the gateway; all of them share connections."""
        return AsyncClient(self.platform.gateway_url, tenant.slug, token=token, http=self.http, retry=PATIENT)

    async def live(self, folder: Path, scratch: Path) -> Outcome:
        """The day from the first account to the last proof."""
        tenants = list(load_tenants(self.platform.settings.tenants_file or None).values())
        async with AsyncExitStack() as stack:
            bus = await Bus.connect(self.platform.settings.nats_url, "day")
            stack.push_async_callback(bus.close)
            models = ReadModels.connect(self.platform.settings.redis_url)
            stack.push_async_callback(models.close)
            await self._admit(bus, tenants)
            for tenant in tenants:
                trader = self.traders[tenant.slug] = Trader(
                    self.client(tenant), f"{self.options.seed} {tenant.slug}"
                )
                await trader.open(folder, tenant)
                clerks = self.clerks[tenant.slug] = Clerks(self.client(tenant), self.client(tenant))
                await clerks.open(folder, tenant)
                watch = Watch(
                    tenant,
                    self.platform.settings.postgres_url,
                    models,
                    trader,
                    WalletClient(bus),
                    self._places,
                )
                stack.push_async_callback(watch.close)
                self.watches.append(watch)
            await self._open_feeds(scratch)
            async with _background(self._works(tenants)) as tasks:
                await self.platform.run_until(self._until_settled(tasks))
            return await self._account(tenants)

    async def _admit(self, bus: Bus, tenants: list[Tenant]) -> None:
        """Register everybody over HTTP and pay in for them."""
        count, run = self.options.punters, text(uuid7())[-12:]
        self.console.print(f"registering {count:,} punters over HTTP …")
        styles = styles_of(random.Random(f"{self.options.seed} styles"), count)  # noqa: S311 - a day to repeat
        turn = asyncio.Semaphore(REGISTERING)
        street = asyncio.Semaphore(AT_ONCE)
        for tenant in tenants:
            self.streets[tenant.slug] = Street(
                Screen(self.client(tenant)), self.programme.lines, self.clock, street, self.memory
            )

        async def admit(number: int, style: str) -> Punter:
            tenant = tenants[number % len(tenants)]
            client = self.client(tenant)
            async with turn:
                account = await open_account(client, tenant, number, run)
            seed = f"{self.options.seed} punter {number}"
            return Punter(client, self.streets[tenant.slug], tenant, account, style, seed)

        self.punters = list(await asyncio.gather(*(admit(n, style) for n, style in enumerate(styles))))
        await pay_in_all(bus, [(one.tenant, one.account) for one in self.punters])
        await self._give_free_bets(WalletClient(bus))
        for tenant in tenants:
            first = next((one for one in self.punters if one.tenant is tenant), None)
            if first is not None:
                self.streets[tenant.slug].screen = Screen(self.client(tenant, first.account.token))
            make_rings([one for one in self.punters if one.tenant is tenant])

    async def _give_free_bets(self, wallet: WalletClient) -> None:
        async def gift(punter: Punter) -> None:
            punter.gift = await give(wallet, punter.tenant, punter.account.player, GIFT)

        await asyncio.gather(*(gift(one) for one in self.punters if one.style == RECREATIONAL))

    def _places(self, market_id: str) -> int:
        """How many win in a market."""
        line = self.programme.lines.get(market_id)
        if line is not None:
            return {"double chance": 2, "place": PLACES}.get(line.kind, 1)
        views = (street.screen.views.get(market_id) for street in self.streets.values())
        return max((view.winners for view in views if view is not None), default=1)

    async def _open_feeds(self, scratch: Path) -> None:
        """Write what the feeds will say from a moment soon on, and start their processes."""
        self.began_ns = now_ns() + int(READY_S * 1e9)
        seconds = self.options.minutes * 60
        others = chain.from_iterable(retimed(path, seconds, self.began_ns) for path in self.options.inputs)
        paths = write(self.programme, scratch, self.began_ns, others)
        names = scratch / "descriptions.xml"
        names.write_bytes(descriptions())
        for feed, path in zip(FEEDS, paths, strict=True):
            told = ["--producer", feed.partition("-")[2], "--input", str(path), "--on-time"]
            if feed == "feed-uof":
                told += ["--descriptions", str(names)]
            await self.platform.add(feed, told)
        self.console.print("the day begins")

    def _works(self, tenants: list[Tenant]) -> list[Coroutine[Any, Any, None]]:
        pause = len(self.punters) / self.options.bets_per_s
        matches = [event for event in self.programme.events if event.sport != "horse_racing"]
        following = {id(other) for one in self.punters for other in one.ring}
        works: list[Coroutine[Any, Any, None]] = []
        for tenant in tenants:
            street, trader = self.streets[tenant.slug], self.traders[tenant.slug]
            works += [street.screen.run(), street.screen.discover(WATCHED, 1.0)]
            works += [trader.name(matches), trader.work(asyncio.Event())]
            works += [trader.sell_together(one, self.clock) for one in _latest(matches)]
            works.append(self.clerks[tenant.slug].work(self.programme.lines.values()))
            reading = [one for one in self.punters if one.tenant is tenant][:SLEEPERS]
            works += [sleep(self.client(tenant, one.account.token), matches) for one in reading]
        works += [one.play(self.over, pause) for one in self.punters if id(one) not in following]
        works += [watch.run() for watch in self.watches]
        works.append(self.faults.run(self.options.minutes * 60, self.options.faults))
        return works

    async def _until_settled(self, tasks: list["asyncio.Task[None]"]) -> None:
        """Live through the day and tell how it goes; returns when no bet is open any more, or somebody broke down."""
        told = 0.0
        while not any(task.done() and not task.cancelled() and task.exception() for task in tasks):
            await asyncio.sleep(0.5)
            now = self.clock()
            open_bets = sum(watch.fold.open_bets for watch in self.watches)
            if now - told >= _TELL_S:
                told = now
                self._tell(now, open_bets)
            if now < self.programme.ends:
                continue
            self.over.set()
            answered = all(attempt.told is not None for attempt in self.memory.attempts)
            done = len(self.faults.done) == len(self.options.faults)
            if (answered and done and not open_bets and now > self.programme.ends + 3) or (
                now > self.programme.ends + SETTLE_S
            ):
                return

    def _tell(self, now: float, open_bets: int) -> None:
        accepted, asked = self.memory.accepted, len(self.memory.attempts)
        checks = sum(watch.seen.balances + watch.seen.liabilities for watch in self.watches)
        self.console.print(
            f"{now:5.0f} s  {asked:,} bets asked for, {accepted:,} taken, {open_bets:,} open, "
            f"{len(self.memory.sales):,} sold back, {checks:,} equations held"
        )

    async def _account(self, tenants: list[Tenant]) -> Outcome:
        for watch in self.watches:
            await watch.look()
        settings = self.platform.settings
        proofs = await prove(settings, [tenant.slug for tenant in tenants])

        def day(at: int) -> float:
            return (at - self.began_ns) / 1e9

        accountant = Accountant(self.programme.lines, players_of(self.punters), day)
        folds = [watch.fold for watch in self.watches]
        accounts = [
            accountant.explain(fold.tenant, tenant.currency, fold.bets.values(), fold.house())
            for fold, tenant in zip(folds, tenants, strict=True)
        ]
        oracle = Oracle(self.programme.lines, day)
        found = statements(folds, self.memory, [watch.seen for watch in self.watches], oracle, accounts)
        return Outcome(
            self.options,
            self.programme,
            [*proofs, *found],
            accounts,
            self.memory,
            self.faults.done,
            self.traders,
        )


def _latest(matches: list[Event]) -> list[Event]:
    """Some matches that begin late, so that there is time to sell their legs together."""
    football = sorted((one for one in matches if one.sport == "football"), key=lambda one: -one.starts)
    return football[:TOGETHER]


@asynccontextmanager
async def _background(works: list[Coroutine[Any, Any, None]]) -> AsyncIterator[list["asyncio.Task[None]"]]:
    """Run everybody until the block ends; whatever went wrong with one of them is raised."""
    tasks = [asyncio.create_task(work) for work in works]
    started = monotonic()
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            result.add_note(f"{monotonic() - started:.1f} s after the day began")
            raise result
