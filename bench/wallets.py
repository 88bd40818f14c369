"""Databases, writers and commands for the benchmarks of durable bets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from secrets import token_hex
from urllib.parse import urlsplit

import asyncpg
import msgspec

from pyplatform._core import wallet as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ledger_stream
from pyplatform.embedded.databases import drop_database
from pyplatform.eventstore import migrate_all
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import text, uuid7
from pyplatform.projections import ReadModels
from pyplatform.wallet.writer import Writer

PLAYERS = 512
EUR = 1_000_000
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
_NEVER = 1 << 62

Submit = Callable[[str, bytes], Awaitable[core.Reply]]


@asynccontextmanager
async def migrated(settings: Settings, tenant: str = "") -> AsyncIterator[Settings]:
    """Settings with a fresh, migrated database, dropped at the end, with all copies of a tenant's ledger."""
    name = f"bench_{token_hex(6)}"
    admin = await asyncpg.connect(settings.postgres_url)
    try:
        await admin.execute(f"create database {name}")
        url = urlsplit(settings.postgres_url)._replace(path=f"/{name}").geturl()
        connection = await asyncpg.connect(url)
        try:
            await migrate_all(connection)
        finally:
            await connection.close()
        yield msgspec.structs.replace(settings, postgres_url=url)
        await drop_database(admin, name)
        if tenant:
            await _drop_copies(settings, tenant)
    finally:
        await admin.close()


async def _drop_copies(settings: Settings, tenant: str) -> None:
    """No wallet leads an empty journal whose copies say that it was not empty."""
    bus, models = await Bus.connect(settings.nats_url, "bench"), ReadModels.connect(settings.redis_url)
    await bus.js.delete_stream(ledger_stream(tenant))
    await models.delete([f"{tenant}:*"])
    await models.close()
    await bus.close()


@asynccontextmanager
async def writer_of(settings: Settings, shard: str) -> AsyncIterator[Writer]:
    """The writer of a shard in this process, leading."""
    keeper = LeaseKeeper(settings.postgres_url, owner_id())
    writer, stop = Writer(settings.postgres_url, shard, keeper), asyncio.Event()
    running = asyncio.create_task(writer.run(stop))
    try:
        yield writer
    finally:
        stop.set()
        await running
        await keeper.close()


def contexts(tenant: str, source: int) -> list[core.Context]:
    """Who bets: the same players every time."""
    players = [number.to_bytes(16, "big") for number in range(1, PLAYERS + 1)]
    return [core.Context(tenant, 1, player, source, player, TRACE) for player in players]


async def fund(tenant: str, submit: Submit) -> None:
    """Give every player more than they can lose."""
    deposits = [
        core.deposit(context, f"deposit-{number}", "EUR", 10_000_000 * EUR, "bank")
        for number, context in enumerate(contexts(tenant, 2))
    ]
    for reply in await asyncio.gather(*(submit(tenant, deposit) for deposit in deposits)):
        require_accepted(reply)


def bets(tenant: str) -> Iterator[bytes]:
    """Encoded bets of five euros, all different, one player after the other."""
    players = contexts(tenant, 1)
    slip, terms = b"1.100000001|20000001|35500", bytes(20)
    for number in count():
        key, bet_id = text(uuid7()), uuid7()
        context = players[number % PLAYERS]
        yield core.place_bet(context, key, bet_id, "EUR", 5 * EUR, 1, 1, slip, 0, terms, _NEVER, 0)


def require_accepted(reply: core.Reply) -> None:
    """A benchmark of refusals would measure something else."""
    if reply.status != core.ACCEPTED:
        message = f"the wallet did not accept: status {reply.status} {reply.name}"
        raise RuntimeError(message)
