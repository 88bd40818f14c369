"""The programme of a day: its matches and races from one seed, and what goes wrong with their feeds."""

import random
from dataclasses import dataclass, field
from typing import Final

from pyplatform.apps.day import football, racing, tennis
from pyplatform.apps.day.football import LIVE, RESULT
from pyplatform.apps.day.outage import EXCHANGE, Told, outage
from pyplatform.apps.day.world import Cancelled, Event, Line, Settled, Stop, TakenBack

_LATE: Final = 0.12
"""Share of the day that a late result comes later."""
_WRONG_S: Final = 2.5
"""How long a wrong result stands."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much happens: events, seconds of the day, and the seed of all of it."""

    events: int
    seconds: float
    seed: int


@dataclass(slots=True)
class Programme:
    """Everything that will happen on a day before anybody bets; `notes` are the faults, for the report."""

    size: Size
    events: list[Event]
    matches: list[Told] = field(default_factory=list)
    races: list[Told] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def lines(self) -> dict[str, Line]:
        """All markets by their ids."""
        return {line.id: line for event in self.events for line in event.lines.values()}

    @property
    def ends(self) -> float:
        """When the last word is said, in seconds of the day."""
        return max(told.at for told in (*self.matches, *self.races))


def make(size: Size) -> Programme:
    """The programme of a seed: the same events, prices, goals and faults every time."""
    events = _events(random.Random(f"{size.seed} events"), size)  # noqa: S311 - a day that can be repeated
    programme = Programme(size, events)
    chance = random.Random(f"{size.seed} faults")  # noqa: S311
    by_sport = {sport: [one for one in events if one.sport == sport] for sport in ("football", "tennis")}
    _spoil(programme, chance, by_sport["football"], by_sport["tennis"])
    for event in events:
        for said in event.said:
            if isinstance(said, Settled):
                for name, _ in said.results:
                    event.lines[name].settled = said.at
        for line in event.lines.values():
            line.closes = event.over
        feed = programme.races if event.sport == "horse_racing" else programme.matches
        feed.extend(event.said)
    programme.matches = outage(programme.matches, str(LIVE), size.seconds * 0.55, programme.notes)
    programme.races = outage(programme.races, EXCHANGE, size.seconds * 0.33, programme.notes)
    return programme


def _events(chance: random.Random, size: Size) -> list[Event]:
    races = max(1, size.events // 6)
    tennis_matches = max(1, size.events // 3)
    matches = max(2, size.events - races - tennis_matches)
    day = size.seconds
    found = []
    for number in range(matches):
        # In a row, so that at any time some wait, some are under way and some are over.
        starts = day * (0.10 + 0.40 * (number + chance.random()) / matches)
        found.append(football.play(chance, number, starts, day * chance.uniform(0.35, 0.45)))
    for number in range(tennis_matches):
        starts = day * (0.08 + 0.45 * (number + chance.random()) / tennis_matches)
        found.append(tennis.play(chance, number, starts, day * chance.uniform(0.30, 0.40)))
    for number in range(races):
        starts = day * (0.25 + 0.60 * (number + chance.random()) / races)
        found.append(racing.run(chance, number, starts, withdrawn=number == races - 1))
    return found


def _spoil(
    programme: Programme, chance: random.Random, matches: list[Event], tennis_matches: list[Event]
) -> None:
    """Late results, a result that is taken back, bets cancelled in a window, a match that is cancelled whole."""
    order = chance.sample(matches, len(matches))
    _reverse(order[0], programme)
    _cancel_window(order[1:] or order, programme)
    for event in order[-max(1, len(order) // 4) :]:
        _delay(event, programme)
    if len(tennis_matches) > 1:
        _abandon(chance.choice(tennis_matches), programme)


def _last_result(event: Event) -> Settled:
    return next(said for said in reversed(event.said) if isinstance(said, Settled))


def _reverse(event: Event, programme: Programme) -> None:
    """The result is told wrong at first, taken back when it has been paid, and told right."""
    right = _last_result(event)
    lines = dict(right.results)
    wrong = tuple(
        (line, ("3",) if won == ("1",) else ("1",)) for line, won in lines.items() if line == RESULT
    )
    at = right.at
    event.said.remove(right)
    event.said += [
        Settled(at, event.id, LIVE, wrong),
        TakenBack(at + _WRONG_S, event.id, LIVE, (RESULT,)),
        Settled(at + 2 * _WRONG_S, event.id, LIVE, right.results),
    ]
    programme.notes.append(f"{event.name}: a wrong result is paid, taken back and told right")


def _cancel_window(events: list[Event], programme: Programme) -> None:
    """Bets that came between a goal and the feed's stop are cancelled."""
    for event in events:
        stop = next((said for said in event.said if isinstance(said, Stop)), None)
        if stop is None:
            continue
        goal = max(at for line in event.lines.values() for at in line.times if at < stop.at)
        open_then = [line for line in (RESULT, football.DOUBLE) if line in event.lines]
        for line in open_then:
            event.lines[line].voids.append((goal, stop.at))
        event.said.append(Cancelled(stop.at + 1.0, event.id, LIVE, tuple(open_then), (goal, stop.at)))
        programme.notes.append(f"{event.name}: bets between a goal and the stop are cancelled")
        return


def _delay(event: Event, programme: Programme) -> None:
    last = _last_result(event)
    event.said.remove(last)
    at = last.at + _LATE * programme.size.seconds
    event.said.append(Settled(at, event.id, last.product, last.results))
    programme.notes.append(f"{event.name}: the result is {_LATE * programme.size.seconds:.0f} s late")


def _abandon(event: Event, programme: Programme) -> None:
    """The match is broken off: its winner is nobody, all bets on that are void."""
    last = _last_result(event)
    event.said.remove(last)
    lines = tuple(line for line, _ in last.results)
    for line in lines:
        event.lines[line].end(None)
    event.said.append(Cancelled(last.at, event.id, LIVE, lines, None))
    programme.notes.append(f"{event.name}: broken off, bets on the winner are void")
