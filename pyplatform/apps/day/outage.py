"""A feed that is away for a while: what it would have said is lost, results come afterwards, then the whole state."""

from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Final

from pyplatform.apps.day.football import ENDED, LIVE, PRE_MATCH
from pyplatform.apps.day.world import Odds, Race, Said, Settled, Stop

EXCHANGE: Final = "betfair"
"""Producer of the races; those of matches are the products of the odds feed."""
GAP_S: Final = 2.5
_NAMES: Final = {str(LIVE): "the live product of the odds feed", EXCHANGE: "the exchange"}


@dataclass(frozen=True, slots=True)
class Stands:
    """A producer went down or came back at a time of the day."""

    at: float
    producer: str
    up: bool
    reason: str


Told = Said | Stands


def outage(said: list[Told], producer: str, at: float, notes: list[str]) -> list[Told]:
    """What is received of a feed whose `producer` is away from `at` on; its first word is that all producers are up."""
    back = at + GAP_S
    told = sorted((one for one in said if not isinstance(one, Stands)), key=attrgetter("at"))
    producers = [EXCHANGE] if producer == EXCHANGE else [str(LIVE), str(PRE_MATCH)]
    kept: list[Told] = [Stands(0.0, one, True, "first_recovery") for one in producers]
    kept.append(Stands(at, producer, False, "alive_interval"))
    missed: list[Said] = []
    for one in told:
        if not at <= one.at < back or not _is_from(one, producer):
            kept.append(one)
        elif isinstance(one, Odds | Stop) or (isinstance(one, Race) and not one.status):
            missed.append(one)
        else:
            kept.append(replace(one, at=back))
    kept += _state([one for one in told if one.at < back], producer, back)
    kept.append(Stands(back + 0.05, producer, True, "interval_recovery"))
    notes.append(f"{_NAMES.get(producer, producer)}: away for {GAP_S} s, {len(missed)} messages lost")
    return sorted(kept, key=attrgetter("at"))


def _is_from(said: Said, producer: str) -> bool:
    return producer == EXCHANGE if isinstance(said, Race) else str(said.product) == producer


def _state(before: list[Said], producer: str, back: float) -> list[Said]:
    """What is on sale when the feed is back, told a moment after the results it still owed."""
    settled = {(one.event, line) for one in before if isinstance(one, Settled) for line, _ in one.results}
    last: dict[str, Said] = {}
    odds: dict[str, Odds] = {}
    for one in before:
        if isinstance(one, Race):
            if not one.status:
                last[one.market] = one
        elif isinstance(one, Odds | Stop):
            last[one.event] = one
            if isinstance(one, Odds):
                odds[one.event] = one
    found: list[Said] = []
    for name, one in last.items():
        if isinstance(one, Race):
            found.append(replace(one, at=back + 0.02))
            continue
        told = odds[name]
        if not _is_from(told, producer) or (told.phase == ENDED and told is not one):
            continue
        stopped = isinstance(one, Stop)
        markets = tuple(
            (line, () if stopped else chances)
            for line, chances in told.markets
            if (name, line) not in settled
        )
        found.append(replace(told, at=back + 0.02, markets=markets))
    return found
