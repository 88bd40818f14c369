"""Become a child that dies with its parent: a small program that prepares the process, then executes another.

Run as a script by `child.py` with `python -I -S`, so it must import nothing but the standard library. It is a
program of its own, and not a `preexec_fn`, because Python code between fork and exec can deadlock.

    spawn.py PARENT_PID DEATH_SIGNAL IDENTITY COMMAND [ARGUMENT…]

IDENTITY is `same`, `UID:GID` (drop to that user) or `namespace:UID` (keep the user, but appear as UID inside
a user namespace, for programs that refuse to run as root).
"""

import ctypes
import os
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000
CANNOT_PREPARE = 126


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _enter_namespace(libc: ctypes.CDLL, uid: str) -> None:
    outside_uid, outside_gid = os.geteuid(), os.getegid()
    _check(libc.unshare(CLONE_NEWUSER), "cannot make a user namespace")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{uid} {outside_uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{uid} {outside_gid} 1", encoding="ascii")


def _take_identity(libc: ctypes.CDLL, identity: str) -> None:
    if identity == "same":
        return
    kind, _, value = identity.partition(":")
    if kind == "namespace":
        _enter_namespace(libc, value)
    else:
        os.setgroups([])
        os.setgid(int(value))
        os.setuid(int(kind))


def main(arguments: list[str]) -> None:
    """Prepare this process as told and replace it with the command; never returns."""
    parent, death_signal, identity, *command = arguments
    libc = ctypes.CDLL(None, use_errno=True)
    try:
        _take_identity(libc, identity)
        if sys.platform == "linux":
            # After the change of user, which clears it. The signal is bound to the parent's *thread*.
            _check(libc.prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0), "cannot ask for a death signal")
            if os.getppid() != int(parent):
                raise OSError(0, "the parent ended before its child began")
        os.execv(command[0], command)  # noqa: S606 - no shell is the point
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror or error}\n")
        os._exit(CANNOT_PREPARE)


if __name__ == "__main__":
    main(sys.argv[1:])
