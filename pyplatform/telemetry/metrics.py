"""Counters as plain integers; exporters and screens read them when they want to."""

from collections.abc import Callable
from typing import Final, Literal

import msgspec

Kind = Literal["counter", "gauge"]


class Instrument(msgspec.Struct, frozen=True):
    """A registered number: how it is named, what it counts (UCUM unit) and how to read it."""

    name: str
    kind: Kind
    unit: str
    description: str
    read: Callable[[], int | float]


_instruments: Final[dict[str, Instrument]] = {}
_listeners: Final[list[Callable[[Instrument], None]]] = []


def _register(instrument: Instrument) -> None:
    _instruments[instrument.name] = instrument
    for listener in _listeners:
        listener(instrument)


class Counter:
    """A number that only rises: `counter.value += 1` costs what an attribute costs.

    A second counter of the same name takes the first one's place, as when a part starts anew in one process.
    """

    __slots__ = ("value",)

    def __init__(self, name: str, description: str, unit: str = "1") -> None:
        self.value = 0
        _register(Instrument(name, "counter", unit, description, lambda: self.value))


class Gauge:
    """A number read at the moment somebody looks, such as the length of a queue."""

    __slots__ = ()

    def __init__(self, name: str, description: str, read: Callable[[], int | float], unit: str = "1") -> None:
        _register(Instrument(name, "gauge", unit, description, read))


def readings() -> dict[str, int | float]:
    """All registered numbers now, by name."""
    return {name: instrument.read() for name, instrument in _instruments.items()}


def on_instrument(listener: Callable[[Instrument], None]) -> None:
    """Call `listener` for every instrument there is and every one to come."""
    _listeners.append(listener)
    for instrument in list(_instruments.values()):
        listener(instrument)


def forget_listener(listener: Callable[[Instrument], None]) -> None:
    """Undo `on_instrument`."""
    _listeners.remove(listener)
