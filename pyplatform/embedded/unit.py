"""One supervised server: start, readiness, end, restart."""

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

from pyplatform.embedded.child import Child, open_log
from pyplatform.embedded.identity import Identity
from pyplatform.embedded.locks import lock_server
from pyplatform.embedded.server import Server, ServerError, Site, until_ready

_EARLIER_RUN_S: Final = 30.0
_START_S: Final = 120.0
_STOP_S: Final = 20.0


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Unit:
    """A server at its site, and the child process that runs it."""

    def __init__(self, server: Server, folder: Path, password: str, identity: Identity) -> None:
        self.server = server
        self._lock_file = folder / f"{server.name}.lock"
        self.site = Site(
            home=folder / server.name,
            log=folder / "logs" / f"{server.name}.log",
            port=free_port(),
            password=password,
            identity=identity,
        )
        self.child: Child | None = None

    async def start(self) -> Child:
        """Start the server and wait until it serves; the port stays the same over restarts."""
        lock = await lock_server(self._lock_file, _EARLIER_RUN_S)
        log = open_log(self.site.log)
        try:
            self.site.home.mkdir(mode=0o700, exist_ok=True)
            self.site.identity.own(self.site.home)
            command = await self.server.prepare(self.site)
            child = self.child = Child.start(
                command,
                death_signal=self.server.stop_signal,
                identity=self.site.identity.code,
                output=log,
                cwd=self.site.home.parent,
                keep_open=[lock],
            )
        finally:
            os.close(log)
            os.close(lock)
        await until_ready(self.server, self.site, child, _START_S)
        await self.server.finish(self.site)
        return child

    async def stop(self) -> None:
        """Stop the server in good order; nothing happens if it does not run."""
        if self.child is not None:
            await self.child.stop(self.server.stop_signal, _STOP_S)

    async def emptied(self) -> None:
        """Wait until every process of the server is gone; raises PlatformError when they stay."""
        os.close(await lock_server(self._lock_file, _EARLIER_RUN_S))

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Send the server a signal, as a fault would: its end counts as unexpected."""
        if self.child is None or not self.child.running:
            raise ServerError(f"{self.server.name} does not run")
        self.child.send(number)


Deaths = Callable[[str, int, str], None]
"""Told when a server ends by itself: its name, exit status (negative: signal) and the end of its log."""
