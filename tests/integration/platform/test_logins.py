"""Every process of a platform logs in to Postgres with no more rights than it needs."""

from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.eventstore import SERVICES, WRITER


def _environment(pid: int) -> dict[str, str]:
    pairs = Path(f"/proc/{pid}/environ").read_text().split("\0")
    return dict(pair.split("=", 1) for pair in pairs if "=" in pair)


async def test_who_makes_journal_and_snapshots_may_write_and_nobody_is_told_the_owners_password(
    tmp_path: Path,
) -> None:
    async with Platform(tmp_path / "data", ONE_OF_EACH, arguments={"gateway": ["--port", "0"]}) as platform:
        connection = await asyncpg.connect(platform.servers.postgres_admin_url)
        sessions = await connection.fetch(
            "select usename from pg_stat_activity where datname = 'pyplatform' and backend_type like 'client%' "
            "and pid <> pg_backend_pid()"
        )
        await connection.close()
        told = {name: _environment(process.pid) for name, process in platform.processes.items()}
        owner = urlsplit(platform.settings.postgres_url)
    assert {row["usename"] for row in sessions} == {WRITER, SERVICES}
    for name, environment in told.items():
        address = urlsplit(environment["PYPLATFORM_POSTGRES_URL"])
        assert address.username == (WRITER if name in {"wallet", "snapshots"} else SERVICES)
        assert address.password != owner.password
        assert not [name for name, value in environment.items() if str(owner.password) in value]
