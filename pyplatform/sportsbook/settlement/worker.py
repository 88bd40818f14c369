"""Settling a range of bets: judged, sent to the wallet as one frame, counted."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from typing import Final

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.settlement import MOST_BETS, WorkItem
from pyplatform.contracts.wallet import BulkWalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.placement.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.placement.asking import RETRY_PAUSE
from pyplatform.sportsbook.settlement.book import Book
from pyplatform.sportsbook.settlement.judging import Due, Judge
from pyplatform.sportsbook.settlement.runs import Counts
from pyplatform.sportsbook.settlement.wagers import Wager
from pyplatform.telemetry import Counter, get_logger

_BEHIND_S: Final = 10.0
_STALE: Final = frozenset(
    {"stale_version", "bet_not_open", "bet_not_closed", "stale_revision", "key_conflict", "unknown_bet"}
)
"""The bet has changed since it was judged: the book will say how."""
_TIMES: Final = 3

log = get_logger("sportsbook.settlement")


class Totals:
    """What a process has settled since its start."""

    def __init__(self) -> None:
        self.settled = Counter("settlement.settled", "bets paid or lost")
        self.voided = Counter("settlement.voided", "bets given back")
        self.corrected = Counter("settlement.corrected", "results of closed bets replaced by others")
        self.refused = Counter("settlement.refused", "bets that could not be settled")
        self.frames = Counter("settlement.frames", "frames sent to wallets")

    def add(self, counts: Counts) -> None:
        """Count a range."""
        self.settled.value += counts.settled
        self.voided.value += counts.voided
        self.corrected.value += counts.corrected
        self.refused.value += counts.refused


class Worker:
    """Settles the bets of one tenant."""

    def __init__(self, book: Book, judge: Judge, wallet: BulkWalletPort, totals: Totals) -> None:
        self._book = book
        self._judge = judge
        self._wallet = wallet
        self._totals = totals

    async def settle(self, item: WorkItem, correlation: bytes) -> Counts:
        """Settle the bets of a range; raises Unavailable while the wallet or the ledger does not answer."""
        try:
            async with asyncio.timeout(_BEHIND_S):
                await self._book.reached(item.as_of)
        except TimeoutError:
            raise Unavailable(f"the ledger has not been followed up to {item.as_of} yet") from None
        counts = Counts()
        wagers = self._book.between(item.market_id, item.first, item.last)
        while chunk := list(islice(wagers, MOST_BETS)):
            await self._settle(chunk, correlation, counts)
        self._totals.add(counts)
        return counts

    async def _settle(self, chunk: list[Wager], correlation: bytes, counts: Counts) -> None:
        due, broken = self._judge.due(chunk, self._book.told)
        counts.unchanged += len(chunk) - len(due) - len(broken)
        for wager, reason in broken:
            self._refuse(wager, reason, counts)
        for _ in range(_TIMES):
            stale, seq = await self._send(due, correlation, counts)
            if not stale:
                return
            await self._caught_up(seq)
            due, broken = self._judge.due(stale, self._book.told)
            counts.unchanged += len(stale) - len(due) - len(broken)
            for wager, reason in broken:
                self._refuse(wager, reason, counts)
        for one in due:
            self._refuse(one.wager, "it changes faster than it can be settled", counts)

    async def _caught_up(self, seq: int) -> None:
        try:
            async with asyncio.timeout(_BEHIND_S):
                await self._book.reached(seq)
        except TimeoutError:
            raise Unavailable(f"the ledger has not been followed up to {seq} yet") from None

    async def _send(self, due: Sequence[Due], correlation: bytes, counts: Counts) -> tuple[list[Wager], int]:
        """Send what is due; the bets that had changed meanwhile, and the entry by which the book knows how."""
        stale: list[Wager] = []
        seen = 0
        while due:
            replies = await self._wallet.settle(
                self._book.tenant, [command(self._book.tenant, one, correlation) for one in due]
            )
            self._totals.frames.value += 1
            again: list[Due] = []
            for one, reply in zip(due, replies, strict=True):
                if reply.status == codec.ACCEPTED:
                    self._took(one, reply, counts)
                elif reply.status == codec.RETRY:
                    again.append(one)
                elif reply.status == codec.CONFLICT or reply.name in _STALE:
                    stale.append(one.wager)
                    seen = max(seen, reply.seq)
                else:
                    self._refuse(one.wager, reply.name, counts)
            due = again
            if due:
                await asyncio.sleep(RETRY_PAUSE)
        return stale, seen

    def _took(self, one: Due, reply: codec.Reply, counts: Counts) -> None:
        wager = one.wager
        counts.moved[wager.currency] = counts.moved.get(wager.currency, 0) + one.moves
        counts.corrected += one.corrects
        counts.voided += one.void is not None and not one.corrects
        counts.settled += one.void is None and not one.corrects
        if reply.version > wager.version:  # the ledger may have been faster in telling
            self._book.became(wager, one.becomes, reply.version, one.returns, reply.at)

    def _refuse(self, wager: Wager, reason: str, counts: Counts) -> None:
        counts.refused += 1
        log.error("bet not settled", tenant=self._book.tenant, bet=ids.text(wager.bet_id), reason=reason)


def command(tenant: str, due: Due, correlation: bytes) -> bytes:
    """The wallet's command for what is due.

    A bet's revision is the version it is settled at: it grows with every change, and whoever judges the bet at that
    version again sends the same command.
    """
    wager = due.wager
    context = codec.Context(tenant, wager.brand, wager.player, SOURCE_SPORTSBOOK, correlation, "")
    if due.reopens:
        return codec.reopen_bet(context, wager.bet_id, wager.version, wager.version, due.evidence)
    if due.void is not None:
        return codec.void_bet(context, wager.bet_id, wager.version, wager.version, due.void)
    return codec.settle_bet(context, wager.bet_id, wager.version, wager.version, due.returns, due.evidence)
