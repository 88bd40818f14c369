"""Races of a day on an exchange: strengths that money finds out slowly, a runner taken out, winner and places."""

import random
from itertools import permutations
from typing import Final

from pyplatform.apps.day.world import Drift, Event, Line, Race, shaken
from pyplatform.sportsbook.markets.selections import selection_id

STEP_S: Final = 0.7
RUNS_S: Final = 5.0
"""How long a race takes."""
PLACES: Final = 3
_HORSES: Final = (
    "Amber Lane", "Brisk Tide", "Cold Harbour", "Dun Laddie", "Easy Virtue", "Fern Hill", "Grey Gale", "High Noon",
    "Iron Duke", "Jolly Roger", "King's Ford", "Long Reach",
)  # fmt: skip
_COURSES: Final = ("Westbury", "Thornhill", "Marston Down", "Larkfield", "Coldstream")


def run(chance: random.Random, number: int, starts: float, *, withdrawn: bool) -> Event:
    """A race off at `starts`, with its win and place markets; from one of the races a runner is `withdrawn`."""
    event = Event(f"3{number:07}", chance.choice(_COURSES), "horse_racing", starts)
    race = _Field(chance, event, number)
    race.sell(starts * 0.6 if withdrawn else None)
    race.finish()
    return event


def place_chances(wins: tuple[float, ...], places: int) -> tuple[float, ...]:
    """Chances to be among the first `places` if each next one is drawn by strength among the rest (Harville 1973)."""
    found = [0.0] * len(wins)
    running = [number for number, win in enumerate(wins) if win > 0]
    for order in permutations(running, places):
        chance, left = 1.0, 1.0
        for one in order:
            chance *= wins[one] / left
            left -= wins[one]
        for one in order:
            found[one] += chance
    return tuple(found)


class _Field:
    def __init__(self, chance: random.Random, event: Event, number: int) -> None:
        self._chance, self._event = chance, event
        names = chance.sample(_HORSES, chance.randint(7, 9))
        self._ids = tuple(range(101, 101 + len(names)))
        self.names = dict(zip(self._ids, names, strict=True))
        strengths = [chance.gammavariate(2.0, 1.0) + 0.15 for _ in names]
        self._wins = tuple(one / sum(strengths) for one in strengths)
        self._beliefs = [Drift(chance, 0.09) for _ in names]
        self._gone: int | None = None
        self._last: tuple[tuple[int, float], ...] = ()
        keys = tuple(map(str, self._ids))
        for kind, suffix in (("win", 1), ("place", 2)):
            market = f"1.9{number:06}{suffix}"
            event.lines[kind] = Line(market, event.id, "horse_racing", kind, keys)

    def sell(self, withdrawal: float | None) -> None:
        """Trade both markets until the off; at `withdrawal` a runner is taken out."""
        at = self._chance.uniform(0.0, 0.5)
        self._define(at, "OPEN")
        while at < self._event.starts:
            if withdrawal is not None and at > withdrawal:
                self._withdraw(at)
                withdrawal = None
            self._quote(at)
            at += STEP_S
        self._event.over = self._event.starts
        self._define(self._event.starts, "SUSPENDED")

    def _withdraw(self, at: float) -> None:
        """The third favourite does not run: bets on it are void, those on the others are reduced."""
        order = sorted(range(len(self._wins)), key=lambda one: -self._wins[one])
        self._gone = order[2]
        left = 1 - self._wins[self._gone]
        self._wins = tuple(0.0 if n == self._gone else win / left for n, win in enumerate(self._wins))
        for line in self._event.lines.values():
            line.reduced = True
        self._define(at, "SUSPENDED")
        self._define(at + 0.3, "OPEN")

    def _true(self) -> dict[str, tuple[float, ...]]:
        return {"win": self._wins, "place": place_chances(self._wins, PLACES)}

    def _quote(self, at: float) -> None:
        true = self._true()
        factors = tuple(belief.factor() for belief in self._beliefs)
        for kind, line in self._event.lines.items():
            line.note(at, true[kind])
            running = [n for n in range(len(self._ids)) if n != self._gone]
            chances = shaken(tuple(true[kind][n] for n in running), tuple(factors[n] for n in running))
            prices = tuple((self._ids[n], 1 / p) for n, p in zip(running, chances, strict=True))
            self._event.said.append(Race(at, line.id, prices=prices))
            if kind == "win":
                self._last = prices

    def _define(self, at: float, status: str, placed: tuple[int, ...] = ()) -> None:
        for kind, line in self._event.lines.items():
            winners = placed[: 1 if kind == "win" else PLACES]
            runners = tuple((one, self._state(n, one, status, winners)) for n, one in enumerate(self._ids))
            starting: tuple[tuple[int, float], ...] = ()
            if kind == "win" and status == "CLOSED":
                starting = tuple((one, max(1.02, round(price, 2))) for one, price in self._last)
                line.starting = {selection_id(str(one)): round(price * 10_000) for one, price in starting}
            self._event.said.append(Race(at, line.id, status, runners, starting=starting))

    def _state(self, number: int, runner: int, status: str, winners: tuple[int, ...]) -> str:
        if number == self._gone:
            return "REMOVED"
        if status != "CLOSED":
            return "ACTIVE"
        return "WINNER" if runner in winners else "LOSER"

    def finish(self) -> None:
        """Draw the order of finish, tell it, and close the markets."""
        left, order = list(self._wins), []
        for _ in range(PLACES):
            (won,) = self._chance.choices(range(len(left)), left)
            order.append(self._ids[won])
            left[won] = 0.0
        for kind, line in self._event.lines.items():
            line.end(tuple(map(str, order[: 1 if kind == "win" else PLACES])))
            line.finish = tuple(selection_id(str(one)) for one in order)
        self._define(self._event.starts + RUNS_S + self._chance.uniform(0.5, 1.5), "CLOSED", tuple(order))
