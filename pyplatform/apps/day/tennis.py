"""Tennis matches of a day: every point is won by the model's chance, prices follow what a feed believes of it."""

import random
from dataclasses import dataclass
from typing import Final, Literal

from pyplatform.apps.day.football import CALM_S, ENDED, LIVE, NOT_STARTED, PRE_MATCH, UNDER_WAY
from pyplatform.apps.day.world import Drift, Event, Odds, Settled, shaken
from pyplatform.core import odds

MATCH: Final = "186/"
SETS: Final = 2
"""Sets that win a match."""
_PLAYERS: Final = (
    "Adler", "Bartos", "Clausen", "Dimov", "Ekberg", "Ferrand", "Garcia", "Hoffer", "Ivanic", "Jansen", "Kovar",
    "Lindahl",
)  # fmt: skip


@dataclass(slots=True)
class Score:
    """A match under way, as `core.inplay.TennisMatch` reads it."""

    sets: tuple[int, int] = (0, 0)
    games: tuple[int, int] = (0, 0)
    points: tuple[int, int] = (0, 0)
    server: Literal["A", "B"] = "A"

    @property
    def number(self) -> int:
        """The set that is played, from 1."""
        return sum(self.sets) + 1

    def point(self, a_won: bool) -> None:
        """Count a point of A or B."""
        served = a_won == (self.server == "A")
        mine, theirs = self.points
        mine, theirs = (mine + 1, theirs) if served else (mine, theirs + 1)
        tiebreak = self.games == (6, 6)
        if max(mine, theirs) >= (7 if tiebreak else 4) and abs(mine - theirs) >= 2:
            self._game(a_won)
        elif not tiebreak and min(mine, theirs) >= 3:
            self.points = (3, 3) if mine == theirs else (4, 3) if mine > theirs else (3, 4)
        else:
            self.points = mine, theirs

    def _game(self, a_won: bool) -> None:
        a, b = self.games
        self.games = (a + 1, b) if a_won else (a, b + 1)
        self.points = (0, 0)
        self.server = "B" if self.server == "A" else "A"
        a, b = self.games
        if max(a, b) >= 6 and (abs(a - b) >= 2 or max(a, b) == 7):
            won = self.sets
            self.sets = (won[0] + 1, won[1]) if a_won else (won[0], won[1] + 1)
            self.games = (0, 0)


def play(chance: random.Random, number: int, starts: float, lasts: float) -> Event:
    """A match of best of three that begins at `starts` and takes `lasts` seconds of the day."""
    a, b = chance.sample(_PLAYERS, 2)
    event = Event(f"sr:match:{5000 + number}", f"{a} v {b}", "tennis", starts)
    serves = chance.uniform(0.58, 0.70), chance.uniform(0.58, 0.70)
    match = _Match(chance, event, serves)
    match.wait()
    match.run(lasts)
    return event


class _Match:
    def __init__(self, chance: random.Random, event: Event, serves: tuple[float, float]) -> None:
        self._chance, self._event, self._serves = chance, event, serves
        self._belief = Drift(chance, 0.08)

    def wait(self) -> None:
        """Sell the match until it begins."""
        at, score = self._chance.uniform(0.0, 1.0), Score()
        while at < self._event.starts:
            self._tell(at, score, PRE_MATCH, NOT_STARTED)
            at += CALM_S

    def run(self, lasts: float) -> None:
        """Play the match and settle its sets and itself."""
        winners = self._points()
        score, step = Score(), lasts / len(winners)
        for played, a_won in enumerate(winners):
            at = self._event.starts + played * step
            self._tell(at, score, LIVE, UNDER_WAY)
            number, before = score.number, score.sets
            score.point(a_won)
            if score.sets != before:
                self._settle(at + step / 2, f"202/setnr={number}", score, before)
        ends = self._event.over = self._event.starts + lasts
        self._event.said.append(Odds(ends, self._event.id, LIVE, ENDED, score.sets, ((MATCH, ()),)))
        self._settle(ends + self._chance.uniform(0.5, 1.5), MATCH, score, (0, 0))

    def _points(self) -> list[bool]:
        """Who won each point of a whole match."""
        score, winners = Score(), []
        while max(score.sets) < SETS:
            a_won = self._chance.random() < self._model(score).point
            winners.append(a_won)
            score.point(a_won)
        return winners

    def _model(self, score: Score) -> odds.inplay.TennisMatch:
        return odds.inplay.TennisMatch(
            *self._serves, sets=score.sets, games=score.games, points=score.points, server=score.server
        )

    def _tell(self, at: float, score: Score, product: int, phase: int) -> None:
        model, leaning = self._model(score), self._belief.factor()
        markets = []
        for line, true in ((MATCH, model.match), (f"202/setnr={score.number}", model.set)):
            chances = true, 1 - true
            self._event.line(line).note(at, chances)
            markets.append((line, shaken(chances, (leaning, 1 / leaning))))
        self._event.said.append(Odds(at, self._event.id, product, phase, score.sets, tuple(markets)))

    def _settle(self, at: float, line: str, score: Score, before: tuple[int, int]) -> None:
        won = "4" if score.sets[0] - before[0] > score.sets[1] - before[1] else "5"
        self._event.line(line).end((won,))
        self._event.said.append(Settled(at, self._event.id, LIVE, ((line, (won,)),)))
