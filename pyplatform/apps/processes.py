"""A role in a process of its own, seen from the supervisor."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pyplatform.embedded.child import Child, open_log
from pyplatform.kernel.errors import PlatformError

READY_VARIABLE: Final = "PYPLATFORM_READY_FD"
"""Names the descriptor on which a role writes one line when it is ready: the address it serves, or nothing."""

_START_S: Final = 60.0
_STOP_S: Final = 15.0
_LOG_TAIL_BYTES: Final = 1_500


class _LastWord(msgspec.Struct):
    event: str = ""
    error: str = ""


def announce_ready(address: str = "") -> None:
    """Tell the supervisor, if there is one, that this role is ready; later calls do nothing."""
    descriptor = os.environ.pop(READY_VARIABLE, "")
    if descriptor:
        with os.fdopen(int(descriptor), "w", encoding="utf-8") as pipe, contextlib.suppress(BrokenPipeError):
            pipe.write(f"{address}\n")


def role_of(name: str) -> str:
    """The role a process plays: `feed-betfair` is a `feed`."""
    return name.partition("-")[0]


class RoleProcess:
    """One role: `pyplatform serve ROLE …` as a child that dies with us.

    Where several processes play a role, their names follow it after a hyphen.
    """

    def __init__(
        self, role: str, arguments: Sequence[str], env: Mapping[str, str], log: Path | None = None
    ) -> None:
        self.role = role
        self.address = ""
        """What the role announced, such as the URL it serves."""
        self._command = [sys.executable, "-m", "pyplatform.apps.cli", "serve", role_of(role), *arguments]
        self._env = {**os.environ, **env}
        self._log = log
        self._child: Child | None = None

    async def start(self) -> None:
        """Start the process and wait until it is ready; raises PlatformError when it ends before or takes too long."""
        read_end, write_end = os.pipe()
        log = None if self._log is None else open_log(self._log)
        try:
            # Should we be killed, a role must not linger over its farewell: its work is safe at any moment.
            child = self._child = Child.start(
                self._command,
                death_signal=signal.SIGKILL,
                output=log,
                env={**self._env, READY_VARIABLE: str(write_end)},
                keep_open=[write_end],
            )
        except BaseException:
            os.close(read_end)
            raise
        finally:
            os.close(write_end)
            if log is not None:
                os.close(log)
        try:
            async with asyncio.timeout(_START_S):
                line = await _read_line(read_end)
        except TimeoutError:
            await child.stop(patience_s=_STOP_S)
            raise PlatformError(f"{self.role} is not ready after {_START_S:.0f} s{self.log_tail()}") from None
        if not line:
            status = await child.stop()
            raise PlatformError(f"{self.role} ended at its start with status {status}{self.log_tail()}")
        self.address = line.strip()

    @property
    def pid(self) -> int:
        """Process id; 0 before the start."""
        return 0 if self._child is None else self._child.pid

    async def wait(self) -> int:
        """Wait for the process to end; returns its status, negative for a signal."""
        if self._child is None:
            raise PlatformError(f"{self.role} is not started")
        return await self._child.wait()

    async def stop(self) -> None:
        """Ask it to end its work, kill it after 15 s; repeatable."""
        if self._child is not None:
            await self._child.stop(patience_s=_STOP_S)

    def kill(self, number: int) -> None:
        """Send a signal, as a fault would."""
        if self._child is not None:
            self._child.send(number)

    def log_tail(self) -> str:
        """The last lines it wrote, introduced, for an error message; empty when it writes to our own output."""
        with contextlib.suppress(OSError):
            if self._log is not None:
                text = self._log.read_bytes()[-_LOG_TAIL_BYTES:].decode("utf-8", "replace").strip()
                if reason := _reason(text):
                    return f": {reason}"
                return f"; its log ({self._log}) ends:\n{text}"
        return ""


def _reason(log: str) -> str:
    """The sentence with which a role that knows why it fails ends its log; empty if it ended otherwise."""
    with contextlib.suppress(msgspec.DecodeError):
        last = msgspec.json.decode(log.rpartition("\n")[2], type=_LastWord)
        return last.error if last.event == "role failed" else ""
    return ""


async def _read_line(descriptor: int) -> str:
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(descriptor, "rb", 0)
    )
    try:
        return (await reader.readline()).decode()
    finally:
        transport.close()
