"""The guard of the journal's tables: migrations alter them, and neither their owner nor a superuser does."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg
import pytest

from pyplatform.apps.supervisor import guard
from pyplatform.embedded import Servers
from pyplatform.eventstore import SERVICES, WRITER, Logins, migrate
from pyplatform.kernel.config import Settings
from pyplatform.wallet.guard import guard_journal

LOGINS: Final = Logins("the wallet's", "everybody else's")

CHANGES: Final = (
    "alter table ledger.journal disable trigger append_only",
    "alter table ledger.journal disable trigger all",
    "alter table ledger.journal drop column payload",
    "alter table ledger.journal add column note text",
    "alter table ledger.journal alter column payload type text using ''",
    "alter table ledger.journal drop constraint journal_pkey",
    "alter table ledger.journal rename to old_journal",
    "alter table ledger.journal set schema public",
    "alter table ledger.journal set unlogged",
    "alter table ledger.journal enable row level security",
    "alter table ledger.fence disable trigger only_grows",
    "alter table ledger.lease disable trigger raise_fence",
    "alter trigger append_only on ledger.journal rename to nothing",
    "create trigger mine before insert on ledger.journal for each row execute function ledger.refuse_change()",
    "create rule quiet as on insert to ledger.journal do instead nothing",
    "create policy quiet on ledger.journal using (false)",
    "create table more () inherits (ledger.journal)",
    "create or replace function ledger.refuse_change() returns trigger language plpgsql as 'begin return new; end'",
    "alter function ledger.refuse_change() rename to was",
    "alter function ledger.raise_fence() security invoker",
    "alter schema ledger rename to was",
    "drop trigger append_only on ledger.journal",
    "drop function ledger.refuse_change() cascade",
    "drop function ledger.refuse_lower_epoch() cascade",
    "drop table ledger.journal cascade",
    "drop table ledger.journal, ledger.entry cascade",
    "drop table ledger.fence",
    "drop schema ledger cascade",
)


def _as(url: str, other: str) -> str:
    """The address of the database of `url` with the user of `other`."""
    return urlsplit(other)._replace(path=urlsplit(url).path).geturl()


@pytest.fixture
def superuser_url(servers: Servers, settings: Settings) -> str:
    return _as(settings.postgres_url, servers.embedded.postgres_admin_url)


@pytest.fixture
async def superuser(superuser_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(superuser_url)
    yield connection
    await connection.close()


@pytest.fixture
async def owner(settings: Settings, superuser: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The owner of a guarded ledger with a row in it."""
    assert await guard_journal(superuser)
    connection = await asyncpg.connect(settings.postgres_url)
    await LOGINS.allow(connection)
    await connection.execute(
        "insert into ledger.journal values ('aurora', -1, 0, 0, 0, $1, $1, '')", bytes(32)
    )
    yield connection
    await connection.close()


async def _schema(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """What the tables, their triggers and the functions of the ledger are."""
    columns = await connection.fetch(
        "select table_name, column_name, data_type from information_schema.columns where table_schema = 'ledger' "
        "order by 1, 2"
    )
    triggers = await connection.fetch(
        "select tgname, tgenabled, tgrelid::regclass::text, pg_get_functiondef(tgfoid) from pg_trigger "
        "where not tgisinternal order by 1, 3"
    )
    return [*columns, *triggers, *await connection.fetch("select * from ledger.journal")]


async def _refused(connection: asyncpg.Connection, statement: str) -> str:
    """What Postgres says to a statement that must be refused."""
    try:
        await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError as error:
        return str(error)
    pytest.fail(f"not refused: {statement}")


async def test_the_owner_neither_alters_nor_drops_the_journal(owner: asyncpg.Connection) -> None:
    before = await _schema(owner)
    for statement in (*CHANGES, "drop owned by current_user cascade"):
        assert "the journal is append-only: " in await _refused(owner, statement)
    assert await _schema(owner) == before


async def test_a_superuser_does_not_either(
    owner: asyncpg.Connection, superuser: asyncpg.Connection, settings: Settings
) -> None:
    before = await _schema(owner)
    await superuser.execute("set session_replication_role = replica")  # where ordinary triggers sleep
    for statement in (*CHANGES, f"drop owned by {urlsplit(settings.postgres_url).username} cascade"):
        assert "the journal is append-only: " in await _refused(superuser, statement)
    for statement in (
        "truncate ledger.journal",
        "delete from ledger.journal",
        "update ledger.journal set n = 9",
    ):
        with pytest.raises(asyncpg.RaiseError, match="the journal is append-only"):
            await superuser.execute(statement)
    assert await _schema(owner) == before


@pytest.mark.parametrize("role", [WRITER, SERVICES])
async def test_roles_of_processes_are_refused_as_before(
    owner: asyncpg.Connection, settings: Settings, role: str
) -> None:
    before = await _schema(owner)
    connection = await asyncpg.connect(LOGINS.url(settings.postgres_url, role))
    for statement in CHANGES:
        await _refused(connection, statement)
    await connection.close()
    assert await _schema(owner) == before


async def test_the_guard_cannot_be_taken_away_by_the_owner(owner: asyncpg.Connection) -> None:
    for statement in (
        "drop event trigger ledger_refuses_ddl",
        "alter event trigger ledger_refuses_drop disable",
        "drop function ledger_guard.refuse_ddl() cascade",
        "create or replace function ledger_guard.refuse_ddl() returns event_trigger language plpgsql as 'begin end'",
        "drop schema ledger_guard cascade",
        "set event_triggers = off",
    ):
        await _refused(owner, statement)


async def test_everything_else_is_made_and_dropped_as_before(
    owner: asyncpg.Connection, superuser: asyncpg.Connection, settings: Settings
) -> None:
    services = await asyncpg.connect(LOGINS.url(settings.postgres_url, SERVICES))
    await services.execute("create temporary table mine (id int); drop table mine")
    await services.close()
    for connection in (owner, superuser):
        for statement in (
            "create table other (id int primary key)",
            "alter table other add column journal text",
            "create trigger append_only before delete on other execute function ledger.refuse_change()",
            "drop table other",
            "create index by_epoch on ledger.journal (epoch)",
            "drop index ledger.by_epoch",
            "comment on table ledger.journal is 'the record'",
            "grant select on ledger.journal to pyplatform_reader",
            "create view seen as select seq_hi from ledger.journal",
            "drop view seen",
            "analyze ledger.journal",
        ):
            await connection.execute(statement)
    assert await owner.fetchval("select ledger.entry_partition(0)") == "entry_1970_01"


async def test_a_migration_may_and_only_it(
    owner: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tenant_name: str
) -> None:
    package = tmp_path / f"room_{tenant_name}"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "0001_note.sql").write_text("alter table ledger.journal add column note text")
    monkeypatch.syspath_prepend(str(tmp_path))
    async with owner.transaction():
        assert await migrate(owner, "room", package.name) == ["room 0001 note"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
            async with owner.transaction():
                await owner.execute("alter table ledger.journal drop column note")
    assert await owner.fetchval("select count(note) from ledger.journal") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await owner.execute("alter table ledger.journal drop column note")


async def test_an_owner_without_the_right_is_told_so_and_who_has_it_makes_it_once(
    settings: Settings, superuser_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYPLATFORM_SUPERUSER_URL", raising=False)
    said = await guard(settings)
    assert "not guarded" in said
    assert "PYPLATFORM_SUPERUSER_URL" in said
    connection = await asyncpg.connect(settings.postgres_url)
    assert await connection.fetchval("select to_regnamespace('ledger_guard')") is None
    monkeypatch.setenv("PYPLATFORM_SUPERUSER_URL", superuser_url)
    assert await guard(settings) == ""
    assert await guard(settings) == ""
    monkeypatch.delenv("PYPLATFORM_SUPERUSER_URL")
    assert await guard(settings) == ""
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="append-only"):
        await connection.execute("drop table ledger.journal cascade")
    await connection.close()
