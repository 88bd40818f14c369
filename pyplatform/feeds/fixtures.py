"""Who plays, when, and what it is called: looked up once an event, and again when the feed says that it changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyplatform.feeds.uof_messages import BrokenDocument, elements
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.telemetry import Counter, Gauge, get_logger

_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_NS: Final = 10**9

log = get_logger("feeds.fixtures")


@dataclass(frozen=True, slots=True)
class Fixture:
    """What markets of an event need for their names; "" and 0 (ns) where it is not known."""

    name: str = ""
    home: str = ""
    away: str = ""
    starts_at: int = 0


def read_fixture(document: bytes) -> Fixture:
    """Read the API's document of a fixture; raises BrokenDocument if it is none."""
    fixtures = elements(document, "fixture")
    if not fixtures:
        raise BrokenDocument("there is no fixture in it")
    sides = {one.get("qualifier", ""): one.get("name", "") for one in elements(document, "competitor")}
    home, away = sides.get("home", ""), sides.get("away", "")
    name = fixtures[0].get("name", "") or (f"{home} v {away}" if home and away else "")
    return Fixture(name, home, away, _time(fixtures[0].get("start_time", "")))


def _time(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp()) * _NS
    except ValueError:
        return 0


class Fixtures:
    """Looks up the events that are asked for, one after the other, and hands what it finds to `found`."""

    def __init__(
        self, fetch: Callable[[str], Awaitable[bytes]], found: Callable[[str, Fixture], None]
    ) -> None:
        self._fetch = fetch
        self._found = found
        self._wanted: asyncio.Queue[str] = asyncio.Queue()
        self._waiting: set[str] = set()
        self.failures = Counter("feed.fixtures.failures", "fixtures the API did not give")
        Gauge("feed.fixtures.wanted", "events whose fixture is to be looked up", self._wanted.qsize)

    def want(self, event: str) -> None:
        """Look an event up; asked again while it waits, it is looked up once."""
        if event not in self._waiting:
            self._waiting.add(event)
            self._wanted.put_nowait(event)

    async def run(self) -> None:
        """Look up until cancelled; an API that is away is asked ever more seldom."""
        wait = _FIRST_WAIT_S
        while True:
            event = await self._wanted.get()
            self._waiting.discard(event)
            try:
                self._found(event, read_fixture(await self._fetch(event)))
                wait = _FIRST_WAIT_S
            except Unavailable as error:
                log.warning("fixtures wait", error=str(error))
                self.want(event)
                await asyncio.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_S)
            except (PlatformError, BrokenDocument) as error:
                self.failures.value += 1
                log.warning("an event stays without names", feed_event=event, error=str(error))
