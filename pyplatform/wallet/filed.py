"""Proof that the table of old keys holds what the journal says: a row that is missing could become a second bet."""

from collections.abc import AsyncIterator, Iterator
from struct import Struct
from typing import Final

import asyncpg

from pyplatform._core import shard as core
from pyplatform.wallet.oldkeys import LEAD
from pyplatform.wallet.proof import Differences, Proof
from pyplatform.wallet.store import JournalReader

FILED: Final = "old keys in Postgres equal the journal"
_TIP: Final = "select seq, at from ledger.old_key_tip where shard = $1"
_ROWS: Final = (
    "select seq, fingerprint, at, dated from ledger.old_key where shard = $1 order by seq, fingerprint"
)
_READ_AHEAD: Final = 1_000
_Row = tuple[int, int, int, bool]
"""Position, fingerprint, time, and whether the key tells its time."""


class Filed:
    """Holds the keys that were filed of one tenant against its journal, which must have been proven before.

    Both are read in the order of entries, so that however many there are, few are in memory.
    """

    def __init__(
        self, pool: asyncpg.Pool, journal: JournalReader, replayer: core.Replayer, tenant: str
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._replayer = replayer
        self._tenant = tenant
        self._differences = Differences()
        self._forgotten = 0

    async def prove(self) -> Proof:
        """Compare each row up to where the table says that it is whole, which must cover all keys that left memory."""
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            found = await connection.fetchrow(_TIP, self._tenant)
            tip, at = (found["seq"], found["at"]) if found else (0, 0)
            self._forgotten = await self._forgotten_by_now()
            evicted = self._replayer.keys_evicted
            if tip < evicted:
                self._differences.add(
                    f"keys left memory up to entry {evicted:,}, and are filed up to {tip:,}"
                )
            cursor = connection.cursor(_ROWS, self._tenant, prefetch=_READ_AHEAD)
            count = await self._compare(aiter(cursor), tip, at)
        return self._differences.proof(self._tenant, FILED, f"{count:,} keys up to entry {tip:,}")

    async def _forgotten_by_now(self) -> int:
        """Rows may be gone by an entry after those replayed, for a ledger moves on."""
        forgotten, after = self._replayer.keys_forgotten, self._replayer.seq
        tip = await self._journal.tip() or 0
        while page := await self._journal.page(after, tip):
            for entry in (entry for _, data in page for entry in core.Batch(data).entries()):
                if entry.kind == "forget_keys":
                    forgotten = max(forgotten, entry.fields["before"])
            after = page[-1][0]
        return forgotten

    async def _compare(self, found: AsyncIterator[asyncpg.Record], tip: int, at: int) -> int:
        count = 0
        row = await _next(found)
        async for wanted in self._expected(tip, at):
            while row is not None and row[:2] < wanted[:2]:
                self._foreign(row)
                row = await _next(found)
            if row is None or row[:2] != wanted[:2]:
                self._missing(wanted)
                continue
            count += 1
            for name, is_now, was in zip(("its time", "dated"), row[2:], wanted[2:], strict=True):
                if is_now != was:
                    self._differences.add(f"entry {row[0]:,}: {name} is {is_now}, the journal says {was}")
            row = await _next(found)
            while row is not None and row[:2] == wanted[:2]:
                self._differences.add(f"entry {row[0]:,}: a row is there twice")
                row = await _next(found)
        while row is not None:
            # Between the end of the replay and the tip are rows of entries that came since.
            if not self._replayer.seq < row[0] <= tip:
                self._foreign(row)
            row = await _next(found)
        return count

    async def _expected(self, tip: int, at: int) -> AsyncIterator[_Row]:
        """The row of each key that the journal binds up to the tip, forgotten ones too."""
        after, end, last = 0, min(tip, self._replayer.seq), 0
        while after < end and (page := await self._journal.page(after, end)):
            for _, batch in page:
                rows, _, last = core.key_rows(batch)
                for row in rows_of(self._tenant, rows):
                    yield row
            after = page[-1][0]
        if tip <= self._replayer.seq and (after, last) != (tip, at):
            self._differences.add(f"keys are filed up to entry {tip:,} of time {at}, where no batch ends so")

    def _missing(self, wanted: _Row) -> None:
        seq, _, at, dated = wanted
        if not (dated and at + LEAD <= self._forgotten):
            self._differences.add(f"entry {seq:,}: the row of its key is missing")

    def _foreign(self, row: _Row) -> None:
        self._differences.add(f"entry {row[0]:,}: a row is not the journal's")


def rows_of(tenant: str, copied: bytes) -> Iterator[_Row]:
    """The rows that were packed for a binary COPY."""
    row_of = Struct(f">hi{len(tenant.encode())}siqiqiqi?")
    for _, _, _, _, fingerprint, _, seq, _, at, _, dated in row_of.iter_unpack(copied):
        yield seq, fingerprint, at, dated


async def _next(found: AsyncIterator[asyncpg.Record]) -> _Row | None:
    row = await anext(found, None)
    return None if row is None else (row["seq"], row["fingerprint"], row["at"], row["dated"])
