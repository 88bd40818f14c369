"""Which user the servers run as: Postgres refuses root, so root hands them to somebody less powerful."""

import os
import pwd
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

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


def _in_namespace() -> Identity:
    # The uid inside needs a name, or initdb refuses: any ordinary account will do, it grants nothing.
    user = _ordinary_user()
    if user is None:
        raise PlatformError(
            "Postgres refuses to run as root and this machine has no user 'nobody': run as a user"
        )
    return Identity(f"namespace:{user.pw_uid}", os.geteuid(), os.getegid())


def choose(programs: Iterable[Path], folder: Path) -> Identity:
    """Pick the identity for servers whose data is in `folder` (absolute); data that exists decides.

    As root: an ordinary account if it can reach both the programs and the folder. Else (a home folder closed
    to others) a user namespace, where the servers may use root's files but hold none of root's powers.
    """
    me = os.geteuid()
    data = folder / "postgres"
    if data.exists():
        owner = data.stat()
        if me not in {0, owner.st_uid}:
            raise PlatformError(
                f"the data in {folder} belongs to user {owner.st_uid}: "
                "run as that user, or choose another folder with --data"
            )
        if me == 0:
            return _in_namespace() if owner.st_uid == 0 else _dropped(owner.st_uid, owner.st_gid)
    if me != 0:
        return Identity("same", me, os.getegid())
    user = _ordinary_user()
    if user is not None and _reachable(programs, folder):
        return _dropped(user.pw_uid, user.pw_gid)
    return _in_namespace()


def _dropped(uid: int, gid: int) -> Identity:
    return Identity(f"{uid}:{gid}", uid, gid)
