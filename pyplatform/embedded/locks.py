"""Locks on files in the data folder; the kernel drops them when the last process that holds them is gone."""

import asyncio
import fcntl
import os
from pathlib import Path

from pyplatform.kernel.errors import PlatformError


def open_lock(path: Path) -> int:
    """Open the lock file at `path` without locking it; returns a descriptor for the caller to close."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def try_lock(descriptor: int) -> bool:
    """Take the lock if it is free; it is held until every copy of the descriptor is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_folder(folder: Path) -> int:
    """Become the one supervisor of `folder`; raises PlatformError naming the process that is it already."""
    descriptor = open_lock(folder / "supervisor.lock")
    if not try_lock(descriptor):
        holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise PlatformError(
            f"the data folder {folder} is in use by process {holder}: stop it, or choose another with --data"
        )
    os.truncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
    return descriptor


async def lock_server(path: Path, patience_s: float) -> int:
    """Lock one server's place, waiting for processes of an earlier run to go.

    The descriptor is handed to the server and so to all its children: the lock is free exactly when all ended.
    """
    descriptor = open_lock(path)
    try:
        async with asyncio.timeout(patience_s):
            while not try_lock(descriptor):  # noqa: ASYNC110 - a file lock sets no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        os.close(descriptor)
        raise PlatformError(
            f"{path.stem} of an earlier run is still ending after {patience_s:.0f} s "
            f"(its processes hold {path}): end them and start again"
        ) from None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
