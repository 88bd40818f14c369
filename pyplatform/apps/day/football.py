"""Football matches of a day: goals fall by the model's own rates, prices follow what a feed believes of it."""

import random
from typing import Final

from pyplatform.apps.day.world import Drift, Event, Odds, Settled, Stop
from pyplatform.core import odds

PRE_MATCH, LIVE = 3, 1
"""Products of the odds feed."""
NOT_STARTED, UNDER_WAY, ENDED = 0, 1, 4
RESULT, DOUBLE, GOALS, BOTH = "1/", "10/", "18/total=2.5", "29/"
LINES: Final = (RESULT, DOUBLE, GOALS, BOTH)
STEP_S: Final = 0.8
"""Seconds between two messages about a match under way."""
CALM_S: Final = 2.0
"""The same before it."""
_SUSPENDED_S: Final = (0.8, 1.8)
"""How long nothing is sold after a goal."""
_NOTICE_S: Final = (0.15, 0.45)
"""How long a feed needs to see a goal."""
_TEAMS: Final = (
    "Ashford", "Brackley", "Calder", "Dunmore", "Eastleigh", "Farnham", "Glenrock", "Harwich", "Inverkeld",
    "Jarrow", "Kenmare", "Lydney", "Morwell", "Northolt", "Oakham", "Penrith", "Quorn", "Redcar",
)  # fmt: skip

Chances = dict[str, tuple[float, ...]]


def play(chance: random.Random, number: int, starts: float, lasts: float) -> Event:
    """A match that kicks off at `starts` and takes `lasts` seconds of the day, with what its feed says of it."""
    home, away = chance.sample(_TEAMS, 2)
    event = Event(f"sr:match:{1000 + number}", f"{home} v {away}", "football", starts)
    match = _Match(chance, event, chance.uniform(1.0, 2.1), chance.uniform(0.7, 1.6))
    match.wait()
    match.run(lasts)
    return event


class _Match:
    def __init__(self, chance: random.Random, event: Event, home_rate: float, away_rate: float) -> None:
        self._chance, self._event = chance, event
        self._rates = home_rate, away_rate
        self._beliefs = Drift(chance, 0.07), Drift(chance, 0.07)
        self.score = (0, 0)
        self._settled: set[str] = set()

    def wait(self) -> None:
        """Sell the match until it begins."""
        at = self._chance.uniform(0.0, 1.0)
        while at < self._event.starts:
            self._tell(at, 0.0, PRE_MATCH, NOT_STARTED)
            at += CALM_S

    def run(self, lasts: float) -> None:
        """Play the match and settle what it decides."""
        starts, minutes = self._event.starts, 90.0 / lasts
        at, quiet_until = starts, 0.0
        while at < starts + lasts:
            minute = (at - starts) * minutes
            if at >= quiet_until:
                self._tell(at, minute, LIVE, UNDER_WAY)
            ends = min(at + STEP_S, starts + lasts)
            for goal in self._goals(minute, (ends - starts) * minutes):
                happened = starts + goal / minutes
                quiet_until = max(quiet_until, self._score(happened, goal))
            at = ends
        self._end(starts + lasts)

    def _model(self, minute: float, *, believed: bool = False) -> odds.inplay.Football:
        home, away = self._rates
        if believed:
            home, away = home * self._beliefs[0].factor(), away * self._beliefs[1].factor()
        return odds.inplay.Football(home, away, minute, self.score)

    def _goals(self, minute: float, until: float) -> list[float]:
        """Minutes of the goals between two minutes, of which `_score` is to say whose they are."""
        now, then = self._model(minute), self._model(min(90.0, until))
        expected = (now.home_rate + now.away_rate) - (then.home_rate + then.away_rate)
        if self._chance.random() >= expected:  # steps are short: two goals in one do not happen
            return []
        return [self._chance.uniform(minute, until)]

    def _score(self, at: float, minute: float) -> float:
        """A goal: the truth moves at once, the feed stops a moment later. Returns when it sells again."""
        model = self._model(minute)
        ours = self._chance.random() < model.home_rate / (model.home_rate + model.away_rate)
        self.score = (self.score[0] + ours, self.score[1] + (not ours))
        self._note(at, minute)
        stop = at + self._chance.uniform(*_NOTICE_S)
        self._event.said.append(Stop(stop, self._event.id, LIVE))
        self._settle(stop + 0.3, final=False)
        return stop + self._chance.uniform(*_SUSPENDED_S)

    def _note(self, at: float, minute: float) -> Chances:
        true = chances(self._model(minute).grid())
        for line, found in true.items():
            self._event.line(line).note(at, found)
        return true

    def _tell(self, at: float, minute: float, product: int, phase: int) -> None:
        self._note(at, minute)
        believed = chances(self._model(minute, believed=True).grid())
        markets = tuple((line, believed[line]) for line in LINES if line not in self._settled)
        self._event.said.append(Odds(at, self._event.id, product, phase, self.score, markets))

    def _settle(self, at: float, *, final: bool) -> None:
        """Settle what is decided: goals and both teams before the end."""
        decided = results(self.score, final=final)
        new = tuple((line, won) for line, won in decided.items() if line not in self._settled)
        for line, won in new:
            self._settled.add(line)
            self._event.line(line).end(won)
        if new:
            self._event.said.append(Settled(at, self._event.id, LIVE, new))

    def _end(self, at: float) -> None:
        self._event.over = at
        still = tuple((line, ()) for line in LINES if line not in self._settled)
        self._event.said.append(Odds(at, self._event.id, LIVE, ENDED, self.score, still))
        self._settle(at + self._chance.uniform(0.5, 1.5), final=True)


def chances(grid: odds.models.ScoreGrid) -> Chances:
    """Chances of the outcomes of every line."""
    home, draw, away = grid.result()
    over, both = grid.over(2.5).win, grid.joint("btts")
    return {
        RESULT: (home, draw, away),
        DOUBLE: (home + draw, home + away, draw + away),
        GOALS: (over, 1 - over),
        BOTH: (both, 1 - both),
    }


def results(score: tuple[int, int], *, final: bool) -> dict[str, tuple[str, ...]]:
    """The outcomes that have won at a score, of the lines that are decided by it."""
    home, away = score
    decided: dict[str, tuple[str, ...]] = {}
    if final:
        decided[RESULT] = ("1",) if home > away else ("2",) if home == away else ("3",)
        decided[DOUBLE] = ("9", "10") if home > away else ("9", "11") if home == away else ("10", "11")
    if final or home + away > 2:
        decided[GOALS] = ("12",) if home + away > 2 else ("13",)
    if final or min(home, away) > 0:
        decided[BOTH] = ("74",) if min(home, away) > 0 else ("76",)
    return decided
