"""What a day is made of: markets whose true chances are known at every moment, and what feeds say of them when.

Times are seconds from the beginning of the day; a `Line` is a market as the platform names it.
"""

import random
from bisect import bisect_right
from dataclasses import dataclass, field
from math import exp, inf, log
from typing import Final

from pyplatform.feeds.uof import market_key
from pyplatform.sportsbook.markets.selections import selection_id

MATCH_LINES: Final = {
    "1": ("result", ("1", "2", "3")),
    "10": ("double chance", ("9", "10", "11")),
    "18": ("goals", ("12", "13")),
    "29": ("both score", ("74", "76")),
    "186": ("match winner", ("4", "5")),
    "202": ("set winner", ("4", "5")),
}
"""Markets of the odds feed by number: what reports call them, and the keys of their outcomes."""


@dataclass(slots=True)
class Line:
    """A market of a day: its true chances over time, and who won in the end (None: void, every stake goes back).

    Of a race `finish` is the order of the first selections, `starting` the starting prices (ten-thousandths).

    Nothing is sold after `closes`; `settled` is when the result was told at last; `voids` are windows of time whose
    bets are void; `reduced` says that a runner was taken out of it.
    """

    id: str
    event: str
    sport: str
    kind: str
    outcomes: tuple[str, ...]
    times: list[float] = field(default_factory=list)
    chances: list[tuple[float, ...]] = field(default_factory=list)
    winners: frozenset[int] | None = None
    closes: float = inf
    settled: float = inf
    voids: list[tuple[float, float]] = field(default_factory=list)
    reduced: bool = False
    selections: tuple[int, ...] = ()
    finish: tuple[int, ...] = ()
    starting: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.selections = tuple(map(selection_id, self.outcomes))

    def note(self, at: float, chances: tuple[float, ...]) -> None:
        """From `at` on these are the true chances."""
        self.times.append(at)
        self.chances.append(chances)

    def chance(self, selection: int, at: float) -> float:
        """The true chance of a selection at a time of the day."""
        place = max(0, bisect_right(self.times, at) - 1)
        return self.chances[place][self.selections.index(selection)]

    def end(self, keys: tuple[str, ...] | None) -> None:
        """Say which outcomes won; None: the market is void."""
        self.winners = None if keys is None else frozenset(map(selection_id, keys))


@dataclass(frozen=True, slots=True)
class Odds:
    """Odds of markets of an event by line ("18/total=2.5"): no chances, and the market is suspended."""

    at: float
    event: str
    product: int
    phase: int
    score: tuple[int, int]
    markets: tuple[tuple[str, tuple[float, ...]], ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """A bet stop for all markets of an event."""

    at: float
    event: str
    product: int


@dataclass(frozen=True, slots=True)
class Settled:
    """Results of markets by line: the keys that won."""

    at: float
    event: str
    product: int
    results: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The results of markets are taken back."""

    at: float
    event: str
    product: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Bets on markets placed in a window of the day (None: all) are void."""

    at: float
    event: str
    product: int
    lines: tuple[str, ...]
    window: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Race:
    """What the exchange says of a market: its definition (status, a runner's status by id), or prices by runner.

    `starting` are starting prices, which come with the end of a race.
    """

    at: float
    market: str
    status: str = ""
    runners: tuple[tuple[int, str], ...] = ()
    prices: tuple[tuple[int, float], ...] = ()
    starting: tuple[tuple[int, float], ...] = ()


Said = Odds | Stop | Settled | TakenBack | Cancelled | Race


@dataclass(slots=True)
class Event:
    """A match or race: its name, its markets, and what its feed says."""

    id: str
    name: str
    sport: str
    starts: float
    over: float = inf
    """When nobody may bet on it any more."""
    lines: dict[str, Line] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)

    def line(self, named: str) -> Line:
        """The market "number/specifiers" of a match; made on first use."""
        found = self.lines.get(named)
        if found is None:
            kind, outcomes = MATCH_LINES[named.partition("/")[0]]
            found = Line(market_key(self.id, named), self.id, self.sport, kind, outcomes)
            self.lines[named] = found
        return found


class Drift:
    """What a feed believes beside the truth: a mean-reverting walk in logarithms, `spread` wide."""

    def __init__(self, chance: random.Random, spread: float, pull: float = 0.15) -> None:
        self._chance, self._spread, self._pull = chance, spread, pull
        self._at = chance.gauss(0.0, spread)

    def factor(self) -> float:
        """The factor at the next step."""
        step = self._spread * (2 * self._pull) ** 0.5
        self._at += -self._pull * self._at + self._chance.gauss(0.0, step)
        return exp(self._at)


def shaken(chances: tuple[float, ...], factors: tuple[float, ...]) -> tuple[float, ...]:
    """Chances with their odds multiplied by factors, and the same sum."""
    clamped = [min(0.999, max(0.001, chance)) for chance in chances]
    odds = [exp(log(p / (1 - p)) + log(f)) for p, f in zip(clamped, factors, strict=True)]
    moved = [one / (1 + one) for one in odds]
    scale = sum(clamped) / sum(moved)
    return tuple(one * scale for one in moved)
