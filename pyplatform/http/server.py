"""Serving an application inside this process's own event loop.

Granian's embedded server costs the same CPU a request as its spawned workers (23 µs, measured), and a process
killed outright leaves nothing behind, while a spawned worker lived on and kept the port.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

from granian._granian import SocketHolder
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from pyplatform.http.app import App
from pyplatform.kernel.errors import PlatformError

BACKLOG: Final = 8192
"""Connections that may wait to be accepted, and as many that Granian serves at once, idle ones included."""
SEND_BUFFER: Final = 32 * 1024
"""SO_SNDBUF of every connection: a stalled WebSocket holds this much stale data, not megabytes."""
STOP_SECONDS: Final = 10.0
_LOGGING: Final[dict[str, Any]] = {"handlers": {}, "loggers": {"_granian": {"propagate": True}}}


class Running(NamedTuple):
    """A server at work: the port really bound, and the task that ends when it stops."""

    port: int
    task: asyncio.Task[None]


class _Embedded(Server):
    """Granian on a socket of ours: a taken port is an error, not a second listener, and port 0 works."""

    def __init__(self, app: App, descriptor: int, port: int) -> None:
        self._descriptor = descriptor
        settings: Any = {"log_level": LogLevels.error, "log_dictconfig": _LOGGING}
        super().__init__(app, port=port, interface=Interfaces.RSGI, backlog=BACKLOG, **settings)

    def _init_shared_socket(self) -> None:
        self._ssp = None
        self._shd = SocketHolder(self._descriptor, False, BACKLOG)  # type: ignore[call-arg,assignment]


@asynccontextmanager
async def serving(app: App, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[Running]:
    """Serve while the context lasts; port 0 takes a free one. Raises PlatformError if the address cannot be had.

    At the end no new connection is taken, WebSockets are ended and requests in hand have 10 s to finish.
    """
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        listener.setblocking(False)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        advice = "stop what listens there or choose another port"
        raise PlatformError(f"cannot listen on {host}:{port}: {error.strerror}; {advice}") from error
    bound = listener.getsockname()[1]
    server = _Embedded(app, listener.detach(), bound)  # the descriptor is Granian's from here on
    task = asyncio.create_task(server.serve())
    try:
        yield Running(bound, task)
    finally:
        for opened in list(app.open_sockets):
            opened.close()
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait((task,), timeout=STOP_SECONDS)


async def serve(app: App, host: str, port: int, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, the server breaks or the task is cancelled."""
    async with serving(app, host, port) as running:
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((stopping, running.task), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
