"""Migrations run once, in order, whoever comes first."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import pytest

from pyplatform.eventstore import migrate
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tenant_name: str) -> Path:
    folder = tmp_path / f"room_{tenant_name}"
    (folder / "migrations").mkdir(parents=True)
    (folder / "__init__.py").touch()
    (folder / "migrations" / "0001_make.sql").write_text(
        "create table made (id int); insert into made values (1)"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, folder.name, raising=False)
    return folder


async def test_every_file_runs_once_even_when_many_processes_start_together(
    settings: Settings, package: Path
) -> None:
    (package / "migrations" / "0002_more.sql").write_text("insert into made values (2)")
    connections = [await asyncpg.connect(settings.postgres_url) for _ in range(5)]
    try:
        ran = await asyncio.gather(*(migrate(each, "room", package.name) for each in connections))
        assert sorted(ran, key=len)[-1] == ["room 0001 make", "room 0002 more"]
        assert sum(map(len, ran)) == 2
        assert [row[0] for row in await connections[0].fetch("select id from made order by id")] == [1, 2]
    finally:
        for each in connections:
            await each.close()


async def test_a_failing_file_leaves_nothing_behind(settings: Settings, package: Path) -> None:
    (package / "migrations" / "0002_bad.sql").write_text("create table half (id int); select * from nowhere")
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        with pytest.raises(PlatformError, match=r"room: migration 0002 bad failed: .*nowhere"):
            await migrate(connection, "room", package.name)
        assert await connection.fetchval("select to_regclass('half')") is None
        assert await connection.fetchval("select to_regclass('made')") is None
    finally:
        await connection.close()


async def test_a_changed_or_removed_file_is_refused(settings: Settings, package: Path) -> None:
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        await migrate(connection, "room", package.name)
        (package / "migrations" / "0001_make.sql").write_text("create table other (id int)")
        with pytest.raises(PlatformError, match="was changed after it ran"):
            await migrate(connection, "room", package.name)
        (package / "migrations" / "0001_make.sql").unlink()
        with pytest.raises(PlatformError, match="the database is newer than this program"):
            await migrate(connection, "room", package.name)
    finally:
        await connection.close()


async def test_numbers_have_no_gaps(settings: Settings, package: Path) -> None:
    (package / "migrations" / "0003_gap.sql").write_text("select 1")
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        with pytest.raises(PlatformError, match="without gaps"):
            await migrate(connection, "room", package.name)
    finally:
        await connection.close()
