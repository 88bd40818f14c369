"""Idempotency keys that leave the wallet's memory: a table in Postgres, and who files them there in time.

Rows follow from the journal alone, so that a writer which was deposed could only file the same, and nobody is kept from
taking over meanwhile. They are written for batches that are durable, on the server whose fence knows our epoch, and the
machine hears of them only then: the entry that lets keys go is behind their rows in the write-ahead log, so that a
standby which is promoted has no such entry without the rows.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Final, Self

import asyncpg
import msgspec

from pyplatform.eventstore.connecting import connect
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.wallet.store import reachable

HOURS_VARIABLE: Final = "PYPLATFORM_KEY_HOURS"
MOST_VARIABLE: Final = "PYPLATFORM_KEYS_IN_MEMORY"
DAYS_VARIABLE: Final = "PYPLATFORM_KEY_DAYS"
_RANGES: Final = {HOURS_VARIABLE: (1, 8_760), MOST_VARIABLE: (100_000, 10**10), DAYS_VARIABLE: (120, 36_500)}
LEAD: Final = 86_400 * 10**9
"""A key is forgotten a day, in nanoseconds, after the time up to which keys made then are refused."""

_CONNECT: Final = 2.0
_DEADLINE: Final = 10.0
"""Seconds a statement may take; then its connection is dropped, and what it did is looked up."""
_STALLED: Final = {"idle_in_transaction_session_timeout": "5000", "statement_timeout": "10000"}
"""Postgres itself ends what a process that was stopped half-way has begun: the next holder files on."""
ROWS: Final = 10_000
"""Forgotten rows dropped at a time."""
_HEADER: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_COLUMNS: Final = ("shard", "fingerprint", "seq", "at", "dated")

_EPOCH = "SELECT epoch FROM ledger.fence WHERE shard = $1"
_PAGE = """
SELECT seq_hi, payload FROM ledger.journal
WHERE shard = $1 AND seq_hi > $2 AND seq_hi <= $3 AND EXISTS (SELECT FROM ledger.fence WHERE shard = $1 AND epoch = $5)
ORDER BY seq_hi LIMIT $4
"""
_BEGIN = "INSERT INTO ledger.old_key_tip VALUES ($1, 0, 0) ON CONFLICT DO NOTHING"
_TIP = "SELECT seq, at FROM ledger.old_key_tip WHERE shard = $1 FOR UPDATE"
_FILED = "UPDATE ledger.old_key_tip SET seq = $2, at = $3 WHERE shard = $1"
_LOOK = """
SELECT fence.epoch, tip.seq AS filed, key.fingerprint, key.seq FROM ledger.fence
LEFT JOIN ledger.old_key_tip AS tip ON tip.shard = fence.shard
LEFT JOIN ledger.old_key AS key ON key.shard = fence.shard AND key.fingerprint = ANY($2)
WHERE fence.shard = $1
"""
_OLDEST = "SELECT min(at) FROM ledger.old_key WHERE shard = $1 AND dated"
_DROP = """
DELETE FROM ledger.old_key WHERE ctid = ANY(ARRAY(
    SELECT ctid FROM ledger.old_key WHERE shard = $1 AND dated AND at <= $2 ORDER BY at LIMIT $3
))
"""


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """How long keys stay where: `age` nanoseconds in memory and `most` of them there, `retention` nanoseconds at all.

    The wallet looks every `every` seconds, and lets keys go when at least `least` may or `round` seconds have passed.
    """

    age: int = 72 * 3_600 * 10**9
    most: int = 50_000_000
    retention: int = 180 * 86_400 * 10**9
    every: float = 10.0
    least: int = 100_000
    round: float = 3_600.0

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Self:
        """Read PYPLATFORM_KEY_HOURS, PYPLATFORM_KEYS_IN_MEMORY and PYPLATFORM_KEY_DAYS.

        Raises PlatformError naming the one that is no number in its range.
        """
        env = os.environ if env is None else env
        found = {}
        for name, default in ((HOURS_VARIABLE, 72), (MOST_VARIABLE, cls().most), (DAYS_VARIABLE, 180)):
            text = env.get(name, "").strip() or str(default)
            low, high = _RANGES[name]
            if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
                raise PlatformError(f"{name} is {text!r}: use a number from {low} to {high}")
            found[name] = int(text)
        return cls(
            age=found[HOURS_VARIABLE] * 3_600 * 10**9,
            most=found[MOST_VARIABLE],
            retention=found[DAYS_VARIABLE] * 86_400 * 10**9,
        )


class Tip(msgspec.Struct, frozen=True):
    """Up to which entry keys are filed, and its time."""

    seq: int
    at: int


class OldKeys:
    """The table of old keys of one shard, through a connection of its own; raises Unavailable."""

    def __init__(self, postgres_url: str, shard: str) -> None:
        self._url = postgres_url
        self._shard = shard
        self._conn: asyncpg.Connection | None = None
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The connection, for one at a time; dropped after whatever failed on it."""
        async with self._one:
            try:
                with reachable():
                    if self._conn is None or self._conn.is_closed():
                        self._conn = await connect(self._url, within=_CONNECT, settings=_STALLED)
                    async with asyncio.timeout(_DEADLINE):
                        yield self._conn
            except TimeoutError as error:
                await self.close()
                raise Unavailable(f"Postgres did not answer in {_DEADLINE:.0f} s") from error
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Drop the connection."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    async def look(self, epoch: int, keys: Sequence[int], until: int) -> list[tuple[int, int]]:
        """All rows of these fingerprints, as (fingerprint, seq), from a table that holds all keys up to `until`."""
        async with self._connection() as conn:
            rows = await conn.fetch(_LOOK, self._shard, keys)
            if not rows or rows[0]["epoch"] != epoch or (rows[0]["filed"] or 0) < until:
                raise Unavailable(f"this Postgres does not hold the keys of {self._shard} up to {until}")
        return [(row["fingerprint"], row["seq"]) for row in rows if row["seq"] is not None]

    async def tip(self, epoch: int) -> Tip:
        """Up to where keys are filed, on the server that knows our epoch."""
        async with self._connection() as conn, conn.transaction():
            return await self._hold(conn, epoch)

    async def _hold(self, conn: asyncpg.Connection, epoch: int) -> Tip:
        """Keep others from the tip until the transaction ends."""
        if await conn.fetchval(_EPOCH, self._shard) != epoch:
            raise Unavailable(f"another writer leads {self._shard}, or another Postgres answers")
        await conn.execute(_BEGIN, self._shard)
        row = await conn.fetchrow(_TIP, self._shard)
        return Tip(row["seq"], row["at"])

    async def page(self, epoch: int, after: int, until: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` batches after `after` that end at or before `until`, each with its last sequence.

        None on a server that does not know our epoch: a former primary that came back holds batches of its own, and
        keys that were filed from them would leave others out.
        """
        async with self._connection() as conn:
            rows = await conn.fetch(_PAGE, self._shard, after, until, limit, epoch)
        return [(row["seq_hi"], row["payload"]) for row in rows]

    async def file(self, epoch: int, after: Tip, until: Tip, rows: Sequence[bytes]) -> None:
        """Add the rows of the batches after one tip up to another, in one transaction, unless somebody else has."""
        async with self._connection() as conn, conn.transaction():
            if await self._hold(conn, epoch) != after:
                raise Unavailable(f"the keys of {self._shard} were filed by another writer")
            if any(rows):
                source = BytesIO(b"".join((_HEADER, *rows, _TRAILER)))
                await conn.copy_to_table(
                    "old_key", schema_name="ledger", columns=_COLUMNS, source=source, format="binary"
                )
            await conn.execute(_FILED, self._shard, until.seq, until.at)

    async def oldest(self) -> int | None:
        """Time of the oldest entry whose key may be forgotten; None when there is none."""
        async with self._connection() as conn:
            found: int | None = await conn.fetchval(_OLDEST, self._shard)
        return found

    async def drop(self, epoch: int, forgotten: int) -> int:
        """Drop some rows of keys that are forgotten up to this time by a durable entry; how many."""
        async with self._connection() as conn, conn.transaction():
            await self._hold(conn, epoch)
            done: str = await conn.execute(_DROP, self._shard, forgotten - LEAD, ROWS)
        return int(done.rpartition(" ")[2])
