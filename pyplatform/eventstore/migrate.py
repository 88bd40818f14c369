"""Runs each room's numbered SQL files once, in order, however many processes try at the same time."""

import hashlib
import pkgutil
import re
from importlib import import_module, resources
from typing import Final

import asyncpg
import msgspec

from pyplatform.kernel.errors import PlatformError

_FILE: Final = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")
_LOCK: Final = 0x70795F6D6967  # any number, as long as every process uses the same
_FIRST: Final = "eventstore"
MIGRATING: Final = "pyplatform.migration"
"""Setting that names the migration of a transaction."""

_TABLE: Final = """
create schema if not exists eventstore;
create table if not exists eventstore.migration (
    room text not null,
    number int not null,
    name text not null,
    sha256 bytea not null,
    applied_at timestamptz not null default clock_timestamp(),
    primary key (room, number)
);
"""


class _Migration(msgspec.Struct, frozen=True):
    number: int
    name: str
    sql: str

    @property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.sql.encode()).digest()


def _read(package: str) -> list[_Migration]:
    folder = resources.files(package) / "migrations"
    found: dict[int, _Migration] = {}
    for file in folder.iterdir():
        if not file.name.endswith(".sql"):
            continue
        match = _FILE.fullmatch(file.name)
        if match is None:
            raise PlatformError(f"{package}: {file.name} is not named like 0001_what_it_does.sql")
        number = int(match[1])
        if number in found:
            raise PlatformError(f"{package}: two migrations carry the number {match[1]}")
        found[number] = _Migration(number, match[2], file.read_text(encoding="utf-8"))
    if sorted(found) != list(range(1, len(found) + 1)):
        raise PlatformError(f"{package}: migrations must be numbered 0001, 0002, … without gaps")
    return [found[number] for number in sorted(found)]


def _pending(room: str, migrations: list[_Migration], applied: dict[int, bytes]) -> list[_Migration]:
    if len(applied) > len(migrations):
        raise PlatformError(f"the database is newer than this program ({room}): use the newer version")
    for migration in migrations:
        if migration.number in applied and applied[migration.number] != migration.sha256:
            raise PlatformError(
                f"{room}: migration {migration.number:04} {migration.name} was changed after it ran; "
                "restore the file and put the change into a new one"
            )
    return [migration for migration in migrations if migration.number not in applied]


async def migrate(connection: asyncpg.Connection, room: str, package: str) -> list[str]:
    """Run the files `migrations/NNNN_name.sql` of `package` that have not run for `room`; returns their names.

    All in one transaction under an advisory lock: either every pending file took effect or none. Raises
    PlatformError when files were changed, renumbered or removed after they ran.
    """
    migrations = _read(package)
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(_TABLE)
        rows = await connection.fetch("select number, sha256 from eventstore.migration where room = $1", room)
        pending = _pending(room, migrations, {row["number"]: row["sha256"] for row in rows})
        for migration in pending:
            # Says who changes tables: those of the journal are guarded against everybody else.
            await connection.execute(
                "select set_config($1, $2, true)", MIGRATING, f"{room} {migration.number}"
            )
            try:
                await connection.execute(migration.sql)
            except asyncpg.PostgresError as error:
                raise PlatformError(
                    f"{room}: migration {migration.number:04} {migration.name} failed: {error}"
                ) from error
            await connection.execute(
                "insert into eventstore.migration (room, number, name, sha256) values ($1, $2, $3, $4)",
                room,
                migration.number,
                migration.name,
                migration.sha256,
            )
        await connection.execute("select set_config($1, '', true)", MIGRATING)
    return [f"{room} {migration.number:04} {migration.name}" for migration in pending]


def rooms_with_migrations() -> list[str]:
    """Names of all rooms of the platform that have a migrations folder; the event store first, then by name."""
    root = import_module("pyplatform")
    rooms = [
        module.name
        for module in pkgutil.iter_modules(root.__path__)
        if module.ispkg and (resources.files(root.__name__) / module.name / "migrations").is_dir()
    ]
    return sorted(rooms, key=lambda room: (room != _FIRST, room))


async def migrate_all(connection: asyncpg.Connection) -> list[str]:
    """Run the migrations of every room; returns the names of those that ran."""
    done: list[str] = []
    for room in rooms_with_migrations():
        done += await migrate(connection, room, f"pyplatform.{room}")
    return done
