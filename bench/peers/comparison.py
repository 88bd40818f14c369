"""One row of the table: what we do, what a peer does for the same answer, and how far ahead we must be."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import NoReturn

Operation = Callable[[], object]


class PeerMissingError(Exception):
    """The peer's package is not installed here."""


@dataclass(frozen=True)
class Comparison:
    """Ours and the peer's way to one answer; both are called without arguments, warmed up, then timed in turns."""

    name: str
    must: float | None
    """At least so many times the peer's speed; None where only the figure is wanted."""
    aim: float | None
    ours: Operation
    peer: Operation
    operations: int = 1
    """Operations in a call of `ours`, and of `peer` unless `peer_operations` says otherwise."""
    peer_operations: int | None = None
    peer_name: str = ""
    within_us: float | None = None
    """The goal in microseconds of CPU time an operation, on the machine the goals were set on."""
    agree: Callable[[], bool] | None = None
    """Whether both give the same answer; None where the peer's is known to be another (say why beside it)."""


@dataclass(frozen=True)
class _Missing:
    package: str

    def __call__(self) -> NoReturn:
        raise PeerMissingError(self.package)


def peer(package: str, make: Callable[[ModuleType], Operation]) -> Operation:
    """The operation `make` builds with a peer's package; if that is not installed, the comparison is skipped."""
    try:
        module = import_module(package)
    except ModuleNotFoundError:
        return _Missing(package)
    return make(module)
