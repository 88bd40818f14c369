"""One child process that cannot outlive us: it has a death signal, its end is noticed, it stops in order."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Self

SPAWN: Final = str(Path(__file__).with_name("spawn.py"))
"""The program that prepares a child; see there for its arguments."""
_LOG_LIMIT: Final = 16 * 1024 * 1024


def open_log(path: Path) -> int:
    """Open a log file for appending (mode 0600), setting a large one aside; returns the descriptor."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


class Child:
    """A running child. Start and await it on one event loop; its thread must live as long as the child."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._watch = asyncio.ensure_future(self._notice_end())

    @classmethod
    def start(
        cls,
        command: Sequence[str | Path],
        *,
        death_signal: int = signal.SIGTERM,
        identity: str = "same",
        output: int | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        keep_open: Sequence[int] = (),
    ) -> Self:
        """Start `command` in a session of its own, so that Ctrl-C reaches us alone.

        `output` is the descriptor for stdout and stderr (None: ours); the child keeps those in `keep_open`.
        """
        head = [sys.executable, "-I", "-S", SPAWN, str(os.getpid()), str(int(death_signal)), identity]
        return cls(
            subprocess.Popen(
                [*head, *map(str, command)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=None if env is None else dict(env),
                cwd=cwd,
                pass_fds=tuple(keep_open),
                start_new_session=True,
            )
        )

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the child has not ended as far as we noticed."""
        return not self._ended.done()

    async def wait(self) -> int:
        """Wait for the end; returns the exit status, negative for the signal that ended it."""
        return await asyncio.shield(self._ended)

    def send(self, number: int) -> None:
        """Send a signal; nothing happens if the child has ended."""
        if self.running:
            self._process.send_signal(number)

    async def stop(self, first: int = signal.SIGTERM, patience_s: float = 15.0) -> int:
        """Ask the child to end with `first`, kill it when patience runs out; returns the exit status."""
        self.send(first)
        try:
            async with asyncio.timeout(patience_s):  # Python 3.11's wait_for may swallow a cancellation
                return await self.wait()
        except TimeoutError:
            self.send(signal.SIGKILL)
            return await self.wait()

    async def _notice_end(self) -> None:
        if sys.platform == "linux":
            await self._pidfd_readable()
            status = self._process.wait()
        else:
            status = await asyncio.to_thread(self._process.wait)
        self._ended.set_result(status)

    async def _pidfd_readable(self) -> None:
        loop = asyncio.get_running_loop()
        descriptor = os.pidfd_open(self.pid)
        readable = asyncio.Event()
        loop.add_reader(descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)


def descendants(pid: int) -> list[int]:
    """A process and all that it and its children started, as far as they live now; Linux only."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
            found += map(int, children.split())
    return found
