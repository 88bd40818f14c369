"""Settlement of one tenant: its book follows the ledger, runs are planned, the queue is worked on."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
from nats.aio.msg import Msg

from pyplatform._core.shard import Batch, genesis_hash
from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.settlement import MOST_BETS, WorkItem, resolved_subject
from pyplatform.contracts.wallet import BulkWalletPort, LedgerReader
from pyplatform.eventstore.tail import LedgerTail, PastDiffers
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.settlement.book import Book
from pyplatform.sportsbook.settlement.judging import Judge
from pyplatform.sportsbook.settlement.queue import BROKEN, WorkQueue, read_item
from pyplatform.sportsbook.settlement.record import Recorded, SettlementRecord
from pyplatform.sportsbook.settlement.resolution import Resolution
from pyplatform.sportsbook.settlement.runs import Range, SettlementRuns
from pyplatform.sportsbook.settlement.worker import Totals, Worker
from pyplatform.telemetry import Gauge, get_logger

END: Final = 2**62
PAUSE_S: Final = 0.05
LOOK_S: Final = 1.0
RETRY_S: Final = 0.5
KEPT: Final = 7 * 24 * 3600 * 10**9
"""How long (ns) closed bets stay in the book; corrections that come later read the ledger anew."""
FORGET_S: Final = 600.0

log = get_logger("sportsbook.settlement")


class TenantSettlement:
    """Everything of one tenant in the process that leads settlement."""

    def __init__(
        self,
        tenant: Tenant,
        bus: Bus,
        wallet: BulkWalletPort,
        record: SettlementRecord,
        runs: SettlementRuns,
        queue: WorkQueue,
        totals: Totals,
    ) -> None:
        self.tenant = tenant
        self.slug = tenant.slug
        self._bus = bus
        self._record = record
        self._runs = runs
        self._queue = queue
        self.book = Book(tenant.slug)
        self.judge = Judge(tenant.rules)
        self._worker = Worker(self.book, self.judge, wallet, totals)
        self._digest = genesis_hash(tenant.slug)
        self._known: dict[str, int] = {}
        self._working = 0
        self._reader: LedgerReader | None = None
        self._waiting = 0
        self._forget_at = 0.0
        book = self.book
        Gauge(f"settlement.{self.slug}.book", "bets in the book of settlement", lambda: len(book))
        Gauge(f"settlement.{self.slug}.late", "bets opened after their results", lambda: len(book.late))
        Gauge(f"settlement.{self.slug}.unreadable", "bets this build cannot read", lambda: book.unreadable)
        Gauge(f"settlement.{self.slug}.waiting", "ranges in the work queue", lambda: self._waiting)

    async def recover(self, reader: LedgerReader) -> None:
        """Read results and the ledger; bets in ranges that are not done are left to those."""
        for market_id, (revision, resolution) in (await self._record.newest(self.slug)).items():
            self._known[market_id] = revision
            self.book.told[market_id] = resolution
        self._reader = reader
        while page := await reader.page(self.book.seq, END):
            for _, sealed in page:
                self._fold(Batch(sealed))
                await asyncio.sleep(0)
            self.book.forget(now_ns() - KEPT)
        for item in await self._runs.undone(self.slug):
            for wager in self.book.between(item.market_id, item.first, item.last):
                self.book.late.discard(wager.bet_id)
        log.info("settlement recovered", tenant=self.slug, seq=self.book.seq, bets=len(self.book))

    def _fold(self, batch: Batch) -> None:
        self.book.fold([batch])
        self._digest = batch.header.hash

    async def follow(self, postgres_url: str) -> None:
        """Follow the ledger until cancelled."""
        while True:
            tail = LedgerTail(self._bus.js, postgres_url, self.slug, self.book.seq, self._digest)
            try:
                async for batches in tail.batches():
                    for batch in batches:
                        self._fold(batch)
                        await asyncio.sleep(0)
            except PastDiffers as error:
                log.warning("the book is made anew", tenant=self.slug, reason=str(error))
                self.book.clear()
                self._digest = genesis_hash(self.slug)
            finally:
                await tail.close()

    async def resolved(self, recorded: Recorded) -> None:
        """A revision is on record: from now on it is what bets are settled by, and its run begins."""
        market_id = recorded.resolution.market_id
        if recorded.revision <= self._known.get(market_id, 0):
            return
        self._known[market_id] = recorded.revision
        self.book.told[market_id] = recorded.resolution
        await self._bus.publish(resolved_subject(self.slug), market_id.encode())
        await self._plan(market_id, recorded.revision)

    def resolution(self, market_id: str) -> Resolution | None:
        """What bets on a market are settled by now."""
        return self.book.told.get(market_id)

    def revision(self, market_id: str) -> int:
        """Number of that; 0 before the first."""
        return self._known.get(market_id, 0)

    async def at_risk(self, market_id: str) -> dict[str, int]:
        """Most that a result of a market can move, by currency."""
        total: dict[str, int] = {}
        for piece in _pieces(self.book.ids(market_id)):
            wagers = filter(None, map(self.book.get, piece))
            for currency, amount in self.judge.potential(wagers, self.book.told).items():
                total[currency] = total.get(currency, 0) + amount
            await asyncio.sleep(0)
        return total

    async def _plan(self, market_id: str, revision: int, *, first: bool = True) -> None:
        """Cut the bets on a market into ranges and queue them."""
        if revision > 1 or not first:
            await self._recall(market_id)
        known = self.book.ids(market_id)
        ranges = [(piece[0], piece[-1]) for piece in _pieces(known)]
        await self._queue_up(market_id, revision, ranges, len(known), first=first)

    async def _queue_up(
        self, market_id: str, revision: int, ranges: list[Range], bets: int, *, first: bool = False
    ) -> None:
        items = await self._runs.add(self.slug, market_id, revision, ranges, bets, self.book.seq, first=first)
        try:
            await self._queue.put(items)
        except BROKEN as error:  # they are on record, and are queued again when the queue is back
            log.warning("work is not queued yet", tenant=self.slug, error=str(error))

    async def resettle(self, market_id: str) -> int:
        """Go through a market's bets once more; the revision they are settled by, 0 if there is none."""
        revision = self.revision(market_id)
        if revision:
            await self._plan(market_id, revision, first=False)
        return revision

    async def _recall(self, market_id: str) -> None:
        """Read the closed bets of a market anew from the ledger, if any were forgotten."""
        if not self.book.forgot or self._reader is None:
            return
        past = Book(self.slug, only=market_id)
        while page := await self._reader.page(past.seq, self.book.seq):
            for _, sealed in page:
                past.fold([Batch(sealed)])
                await asyncio.sleep(0)
        self.book.recall(past)

    async def requeue(self) -> None:
        """Queue again what is on record and not done."""
        await self._queue.put(await self._runs.undone(self.slug))

    async def work(self) -> None:
        """Work on the queue until cancelled, through every loss of it."""
        while True:
            try:
                async with self._queue.taking(self.slug) as taker:
                    while True:
                        message = await taker.next()
                        if message is not None:
                            await self._handle(message)
            except BROKEN as error:
                log.warning("settlement waits", tenant=self.slug, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(RETRY_S)

    async def _handle(self, message: Msg) -> None:
        self._working += 1
        try:
            item = read_item(message)
            await self._settle(item)
        except msgspec.DecodeError as error:
            log.error("a message of the work queue cannot be read", error=str(error))
        except Unavailable as error:
            log.warning("a range waits", tenant=self.slug, error=str(error))
            await message.nak(delay=RETRY_S)
            return
        finally:
            self._working -= 1
        await message.ack()

    async def _settle(self, item: WorkItem) -> None:
        correlation = await self._runs.due(item)
        if correlation is None:
            return
        counts = await self._worker.settle(item, correlation)
        if await self._runs.done(item, counts):
            log.info("run done", tenant=self.slug, market=item.market_id, revision=item.revision)

    async def watch(self) -> None:
        """Plan what a former process had no time to plan, queue late bets, and make a lost queue again."""
        looked = 0.0
        loop = asyncio.get_running_loop()
        empty = False
        while True:
            await asyncio.sleep(PAUSE_S)
            try:
                await self._queue_late()
                if loop.time() - looked >= LOOK_S:
                    looked = loop.time()
                    self._forget(looked)
                    await self._plan_forgotten()
                    empty = await self._look(was_empty=empty)
            except (Unavailable, *BROKEN) as error:
                log.warning("settlement waits", tenant=self.slug, error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(RETRY_S)

    def _forget(self, now: float) -> None:
        if now >= self._forget_at:
            self._forget_at = now + FORGET_S
            self.book.forget(now_ns() - KEPT)

    async def _plan_forgotten(self) -> None:
        for market_id, revision in await self._runs.unplanned(self.slug):
            if revision == self.revision(market_id):
                await self._plan(market_id, revision)

    async def _look(self, *, was_empty: bool) -> bool:
        """Queue again what is not done if the queue was empty twice: it may have been lost."""
        self._waiting = await self._queue.held(self.slug)
        if self._working or self._waiting:
            return False
        undone = await self._runs.undone(self.slug)
        if not undone:
            return False
        if was_empty:
            log.warning("the work queue was lost, it is made again", tenant=self.slug, items=len(undone))
            await self._queue.put(undone)
            return False
        return True

    async def _queue_late(self) -> None:
        """Bets that came to be open after their results have ranges of their own."""
        if not self.book.late:
            return
        late, self.book.late = self.book.late, set()
        for market_id, bets in self._by_market(late).items():
            ranges = _contiguous(self.book.ids(market_id), bets)
            await self._queue_up(market_id, self.revision(market_id), ranges, len(bets))

    def _by_market(self, late: Iterable[bytes]) -> dict[str, set[bytes]]:
        found: dict[str, set[bytes]] = {}
        for bet_id in late:
            wager = self.book.get(bet_id)
            for leg in wager.legs if wager is not None else ():
                if leg.market_id in self.book.told:
                    found.setdefault(leg.market_id, set()).add(bet_id)
                    break
        return found


def _pieces(known: list[bytes]) -> list[list[bytes]]:
    return [known[start : start + MOST_BETS] for start in range(0, len(known), MOST_BETS)]


def _contiguous(known: list[bytes], wanted: set[bytes]) -> list[Range]:
    """Ranges of `known` that hold the wanted and nothing else."""
    ranges: list[Range] = []
    first = last = b""
    size = 0
    for bet_id in known:
        if bet_id in wanted and size < MOST_BETS:
            first, last, size = first or bet_id, bet_id, size + 1
            continue
        if size:
            ranges.append((first, last))
        first, last, size = (bet_id, bet_id, 1) if bet_id in wanted else (b"", b"", 0)
    return [*ranges, (first, last)] if size else ranges


Settlements = Callable[[str], TenantSettlement | None]
"""The settlement of a tenant, None for one that is not ours."""
