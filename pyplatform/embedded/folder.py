"""The data folder of some servers: made, locked for one supervisor, with a password and a user who owns the data."""

import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pyplatform.embedded.identity import Identity, choose
from pyplatform.embedded.locks import lock_folder
from pyplatform.kernel.errors import PlatformError


class DataFolder(msgspec.Struct, frozen=True):
    """An open folder: close `lock`, a descriptor, when its servers have ended."""

    lock: int
    identity: Identity
    password: str


def open_folder(folder: Path, programs: Sequence[Path]) -> DataFolder:
    """Make the folder (absolute) ready for servers that run `programs`; raises PlatformError saying why not."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / "logs").mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise PlatformError(
            f"cannot use the data folder {folder}: {error.strerror}; choose another with --data"
        ) from error
    lock = lock_folder(folder)
    try:
        identity = choose(programs, folder)
        if identity.uid != os.geteuid():
            folder.chmod(0o711)  # the servers' user must pass, and may list nothing
        return DataFolder(lock, identity, _password(folder))
    except BaseException:
        os.close(lock)
        raise


def derived(password: str, name: str) -> str:
    """A password made of another one, which it does not tell: whoever holds it may do what `name` may, and no more."""
    return hmac.digest(password.encode(), name.encode(), "sha256").hex()


def _password(folder: Path) -> str:
    path = folder / "password"
    if not path.exists():
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(24), encoding="ascii")
        fresh.replace(path)
    return path.read_text(encoding="ascii")
