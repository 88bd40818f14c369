"""Documents that a feed's messages make necessary: fetched one after the other, beside the feed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from pyplatform.feeds.uof_messages import BrokenDocument
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.telemetry import Counter, Gauge, get_logger

_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_MOST_REMEMBERED: Final = 10_000

Key = TypeVar("Key", bound=Hashable)
Document = TypeVar("Document")

log = get_logger("feeds.lookups")


class Lookups(Generic[Key, Document]):
    """Fetches what is asked for and hands it to `found`, which may refuse it with BrokenDocument or ValueError.

    `again_s`: what was fetched, or could not be, is not fetched again for so many seconds.
    """

    def __init__(
        self,
        what: str,
        fetch: Callable[[Key], Awaitable[Document]],
        found: Callable[[Key, Document], None],
        again_s: float = 0.0,
    ) -> None:
        self._what = what
        self._fetch = fetch
        self._found = found
        self._again_s = again_s
        self._wanted: asyncio.Queue[Key] = asyncio.Queue()
        self._waiting: set[Key] = set()
        self._asked: dict[Key, float] = {}
        self.failures = Counter(f"feed.{what}.failures", f"{what} the API did not give")
        Gauge(f"feed.{what}.wanted", f"{what} to be looked up", self._wanted.qsize)

    def want(self, key: Key) -> None:
        """Look it up; asked for again while it waits, it is looked up once."""
        if key in self._waiting or time.monotonic() < self._asked.get(key, 0.0):
            return
        self._waiting.add(key)
        self._wanted.put_nowait(key)

    async def run(self) -> None:
        """Look up until cancelled; an API that is away is asked ever more seldom."""
        wait = _FIRST_WAIT_S
        while True:
            key = await self._wanted.get()
            self._waiting.discard(key)
            try:
                document = await self._fetch(key)
                wait = _FIRST_WAIT_S
                self._remember(key)
                self._found(key, document)
            except Unavailable as error:
                log.warning("the API is away", wanted=self._what, error=str(error))
                self.want(key)
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_S)
            except (PlatformError, BrokenDocument, ValueError) as error:
                self._remember(key)
                self.failures.value += 1
                log.warning("names are missing", wanted=self._what, key=str(key), error=str(error))

    def _remember(self, key: Key) -> None:
        if not self._again_s:
            return
        self._asked.pop(key, None)
        self._asked[key] = time.monotonic() + self._again_s
        if len(self._asked) > _MOST_REMEMBERED:
            self._asked.pop(next(iter(self._asked)))
