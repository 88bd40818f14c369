"""Market books shaped like those of betfairlightweight, so that a strategy written for it runs unchanged.

    from pyplatform.core.feeds import market_books

    for books in market_books.read("1.170258213.bz2"):
        for book in books:
            best = book.runners[0].ex.available_to_back[0].price

Attributes have betfairlightweight's names and values: times are datetimes in UTC, prices decimal odds, sizes
GBP. Nothing is built before it is asked for: a book is a view of the core's own, and stays as it was when it was
given. Two differences: what the feed writes as text "NaN" or "Infinity" is that float here, and `total_matched` is a
float also where nothing was matched.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from pyplatform._core.feeds.betfair import Books, Ladder, Market, RunnerView
from pyplatform.core.feeds.definitions import KeyLine, MarketDefinition, PriceLadderDescription
from pyplatform.core.feeds.files import open_stream

_NS = 1_000_000


class PriceSize(NamedTuple):
    """A level."""

    price: float
    size: float


def _levels(ladder: Ladder) -> list[PriceSize]:
    return [PriceSize(price, size) for price, size in ladder]


class RunnerBookEX:
    """Prices of a runner: full ladders, else the best offers with virtual bets, else those without."""

    def __init__(self, runner: RunnerView) -> None:
        self._runner = runner

    @cached_property
    def available_to_back(self) -> list[PriceSize]:
        """Best price first."""
        runner = self._runner
        return _levels(runner.atb) or _levels(runner.bdatb) or _levels(runner.batb)

    @cached_property
    def available_to_lay(self) -> list[PriceSize]:
        """Best price first."""
        runner = self._runner
        return _levels(runner.atl) or _levels(runner.bdatl) or _levels(runner.batl)

    @cached_property
    def traded_volume(self) -> list[PriceSize]:
        """By rising price."""
        return _levels(self._runner.trd)


class RunnerBookSP:
    """Starting prices of a runner."""

    def __init__(self, runner: RunnerView) -> None:
        self._runner = runner
        self.near_price = runner.spn
        self.far_price = runner.spf
        self.actual_sp = runner.bsp

    @cached_property
    def back_stake_taken(self) -> list[PriceSize]:
        """Starting price bets to back, as stakes."""
        return _levels(self._runner.spl)

    @cached_property
    def lay_liability_taken(self) -> list[PriceSize]:
        """Starting price bets to lay, as liabilities."""
        return _levels(self._runner.spb)


class RunnerBook:
    """A runner in a market book."""

    def __init__(self, runner: RunnerView, definition: MarketDefinition | None, *, cumulative: bool) -> None:
        self._runner = runner
        self.selection_id = runner.id
        self.handicap = runner.hc
        self.status = runner.status
        self.last_price_traded = runner.ltp
        self._cumulative = cumulative
        found = definition.runner(runner.id, runner.hc) if definition else None
        self.adjustment_factor = found.adjustment_factor if found else None
        self.removal_date = found.removal_date if found else None
        # Of the order API, not of the stream.
        self.orders: list[object] = []
        self.matches: list[object] = []
        self.matches_by_strategy = None
        self.suspend_reason = None
        self.bet_delay_models = None

    @cached_property
    def total_matched(self) -> float | None:
        """Volume traded, GBP."""
        if self._cumulative:
            return round(float(self._runner.trd.sizes.sum()), 2)
        return self._runner.tv

    @cached_property
    def ex(self) -> RunnerBookEX:
        """Exchange prices."""
        return RunnerBookEX(self._runner)

    @cached_property
    def sp(self) -> RunnerBookSP:
        """Starting prices."""
        return RunnerBookSP(self._runner)

    def __repr__(self) -> str:
        return f"<RunnerBook {self.selection_id}>"


class MarketBook:
    """A market after a message of the stream."""

    def __init__(
        self,
        view: Market,
        runners: Sequence[RunnerView],
        definition: MarketDefinition | None,
        line: bytes,
        *,
        calculate_market_tv: bool,
        cumulative_runner_tv: bool,
        unique_id: int | None,
    ) -> None:
        self._view, self._views, self._line = view, runners, line
        self._calculate, self._cumulative = calculate_market_tv, cumulative_runner_tv
        self.streaming_unique_id = unique_id
        self.streaming_snap = False
        self.market_definition = definition
        self.market_id = view.id
        self.publish_time_epoch = view.publish_time // _NS
        self.number_of_runners = len(view)
        # Of the betting API, not of the stream.
        self.elapsed_time = None
        self.is_market_data_delayed = None
        self.last_match_time = None
        self.total_available = None
        self.suspend_reason = None
        self.bet_delay_models = None

    def _defined(self, name: str) -> Any:
        return getattr(self.market_definition, name) if self.market_definition else None

    @property
    def status(self) -> str | None:
        """INACTIVE, OPEN, SUSPENDED or CLOSED."""
        return self._defined("status")  # type: ignore[no-any-return]

    @property
    def inplay(self) -> bool | None:
        """The event has started."""
        return self._defined("in_play")  # type: ignore[no-any-return]

    @property
    def bet_delay(self) -> int | None:
        """Seconds a bet waits in play."""
        return self._defined("bet_delay")  # type: ignore[no-any-return]

    @property
    def version(self) -> int | None:
        """Rises with every change of the definition."""
        return self._defined("version")  # type: ignore[no-any-return]

    @property
    def complete(self) -> bool | None:
        """No more runners will be added."""
        return self._defined("complete")  # type: ignore[no-any-return]

    @property
    def runners_voidable(self) -> bool | None:
        """Bets stand or are void when a runner is removed."""
        return self._defined("runners_voidable")  # type: ignore[no-any-return]

    @property
    def bsp_reconciled(self) -> bool | None:
        """Starting prices are final."""
        return self._defined("bsp_reconciled")  # type: ignore[no-any-return]

    @property
    def cross_matching(self) -> bool | None:
        """Virtual bets are made."""
        return self._defined("cross_matching")  # type: ignore[no-any-return]

    @property
    def number_of_winners(self) -> int | None:
        """How many runners win."""
        return self._defined("number_of_winners")  # type: ignore[no-any-return]

    @property
    def number_of_active_runners(self) -> int | None:
        """How many runners can still be bet on."""
        return self._defined("number_of_active_runners")  # type: ignore[no-any-return]

    @property
    def price_ladder_definition(self) -> PriceLadderDescription | None:
        """Which ladder prices are on."""
        return self._defined("price_ladder_definition")  # type: ignore[no-any-return]

    @property
    def key_line_description(self) -> KeyLine | None:
        """The main line of a handicap market."""
        return self._defined("key_line_definitions")  # type: ignore[no-any-return]

    @cached_property
    def publish_time(self) -> datetime:
        """When the message was published."""
        return datetime.fromtimestamp(self.publish_time_epoch / 1e3, UTC)

    @cached_property
    def total_matched(self) -> float | None:
        """Volume traded on the market, GBP."""
        if self._calculate:
            return round(sum(float(runner.trd.sizes.sum()) for runner in self._views), 2)
        return self._view.tv

    @cached_property
    def runners(self) -> list[RunnerBook]:
        """Runners in the order in which the stream first named them."""
        definition = self.market_definition
        return [RunnerBook(runner, definition, cumulative=self._cumulative) for runner in self._views]

    @cached_property
    def streaming_update(self) -> dict[str, Any]:
        """The last change of this market in the message, as the feed wrote it."""
        changes = json.loads(self._line).get("mc") or []
        return next(change for change in reversed(changes) if change["id"] == self.market_id)

    def __repr__(self) -> str:
        return f"<MarketBook {self.market_id}>"


class _Order:
    """The order in which a market's runners were first named, since its last image."""

    def __init__(self) -> None:
        self._generation = -1
        self._keys: list[tuple[int, float]] = []

    def sort(self, view: Market, definition: MarketDefinition | None) -> list[RunnerView]:
        views = {(runner.id, runner.hc): runner for runner in view}
        if view.generation != self._generation:
            # Without an image, runners were only added.
            added = view.generation - self._generation == len(views) - len(self._keys)
            known = self._keys if added else []
            named = definition.runners if definition else []
            order = [*known, *((runner.selection_id, runner.handicap) for runner in named), *views]
            self._keys = [key for key in dict.fromkeys(order) if key in views]
            self._generation = view.generation
        return [views[key] for key in self._keys]


class MarketBooks:
    """Messages of a stream into the books of the markets they change.

    `calculate_market_tv` and `cumulative_runner_tv`: volumes are sums of what was traded at each price, as official
    historical data wants it. `unique_id` is what `streaming_unique_id` will be.
    """

    def __init__(
        self,
        *,
        calculate_market_tv: bool = False,
        cumulative_runner_tv: bool = False,
        unique_id: int | None = None,
        books: Books | None = None,
    ) -> None:
        self.books = books or Books()
        """The core's books, with their counts and errors."""
        self._options: dict[str, Any] = {
            "calculate_market_tv": calculate_market_tv,
            "cumulative_runner_tv": cumulative_runner_tv,
            "unique_id": unique_id,
        }
        self._definitions: dict[str, tuple[object, MarketDefinition]] = {}
        self._orders: dict[str, _Order] = {}

    def apply(self, line: bytes) -> list[MarketBook]:
        """Take one message; answers the books of the markets it changed."""
        self.books.apply(line)
        made = []
        for market_id in self.books.touched():
            if (view := self.books.market(market_id)) is None:
                self._definitions.pop(market_id, None)
                self._orders.pop(market_id, None)
            else:
                definition = self._definition(market_id)
                runners = self._orders.setdefault(market_id, _Order()).sort(view, definition)
                made.append(MarketBook(view, runners, definition, line, **self._options))
        return made

    def _definition(self, market_id: str) -> MarketDefinition | None:
        now = self.books.definition(market_id)
        if now is None:
            return None
        known = self._definitions.get(market_id)
        if known is None or known[0] is not now:
            text = self.books.definition_json(market_id) or b"{}"
            known = self._definitions[market_id] = now, MarketDefinition(json.loads(text))
        return known[1]


def read(
    path: str | Path, *, calculate_market_tv: bool = False, cumulative_runner_tv: bool = False
) -> Iterator[list[MarketBook]]:
    """Read a stream file message by message; StreamError if it cannot be read."""
    books = MarketBooks(calculate_market_tv=calculate_market_tv, cumulative_runner_tv=cumulative_runner_tv)
    for line in open_stream(path):
        if made := books.apply(line):
            yield made


__all__ = [
    "KeyLine",
    "MarketBook",
    "MarketBooks",
    "MarketDefinition",
    "PriceLadderDescription",
    "PriceSize",
    "RunnerBook",
    "RunnerBookEX",
    "RunnerBookSP",
    "read",
]
