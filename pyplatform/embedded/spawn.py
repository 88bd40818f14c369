"""Become a child that dies with its parent: a small program that prepares the process, then executes another.

Run as a script by `child.py` with `python -I -S`, so it must import nothing but the standard library. It is a
program of its own, and not a `preexec_fn`, because Python code between fork and exec can deadlock.

    spawn.py PARENT_PID DEATH_SIGNAL IDENTITY COMMAND [ARGUMENT…]

IDENTITY is `same`, `UID:GID` (drop to that user), `namespace:UID` (keep the user, but appear as UID inside a user
namespace) or `capable:UID:GID` (drop to that user, but reach files as root does). The last two are for programs
that refuse to run as root where an ordinary user cannot reach what they need.
"""

import ctypes
import os
import sys
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CLONE_NEWUSER = 0x10000000
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE = 1
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


def _drop(uid: str, gid: str) -> None:
    os.setgroups([])
    os.setgid(int(gid))
    os.setuid(int(uid))


def _drop_but_reach_files(libc: ctypes.CDLL, uid: str, gid: str) -> None:
    _check(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0), "cannot keep a capability")
    _drop(uid, gid)
    kept = 1 << CAP_DAC_OVERRIDE
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)(kept, kept, kept)  # effective, permitted, inheritable; their high halves
    _check(libc.capset(header, sets), "cannot set capabilities")
    _check(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0), "cannot hand one on")


def _take_identity(libc: ctypes.CDLL, identity: str) -> None:
    match identity.split(":"):
        case ["same"]:
            return
        case ["namespace", uid]:
            _enter_namespace(libc, uid)
        case ["capable", uid, gid]:
            _drop_but_reach_files(libc, uid, gid)
        case [uid, gid]:
            _drop(uid, gid)
        case _:
            raise OSError(0, f"no such identity: {identity}")


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
