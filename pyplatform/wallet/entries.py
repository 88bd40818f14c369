"""The moves of the ledger as rows in Postgres: every account's history with the balance after each move."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from time import time_ns
from typing import Any, Final

import asyncpg
from nats.js import JetStreamContext

from pyplatform._core import shard as core
from pyplatform.bus import Bus, using
from pyplatform.core.accounts import Movement, movements
from pyplatform.eventstore.tail import LedgerTail, PastDiffers
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.projections import Outcome, TableInbox
from pyplatform.telemetry import Gauge, get_logger

log = get_logger("wallet.entries")

PROJECTION: Final = "entries"
PAUSE: Final = 0.25
"""Seconds before the next attempt when a server does not answer."""
KNOWN_ACCOUNTS: Final = 1_000_000
"""Accounts remembered, so that the directory is asked about new ones alone."""
COLUMNS: Final = (
    *("tenant", "account", "owner", "currency", "seq", "n", "at", "kind", "brand", "jurisdiction"),
    *("holder", "counter", "counter_owner", "amount", "balance", "reference"),
)
_ACCOUNTS: Final = """
insert into ledger.account (tenant, account, owner, currency, holder)
select $1, * from unnest($2::smallint[], $3::bytea[], $4::text[], $5::bytea[]) on conflict do nothing
"""
_Row = tuple[Any, ...]
_Account = tuple[int, bytes, str, bytes]


def row_of(tenant: str, move: Movement) -> _Row:
    """A movement as a row of `ledger.entry`, in the order of COLUMNS."""
    return (
        tenant,
        move.account,
        move.owner,
        move.currency,
        move.seq,
        move.n,
        move.at,
        move.kind,
        move.brand,
        move.jurisdiction,
        move.holder,
        move.counter,
        move.counter_owner,
        move.amount,
        move.balance,
        move.reference,
    )


class EntryProjector:
    """Keeps the moves of one tenant; its position is in the transaction that writes the rows."""

    def __init__(self, settings: Settings, js: JetStreamContext, tenant: str) -> None:
        self._settings = settings
        self._js = js
        self._tenant = tenant
        self._inbox = TableInbox(settings.postgres_url, tenant, PROJECTION)
        self._accounts: set[_Account] = set()
        self.applied = 0
        """Sequence the rows stand at."""
        self.lag = 0.0
        """Seconds between the last entry applied and its being readable."""
        Gauge(
            f"wallet.{tenant}.entries_lag_ms", "age of an entry when it can be read", lambda: self.lag * 1e3
        )

    async def run(self) -> None:
        """Follow the ledger until cancelled; a different past is forgotten and written anew from the journal."""
        try:
            while True:
                try:
                    await self._follow_or_forget()
                except Unavailable as error:
                    log.warning("entries wait", tenant=self._tenant, error=str(error))
                    await asyncio.sleep(PAUSE)
        finally:
            await self.close()

    async def close(self) -> None:
        """Drop the connection."""
        await self._inbox.close()

    async def _follow_or_forget(self) -> None:
        try:
            await self._follow()
        except PastDiffers as error:
            log.warning("entries are written anew", tenant=self._tenant, reason=str(error))
            async with self._inbox.transaction() as connection:
                await connection.execute("delete from ledger.entry where tenant = $1", self._tenant)
                await connection.execute("delete from ledger.account where tenant = $1", self._tenant)
                await self._inbox.forget(connection)
            self._accounts.clear()

    async def _follow(self) -> None:
        position = await self._inbox.position()
        self.applied = position.seq
        self._accounts.clear()  # a crash of Postgres may have lost the last of them
        tail = LedgerTail(self._js, self._settings.postgres_url, self._tenant, position.seq, position.hash)
        try:
            async for batches in tail.batches():
                outcome = await self.apply(batches)
                if outcome is Outcome.DIVERGED:
                    raise PastDiffers(
                        f"the rows are of another past than the ledger at {batches[0].header.lo}"
                    )
                if outcome is Outcome.GAP:
                    return
        finally:
            await tail.close()

    async def apply(self, batches: Sequence[core.Batch]) -> Outcome:
        """Write the moves of consecutive batches, if they are the next ones."""
        entries = [entry for batch in batches for entry in batch.entries()]
        moves = [move for entry in entries for move in movements(entry)]
        first, last = batches[0].header, batches[-1].header
        async with self._inbox.transaction() as connection:
            outcome = await self._inbox.advance(connection, first.lo, last.hi, first.prev_hash, last.hash)
            if outcome is not Outcome.APPLIED:
                return outcome
            fresh = await self._write(connection, moves)
        # Remembered only now: a transaction that is rolled back takes its accounts with it.
        self._accounts = set() if len(self._accounts) > KNOWN_ACCOUNTS else self._accounts | fresh
        self.applied = last.hi
        self.lag = (time_ns() - entries[-1].at) / 1e9
        return outcome

    async def _write(self, connection: asyncpg.Connection, moves: Sequence[Movement]) -> set[_Account]:
        accounts = {(move.account, move.owner, move.currency, move.holder) for move in moves}
        if fresh := accounts - self._accounts:
            await connection.execute(_ACCOUNTS, self._tenant, *map(list, zip(*fresh, strict=True)))
        for _, of_month in groupby(moves, key=_month):
            rows = [row_of(self._tenant, move) for move in of_month]
            partition = await connection.fetchval("select ledger.entry_partition($1)", rows[0][6])
            await connection.copy_records_to_table(
                partition, schema_name="ledger", columns=COLUMNS, records=rows
            )
        return fresh


def _month(move: Movement) -> tuple[int, int]:
    time = datetime.fromtimestamp(move.at // 1_000_000_000, UTC)
    return time.year, time.month


async def run_entry_projector(
    settings: Settings, tenants: Iterable[str], stop: asyncio.Event, shared: Bus | None = None
) -> None:
    """Keep the moves of the ledgers of `tenants` in Postgres, until `stop`; over a `shared` bus if there is one."""
    async with using(shared, settings.nats_url, "entries") as bus:
        works = [asyncio.create_task(EntryProjector(settings, bus.js, tenant).run()) for tenant in tenants]
        stopping = asyncio.create_task(stop.wait())
        tasks: set[asyncio.Task[Any]] = {stopping, *works}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for work in works:
                if work.done():
                    work.result()
        finally:
            await end(tasks)
