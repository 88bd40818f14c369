"""The moves in Postgres are those of the journal, whatever happens on the way."""

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ledger_stream
from pyplatform.core.accounts import movements
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel.config import Settings
from pyplatform.kernel.time import now_ns
from pyplatform.wallet import WalletClient
from pyplatform.wallet.entries import COLUMNS, row_of
from pyplatform.wallet.store import JournalReader
from tests.oracle import asking
from tests.oracle.days import day

Eventually = Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]


async def _journal(settings: Settings, tenant: str) -> list[tuple[Any, ...]]:
    reader = JournalReader(settings.postgres_url, tenant)
    rows: list[tuple[Any, ...]] = []
    after, tip = 0, await reader.tip() or 0
    while after < tip:
        for hi, data in await reader.page(after, tip):
            entries = core.Batch(data).entries()
            rows += [row_of(tenant, move) for entry in entries for move in movements(entry)]
            after = hi
    await reader.close()
    return rows


async def _rows(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
    found = await connection.fetch(f"select {', '.join(COLUMNS)} from ledger.entry order by seq, n")  # noqa: S608
    return [tuple(row) for row in found]


@pytest.fixture
def follows(settings: Settings, tenant_name: str, eventually: Eventually) -> Callable[[], Awaitable[None]]:
    """Wait until the rows are the journal's."""

    async def equal() -> bool:
        async with (
            asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=1) as pool,
            tenant_transaction(pool, tenant_name) as connection,
        ):
            return await _rows(connection) == await _journal(settings, tenant_name)

    async def wait() -> None:
        await eventually(equal)

    return wait


async def test_every_kind_of_move_is_there_with_its_balance(
    wallet_running: Any,
    entries_running: Any,
    wallet: WalletClient,
    tenant_name: str,
    monkeypatch: pytest.MonkeyPatch,
    follows: Any,
) -> None:
    monkeypatch.setattr(asking, "TENANT", tenant_name)
    async with wallet_running(), entries_running():
        for command, _ in day(7, 500, now_ns()):
            await wallet.submit(tenant_name, command)
        await follows()


async def test_a_wiped_stream_and_a_restart_lose_no_move(
    wallet_running: Any, entries_running: Any, player: Any, bus: Bus, follows: Any
) -> None:
    async with wallet_running():
        async with entries_running():
            await player.deposit(100)
            await player.bet()
            await bus.js.delete_stream(ledger_stream(player.tenant))
            await player.bet()
            await follows()
        for _ in range(20):
            await player.bet()
        async with entries_running(), entries_running():  # two at once, as while one replaces the other
            await player.bet()
            await follows()


async def test_another_past_is_written_anew(
    wallet_running: Any, entries_running: Any, player: Any, settings: Settings, follows: Any
) -> None:
    async with wallet_running():
        async with entries_running():
            await player.deposit(100)
            await player.bet()
            await follows()
        connection = await asyncpg.connect(settings.postgres_url)
        await connection.execute("set role pyplatform_projector")
        await connection.execute("select set_config('pyplatform.tenant', $1, false)", player.tenant)
        await connection.execute("update projections.position set hash = $1", bytes(32))
        await connection.execute("delete from ledger.entry where n = 0")
        await connection.close()
        async with entries_running():
            await follows()


async def test_nobody_sees_another_tenants_moves_or_writes_any(
    wallet_running: Any, entries_running: Any, player: Any, settings: Settings, follows: Any
) -> None:
    async with wallet_running(), entries_running():
        await player.deposit(100)
        await follows()
    pool = await asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=1)
    async with tenant_transaction(pool, "another") as connection:
        assert await _rows(connection) == []
        assert await connection.fetchval("select count(*) from ledger.account") == 0
    for statement in ("delete from ledger.entry", "update ledger.entry set amount = 0"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tenant_transaction(pool, player.tenant) as connection:
                await connection.execute(statement)
    async with tenant_transaction(pool, "another") as connection:
        month = await connection.fetchval("select min(relname) from pg_class where relname ~ '^entry_20'")
        with pytest.raises(
            asyncpg.InsufficientPrivilegeError
        ):  # nor past the guard, by the month's own table
            await connection.execute(f"select * from ledger.{month}")  # noqa: S608
    await pool.close()
