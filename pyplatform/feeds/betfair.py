"""Betfair stream messages as normalised markets."""

from collections.abc import Iterator
from math import isfinite
from typing import Final

from pyplatform.contracts.feeds import Catalogue, Named, Outcome, OutcomeResult, Prices, Result, State, Status
from pyplatform.core.feeds import betfair
from pyplatform.feeds.adapter import Told
from pyplatform.feeds.received import Received
from pyplatform.feeds.sports import BETFAIR, sport

_STATE: Final = {
    "OPEN": State.ACTIVE,
    "SUSPENDED": State.SUSPENDED,
    "INACTIVE": State.INACTIVE,
    "CLOSED": State.SETTLED,
}
_REMOVED: Final = frozenset({"REMOVED", "REMOVED_VACANT"})
_WON: Final = frozenset({"WINNER", "PLACED"})
_MS: Final = 1_000_000
KEPT_S: Final = 24 * 3600
"""A market that has been closed for so long by the feed's own time is forgotten."""
_MOST_GONE: Final = 10_000


def describe(problem: betfair.Problem) -> str:
    """Say what is wrong with a line, and where."""
    return f"line {problem.line} of the feed, byte {problem.at}: {problem.reason}"


def outcome_key(runner: int, handicap: float) -> str:
    """Key of a runner: its number, and its handicap where it has one."""
    return f"{runner}/{handicap:g}" if handicap else str(runner)


class BetfairAdapter:
    """One Betfair stream, which is one producer."""

    whole_on_return = True

    def __init__(self, producer: str) -> None:
        self._producer = producer
        self._books = betfair.Books(evict_closed_after=KEPT_S)
        self._definitions: dict[str, betfair.MarketDefinition] = {}
        self._keys: dict[str, tuple[tuple[int, ...], tuple[float, ...], tuple[str, ...]]] = {}
        self._again: set[str] = set()
        self._gone: dict[str, None] = {}
        self._told_problems = 0

    def apply(self, received: Received) -> None:
        """Take one line."""
        self._books.apply(received.payload + b"\n")

    def tell(self) -> Iterator[Told]:
        """What the lines since the last call may have changed."""
        touched = self._books.touched()
        if self._again:
            touched = tuple({*touched, *self._again})
            self._again.clear()
        for market in touched:
            yield from self._tell(market)

    def touch_all(self) -> None:
        """Have the next `tell` speak of every market."""
        self._again.update(self._definitions)

    def producer_of(self, named: str) -> str:
        """A stream is one producer, whatever its connector calls it."""
        del named
        return self._producer

    def problems(self) -> list[str]:
        """What was wrong with lines since the last call; only so many are kept by the books."""
        if self._books.error_count == self._told_problems:
            return []
        new = self._books.errors()[self._told_problems :]
        self._told_problems = self._books.error_count
        return [describe(problem) for problem in new]

    @property
    def messages(self) -> int:
        """Lines seen."""
        return self._books.lines

    @property
    def updates(self) -> int:
        """Market updates applied."""
        return self._books.updates

    @property
    def broken(self) -> int:
        """Lines skipped."""
        return self._books.error_count

    def _tell(self, market: str) -> Iterator[Told]:
        top = self._books.top(market)
        definition = self._books.definition(market)
        if top is None or definition is None:
            yield from self._tell_gone(market)
            return
        self._gone.pop(market, None)
        at = top.publish_time
        if definition is not self._definitions.get(market):
            self._definitions[market] = definition
            # The result last: who hears of it may rely on knowing the market.
            yield Told(market, self._producer, _catalogue(definition), at)
            yield Told(market, self._producer, _status(definition), at)
            if (result := _result(definition)) is not None:
                yield Told(market, self._producer, result, at)
        # No prices at all is news only where there were some.
        if market in self._keys or _any_price(top):
            prices = Prices(self._outcomes(market, top), top.back, top.lay, top.ltp)
            yield Told(market, self._producer, prices, at)

    def _tell_gone(self, market: str) -> Iterator[Told]:
        """Of a market that a new image lacks, or says nothing of: whatever it was sold at is not known to be true."""
        before = self._definitions.pop(market, None)
        self._keys.pop(market, None)
        if before is None:
            return
        if before.status == "CLOSED":
            yield Told(market, self._producer, None, 0)
            return
        yield Told(market, self._producer, Status(State.SUSPENDED, before.in_play, before.bet_delay), 0)
        # It may be back with the next image; of those that never are, only so many are remembered.
        self._gone[market] = None
        if len(self._gone) > _MOST_GONE:
            oldest = next(iter(self._gone))
            del self._gone[oldest]
            yield Told(oldest, self._producer, None, 0)

    def _outcomes(self, market: str, top: betfair.Top) -> tuple[str, ...]:
        known = self._keys.get(market)
        if known is not None and known[0] is top.ids and known[1] == top.handicaps:
            return known[2]
        keys = tuple(map(outcome_key, top.ids, top.handicaps))
        self._keys[market] = top.ids, top.handicaps, keys
        return keys


def _any_price(top: betfair.Top) -> bool:
    return any(price is not None for column in (top.back, top.lay, top.ltp) for price in column)


def _catalogue(definition: betfair.MarketDefinition) -> Catalogue:
    runners = sorted(definition.runners, key=lambda runner: runner.sort_priority)
    return Catalogue(
        event=definition.event_id,
        event_name=definition.event_name or definition.venue or f"Event {definition.event_id}",
        kind=definition.market_type,
        name=definition.name or definition.market_type,
        winners=max(1, definition.number_of_winners),
        starts_at=definition.market_time or 0,
        outcomes=tuple(
            Outcome(
                outcome_key(runner.id, runner.hc),
                runner.name or f"Runner {runner.sort_priority}",
                runner.status in _REMOVED,
            )
            for runner in runners
        ),
        sport=sport("betfair", BETFAIR, definition.event_type_id),
        category=Named(definition.country_code, definition.country_code),
    )


def _status(definition: betfair.MarketDefinition) -> Status:
    # Nothing is sold under a status we do not know.
    state = _STATE.get(definition.status, State.SUSPENDED)
    return Status(state, definition.in_play, definition.bet_delay)


def _result(definition: betfair.MarketDefinition) -> Result | None:
    """What the definition says of results: removed runners at any time, the rest once the market is closed."""
    final = definition.status == "CLOSED"
    places = max(1, definition.number_of_winners)
    tied = sum(runner.status in _WON for runner in definition.runners) if final else 0
    outcomes = []
    for runner in sorted(definition.runners, key=lambda runner: (runner.id, runner.hc)):
        key = outcome_key(runner.id, runner.hc)
        if runner.status in _REMOVED:
            outcomes.append(
                OutcomeResult(
                    key,
                    won=False,
                    void_halves=2,
                    reduction=runner.adjustment_factor,
                    removed_at=runner.removal_date,
                )
            )
        elif final and runner.status in _WON:
            start = _starting(definition, runner)
            outcomes.append(
                OutcomeResult(key, won=True, places=places, tied=max(places, tied), starting=start)
            )
        elif final and tied:
            outcomes.append(OutcomeResult(key, won=False, starting=_starting(definition, runner)))
    if not (outcomes or final):
        return None
    return Result(places, final, each=False, certainty=0, outcomes=tuple(outcomes))


def _starting(definition: betfair.MarketDefinition, runner: betfair.Runner) -> float | None:
    """The exchange's starting price, once it is final; it is no number for a runner that nobody matched."""
    price = runner.bsp if definition.bsp_reconciled else None
    return price if price is not None and isfinite(price) else None
