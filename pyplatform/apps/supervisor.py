"""The whole platform on one machine: servers, migrations, one process a role, started and stopped in order."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Final

import asyncpg

from pyplatform.apps.processes import RoleProcess, role_of
from pyplatform.embedded import Embedded
from pyplatform.embedded.whole import Whole
from pyplatform.eventstore import SERVICES, WRITER, Logins, migrate_all
from pyplatform.eventstore.logins import SERVICES_VARIABLE, WRITER_VARIABLE
from pyplatform.kernel.config import VARIABLES, Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.keys import local_key
from pyplatform.pam.config import KEY_VARIABLE
from pyplatform.wallet.anchors import AnchorConfig
from pyplatform.wallet.guard import guard_journal

START_ORDER: Final = (("wallet", "projector", "snapshots", "feed"), ("trading", "settlement"), ("gateway",))
"""Roles that start together, one group after the other; those left out of `roles` are skipped."""
ONE_OF_EACH: Final = ("wallet", "projector", "snapshots", "trading", "settlement", "gateway")
"""Roles that every platform has once; feeds come beside them, one process each (`feed-betfair`)."""
SUPERUSER_VARIABLE: Final = "PYPLATFORM_SUPERUSER_URL"
UNGUARDED: Final = (
    "the journal's tables are not guarded against their owner: event triggers need a superuser, or the role that a "
    "provider of managed Postgres lets make them. The roles of processes can change nothing all the same. Run "
    f"`pyplatform migrate` once with the address of such a role in {SUPERUSER_VARIABLE}"
)
SERVERS: Final = ("postgres", "nats", "valkey")
"""Servers started again when they die: the record recovers, and the copies are rebuilt from it."""
STOP_ORDER: Final = ("gateway", "trading", "feed", "settlement", "snapshots", "wallet", "projector")
"""First who takes new work, last who writes down what became of it."""

_RESTARTS_IN_A_ROW: Final = 5
_RESTART_PAUSE_S: Final = 0.2
_HEALTHY_S: Final = 60.0

Report = Callable[[str], None]


async def _connect(url: str, variable: str) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url, timeout=10)
    except (OSError, TimeoutError, ValueError, asyncpg.PostgresError) as error:
        raise PlatformError(
            f"cannot use the Postgres of {variable} ({error}): is it running, is the address right?"
        ) from error


async def migrate(settings: Settings, logins: Logins | None = None) -> list[str]:
    """Run the migrations of every room, let processes log in; returns the names of the migrations that ran."""
    connection = await _connect(settings.postgres_url, VARIABLES["postgres_url"])
    try:
        done = await migrate_all(connection)
        if logins is not None:
            await logins.allow(connection)
        return done
    finally:
        await connection.close()


async def guard(settings: Settings, superuser_url: str = "") -> str:
    """Guard the journal against its owner, after migrations; returns "", or in words why it stays unguarded.

    `superuser_url`: address of a role that may make event triggers; else PYPLATFORM_SUPERUSER_URL's, else the owner's.
    """
    superuser_url = superuser_url or os.environ.get(SUPERUSER_VARIABLE, "").strip()
    variable = SUPERUSER_VARIABLE if superuser_url else VARIABLES["postgres_url"]
    connection = await _connect(superuser_url or settings.postgres_url, variable)
    try:
        return "" if await guard_journal(connection) else UNGUARDED
    finally:
        await connection.close()


class Platform(Whole):
    """`async with Platform(folder, roles) as platform:` runs everything until the block ends.

    `arguments` are the command-line arguments of single roles. Servers, and roles named in `restart`, are started
    again when they die, at most five times in a row; any other death is a failure.
    """

    def __init__(
        self,
        folder: Path,
        roles: Collection[str],
        *,
        arguments: Mapping[str, Sequence[str]] | None = None,
        env: Mapping[str, str] | None = None,
        restart: Collection[str] = ("wallet",),
        report: Report = lambda _: None,
        log_to_files: bool = False,
    ) -> None:
        self._roles = [name for group in START_ORDER for name in roles if role_of(name) in group]
        if unknown := set(roles) - set(self._roles):
            raise PlatformError(f"no such role: {', '.join(sorted(unknown))}")
        self._servers = Embedded(folder, on_death=self._server_died, restart=SERVERS)
        self._arguments = dict(arguments or {})
        self._env = dict(env or {})
        self._restart = frozenset(restart)
        self._report = report
        self._log_to_files = log_to_files
        self._logins: Logins | None = None
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._failure: asyncio.Future[PlatformError] | None = None
        self.processes: dict[str, RoleProcess] = {}
        """Running roles by name."""

    @property
    def folder(self) -> Path:
        """Data folder."""
        return self._servers.folder

    @property
    def settings(self) -> Settings:
        """Addresses of the servers."""
        return self._servers.settings

    @property
    def servers(self) -> Embedded:
        """The servers, for fault tests."""
        return self._servers

    @property
    def gateway_url(self) -> str:
        """Where HTTP is served; "" without a gateway."""
        return self.processes["gateway"].address if "gateway" in self.processes else ""

    async def failure(self) -> PlatformError:
        """Wait until a part ends by itself and is not restarted; returns what happened."""
        if self._failure is None:
            raise PlatformError("the platform is not started")
        return await asyncio.shield(self._failure)

    async def run_until(self, stop: Awaitable[object]) -> None:
        """Live until `stop` is done; raises what it raised, or the failure if a part ends before."""
        stopping = asyncio.ensure_future(stop)
        failing = asyncio.ensure_future(self.failure())
        try:
            await asyncio.wait({stopping, failing}, return_when=asyncio.FIRST_COMPLETED)
            if failing.done():
                raise failing.result()
            stopping.result()
        finally:
            failing.cancel()
            stopping.cancel()

    async def add(self, role: str, arguments: Sequence[str]) -> None:
        """Start one more role beside those that run, such as a feed."""
        self._arguments[role] = arguments
        await self._run(role)

    def kill(self, role: str, number: int = signal.SIGKILL) -> None:
        """Send a role a signal, as a fault would."""
        self.processes[role].kill(number)

    async def _start(self) -> None:
        self._failure = asyncio.get_running_loop().create_future()
        began = monotonic()
        await self._servers.__aenter__()
        if names := self._servers.names:
            self._report(f"{', '.join(names)} ready in {monotonic() - began:.1f} s ({self.folder})")
        self._watchers["servers"] = asyncio.create_task(self._watch_servers())
        self._logins = Logins.from_env() or self._own_logins()
        for name in await migrate(self.settings, self._logins):
            self._report(f"migrated {name}")
        own = "postgres" in self._servers.names
        if said := await guard(self.settings, self._servers.postgres_admin_url if own else ""):
            self._report(said)
        self._env |= {**self.settings.to_env(), SUPERUSER_VARIABLE: ""}
        if KEY_VARIABLE not in os.environ and KEY_VARIABLE not in self._env:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._env[KEY_VARIABLE] = local_key(self.folder, "pam")
        if AnchorConfig.from_env() is None:
            self._env |= AnchorConfig.local(self.folder).to_env()
        for group in START_ORDER:
            await asyncio.gather(*(self._run(name) for name in self._roles if role_of(name) in group))

    async def _run(self, role: str) -> None:
        began = monotonic()
        log = self.folder / "logs" / f"{role}.log" if self._log_to_files else None
        if log is not None:
            log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        process = self.processes[role] = RoleProcess(
            role, self._arguments.get(role, ()), self._env_of(role), log
        )
        await process.start()
        self._report(f"{role} ready in {monotonic() - began:.1f} s {process.address}".rstrip())
        self._watchers[role] = asyncio.create_task(self._watch(process))

    def _own_logins(self) -> Logins | None:
        """Those of our own Postgres; whoever brings one without PYPLATFORM_..._PASSWORD is used as its address says."""
        if "postgres" not in self._servers.names:
            return None
        return Logins(self._servers.password_of(WRITER), self._servers.password_of(SERVICES))

    def _env_of(self, role: str) -> dict[str, str]:
        """A role's own environment: who makes journal or snapshots may alone change them, and nobody is their owner."""
        if self._logins is None:
            return self._env
        login = WRITER if role_of(role) in ("wallet", "snapshots") else SERVICES
        address = self._logins.url(self.settings.postgres_url, login)
        passwords = {WRITER_VARIABLE: "", SERVICES_VARIABLE: ""}
        return {**self._env, **passwords, VARIABLES["postgres_url"]: address}

    async def _watch(self, process: RoleProcess) -> None:
        deaths, born = 0, monotonic()
        while True:
            status = await process.wait()
            deaths = 1 if monotonic() - born > _HEALTHY_S else deaths + 1
            what = f"{process.role} ended with status {status}"
            if process.role not in self._restart or deaths > _RESTARTS_IN_A_ROW:
                self._fail(PlatformError(f"{what}{process.log_tail()}"))
                return
            self._report(f"{what}; starting it again")
            await asyncio.sleep(_RESTART_PAUSE_S * deaths)
            born = monotonic()
            try:
                await process.start()
            except PlatformError:
                continue  # what it needs may be on its way back as well; its end counts like any other
            self._report(f"{process.role} is back")

    async def _watch_servers(self) -> None:
        self._fail(await self._servers.failure())

    def _server_died(self, name: str, status: int, _: str) -> None:
        self._report(f"{name} ended by itself with status {status}")

    def _fail(self, error: PlatformError) -> None:
        if self._failure is not None and not self._failure.done():
            self._failure.set_result(error)

    async def _stop(self) -> None:
        for watcher in self._watchers.values():
            watcher.cancel()
        if self._watchers:
            await asyncio.wait(self._watchers.values())
        for role in STOP_ORDER:
            stopping = [process for name, process in self.processes.items() if role_of(name) == role]
            await asyncio.gather(*(process.stop() for process in stopping))
        await self._servers.__aexit__(None, None, None)
