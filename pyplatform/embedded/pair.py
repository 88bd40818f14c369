"""Two Postgres, one the synchronous standby of the other: for tests, benchmarks and drills of failover.

A commit is answered once the standby has it on its disk, or never: when the standby is gone, commits wait for one to
come back. That is what a `dr-sync` tenant asks of its servers; nothing here decides to fail over by itself.
"""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final

import asyncpg

from pyplatform.embedded.child import descendants
from pyplatform.embedded.folder import open_folder
from pyplatform.embedded.postgres import ADMIN, DATABASE, ROLE, Postgres, run_program
from pyplatform.embedded.server import ServerError, Site
from pyplatform.embedded.unit import Unit
from pyplatform.embedded.whole import Whole

NAMES: Final = ("postgres_a", "postgres_b")
_PATIENCE_S: Final = 60.0

_NODE: Final = """\
cluster_name = '{name}'
hot_standby = on
wal_keep_size = 512MB
wal_receiver_timeout = 2s
wal_sender_timeout = 2s
wal_receiver_status_interval = 1s
wal_retrieve_retry_interval = 100ms
primary_conninfo = '{upstream}'
synchronous_standby_names = '{standbys}'
"""


class _Node(Postgres):
    """One of the two: follows `upstream` unless that is None, and as a primary waits for the other's sync."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.upstream: Site | None = None
        self.synchronous = True
        """False only for a first primary, before there is anybody to wait for."""

    def configuration(self, site: Site) -> str:
        # A standby asks for the other one, too: promoted, it must not acknowledge a single commit alone.
        other = next(name for name in NAMES if name != self.name)
        upstream = _conninfo(self.upstream, self.name) if self.upstream else ""
        standbys = f"ANY 1 ({other})" if self.synchronous else ""
        more = _NODE.format(name=self.name, upstream=upstream, standbys=standbys)
        return super().configuration(site) + more

    async def fill(self, site: Site) -> None:
        if self.upstream is None:
            await super().fill(site)
            return
        source = _conninfo(self.upstream, self.name)
        await run_program(site, "pg_basebackup", "-d", source, "-D", site.home, "-X", "stream", "-c", "fast")

    def configure(self, site: Site) -> None:
        super().configure(site)
        mark = site.home / "standby.signal"
        if self.upstream is None:
            mark.unlink(missing_ok=True)
        else:
            site.write(mark, "")


def _conninfo(site: Site, name: str) -> str:
    parts = {"host": "127.0.0.1", "port": site.port, "user": ADMIN, "password": site.password}
    parts |= {"application_name": name, "sslmode": "disable", "gssencmode": "disable"}
    return " ".join(f"{word}={value}" for word, value in parts.items())


class PostgresPair(Whole):
    """`async with PostgresPair(folder) as pair:` and use `pair.url`, which finds whichever of the two is primary."""

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder).expanduser().resolve()
        self._nodes: dict[str, _Node] = {}
        self._units: dict[str, Unit] = {}
        self._lock: int | None = None
        self.primary, self.standby = NAMES
        """Which of `NAMES` is what now."""

    @property
    def url(self) -> str:
        """Address of our database as our role, on whichever is primary; good before and after a failover."""
        return self._both(ROLE, DATABASE)

    @property
    def admin_url(self) -> str:
        """The same for the superuser and the database `postgres`."""
        return self._both(ADMIN, "postgres")

    def node_url(self, name: str) -> str:
        """Superuser's address of one of the two, whatever it is."""
        return Postgres().admin_url(self._units[name].site)

    def port(self, name: str) -> int:
        """Port of one of the two on 127.0.0.1."""
        return self._units[name].site.port

    def pids(self, name: str) -> list[int]:
        """Processes of one of the two, the postmaster first; empty when it does not run."""
        child = self._units[name].child
        return descendants(child.pid) if child is not None and child.running else []

    async def kill(self, name: str) -> None:
        """End every process of a server at once, as the loss of its machine would; returns when all are gone."""
        unit = self._units[name]
        self.signal(name, signal.SIGKILL)
        await unit.emptied()
        if unit.child is not None:
            await unit.child.wait()

    def signal(self, name: str, number: int) -> None:
        """Send every process of a server a signal: SIGSTOP freezes it, SIGCONT thaws it."""
        for pid in self.pids(name):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    async def start(self, name: str) -> None:
        """Start a server that was killed as what it was."""
        await self._units[name].start()

    async def promote(self, *, split: bool = False) -> None:
        """Make the standby the primary; the other must be dead. Returns when the new one takes statements.

        It asks for a synchronous standby from the start, so it acknowledges nothing until `rejoin`. With `split` the
        other may live, as after a cut between two regions: for showing what two primaries do.
        """
        if self.pids(self.primary) and not split:
            raise ServerError(f"{self.primary} still runs: two primaries would be one too many")
        site = self._units[self.standby].site
        await run_program(site, "pg_ctl", "promote", "-D", site.home, "-w", "-t", str(int(_PATIENCE_S)))
        self.primary, self.standby = self.standby, self.primary
        self._nodes[self.primary].upstream = None

    async def rejoin(self) -> None:
        """Bring the former primary back as the synchronous standby, rewound to where their pasts part.

        Where `pg_rewind` refuses, its data is thrown away for a fresh copy.
        """
        node, unit = self._nodes[self.standby], self._units[self.standby]
        node.upstream = self._units[self.primary].site
        source = _conninfo(node.upstream, node.name)
        try:
            # What it wrote is synced by the server that starts on it, as after a crash; twice took half of the time.
            await run_program(
                unit.site, "pg_rewind", "--no-sync", "-D", unit.site.home, f"--source-server={source}"
            )
        except ServerError:
            shutil.rmtree(unit.site.home)
        async with self.connection(self.primary) as connection:
            # The copy is consistent at the end of what was written, which an idle primary is in no hurry to flush.
            await connection.execute("select pg_logical_emit_message(false, 'rejoin', '', true)")
        await unit.start()
        await self.in_sync()

    async def in_sync(self) -> None:
        """Wait until commits wait for the standby and it keeps up; raises ServerError when it never does."""
        deadline = monotonic() + _PATIENCE_S
        while not await self._is_in_sync():
            if monotonic() > deadline:
                log = self._units[self.standby].site.log_tail()
                raise ServerError(
                    f"{self.standby} did not become a synchronous standby; its log says:\n{log}"
                )
            await asyncio.sleep(0.02)

    async def _is_in_sync(self) -> bool:
        async with self.connection(self.primary) as connection:
            state = await connection.fetchval(
                "select sync_state from pg_stat_replication where application_name = $1 and state = 'streaming'",
                self.standby,
            )
        return state in {"sync", "quorum"}

    @asynccontextmanager
    async def connection(self, name: str) -> AsyncIterator[asyncpg.Connection]:
        """A superuser's connection to one of the two."""
        connection = await asyncpg.connect(self.node_url(name), timeout=5)
        try:
            yield connection
        finally:
            connection.terminate()

    async def _start(self) -> None:
        opened = open_folder(self._folder, Postgres().programs())
        self._lock = opened.lock
        for name in NAMES:
            self._nodes[name] = _Node(name)
            self._units[name] = Unit(self._nodes[name], self._folder, opened.password, opened.identity)
        first, second = self._nodes[self.primary], self._nodes[self.standby]
        site = self._units[self.primary].site
        first.synchronous = False
        await self._units[self.primary].start()
        second.upstream = site
        await self._units[self.standby].start()
        first.synchronous = True
        first.configure(site)
        async with self.connection(self.primary) as connection:
            await connection.execute("select pg_reload_conf()")
        await self.in_sync()

    def _both(self, user: str, database: str) -> str:
        sites = [unit.site for unit in self._units.values()]
        hosts = ",".join(f"127.0.0.1:{site.port}" for site in sites)
        query = "sslmode=disable&target_session_attrs=primary"
        return f"postgresql://{user}:{sites[0].password}@{hosts}/{database}?{query}"

    async def _stop(self) -> None:
        # The primary first: stopping, it waits until its standby has everything.
        for name in (self.primary, self.standby):
            if name in self._units:
                await self._units[name].stop()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
