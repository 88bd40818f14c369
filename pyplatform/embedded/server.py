"""What the three servers have in common."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Protocol

import msgspec

from pyplatform.embedded.child import Child
from pyplatform.embedded.identity import Identity
from pyplatform.kernel.errors import PlatformError

_LOG_TAIL_BYTES = 2_000


class ServerError(PlatformError):
    """An embedded server could not start, or ended by itself; the message carries the end of its log."""


class Site(msgspec.Struct, frozen=True):
    """Where one server lives: its folder, log file, port on 127.0.0.1, password, and the user it runs as."""

    home: Path
    log: Path
    port: int
    password: str
    identity: Identity

    def write(self, path: Path, content: str) -> None:
        """Write a file of the server, readable by its user alone."""
        # Always a new file: the folder is the server's, and a link in it must not lead us, who may be root, astray.
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            if os.geteuid() != self.identity.uid:
                os.fchown(descriptor, self.identity.uid, self.identity.gid)
            file.write(content)

    def log_tail(self) -> str:
        """Last lines of the server's log, for an error message."""
        with contextlib.suppress(OSError), self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _LOG_TAIL_BYTES))
            return file.read().decode("utf-8", "replace").strip()
        return ""


class Server(Protocol):
    """One kind of server; it holds no state, everything about an instance is in its `Site`."""

    name: str
    """Name of its folder, log file and commands."""
    setting: str
    """Field of `Settings` that its address fills."""
    stop_signal: int
    """Signal that makes it end in good order, and that it gets when we die."""

    def programs(self) -> list[Path]:
        """Files that its user must be able to execute."""
        ...

    async def prepare(self, site: Site) -> list[str | Path]:
        """Write configuration (and, the first time, empty data) and return the command to run."""
        ...

    async def ready(self, site: Site) -> bool:
        """Whether it serves now."""
        ...

    async def finish(self, site: Site) -> None:
        """Do what needs the running server, once it is ready; must be repeatable."""
        ...

    def url(self, site: Site) -> str:
        """Address with credentials, for clients."""
        ...


async def until_ready(server: Server, site: Site, child: Child, patience_s: float) -> None:
    """Wait until the server serves; raises ServerError when it ends or patience runs out."""
    try:
        async with asyncio.timeout(patience_s):
            while not await server.ready(site):
                if not child.running:
                    status = await child.wait()
                    raise ServerError(
                        f"{server.name} ended with status {status}; its log says:\n{site.log_tail()}"
                    )
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise ServerError(
            f"{server.name} was not ready within {patience_s:.0f} s; its log says:\n{site.log_tail()}"
        ) from None


async def ask(port: int, request: bytes, answer_end: bytes = b"\r\n") -> bytes:
    """Send one request over TCP and return the answer's first line; b"" if nobody answers yet."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return b""
    try:
        writer.write(request)
        return await reader.readuntil(answer_end)
    except (OSError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
