"""The record of settlement's work: the run of every revision, and the ranges of bets it consists of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import StaffRequest
from pyplatform.contracts.sportsbook.settlement import Run, RunState, Taken, WorkItem
from pyplatform.eventstore import Event, append, tenant_transaction
from pyplatform.sportsbook.desk.keys import keep
from pyplatform.sportsbook.settlement.record import STREAM, taken

Range = tuple[bytes, bytes]
"""First and last bet id, both included."""

_UNPLANNED = """
select market_id, revision from sportsbook.settlement_run where state = 'running' and not planned
"""
_PLAN = """
update sportsbook.settlement_run set planned = planned or $4, bets = bets + $3
where market_id = $1 and revision = $2 and state in ('running', 'stopped', 'done') and not (planned and $4)
returning state
"""
_ADD = """
insert into sportsbook.settlement_range (tenant, market_id, revision, number, first_bet, last_bet, as_of)
select $1, $2, $3, $4 + place, first_bet, last_bet, $5
from unnest($6::bytea[], $7::bytea[]) with ordinality as cut (first_bet, last_bet, place)
"""
_NUMBERED = """
select coalesce(max(number), 0) from sportsbook.settlement_range where market_id = $1 and revision = $2
"""
_REOPEN = """
update sportsbook.settlement_run set state = 'running', finished_at = null
where market_id = $1 and revision = $2 and state = 'done'
"""
_UNDONE = """
select piece.* from sportsbook.settlement_range as piece
join sportsbook.settlement_run as run using (tenant, market_id, revision)
where run.state = 'running' and piece.done_at is null
order by run.started_at, piece.number
"""
_IS_DUE = """
select run.state, run.correlation, piece.done_at from sportsbook.settlement_run as run
join sportsbook.settlement_range as piece using (tenant, market_id, revision)
where run.market_id = $1 and run.revision = $2 and piece.number = $3
"""
_DONE = """
update sportsbook.settlement_range set done_at = clock_timestamp()
where market_id = $1 and revision = $2 and number = $3 and done_at is null returning true
"""
_COUNT = """
update sportsbook.settlement_run set settled = settled + $3, voided = voided + $4, corrected = corrected + $5,
    unchanged = unchanged + $6, refused = refused + $7,
    moved = moved || (
        select coalesce(jsonb_object_agg(currency, (coalesce(moved ->> currency, '0')::numeric + amount)::text), '{}')
        from unnest($8::text[], $9::text[]::numeric[]) as more (currency, amount)
    )
where market_id = $1 and revision = $2
"""
_FINISH = """
update sportsbook.settlement_run as run set state = 'done', finished_at = clock_timestamp()
where market_id = $1 and revision = $2 and state = 'running' and planned and not exists (
    select from sportsbook.settlement_range as piece
    where piece.market_id = $1 and piece.revision = $2 and piece.done_at is null)
returning true
"""
_TURN = """
update sportsbook.settlement_run set state = $3
where market_id = $1 and revision = (select max(revision) from sportsbook.settlement_run where market_id = $1)
    and state = $2
returning revision
"""
_RUNS = """
select run.*, cut.ranges, cut.done from sportsbook.settlement_run as run cross join lateral (
    select count(*) as ranges, count(done_at) as done from sportsbook.settlement_range as piece
    where (piece.market_id, piece.revision) = (run.market_id, run.revision)
) as cut
where ($1 = '' or market_id = $1) and ($2 = '' or state = $2) and ($3::timestamptz is null or started_at < $3)
order by started_at desc limit $4
"""


class Counts(msgspec.Struct):
    """What was done with a range; `moved` is paid less taken back, by currency."""

    settled: int = 0
    voided: int = 0
    corrected: int = 0
    unchanged: int = 0
    refused: int = 0
    moved: dict[str, int] = msgspec.field(default_factory=dict)


class SettlementRuns:
    """Runs and ranges of all tenants."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def unplanned(self, tenant: str) -> list[tuple[str, int]]:
        """Runs on record whose bets have not been cut into ranges: (market, revision)."""
        async with tenant_transaction(self._pool, tenant) as connection:
            return [(row["market_id"], row["revision"]) for row in await connection.fetch(_UNPLANNED)]

    async def add(
        self,
        tenant: str,
        market_id: str,
        revision: int,
        ranges: Sequence[Range],
        bets: int,
        as_of: int,
        *,
        first: bool,
    ) -> list[WorkItem]:
        """Put ranges of a run on record: its `first` ones, with all bets known then, or more of them.

        None are put down of a run that is superseded, nor its first ones twice.
        """
        async with tenant_transaction(self._pool, tenant) as connection:
            state = await connection.fetchval(_PLAN, market_id, revision, bets, first)
            if state is None:
                return []
            last: int = await connection.fetchval(_NUMBERED, market_id, revision)
            firsts, lasts = [first for first, _ in ranges], [end for _, end in ranges]
            await connection.execute(_ADD, tenant, market_id, revision, last, as_of, firsts, lasts)
            if ranges:
                await connection.execute(_REOPEN, market_id, revision)
            else:
                await connection.fetchval(_FINISH, market_id, revision)
        return [
            WorkItem(tenant, market_id, revision, last + place, first, end, as_of)
            for place, (first, end) in enumerate(ranges, 1)
        ]

    async def undone(self, tenant: str) -> list[WorkItem]:
        """Ranges of running runs that are not done: what the work queue should hold."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_UNDONE)
        return [
            WorkItem(
                tenant,
                row["market_id"],
                row["revision"],
                row["number"],
                row["first_bet"],
                row["last_bet"],
                row["as_of"],
            )
            for row in rows
        ]

    async def due(self, item: WorkItem) -> bytes | None:
        """Correlation of the run if an item is still to be worked on; None if it is done or its run does not run."""
        async with tenant_transaction(self._pool, item.tenant) as connection:
            row = await connection.fetchrow(_IS_DUE, item.market_id, item.revision, item.number)
        if row is None or row["state"] != RunState.RUNNING or row["done_at"] is not None:
            return None
        correlation: bytes = row["correlation"]
        return correlation

    async def done(self, item: WorkItem, counts: Counts) -> bool:
        """Note that an item was worked on; the second time counts nothing. True if its run has ended with it."""
        key = (item.market_id, item.revision)
        async with tenant_transaction(self._pool, item.tenant) as connection:
            if not await connection.fetchval(_DONE, *key, item.number):
                return False
            told = (counts.settled, counts.voided, counts.corrected, counts.unchanged, counts.refused)
            moved = [list(counts.moved), [str(amount) for amount in counts.moved.values()]]
            await connection.execute(_COUNT, *key, *told, *moved)
            return bool(await connection.fetchval(_FINISH, *key))

    async def turn(
        self,
        tenant: str,
        market_id: str,
        before: RunState,
        after: RunState,
        act: Event,
        request: StaffRequest,
    ) -> int | None:
        """Stop or resume the newest run of a market, with the event of it.

        Returns the run's revision, None if it was not in state `before`.
        """
        async with tenant_transaction(self._pool, tenant) as connection:
            revision: int | None = await connection.fetchval(_TURN, market_id, before.value, after.value)
            if revision is not None:
                await append(connection, tenant, STREAM, act)
                await keep(connection, request, taken(Taken(revision), revision))
        return revision

    async def runs(
        self,
        tenant: str,
        market_id: str = "",
        state: str = "",
        before: datetime | None = None,
        limit: int = 50,
    ) -> list[Run]:
        """Runs of a tenant, the newest first; of one market, in one state, begun before a time."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_RUNS, market_id, state, before, limit)
        return [_run(row) for row in rows]


_PLAIN: Final = (
    "market_id",
    "revision",
    "bets",
    "ranges",
    "settled",
    "voided",
    "corrected",
    "unchanged",
    "refused",
    "started_at",
    "finished_at",
)


def _run(row: asyncpg.Record) -> Run:
    moved = msgspec.json.decode(row["moved"], type=dict[str, str])
    return Run(
        **{name: row[name] for name in _PLAIN},
        state=RunState(row["state"]),
        ranges_done=row["done"],
        moved={currency: int(amount) for currency, amount in moved.items()},
    )
