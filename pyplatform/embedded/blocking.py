"""The embedded servers for callers without an event loop: tests, benchmarks, scripts."""

import asyncio
import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from pyplatform.embedded.supervisor import Embedded
from pyplatform.embedded.unit import Deaths
from pyplatform.kernel.config import Settings

_CALL_S: Final = 180.0


class Servers:
    """Handle on servers that live on a thread of their own."""

    def __init__(self, embedded: Embedded) -> None:
        self.embedded = embedded
        self._loop = asyncio.get_running_loop()
        self._end = asyncio.Event()

    @property
    def settings(self) -> Settings:
        """Addresses of the servers."""
        return self.embedded.settings

    def kill(self, name: str) -> None:
        """Kill a server at once, as a fault would."""
        self._loop.call_soon_threadsafe(self.embedded.kill, name)

    def restart(self, name: str) -> None:
        """Stop a server if it runs, start it again, return when it serves."""
        asyncio.run_coroutine_threadsafe(self.embedded.restart(name), self._loop).result(_CALL_S)

    def end(self) -> None:
        """Stop the servers; whoever made this handle waits for it."""
        self._loop.call_soon_threadsafe(self._end.set)

    async def ended(self) -> None:
        """Wait, on the servers' own thread, until `end` is called."""
        await self._end.wait()


@contextmanager
def running(
    folder: Path | str,
    *,
    outside: Settings | None = None,
    on_death: Deaths | None = None,
    restart: Collection[str] = (),
) -> Iterator[Servers]:
    """Run the servers of `folder` while the `with` block lasts; arguments as for `Embedded`."""
    started: Future[Servers] = Future()

    async def live() -> None:
        async with Embedded(folder, outside=outside, on_death=on_death, restart=restart) as embedded:
            servers = Servers(embedded)
            started.set_result(servers)
            await servers.ended()

    def run() -> None:
        try:
            asyncio.run(live())
        except BaseException as error:
            if started.done():
                raise
            started.set_exception(error)

    # The servers' death signal is bound to this thread, which therefore ends only after them.
    thread = threading.Thread(target=run, name="embedded servers")
    thread.start()
    try:
        servers = started.result()
    except BaseException:  # they failed to start, or we were interrupted: then they stop once they are up
        started.add_done_callback(_end_if_started)
        thread.join()
        raise
    try:
        yield servers
    finally:
        servers.end()
        thread.join()


def _end_if_started(started: "Future[Servers]") -> None:
    if started.exception() is None:
        started.result().end()
