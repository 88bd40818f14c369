"""Who plays, when, and what it is called: what the API's document of a fixture says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pyplatform.contracts.feeds import Named
from pyplatform.feeds.sports import UOF, sport
from pyplatform.feeds.uof_messages import BrokenDocument, elements

_NS: Final = 10**9

_NOT_SAID: Final = Named()


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
