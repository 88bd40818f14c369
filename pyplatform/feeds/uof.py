"""Unified Odds Feed messages as normalised markets: one for every line of every event."""

import re
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from math import isfinite
from typing import Final
from urllib.parse import quote

from pyplatform.contracts.feeds import (
    LONGEST_MARKET_KEY,
    Catalogue,
    Outcome,
    OutcomeResult,
    Prices,
    Result,
    State,
    Status,
)
from pyplatform.core.feeds import uof
from pyplatform.feeds.adapter import Told
from pyplatform.feeds.fixtures import Fixture
from pyplatform.feeds.names import Lack, Names
from pyplatform.feeds.received import Received
from pyplatform.feeds.sports import UOF, sport

KEPT_NS: Final = 24 * 3600 * 10**9
"""An event that is over is forgotten when nothing was heard of it for so long."""
_SWEEP_NS: Final = 600 * 10**9
_MS: Final = 1_000_000
_STATE: Final = {
    1: State.ACTIVE,
    -1: State.SUSPENDED,
    0: State.INACTIVE,
    -2: State.SUSPENDED,
    -3: State.SETTLED,
    -4: State.CANCELLED,
}
_LIVE: Final = frozenset({1, 2, 7})
_OVER: Final = frozenset({3, 4, 5, 9})
_EVENT: Final = re.compile(rb"""\bevent_id\s*=\s*["']([^"']+)["']""")
_UNKNOWN: Final = Fixture()
_TIES: Final = 60
"""Dead heat factors are read as the nearest fraction with no more runners than this (0.33 is a third)."""


@lru_cache(65_536)
def market_key(event: str, line: str) -> str:
    """Key of the line "market id/specifiers" of an event; one that would be too long ends with a digest."""
    market, _, specifiers = line.partition("/")
    key = quote(f"{event}~{market}~{specifiers}".rstrip("~"), safe=":=|+,~")
    if len(key) <= LONGEST_MARKET_KEY:
        return key
    digest = blake2b(key.encode(), digest_size=10).hexdigest()
    return f"{key[: LONGEST_MARKET_KEY - 22]}~~{digest}"


def event_of(received: Received) -> str | None:
    """URN of the event a message is about, from its routing key or else from its text."""
    words = received.channel.split(".")
    if len(words) >= 7 and words[6] != "-":
        return f"{words[5]}:{words[6]}"
    found = _EVENT.search(received.payload)
    return found[1].decode("utf-8", "replace") if found else None


def sport_of(received: Received) -> str:
    """Number of the sport a message's routing key names; "" if it names none."""
    words = received.channel.split(".")
    return words[4] if len(words) >= 7 and words[4].isdigit() else ""


class UofAdapter:
    """One connection to the feed; its producers are the products.

    `want` is called with the URN of every event whose fixture is to be looked up, and `name_event` with what is found;
    `names.want` and `learn` are the same for descriptions of variants and for profiles.
    """

    whole_on_return = False

    def __init__(self, descriptions: bytes | None = None) -> None:
        self._state = uof.State(descriptions)
        self.names = Names(descriptions)
        self._sports: dict[str, str] = {}
        self._touched: dict[str, None] = {}
        self._lines: dict[str, dict[str, uof.Line]] = {}
        self._told: dict[str, int] = {}
        self._live: dict[str, bool] = {}
        self._fixtures: dict[str, Fixture] = {}
        self._heard: dict[str, int] = {}
        self._swept = 0
        self._dropped: list[str] = []
        self._applied = 0
        self._told_problems = 0
        self.want: Callable[[str], None] = lambda _: None

    def apply(self, received: Received) -> None:
        """Take one message."""
        if not self._state.apply(received.channel, received.payload):
            if ".fixture_change." in received.channel and (changed := event_of(received)) in self._heard:
                self.want(changed)
            return
        self._applied += 1
        event = event_of(received)
        if event is not None:
            if event not in self._heard:
                self.want(event)
            self._touched[event] = None
            self._heard[event] = received.at_ns
            if event not in self._sports:
                self._sports[event] = sport_of(received)
        if received.at_ns - self._swept > _SWEEP_NS:
            self._swept = received.at_ns
            self._sweep(received.at_ns)

    def tell(self) -> Iterator[Told]:
        """What the messages since the last call may have changed."""
        touched, self._touched = self._touched, {}
        for event in touched:
            yield from self._tell(event)
        dropped, self._dropped = self._dropped, []
        for market in dropped:
            yield Told(market, "", None, 0)

    def name_event(self, event: str, fixture: Fixture) -> None:
        """Have the next `tell` name the markets of an event by its fixture."""
        if event in self._heard and self._fixtures.get(event) != fixture:
            self._fixtures[event] = fixture
            self._forget_told(event)
            self._touched[event] = None

    def learn(self, lack: Lack, documents: dict[str, bytes]) -> None:
        """Have the next `tell` name what lacked a description or profile; ValueError if it cannot be read."""
        for event in self.names.learn(lack, documents):
            self._forget_told(event)
            self._touched[event] = None

    def touch_all(self) -> None:
        """Have the next `tell` speak of every market."""
        self._lines.clear()
        self._told.clear()
        self._touched.update(dict.fromkeys(self._heard))

    def producer_of(self, named: str) -> str:
        """The product."""
        return named

    def problems(self) -> list[str]:
        """What was wrong with messages since the last call; only so many are kept by the state."""
        if self._state.error_count == self._told_problems:
            return []
        new = self._state.errors()[self._told_problems :]
        self._told_problems = self._state.error_count
        return [f"message {problem.line} of the feed, byte {problem.at}: {problem.reason}" for problem in new]

    @property
    def messages(self) -> int:
        """Messages seen."""
        return self._state.messages

    @property
    def updates(self) -> int:
        """Messages an event took."""
        return self._applied

    @property
    def broken(self) -> int:
        """Messages skipped."""
        return self._state.error_count

    def _tell(self, urn: str) -> Iterator[Told]:
        since = self._told.get(urn, 0)
        event = self._state.event(urn, since=since)
        if event is None:
            return
        phase = _phase(event)
        turned = self._live.get(urn) != (phase in _LIVE)
        self._live[urn] = phase in _LIVE
        if turned and since:
            event = self._state.event(urn) or event
        self._told[urn] = self._state.messages
        at = (event["ts"] or 0) * _MS
        results = self._results(urn, 0 if turned else since)
        before = self._lines.setdefault(urn, {})
        for name, line in event["markets"].items():
            earlier = before.get(name)
            before[name] = line
            if earlier != line or turned:
                yield from self._tell_line(urn, name, line, earlier, results.get(name, ()), at, phase)

    def _results(self, urn: str, since: int) -> dict[str, list[OutcomeResult]]:
        """Outcomes with a result, by line."""
        results: dict[str, list[OutcomeResult]] = {}
        for market, specifiers, key, won, halves, dead_heat, _ in self._state.results(urn, since=since) or ():
            share = Fraction(dead_heat).limit_denominator(_TIES)
            tied = (share.numerator, share.denominator)
            # So small a part is no dead heat: what it means nobody knows.
            result = OutcomeResult(key, won, halves, *tied) if share else OutcomeResult(key, None)
            results.setdefault(f"{market}/{specifiers}", []).append(result)
        return results

    def _forget_told(self, urn: str) -> None:
        self._lines.pop(urn, None)
        self._told.pop(urn, None)

    def _tell_line(
        self,
        urn: str,
        name: str,
        line: uof.Line,
        earlier: uof.Line | None,
        results: Sequence[OutcomeResult],
        at: int,
        phase: int | None,
    ) -> Iterator[Told]:
        market, producer = market_key(urn, name), _producer(line)
        if earlier is None or _keys(earlier) != _keys(line):
            yield Told(market, producer, self._catalogue(urn, name, line), at)
        yield Told(market, producer, _status(line, phase), at)
        if line["outcomes"]:
            yield Told(market, producer, _prices(line), at)
        if results or line["cancels"] or (earlier and (earlier["settled"] or earlier["cancels"])):
            yield Told(market, producer, _result(line, results), at)

    def _catalogue(self, urn: str, line_name: str, line: uof.Line) -> Catalogue:
        fixture, keys = self._fixtures.get(urn, _UNKNOWN), _keys(line)
        name, outcomes, translations = self.names.of(urn, line_name, keys, fixture)
        return Catalogue(
            event=urn,
            event_name=fixture.name or urn,
            kind=line_name.partition("/")[0],
            name=name,
            winners=0,
            starts_at=fixture.starts_at,
            outcomes=tuple(map(Outcome, keys, outcomes)),
            sport=fixture.sport if fixture.sport.id else sport("uof", UOF, self._sports.get(urn, "")),
            category=fixture.category,
            competition=fixture.competition,
            translations=translations,
        )

    def _sweep(self, now: int) -> None:
        """Forget what is long over: a feed runs for months."""
        for urn, heard in list(self._heard.items()):
            event = self._state.event(urn) if now - heard > KEPT_NS else None
            if event is not None and _phase(event) in _OVER:
                self._dropped += [market_key(urn, name) for name in event["markets"]]
                self._state.forget(urn)
                self._heard.pop(urn)
                self._forget_told(urn)
                self._live.pop(urn, None)
                self._fixtures.pop(urn, None)
                self.names.forget(urn)
                self._sports.pop(urn, None)


def _phase(event: uof.Event) -> int | None:
    status = event["status"]
    return int(status[0]) if status and status[0] is not None else None


def _producer(line: uof.Line) -> str:
    return "" if line["product"] is None else str(line["product"])


def _keys(line: uof.Line) -> tuple[str, ...]:
    return tuple(line["outcomes"] or line["settled"])


def _status(line: uof.Line, phase: int | None) -> Status:
    status = line["status"]
    # Nothing is sold under a status we do not know.
    state = State.INACTIVE if status is None else _STATE.get(status, State.SUSPENDED)
    return Status(state, phase in _LIVE, 0)


def _prices(line: uof.Line) -> Prices:
    price, probability = [], []
    for odds, active, chance in line["outcomes"].values():
        sold = odds is not None and isfinite(odds) and odds > 1.0 and active != 0
        price.append(odds if sold else None)
        probability.append(chance if chance is not None and 0.0 < chance <= 1.0 else None)
    return Prices(tuple(line["outcomes"]), price=tuple(price), probability=tuple(probability))


def _result(line: uof.Line, outcomes: Sequence[OutcomeResult]) -> Result:
    final = bool(outcomes) and all(outcome.won is not None for outcome in outcomes)
    return Result(
        places=max(1, sum(outcome.won is True for outcome in outcomes)),
        final=final,
        each=True,
        certainty=line["certainty"],
        outcomes=tuple(outcomes),
        cancels=tuple((window[0], window[1]) for window in line["cancels"]),
    )
