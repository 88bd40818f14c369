"""Who plays, when, and what it is called: looked up once an event, and again when the feed says that it changed."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyplatform.contracts.feeds import Named
from pyplatform.core.feeds.uof import Descriptions
from pyplatform.feeds.sports import UOF, sport
from pyplatform.feeds.uof_messages import BrokenDocument, elements
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.telemetry import Counter, Gauge, get_logger

_FIRST_WAIT_S: Final = 1.0
_LONGEST_WAIT_S: Final = 60.0
_NS: Final = 10**9

_NOT_SAID: Final = Named()

log = get_logger("feeds.fixtures")


@dataclass(frozen=True, slots=True)
class Fixture:
    """What markets of an event need for their names; "" and 0 (ns) where it is not known."""

    name: str = ""
    home: str = ""
    away: str = ""
    starts_at: int = 0
    sport: Named = _NOT_SAID
    category: Named = _NOT_SAID
    competition: Named = _NOT_SAID


def read_fixture(document: bytes) -> Fixture:
    """Read the API's document of a fixture; raises BrokenDocument if it is none."""
    fixtures = elements(document, "fixture")
    if not fixtures:
        raise BrokenDocument("there is no fixture in it")
    sides = {one.get("qualifier", ""): one.get("name", "") for one in elements(document, "competitor")}
    home, away = sides.get("home", ""), sides.get("away", "")
    name = fixtures[0].get("name", "") or (f"{home} v {away}" if home and away else "")
    starts_at = _time(fixtures[0].get("start_time", ""))
    kind = _first(document, "sport")
    played = sport("uof", UOF, kind.id.rpartition(":")[2], kind.name)
    # Of the stages of a season the tournament is what people know.
    competition = _first(document, "tournament")
    competition = competition if competition.id else _first(document, "season")
    return Fixture(name, home, away, starts_at, played, _first(document, "category"), competition)


def _first(document: bytes, element: str) -> Named:
    found = elements(document, element)
    return Named(found[0].get("id", ""), found[0].get("name", "")) if found else _NOT_SAID


def _time(text: str) -> int:
    try:
        return int(datetime.fromisoformat(text).timestamp()) * _NS
    except ValueError:
        return 0


def line_names(
    descriptions: Descriptions | None, urn: str, line: str, keys: tuple[str, ...], fixture: Fixture
) -> tuple[str, list[str]]:
    """Names of the line "market id/specifiers" and of its outcomes; "" where the descriptions do not suffice."""
    if descriptions is None:
        return "", [""] * len(keys)
    market, _, specifiers = line.partition("/")
    home, away, event = fixture.home or "Home", fixture.away or "Away", fixture.name or urn

    def named(outcome: str = "") -> str:
        try:
            if outcome:
                return descriptions.outcome_name(
                    int(market), outcome, specifiers, competitor1=home, competitor2=away, event=event
                )
            return descriptions.market_name(
                int(market), specifiers, competitor1=home, competitor2=away, event=event
            )
        except ValueError:
            return ""

    return named(), [named(key) for key in keys]


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
