"""What each process of the platform is made of."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import metadata
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from pyplatform.bus import Bus
from pyplatform.contracts import wallet as wallet_contract
from pyplatform.contracts.sportsbook.owners import owner_names
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Tenant

"""Processes that own events."""
_LOCATE_PAUSE_S: Final = 0.05


class Options(msgspec.Struct, frozen=True):
    """What a role can be told on the command line; each role reads its part.

    The feed role publishes the feed `producer`: live, or `inputs`, recordings played over `seconds`, from the start,
    when asked to (`hold`), or each message at its own time (`on_time`); a live feed is recorded in the folder `record`,
    and `descriptions` are UOF's. `limit` is the liability in currency units that the trading role accepts on one runner
    of one market; the gateway listens on `host` and `port` (0: any free one).
    """

    host: str = "127.0.0.1"
    port: int = 8080
    inputs: tuple[Path, ...] = ()
    seconds: float = 60.0
    limit: int = 100_000
    hold: bool = False
    producer: str = "betfair"
    record: Path | None = None
    descriptions: Path | None = None
    on_time: bool = False


class Context(msgspec.Struct, frozen=True):
    """What a role's process gives its role; call `ready` once, with the address served if there is one."""

    settings: Settings
    tenants: Mapping[str, Tenant]
    options: Options
    stop: asyncio.Event
    ready: Callable[[str], None]


async def wallet(context: Context) -> None:
    """Lead the tenants' ledgers: one writer each, and the outbox to JetStream."""
    from pyplatform.wallet.service import run_wallet  # noqa: PLC0415 - a process loads its own role only

    subjects = [wallet_contract.locate_subject(tenant) for tenant in context.tenants]
    async with _announcing(context, subjects):
        replication = {slug: tenant.replication for slug, tenant in context.tenants.items()}
        await run_wallet(context.settings, context.tenants, context.stop, replication)


async def projector(context: Context) -> None:
    """Write the read models, balances and bets from the ledger and markets from the bus; anchor what verifies."""
    from pyplatform.projections import ReadModels  # noqa: PLC0415
    from pyplatform.sportsbook.consumers import MarketProjector  # noqa: PLC0415
    from pyplatform.sportsbook.history.recorder import PriceRecorder  # noqa: PLC0415
    from pyplatform.sportsbook.tickets import TicketTeller, ToldBetProjector  # noqa: PLC0415
    from pyplatform.wallet.auditor import run_auditor  # noqa: PLC0415
    from pyplatform.wallet.entries import run_entry_projector  # noqa: PLC0415
    from pyplatform.wallet.service import run_balance_projector  # noqa: PLC0415
    from pyplatform.wallet.store import JournalReader  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        bus = await _bus(stack, context.settings, "projector")
        models = ReadModels.connect(context.settings.redis_url)
        stack.push_async_callback(models.close)
        markets = MarketProjector(bus, models, list(context.tenants))
        url = context.settings.postgres_url
        days = context.settings.price_days
        history = [PriceRecorder(bus.js, url, tenant, days) for tenant in context.tenants]
        bets = []
        for tenant in context.tenants:
            reader = JournalReader(url, tenant)
            stack.push_async_callback(reader.close)
            teller = TicketTeller(bus, models, reader, tenant)
            bets.append(ToldBetProjector(bus.js, url, models, tenant, teller))
        context.ready("")
        await _until_stop(
            context.stop,
            [
                run_balance_projector(context.settings, context.tenants, context.stop, bus),
                run_entry_projector(context.settings, context.tenants, context.stop, bus),
                run_auditor(context.settings, context.tenants, context.stop, bus),
                markets.run(),
                *(projector.run() for projector in bets),
                *(recorder.run() for recorder in history),
            ],
        )


async def snapshots(context: Context) -> None:
    """Put the states of the ledgers down from time to time, verified, so that the next wallet starts quickly."""
    from pyplatform.wallet.snapshotter import run_snapshots  # noqa: PLC0415

    context.ready("")
    await run_snapshots(context.settings, context.tenants, context.stop)


async def feed(context: Context) -> None:
    """Publish one feed: bytes in, markets, prices and results of all tenants out."""
    from pyplatform.apps.feeds import Feeding, play, serving  # noqa: PLC0415
    from pyplatform.feeds.replay import Pace  # noqa: PLC0415

    options = context.options
    pace = Pace(on_time=True) if options.on_time else Pace(seconds=options.seconds)
    feeding = Feeding(
        options.producer,
        options.inputs,
        pace,
        options.hold,
        record=options.record,
        descriptions=options.descriptions,
    )
    async with AsyncExitStack() as stack:
        bus = await _bus(stack, context.settings, f"feed-{options.producer}")
        service = await stack.enter_async_context(serving(bus, feeding))
        context.ready("")

        async def play_and_stay() -> None:
            await play(bus, feeding, service)
            # What was published stands for as long as somebody vouches for it.
            await context.stop.wait()

        await _until_stop(context.stop, [play_and_stay(), service.alive()])


async def trading(context: Context) -> None:
    """Own the events: prices out, bets decided."""
    from pyplatform.sportsbook.service import Ports, run_trading  # noqa: PLC0415
    from pyplatform.wallet.client import WalletClient  # noqa: PLC0415
    from pyplatform.wallet.store import JournalReader  # noqa: PLC0415

    async with AsyncExitStack() as stack:
        bus = await _bus(stack, context.settings, "trading")
        pool = await stack.enter_async_context(_pool(context.settings))

        def reader(shard: str) -> JournalReader:
            reader = JournalReader(context.settings.postgres_url, shard)
            stack.push_async_callback(reader.close)
            return reader

        await run_trading(
            Ports(bus, WalletClient(bus), reader, pool),
            list(context.tenants.values()),
            context.settings.postgres_url,
            context.stop,
            lambda: context.ready(""),
            context.options.limit * 10**6,
            owner_names(context.settings.owners),
        )


async def settlement(context: Context) -> None:
    """Record results and settle bets; buy bets back; copy the sportsbook's events to JetStream."""
    from pyplatform.eventstore import Relay  # noqa: PLC0415
    from pyplatform.sportsbook.settlement.service import SettlementPorts, run_settlement  # noqa: PLC0415
    from pyplatform.wallet.client import WalletClient  # noqa: PLC0415
    from pyplatform.wallet.store import JournalReader  # noqa: PLC0415

    settings = context.settings
    async with AsyncExitStack() as stack:
        bus = await _bus(stack, settings, "settlement")
        pool = await stack.enter_async_context(_pool(settings))

        def reader(shard: str) -> JournalReader:
            reader = JournalReader(settings.postgres_url, shard)
            stack.push_async_callback(reader.close)
            return reader

        ports = SettlementPorts(bus, WalletClient(bus), reader, pool, settings.postgres_url)
        tenants = list(context.tenants.values())
        relays = [Relay(pool, bus.js, tenant, "sportsbook").run() for tenant in context.tenants]
        settling = run_settlement(ports, tenants, context.stop, lambda: context.ready(""))
        await _until_stop(context.stop, [settling, *relays])


async def gateway(context: Context) -> None:
    """Serve HTTP and WebSocket: accounts, markets, wallets, bets."""
    from pyplatform.apps.web import TITLE, add_domain_routes  # noqa: PLC0415
    from pyplatform.eventstore import Relay  # noqa: PLC0415
    from pyplatform.gateway.build import gateway as build  # noqa: PLC0415
    from pyplatform.http.address import read_networks  # noqa: PLC0415
    from pyplatform.http.app import App  # noqa: PLC0415
    from pyplatform.http.server import serving  # noqa: PLC0415
    from pyplatform.pam.callers import Callers  # noqa: PLC0415
    from pyplatform.pam.config import PamConfig  # noqa: PLC0415
    from pyplatform.pam.consumers import follow_revocations  # noqa: PLC0415
    from pyplatform.pam.door import Door  # noqa: PLC0415
    from pyplatform.pam.service import Accounts  # noqa: PLC0415
    from pyplatform.pam.staff import Staff  # noqa: PLC0415
    from pyplatform.projections import ReadModels  # noqa: PLC0415
    from pyplatform.sportsbook.desk.client import DeskClient  # noqa: PLC0415
    from pyplatform.sportsbook.history.store import PriceStore  # noqa: PLC0415
    from pyplatform.sportsbook.settlement.client import SettlementClient  # noqa: PLC0415
    from pyplatform.wallet.statements import Statements  # noqa: PLC0415

    config = PamConfig.from_env()
    async with AsyncExitStack() as stack:
        bus = await _bus(stack, context.settings, "gateway")
        pool = await stack.enter_async_context(_pool(context.settings))
        models = ReadModels.connect(context.settings.redis_url)
        stack.push_async_callback(models.close)
        door = Door(pool, models, config)
        stack.callback(door.close)
        accounts = Accounts(door, context.tenants, bus.publish)
        staff = Staff(door, context.tenants, bus.publish)
        callers = Callers(accounts, staff)
        proxies = read_networks(context.settings.trusted_proxies)
        version, tenants = metadata.version("pyplatform"), context.tenants
        app = App(TITLE, version, tenants=tenants, sessions=callers, proxies=proxies)
        desk, settling = DeskClient(bus, owner_names(context.settings.owners)), SettlementClient(bus, pool)
        add_domain_routes(app, accounts, staff, desk, settling, Statements(pool), tenants)
        await follow_revocations(bus, accounts, staff)

        async def postgres() -> None:
            await pool.fetchval("select 1")

        await stack.enter_async_context(
            build(
                app,
                bus,
                models,
                sessions=callers,
                history=PriceStore(pool),
                tenants=context.tenants,
                checks={"postgres": postgres},
            )
        )
        options = context.options
        running = await stack.enter_async_context(serving(app, options.host, options.port))
        context.ready(f"http://{options.host}:{running.port}")
        relays = [Relay(pool, bus.js, tenant, "pam").run() for tenant in context.tenants]
        await _until_stop(context.stop, [_ends(running.task, "the HTTP server"), *relays])


ROLES: Final[dict[str, Callable[[Context], Awaitable[None]]]] = {
    "wallet": wallet,
    "projector": projector,
    "snapshots": snapshots,
    "feed": feed,
    "trading": trading,
    "settlement": settlement,
    "gateway": gateway,
}


async def _bus(stack: AsyncExitStack, settings: Settings, name: str) -> Bus:
    bus = await Bus.connect(settings.nats_url, name)
    stack.push_async_callback(bus.close)
    return bus


@asynccontextmanager
async def _pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    try:
        pool = await asyncpg.create_pool(settings.postgres_url, min_size=2, max_size=8)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"cannot reach Postgres ({error}): is it running?") from error
    try:
        yield pool
    finally:
        await pool.close()


@asynccontextmanager
async def _announcing(context: Context, subjects: Iterable[str]) -> AsyncIterator[None]:
    """Say that the role is ready as soon as its own services answer on all `subjects`."""

    async def announce() -> None:
        async with AsyncExitStack() as stack:
            bus = await _bus(stack, context.settings, "readiness")
            for subject in subjects:
                while True:
                    try:
                        await bus.request(subject, b"", 1.0)
                        break
                    except Unavailable:
                        await asyncio.sleep(_LOCATE_PAUSE_S)
        context.ready("")

    announcing = asyncio.create_task(announce())
    try:
        yield
    finally:
        announcing.cancel()
        await asyncio.wait([announcing])


async def _ends(task: "asyncio.Task[None]", what: str) -> None:
    await asyncio.wait([task])
    raise PlatformError(f"{what} ended by itself")


async def _until_stop(stop: asyncio.Event, works: "Iterable[Awaitable[None]]") -> None:
    """Run all works until `stop`; the first failure ends them all and is raised."""

    async def stopped() -> None:
        await stop.wait()

    tasks = [asyncio.ensure_future(work) for work in (stopped(), *works)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
