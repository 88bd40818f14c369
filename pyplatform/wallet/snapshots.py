"""The snapshots of a shard in Postgres: states from which a replay of its journal goes on.

They are for speed only. Whoever begins from one has read every chunk of it, found the state's hash in it, and found the
batch with that hash in the journal; what fails any of this is passed over for the one before, and in the end for the
journal itself.
"""

import asyncio
from datetime import datetime
from typing import Final

import asyncpg
import msgspec

from pyplatform._core import shard as core
from pyplatform.eventstore.connecting import connect
from pyplatform.kernel.errors import PlatformError
from pyplatform.telemetry import get_logger
from pyplatform.wallet.store import reachable

log = get_logger("wallet.snapshots")

CONNECT: Final = 2.0
"""Seconds Postgres may take to let us in."""
CHUNKS: Final = 8
"""Chunks, of about 1 MiB, under way at a time."""

_KEPT = """
SELECT seq, epoch, hash, state_hash, digest, chunks, bytes, taken_at, verified_at FROM ledger.snapshot
WHERE shard = $1 ORDER BY seq DESC
"""
_CHUNKS = """
SELECT payload FROM ledger.snapshot_chunk WHERE shard = $1 AND seq = $2 AND number >= $3 ORDER BY number LIMIT $4
"""
_BATCH = "SELECT payload FROM ledger.journal WHERE shard = $1 AND seq_hi = $2"
_STORE = """
INSERT INTO ledger.snapshot (shard, seq, epoch, hash, state_hash, digest, chunks, bytes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_VERIFIED = "UPDATE ledger.snapshot SET verified_at = clock_timestamp() WHERE shard = $1 AND seq = $2"
_DROP = "DELETE FROM ledger.snapshot WHERE shard = $1 AND seq = ANY($2)"


class Snapshot(msgspec.Struct, frozen=True):
    """What is known of a snapshot: where in the journal it stands, and the hashes of batch, state and chunks."""

    seq: int
    epoch: int
    hash: bytes
    state_hash: bytes
    digest: bytes
    chunks: int
    bytes: int
    taken_at: datetime
    verified_at: datetime | None


class Damaged(PlatformError):  # noqa: N818 - a finding, not a fault of ours
    """A snapshot is not the state of its shard at its place in the journal."""


class Snapshots:
    """The snapshots of one shard. Every method raises Unavailable when Postgres does not answer."""

    def __init__(self, postgres_url: str, shard: str) -> None:
        self._url = postgres_url
        self._shard = shard
        self._conn: asyncpg.Connection | None = None

    async def kept(self) -> list[Snapshot]:
        """All that are kept, the newest first."""
        with reachable():
            rows = await (await self._connection()).fetch(_KEPT, self._shard)
        return [Snapshot(**dict(row)) for row in rows]

    async def newest(self) -> core.Replayer | None:
        """The state of the newest snapshot that is good, verified anew; None when there is none."""
        for snapshot in await self.kept():
            try:
                return await self.load(snapshot)
            except Damaged as error:
                log.error("snapshot passed over", shard=self._shard, seq=snapshot.seq, reason=str(error))
        return None

    async def load(self, snapshot: Snapshot) -> core.Replayer:
        """The state of a snapshot. Raises Damaged when it is not whole or not what the journal holds."""
        reader = core.SnapshotReader(self._shard)
        try:
            for first in range(0, snapshot.chunks, CHUNKS):
                # Hashing a page of chunks takes milliseconds: other shards of this process may lead.
                await asyncio.to_thread(reader.take, await self._chunks(snapshot.seq, first))
            digest = reader.digest
            replayer = await asyncio.to_thread(reader.finish)
        except ValueError as error:
            raise Damaged(str(error)) from error
        found = (replayer.seq, replayer.epoch, replayer.hash, replayer.state_hash, digest)
        said = (snapshot.seq, snapshot.epoch, snapshot.hash, snapshot.state_hash, snapshot.digest)
        if found != said:
            raise Damaged(f"the snapshot of {self._shard} at {snapshot.seq} is another than its record says")
        await self._hold_against_journal(replayer)
        return replayer

    async def store(self, replayer: core.Replayer, chunks: list[bytes]) -> Snapshot:
        """Keep the `chunks` that `replayer` made, not verified yet; returns what is known of them."""
        digest, size = digest_of(chunks), sum(map(len, chunks))
        rows = [(self._shard, replayer.seq, number, chunk) for number, chunk in enumerate(chunks)]
        with reachable():
            conn = await self._connection()
            async with conn.transaction():
                # What can be made again need not wait for a standby, nor make the journal's commits wait.
                await conn.execute("SET LOCAL synchronous_commit = off")
                known = (replayer.seq, replayer.epoch, replayer.hash, replayer.state_hash, digest)
                await conn.execute(_STORE, self._shard, *known, len(chunks), size)
                await conn.copy_records_to_table(
                    "snapshot_chunk",
                    schema_name="ledger",
                    columns=("shard", "seq", "number", "payload"),
                    records=rows,
                )
        return next(snapshot for snapshot in await self.kept() if snapshot.seq == replayer.seq)

    async def mark_verified(self, seq: int) -> None:
        """Remember that the snapshot at `seq` was read back and agrees with a replay."""
        with reachable():
            await (await self._connection()).execute(_VERIFIED, self._shard, seq)

    async def drop(self, seqs: list[int]) -> None:
        """Keep these no longer."""
        with reachable():
            await (await self._connection()).execute(_DROP, self._shard, seqs)

    async def close(self) -> None:
        """Drop the connection."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    async def _connection(self) -> asyncpg.Connection:
        if self._conn is None or self._conn.is_closed():
            self._conn = await connect(self._url, within=CONNECT)
        return self._conn

    async def _chunks(self, seq: int, first: int) -> list[bytes]:
        with reachable():
            rows = await (await self._connection()).fetch(_CHUNKS, self._shard, seq, first, CHUNKS)
        return [row["payload"] for row in rows]

    async def _hold_against_journal(self, replayer: core.Replayer) -> None:
        with reachable():
            payload = await (await self._connection()).fetchval(_BATCH, self._shard, replayer.seq)
        try:
            header = core.Batch(payload or b"").header
        except ValueError as error:
            raise Damaged(f"the journal of {self._shard} holds no batch up to {replayer.seq}") from error
        if (header.hash, header.state_hash) != (replayer.hash, replayer.state_hash):
            raise Damaged(f"the journal of {self._shard} holds another batch up to {replayer.seq}")


def digest_of(chunks: list[bytes]) -> bytes:
    """The hash that ends the last chunk and covers all of them."""
    return chunks[-1][-32:]
