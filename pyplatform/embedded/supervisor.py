"""The servers of one data folder, started together, watched, and stopped together."""

import asyncio
import os
import signal
from collections.abc import Collection, Coroutine, Iterable
from pathlib import Path
from time import monotonic
from typing import Final

import msgspec

from pyplatform.embedded.folder import derived, open_folder
from pyplatform.embedded.locks import open_lock, try_lock
from pyplatform.embedded.nats import Nats
from pyplatform.embedded.postgres import DATABASE, Postgres
from pyplatform.embedded.server import Server, ServerError
from pyplatform.embedded.unit import Deaths, Unit
from pyplatform.embedded.valkey import Valkey
from pyplatform.embedded.whole import Whole
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError

_SERVERS: Final[tuple[Server, ...]] = (Postgres(), Nats(), Valkey())
_RESTARTS_IN_A_ROW: Final = 5
_RESTART_PAUSE_S: Final = 0.2
_HEALTHY_S: Final = 60.0


class Embedded(Whole):
    """Postgres, NATS and Valkey as child processes; those with an address in the environment stay outside.

    `async with Embedded(folder) as servers:` and use `servers.settings`. `on_death` hears of a server that
    ended by itself; names in `restart` are then started again, at most five times in a row.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        outside: Settings | None = None,
        on_death: Deaths | None = None,
        restart: Collection[str] = (),
    ) -> None:
        self.folder = Path(folder).expanduser().resolve()
        self.settings = Settings.from_env(require_servers=False) if outside is None else outside
        self._on_death = on_death
        self._restart = frozenset(restart)
        self._units: dict[str, Unit] = {}
        self._watchers: dict[str, asyncio.Task[None]] = {}
        self._lock: int | None = None
        self._password = ""
        self._failure: asyncio.Future[PlatformError] | None = None

    @property
    def names(self) -> list[str]:
        """Names of the servers that run embedded."""
        return list(self._units)

    @property
    def postgres_admin_url(self) -> str:
        """Superuser's address of our database in the embedded Postgres: for set-up and fault tests."""
        return Postgres().admin_url(self._unit("postgres").site, DATABASE)

    def password_of(self, name: str) -> str:
        """A password for some user of our servers, the same at every start of the folder."""
        return derived(self._password, name)

    def pid(self, name: str) -> int:
        """Process id of a server."""
        child = self._unit(name).child
        if child is None:
            raise ServerError(f"{name} does not run")
        return child.pid

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Send a server a signal, as a fault would; `on_death` and the restart policy apply."""
        self._unit(name).kill(number)

    async def restart(self, name: str) -> None:
        """Stop a server if it runs and start it again on the same port; returns when it serves."""
        unit = self._unit(name)
        await self._unwatch(name)
        await unit.stop()
        await self._run(unit)

    async def failure(self) -> PlatformError:
        """Wait until a server ends by itself and is not restarted; returns what happened."""
        if self._failure is None:
            raise ServerError("the servers are not started")
        return await asyncio.shield(self._failure)

    def _unit(self, name: str) -> Unit:
        try:
            return self._units[name]
        except KeyError:
            raise ServerError(
                f"no embedded server {name!r} here; there are: {', '.join(self._units) or 'none'}"
            ) from None

    async def _start(self) -> None:
        self._failure = asyncio.get_running_loop().create_future()
        wanted = [server for server in _SERVERS if not getattr(self.settings, server.setting)]
        if not wanted:
            return
        self._prepare_folder(wanted)
        await _all_or_none(self._run(unit) for unit in self._units.values())
        addresses = {unit.server.setting: unit.server.url(unit.site) for unit in self._units.values()}
        self.settings = msgspec.structs.replace(self.settings, **addresses)
        note = self.folder / "running.json"
        note.touch(mode=0o600)
        note.write_bytes(msgspec.json.encode(self.settings))

    def _prepare_folder(self, wanted: list[Server]) -> None:
        opened = open_folder(self.folder, [path for server in wanted for path in server.programs()])
        self._lock, self._password = opened.lock, opened.password
        self._units = {
            server.name: Unit(server, self.folder, self._server_password(server), opened.identity)
            for server in wanted
        }

    def _server_password(self, server: Server) -> str:
        """The folder's own is Postgres' owner's; who knows the addresses of the others does not know it."""
        return self._password if server.name == Postgres.name else self.password_of(server.name)

    async def _run(self, unit: Unit) -> None:
        await unit.start()
        name = unit.server.name
        self._watchers[name] = asyncio.create_task(self._watch(unit), name=f"watch {name}")

    async def _watch(self, unit: Unit) -> None:
        name = unit.server.name
        failure: PlatformError | None = None
        deaths = 0
        while failure is None and (child := unit.child) is not None:
            born = monotonic()
            status = await child.wait()
            tail = unit.site.log_tail()
            if self._on_death is not None:
                self._on_death(name, status, tail)
            deaths = 1 if monotonic() - born > _HEALTHY_S else deaths + 1
            if name not in self._restart or deaths > _RESTARTS_IN_A_ROW:
                failure = ServerError(f"{name} ended with status {status}; its log says:\n{tail}")
                break
            await asyncio.sleep(_RESTART_PAUSE_S * (deaths - 1))
            try:
                await unit.start()
            except PlatformError as error:
                failure = error
        if failure is not None and self._failure is not None and not self._failure.done():
            self._failure.set_result(failure)

    async def _unwatch(self, name: str) -> None:
        watcher = self._watchers.pop(name, None)
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher])

    async def _stop(self) -> None:
        for name in list(self._watchers):
            await self._unwatch(name)
        await asyncio.gather(*(unit.stop() for unit in self._units.values()))
        self._units.clear()
        if self._lock is not None:
            (self.folder / "running.json").unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


async def _all_or_none(starts: Iterable[Coroutine[object, object, None]]) -> None:
    tasks = [asyncio.ensure_future(start) for start in starts]
    try:
        await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        raise


def running_settings(folder: Path | str) -> Settings | None:
    """Addresses of the servers that run on `folder` now under another process, or None."""
    folder = Path(folder).expanduser().resolve()
    try:
        descriptor = open_lock(folder / "supervisor.lock")
        found = msgspec.json.decode((folder / "running.json").read_bytes(), type=Settings)
    except (OSError, msgspec.DecodeError):
        return None
    try:
        return None if try_lock(descriptor) else found
    finally:
        os.close(descriptor)
