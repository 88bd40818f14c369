"""Which user the servers run as: Postgres refuses root, so root hands them to somebody less powerful."""

import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from pyplatform.embedded.child import SPAWN
from pyplatform.kernel.errors import PlatformError

_CANDIDATES: Final = ("postgres", "nobody")
_OTHERS_PASS: Final = 0o001
_OTHERS_RUN: Final = 0o005


class Identity(msgspec.Struct, frozen=True):
    """`code` is the IDENTITY argument of `spawn.py`; files of the servers belong to `uid` and `gid`."""

    code: str
    uid: int
    gid: int

    def own(self, *paths: Path) -> None:
        """Hand the paths to this identity, where they are not already its own."""
        for path in paths:
            if path.stat().st_uid != self.uid:
                os.chown(path, self.uid, self.gid)


def _reachable(programs: Iterable[Path], folder: Path) -> bool:
    places = [*programs, folder / "postgres"]
    ancestors = {parent for place in places for parent in place.parents if parent != folder}
    return all(parent.stat().st_mode & _OTHERS_PASS for parent in ancestors if parent.exists()) and all(
        program.stat().st_mode & _OTHERS_RUN == _OTHERS_RUN for program in programs
    )


def _ordinary_user() -> pwd.struct_passwd | None:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None


def choose(programs: Sequence[Path], folder: Path) -> Identity:
    """Pick the identity for servers whose data is in `folder` (absolute); data that exists decides.

    As root: an ordinary account if it can reach both the programs and the folder. Else (a home folder closed to
    others) a user namespace, in which the servers are root without root's powers, or, where those are forbidden,
    an ordinary account that may open any file.
    """
    me = os.geteuid()
    data = folder / "postgres"
    owner = data.stat() if data.exists() else None
    if owner is not None and me not in {0, owner.st_uid}:
        raise PlatformError(
            f"the data in {folder} belongs to user {owner.st_uid}: "
            "run as that user, or choose another folder with --data"
        )
    if me != 0:
        return Identity("same", me, os.getegid())
    candidates = _for_root(_reachable(programs, folder))
    for candidate in candidates:
        if owner is not None and candidate.uid != owner.st_uid:
            continue
        if _can_run(candidate, programs[0]):
            return candidate
    raise PlatformError(
        f"Postgres refuses to run as root, and nobody else can run it with its data in {folder}: "
        "run as an ordinary user, or choose a folder that others can reach with --data"
    )


def _for_root(reachable: bool) -> list[Identity]:
    user = _ordinary_user()
    if user is None:
        return []
    uid, gid = user.pw_uid, user.pw_gid
    dropped = [Identity(f"{uid}:{gid}", uid, gid)] if reachable else []
    # The uid inside a namespace needs a name, or initdb refuses; whose it is does not matter.
    namespace = Identity(f"namespace:{uid}", os.geteuid(), os.getegid())
    return [*dropped, namespace, Identity(f"capable:{uid}:{gid}", uid, gid)]


def _can_run(identity: Identity, program: Path) -> bool:
    command = [sys.executable, "-I", "-S", SPAWN, str(os.getpid()), str(int(signal.SIGKILL)), identity.code]
    done = subprocess.run([*command, program, "--version"], capture_output=True, check=False)
    return done.returncode == 0
