"""What a connector yields: messages as they came off the wire, and the health of their producers.

A connector owns its connection: it authenticates, recovers, reconnects and backs off by itself. Nothing it yields has
been parsed, so that what is recorded can be replayed to the byte.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Received:
    """One message.

    `at_ns` is when it came off the socket (Unix time, nanoseconds). `channel` is the UOF routing key, and empty for
    Betfair. `payload` is exactly one message: an XML document, or a JSON line without its line end.
    """

    at_ns: int
    channel: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class Health:
    """A producer went down, or is whole again.

    While it is down its prices may be stale and nothing may be sold on them; `up` is only said once everything missed
    has been received. `producer` is a UOF product number in digits, or the name of the stream. `reason` is a short
    word, such as `alive_interval` or `first_recovery`.
    """

    producer: str
    up: bool
    reason: str
    at_ns: int


class Connector(Protocol):
    """A live source of one feed."""

    def messages(self) -> AsyncIterator[Received | Health]:
        """Yield until `close`, through every loss of the connection.

        Messages come in the order of their arrival. What makes a producer whole was yielded before its `Health` says
        so; that it is down may be said before messages that arrived earlier. Raises only what no retry can mend, such
        as refused credentials.
        """
        ...

    async def close(self) -> None:
        """End `messages` and the connection."""
        ...
