"""The wall clock, in the one unit the platform uses."""

from datetime import datetime
from time import monotonic_ns, time_ns
from typing import Annotated

from msgspec import Meta

Moment = Annotated[datetime, Meta(tz=True)]
"""A time as people and other programs read it: with its zone, RFC 3339 in JSON."""


def now_ns() -> int:
    """Nanoseconds since the Unix epoch, UTC."""
    return time_ns()


def ns_of(moment: datetime) -> int:
    """Nanoseconds since the Unix epoch; raises ValueError for a time before 1970 or after 2200."""
    if not 1970 <= moment.year <= 2200:
        raise ValueError("use a time between 1970 and 2200")
    return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1_000


class SteadyClock:
    """The wall clock as it was when this was made, carried on by the monotonic one: it never jumps.

    A writer journals its time, and an hour journaled too far ahead would let every bet expire until the hour is over.
    """

    __slots__ = ("_offset",)

    def __init__(self) -> None:
        self._offset = time_ns() - monotonic_ns()

    def now(self) -> int:
        """Nanoseconds since the Unix epoch, UTC."""
        return self._offset + monotonic_ns()
