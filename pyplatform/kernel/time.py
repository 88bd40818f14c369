"""The wall clock, in the one unit the platform uses."""

from time import time_ns


def now_ns() -> int:
    """Nanoseconds since the Unix epoch, UTC."""
    return time_ns()
