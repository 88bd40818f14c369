"""Projections in tables of Postgres: the position moves in the transaction that writes the rows."""

from typing import Final

import asyncpg

from pyplatform.projections.connection import TenantConnection
from pyplatform.projections.inbox import Outcome, Position

_POSITION: Final = "select seq, hash from projections.position where tenant = $1 and name = $2"
_FIRST: Final = """
insert into projections.position (tenant, name, seq, hash) values ($1, $2, 0, '') on conflict do nothing
"""
_ADVANCE: Final = """
update projections.position set seq = $3, hash = $4
where tenant = $1 and name = $2 and seq = $5 and (seq = 0 or hash = $6)
"""
_MOVED: Final = "UPDATE 1"
_FORGET: Final = "delete from projections.position where tenant = $1 and name = $2"


async def read_position(connection: asyncpg.Connection, tenant: str, name: str) -> Position:
    """Last sequence a projection has applied and the hash of its batch; sequence 0 before the first."""
    row = await connection.fetchrow(_POSITION, tenant, name)
    return Position(row["seq"], row["hash"]) if row else Position(0, b"")


class TableInbox:
    """Where one projection of a tenant's ledger stands; applies consecutive batches exactly once.

    Two projectors of the same name take turns: the second finds what the first has applied.
    """

    def __init__(self, postgres_url: str, tenant: str, name: str) -> None:
        # Rows and position are one transaction, and made from the journal: a crash that loses the last of them loses
        # nothing, and the writer's commits need not queue behind theirs for the disk.
        self._connection = TenantConnection(postgres_url, tenant, durable=False)
        self.transaction = self._connection.transaction
        """A transaction as the projector's role, bound to the tenant; raises Unavailable when Postgres is away."""
        self._tenant = tenant
        self._name = name

    async def position(self) -> Position:
        """Last sequence applied and the hash of its batch; sequence 0 before the first."""
        async with self.transaction() as connection:
            return await read_position(connection, self._tenant, self._name)

    async def advance(
        self, connection: asyncpg.Connection, lo: int, hi: int, prev_hash: bytes, digest: bytes
    ) -> Outcome:
        """Move from `lo` to `hi` in the caller's transaction, and say whether its rows are to be written.

        Only APPLIED changed anything; the meanings are those of `Outcome`.
        """
        advance = _ADVANCE, self._tenant, self._name, hi, digest, lo, prev_hash
        if await connection.execute(*advance) == _MOVED:
            return Outcome.APPLIED
        await connection.execute(_FIRST, self._tenant, self._name)
        row = await connection.fetchrow(f"{_POSITION} for update", self._tenant, self._name)
        seq, known = row["seq"], row["hash"]
        if hi <= seq:
            return Outcome.DUPLICATE if hi < seq or digest == known else Outcome.DIVERGED
        if lo != seq:
            # Missing, or applied in part by another: go on from the position.
            return Outcome.GAP
        if seq and prev_hash != known:
            return Outcome.DIVERGED
        await connection.execute(*advance)
        return Outcome.APPLIED

    async def forget(self, connection: asyncpg.Connection) -> None:
        """Begin anew, in the transaction that empties the tables."""
        await connection.execute(_FORGET, self._tenant, self._name)

    async def close(self) -> None:
        """Drop the connection."""
        await self._connection.close()
