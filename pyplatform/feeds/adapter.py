"""From a feed's own messages to the shape all feeds are published in; one adapter a feed format."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, Protocol

from pyplatform.contracts.feeds import Body
from pyplatform.feeds.received import Received
from pyplatform.kernel.errors import PlatformError


class Told(NamedTuple):
    """What a feed says of a market; no body: it has dropped the market. `feed_time` in ns, 0 where it does not say."""

    market: str
    producer: str
    body: Body | None
    feed_time: int


class Adapter(Protocol):
    """The state of one feed. `whole_on_return`: after an outage all its prices are good again at once; otherwise
    only those it has sent since."""

    whole_on_return: bool

    def apply(self, received: Received) -> None:
        """Take one message into the state; never raises on bad input."""
        ...

    def tell(self) -> Iterator[Told]:
        """What the messages since the last call may have changed, also where it turns out to be the same."""
        ...

    def touch_all(self) -> None:
        """Have the next `tell` speak of every market."""
        ...

    def producer_of(self, named: str) -> str:
        """The producer that a connector's `Health` speaks of."""
        ...

    def problems(self) -> list[str]:
        """What was wrong with messages since the last call, where and why."""
        ...

    @property
    def messages(self) -> int:
        """Messages seen, broken ones included."""
        ...

    @property
    def updates(self) -> int:
        """Updates of markets (Betfair) or events (UOF) applied."""
        ...

    @property
    def broken(self) -> int:
        """Messages that were skipped."""
        ...


def _betfair(producer: str, _descriptions: bytes | None) -> Adapter:
    from pyplatform.feeds.betfair import BetfairAdapter  # noqa: PLC0415 - a process loads its own feed only

    return BetfairAdapter(producer)


def _uof(_producer: str, descriptions: bytes | None) -> Adapter:
    from pyplatform.feeds.uof import UofAdapter  # noqa: PLC0415

    return UofAdapter(descriptions)


FORMATS: Final[dict[str, Callable[[str, bytes | None], Adapter]]] = {"betfair": _betfair, "uof": _uof}
"""Adapters by format."""


def adapter(form: str, feed: str, descriptions: bytes | None = None) -> Adapter:
    """The adapter of a format; `descriptions` are UOF's market descriptions. PlatformError if they cannot be read."""
    if form not in FORMATS:
        raise PlatformError(f"there is no feed format {form!r}: known are {', '.join(FORMATS)}")
    try:
        return FORMATS[form](feed, descriptions)
    except ValueError as error:
        raise PlatformError(f"the market descriptions cannot be read: {error}") from error
