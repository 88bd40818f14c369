"""The book of settlement: every bet of a tenant by the markets of its legs, as the ledger tells."""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush
from itertools import count
from typing import Final

from pyplatform._core.shard import Batch, Entry
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError
from pyplatform.sportsbook.settlement.resolution import Resolution
from pyplatform.sportsbook.settlement.slips import wager_of
from pyplatform.sportsbook.settlement.wagers import STATES, Sale, Wager, WagerState
from pyplatform.telemetry import get_logger

log = get_logger("sportsbook.settlement")

_RESULTS: Final = frozenset({WagerState.SETTLED, WagerState.VOIDED})


class Book:
    """All bets of one tenant that are open, or were closed not long ago, and the newest results of their markets.

    It is told by the ledger, and a moment earlier by the wallet's answers to settlement; what is old news changes
    nothing. `late` collects the bets that came to be open, or changed, after results of a market of theirs.
    A book of `only` one market takes no other bets in.
    """

    def __init__(self, tenant: str, only: str = "") -> None:
        self.tenant = tenant
        self._only = only
        self.forgot = False
        """Whether closed bets were forgotten: those of an old market must be read anew before it is corrected."""
        self.seq = 0
        self.told: dict[str, Resolution] = {}
        self.late: set[bytes] = set()
        self.unreadable = 0
        self._wagers: dict[bytes, Wager] = {}
        self._markets: dict[str, dict[bytes, Wager]] = {}
        self._sorted: dict[str, list[bytes]] = {}
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def clear(self) -> None:
        """Forget all bets, to be told of them from the beginning; what waits goes on waiting."""
        self.seq = 0
        for kept in (self.late, self._wagers, self._markets, self._sorted):
            kept.clear()

    def __len__(self) -> int:
        return len(self._wagers)

    def get(self, bet_id: bytes) -> Wager | None:
        """A bet by its id."""
        return self._wagers.get(bet_id)

    def of_market(self, market_id: str) -> Iterable[Wager]:
        """The bets with a leg on a market."""
        return self._markets.get(market_id, {}).values()

    def events(self) -> dict[str, str]:
        """Event of every market that has bets; "" where its bets do not say."""
        return {
            market_id: next(
                leg.event_id for leg in next(iter(found.values())).legs if leg.market_id == market_id
            )
            for market_id, found in self._markets.items()
        }

    def ids(self, market_id: str) -> list[bytes]:
        """Ids of the bets with a leg on a market, in order, which is that of their placing."""
        found, known = self._markets.get(market_id, {}), self._sorted.get(market_id)
        if known is None or len(known) != len(found):
            known = self._sorted[market_id] = sorted(found)
        return known

    def between(self, market_id: str, first: bytes, last: bytes) -> Iterator[Wager]:
        """The bets with a leg on a market whose ids are from `first` to `last`, both included."""
        known = self.ids(market_id)
        found = self._markets.get(market_id, {})
        for bet_id in known[bisect_left(known, first) : bisect_right(known, last)]:
            if (wager := found.get(bet_id)) is not None:
                yield wager

    def fold(self, batches: Iterable[Batch]) -> None:
        """Take in the next batches of the ledger."""
        for batch in batches:
            for entry in batch.entries():
                self._fold(entry)
            self.seq = batch.header.hi
        while self._waiting and self._waiting[0][0] <= self.seq:
            _, _, reached = heappop(self._waiting)
            if not reached.done():
                reached.set_result(None)

    async def reached(self, seq: int) -> None:
        """Wait until the book holds everything up to entry `seq`."""
        if self.seq < seq:
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            heappush(self._waiting, (seq, next(self._numbers), future))
            await future

    def _fold(self, entry: Entry) -> None:
        if entry.kind == "place_bet" and entry.code == 0 and entry.slip and entry.bet_id not in self._wagers:
            self._place(entry, entry.slip)
        for bet_id, state, version in entry.transitions:
            wager = self._wagers.get(bet_id)
            if wager is not None and version >= wager.version:
                if entry.kind == "cash_out":
                    part, runs_on = entry.fields["part"], STATES[state] is WagerState.OPEN
                    wager.sell(Sale(entry.key, entry.amount, part, entry.seq, runs_on), version)
                self.became(wager, STATES[state], version, entry.amount, entry.at)

    def _place(self, entry: Entry, slip: tuple[int, int, bytes]) -> None:
        try:
            wager = wager_of(entry, slip)
            if not self._only or any(leg.market_id == self._only for leg in wager.legs):
                self._add(wager)
        except (PlatformError, ValueError) as error:  # one that cannot be read must not hold up the others
            self.unreadable += 1
            log.error(
                "bet not in the book", tenant=self.tenant, bet=ids.text(entry.bet_id), reason=str(error)
            )

    def _add(self, wager: Wager) -> None:
        self._wagers[wager.bet_id] = wager
        for leg in wager.legs:
            self._markets.setdefault(leg.market_id, {})[wager.bet_id] = wager

    def became(self, wager: Wager, state: WagerState, version: int, paid: int, at: int) -> None:
        """A bet is known to stand at `version` now; `paid` is what its settlement returned, if it was settled."""
        was, news = wager.state, version > wager.version or state is not wager.state
        wager.version, wager.state = version, state
        if state in _RESULTS or state is WagerState.OVER:
            wager.paid, wager.closed_at = (paid if state is WagerState.SETTLED else 0), at
            self.late.discard(wager.bet_id)
        elif state is WagerState.OPEN and was in _RESULTS:  # by the results that are on record, or older ones
            wager.paid = wager.closed_at = 0
        elif state is WagerState.OPEN and (news or version == 1) and self._has_results(wager):
            self.late.add(wager.bet_id)

    def _has_results(self, wager: Wager) -> bool:
        return any(leg.market_id in self.told for leg in wager.legs)

    def forget(self, before: int) -> int:
        """Forget the bets that were closed before a time (ns); returns how many."""
        old = [wager for wager in self._wagers.values() if 0 < wager.closed_at < before]
        for wager in old:
            self._drop(wager)
        self.forgot = self.forgot or bool(old)
        return len(old)

    def recall(self, past: "Book") -> None:
        """Take in bets of an earlier reading of the ledger that are forgotten here."""
        for bet_id, wager in past._wagers.items():
            if bet_id not in self._wagers:
                self._add(wager)

    def _drop(self, wager: Wager) -> None:
        del self._wagers[wager.bet_id]
        for leg in wager.legs:
            market = self._markets.get(leg.market_id, {})
            market.pop(wager.bet_id, None)
            self._sorted.pop(leg.market_id, None)
            if not market:
                self._markets.pop(leg.market_id, None)
