"""Roles of Postgres: who may append may change nothing, who may read may not append, and the rest runs so."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any, Final

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform.eventstore import SERVICES, WRITER, Logins
from pyplatform.eventstore.lease import LeaseKeeper
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.entries import run_entry_projector
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.service import run_balance_projector, run_wallet
from tests.integration.wallet.conftest import _running

LOGINS: Final = Logins("the wallet's", "everybody else's")
READER: Final = "pyplatform_reader"
OTHERS: Final = ("pyplatform_app", "pyplatform_projector", READER)
SHARD: Final = "aurora"

INSERT: Final = (
    "insert into ledger.journal (shard, seq_lo, seq_hi, epoch, n, prev_hash, hash, payload) "
    "values ('aurora', 0, 1, 1, 1, decode(repeat('00', 32), 'hex'), decode(repeat('01', 32), 'hex'), '')"
)
CHANGES: Final = (
    "update ledger.journal set payload = ''",
    "update ledger.journal set epoch = 9 where shard = 'aurora'",
    "delete from ledger.journal",
    "truncate ledger.journal",
    "alter table ledger.journal disable trigger append_only",
    "alter table ledger.journal disable trigger all",
    "drop trigger append_only on ledger.journal",
    "alter table ledger.journal drop column payload",
    "drop table ledger.journal",
    "drop schema ledger cascade",
    "create or replace function ledger.refuse_change() returns trigger language plpgsql as 'begin return new; end'",
    "create rule quiet as on delete to ledger.journal do instead nothing",
    "create table ledger.other (id int)",
    "set session_replication_role = replica",
    "set role pyplatform",
    "update ledger.fence set shard = 'b'",
    "insert into ledger.fence values ('b', 1)",
    "delete from ledger.fence",
    "delete from ledger.lease",
    "truncate ledger.lease",
    "alter role pyplatform password 'x'",
)


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """The owner, in a database with a shard that has a journal and a lease."""
    connection = await asyncpg.connect(settings.postgres_url)
    await LOGINS.allow(connection)
    await connection.execute(
        "insert into ledger.journal (shard, seq_lo, seq_hi, epoch, n, prev_hash, hash, payload) "
        "values ($1, -1, 0, 0, 0, $2, $3, '')",
        SHARD,
        bytes(32),
        core.genesis_hash(SHARD),
    )
    await connection.execute("insert into ledger.lease values ($1, 5, 'somebody', now())", SHARD)
    yield connection
    await connection.close()


async def _connect(settings: Settings, role: str) -> asyncpg.Connection:
    if role in {WRITER, SERVICES}:
        return await asyncpg.connect(LOGINS.url(settings.postgres_url, role))
    connection = await asyncpg.connect(LOGINS.url(settings.postgres_url, SERVICES))
    await connection.execute(f"set role {role}")
    return connection


async def _refused(connection: asyncpg.Connection, statement: str) -> None:
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return
    pytest.fail(f"not refused: {statement}")


@pytest.mark.parametrize("role", [WRITER, SERVICES, *OTHERS])
async def test_no_role_of_a_process_changes_what_was_written(
    settings: Settings, owner: asyncpg.Connection, role: str
) -> None:
    before = await owner.fetch("select * from ledger.journal")
    connection = await _connect(settings, role)
    for statement in CHANGES:
        await _refused(connection, statement)
    if role != WRITER:
        await _refused(connection, INSERT)
        await _refused(connection, "update ledger.fence set epoch = 9")
        await _refused(connection, "select 1 from ledger.fence for share")
        await _refused(connection, "delete from ledger.snapshot")
        await _refused(connection, "insert into ledger.snapshot_chunk values ('aurora', 1, 0, '')")
    await connection.close()
    assert await owner.fetch("select * from ledger.journal") == before


async def test_the_writer_appends_and_touches_nothing_of_the_others(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    connection = await _connect(settings, WRITER)
    await connection.execute(INSERT)
    assert await owner.fetchval("select count(*) from ledger.journal") == 2
    for table in (
        "ledger.entry",
        "ledger.account",
        "projections.position",
        "pam.account",
        "eventstore.event",
    ):
        for begin in ("select from", "insert into", "delete from", "truncate"):
            await _refused(
                connection, f"{begin} {table} {'default values' if begin == 'insert into' else ''}"
            )
    for role in (SERVICES, *OTHERS):
        await _refused(connection, f"set role {role}")
    with pytest.raises(asyncpg.RaiseError, match="stays at 5 or grows: 4 refused"):
        await connection.execute("update ledger.fence set epoch = 4")
    await connection.close()


async def test_the_owner_changes_nothing_by_accident_either(owner: asyncpg.Connection) -> None:
    for statement in (
        "update ledger.journal set epoch = 1",
        "delete from ledger.journal",
        "truncate ledger.journal",
    ):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await owner.execute(statement)


async def test_services_read_the_journal_and_lead_only_what_is_no_ledger(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    connection = await _connect(settings, SERVICES)
    assert await connection.fetchval("select count(*) from ledger.journal") == 1
    assert await connection.execute("update ledger.lease set epoch = epoch + 1") == "UPDATE 0"
    keeper = LeaseKeeper(LOGINS.url(settings.postgres_url, SERVICES), "a service")
    held = await keeper.take("event:trading")
    assert held is not None
    assert await keeper.renew(held)
    with pytest.raises((PlatformError, asyncpg.PostgresError), match="row-level security"):
        await keeper.take(SHARD)
    await keeper.release(held)
    await keeper.close()
    await connection.close()
    assert await owner.fetchval("select epoch from ledger.fence where shard = $1", SHARD) == 5


async def test_nobody_logs_in_before_the_owner_lets_them(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    wrong = Logins("guessed", "guessed as well")
    for role in (WRITER, SERVICES):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong.url(settings.postgres_url, role))
    assert not await owner.fetchval("select rolcanlogin from pg_roles where rolname = $1", READER)


async def test_a_wallet_and_its_copies_live_with_these_rights(
    settings: Settings, owner: asyncpg.Connection, player: Any
) -> None:
    def of(role: str) -> Settings:
        return msgspec.structs.replace(settings, postgres_url=LOGINS.url(settings.postgres_url, role))

    others = of(SERVICES)
    async with AsyncExitStack() as stack:
        for run, who in (
            (run_wallet, of(WRITER)),
            (run_balance_projector, others),
            (run_entry_projector, others),
        ):
            await stack.enter_async_context(_running(run, who, player.tenant)())
        await player.deposit(100)
        await asyncio.gather(*(player.bet() for _ in range(20)))
        proofs = await prove(others, [player.tenant])
        assert all(proof.ok for proof in proofs), proofs
        used = await owner.fetch(
            "select distinct usename from pg_stat_activity where datname = current_database() "
            "and pid <> pg_backend_pid() and backend_type = 'client backend'"
        )
    assert {row["usename"] for row in used} == {WRITER, SERVICES}


def test_passwords_come_in_twos_and_fit_into_an_address() -> None:
    both = {"PYPLATFORM_WRITER_PASSWORD": "a/b@c", "PYPLATFORM_SERVICES_PASSWORD": "d"}
    found = Logins.from_env(both)
    assert found is not None
    address = "postgresql://me:mine@one:5432,two:5433/bets?target_session_attrs=primary"
    assert found.url(address, WRITER) == (
        "postgresql://pyplatform_writer:a%2Fb%40c@one:5432,two:5433/bets?target_session_attrs=primary"
    )
    assert Logins.from_env({}) is None
    for wrong in ({**both, "PYPLATFORM_SERVICES_PASSWORD": ""}, dict.fromkeys(both, "same")):
        with pytest.raises(PlatformError, match="set both, to different passwords"):
            Logins.from_env(wrong)
