"""The journal in Postgres: one fenced statement an append, and honest words about how it ended."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import IntEnum
from typing import Final

import asyncpg

from pyplatform._core import shard as core
from pyplatform.eventstore.connecting import connect
from pyplatform.eventstore.replication import commit_settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Replication

APPEND_DEADLINE: Final = 2.0
"""Seconds after which an append counts as unclear; ended by closing the connection, never by a cancel."""
PAGE: Final = 64
"""Batches read at a time."""

_APPEND = """
WITH held AS MATERIALIZED (
    SELECT 1 FROM ledger.fence WHERE shard = $1 AND epoch = $2 FOR SHARE
)
INSERT INTO ledger.journal (shard, seq_lo, seq_hi, epoch, n, prev_hash, hash, payload)
SELECT $1, $3, $4, $2, $5, $6, $7, $8 FROM held
WHERE EXISTS (SELECT 1 FROM ledger.journal WHERE shard = $1 AND seq_hi = $3){condition}
RETURNING 1
"""
_STANDBY_IS_ASKED_FOR = " AND current_setting('synchronous_standby_names') <> ''"
_GENESIS = """
INSERT INTO ledger.journal (shard, seq_lo, seq_hi, epoch, n, prev_hash, hash, payload)
VALUES ($1, -1, 0, 0, 0, $2, $3, '') ON CONFLICT DO NOTHING
"""
_READ = """
SELECT payload FROM ledger.journal WHERE shard = $1 AND seq_hi > $2 ORDER BY seq_hi LIMIT $3
"""
_PAGE = """
SELECT seq_hi, payload FROM ledger.journal
WHERE shard = $1 AND seq_hi > $2 AND seq_hi <= $3 ORDER BY seq_hi LIMIT $4
"""
_HOLDING = """
SELECT DISTINCT ON (batch.seq_hi) batch.seq_lo, batch.seq_hi, batch.payload
FROM unnest($2::bigint[]) AS wanted (seq)
CROSS JOIN LATERAL (
    SELECT seq_lo, seq_hi, payload FROM ledger.journal WHERE shard = $1 AND seq_hi >= wanted.seq ORDER BY seq_hi LIMIT 1
) AS batch
WHERE EXISTS (SELECT FROM ledger.fence WHERE shard = $1 AND epoch = $3)
ORDER BY batch.seq_hi
"""
_FENCE = "SELECT epoch FROM ledger.fence WHERE shard = $1"
_HASH = "SELECT hash FROM ledger.journal WHERE shard = $1 AND seq_hi = $2"
_BEGIN = "SELECT seq_lo FROM ledger.journal WHERE shard = $1 AND seq_hi = $2"
_TIP = "SELECT seq_hi FROM ledger.journal WHERE shard = $1 ORDER BY seq_hi DESC LIMIT 1"

_MUST_BE_ON: Final = ("fsync", "full_page_writes")
_SAFE_COMMIT: Final = ("on", "remote_apply", "remote_write", "local")
_ROLLED_BACK: Final = ("22", "23", "40001", "40P01", "42")
"""SQLSTATE classes that prove the statement had no effect; everything else is unclear."""


class Outcome(IntEnum):
    """How an append ended, as far as we can prove."""

    COMMITTED = 0
    FENCED = 1
    ROLLED_BACK = 2
    AMBIGUOUS = 3


async def check_durability(conn: asyncpg.Connection, replication: Replication) -> None:
    """Refuse a server that may lose what it acknowledged; raises PlatformError naming the settings."""
    names = [*_MUST_BE_ON, "synchronous_commit", "synchronous_standby_names"]
    rows = await conn.fetch("SELECT name, setting FROM pg_settings WHERE name = ANY($1)", names)
    found = {row["name"]: row["setting"] for row in rows}
    weak = [f"{name} = {found.get(name)}" for name in _MUST_BE_ON if found.get(name) != "on"]
    if found.get("synchronous_commit") not in _SAFE_COMMIT:
        weak.append(f"synchronous_commit = {found.get('synchronous_commit')}")
    if weak:
        raise PlatformError(
            f"Postgres runs with {', '.join(weak)}: it could lose acknowledged bets. Turn them on and start again"
        )
    if replication == "dr-sync" and not found.get("synchronous_standby_names"):
        raise PlatformError(
            "Postgres names no synchronous standby (synchronous_standby_names is empty), and this tenant's "
            "replication is dr-sync: name one, such as 'ANY 1 (b, c)', reload and start again"
        )


@contextmanager
def reachable() -> Iterator[None]:
    """Say of a database that does not answer that it is unavailable."""
    try:
        yield
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise Unavailable(f"Postgres does not answer ({error}): is it running?") from error


class Journal:
    """The journal of one shard through one connection; reopen after every unclear outcome.

    Each append of a `dr-sync` tenant looks again whether the server still asks for a standby.
    """

    def __init__(self, postgres_url: str, shard: str, replication: Replication = "server") -> None:
        self._url = postgres_url
        self._shard = shard
        self._replication = replication
        self._statement = _APPEND.format(condition=_STANDBY_IS_ASKED_FOR if replication == "dr-sync" else "")
        self._conn: asyncpg.Connection | None = None
        self._append: asyncpg.prepared_stmt.PreparedStatement | None = None
        self._noticed = False

    async def open(self) -> None:
        """Connect, check the server's settings and write the genesis row if the shard is new.

        Raises Unavailable when the database does not answer, and PlatformError when it must not be used.
        """
        self.close()
        with reachable():
            conn = await connect(
                self._url, within=APPEND_DEADLINE, settings=commit_settings(self._replication)
            )
            self._conn = conn
            await check_durability(conn, self._replication)
            # Preparing leaves a transaction and its locks open until the next statement ends: so it comes first.
            self._append = await conn.prepare(self._statement)
            await conn.execute(_GENESIS, self._shard, bytes(32), core.genesis_hash(self._shard))
            conn.add_log_listener(self._on_notice)

    def close(self) -> None:
        """Drop the connection at once; what is in flight becomes unclear."""
        if self._conn is not None:
            self._conn.terminate()
        self._conn = self._append = None

    def _on_notice(self, _conn: object, _message: object) -> None:
        self._noticed = True

    async def append(
        self, epoch: int, lo: int, hi: int, prev_hash: bytes, digest: bytes, payload: bytes
    ) -> Outcome:
        """Append one sealed batch; never raises for what the database says or does not say."""
        conn, statement = self._conn, self._append
        if conn is None or statement is None:
            return Outcome.AMBIGUOUS
        self._noticed = False
        deadline = asyncio.get_running_loop().call_later(APPEND_DEADLINE, conn.terminate)
        try:
            row = await statement.fetchval(self._shard, epoch, lo, hi, hi - lo, prev_hash, digest, payload)
        except asyncpg.PostgresError as error:
            return _judge(error)
        except asyncio.CancelledError:
            # asyncpg turns a cancelled task into a cancel request, which may answer success without replication.
            conn.terminate()
            raise
        except Exception:  # noqa: BLE001 - whatever else happened, it proves nothing
            return Outcome.AMBIGUOUS
        finally:
            deadline.cancel()
        if self._noticed:
            return Outcome.AMBIGUOUS
        return Outcome.COMMITTED if row == 1 else Outcome.FENCED

    async def read(self, after: int, limit: int = PAGE) -> list[bytes]:
        """Whole batches after `after`, in order; fewer than `limit` when the journal ends with them."""
        if self._conn is None:
            raise Unavailable("the journal is not open")
        with reachable():
            rows = await self._conn.fetch(_READ, self._shard, after, limit)
        return [row["payload"] for row in rows]

    async def is_led_under(self, epoch: int) -> bool:
        """Whether the server of this connection knows the lease of `epoch`, which was taken on another connection.

        A former primary that came back does not, and what it holds beyond the failover is nobody's past.
        """
        if self._conn is None:
            raise Unavailable("the journal is not open")
        with reachable():
            return bool(await self._conn.fetchval(_FENCE, self._shard) == epoch)

    async def holds(self, seq: int, digest: bytes) -> bool:
        """Whether a batch with this hash ends at `seq`; nothing is always held."""
        if self._conn is None:
            raise Unavailable("the journal is not open")
        with reachable():
            return seq == 0 or await self._conn.fetchval(_HASH, self._shard, seq) == digest

    async def tip(self) -> int | None:
        """Sequence of the last row; None before the shard's genesis."""
        if self._conn is None:
            raise Unavailable("the journal is not open")
        with reachable():
            found: int | None = await self._conn.fetchval(_TIP, self._shard)
        return found


def _judge(error: asyncpg.PostgresError) -> Outcome:
    state = error.sqlstate or ""
    return Outcome.ROLLED_BACK if state.startswith(_ROLLED_BACK) else Outcome.AMBIGUOUS


class JournalReader:
    """Reads a shard's journal on a connection of its own, for publishers, projections and proofs."""

    def __init__(self, postgres_url: str, shard: str) -> None:
        self._url = postgres_url
        self._shard = shard
        self._conn: asyncpg.Connection | None = None

    async def _connection(self) -> asyncpg.Connection:
        if self._conn is None or self._conn.is_closed():
            self._conn = await connect(self._url, within=APPEND_DEADLINE)
        return self._conn

    async def page(self, after: int, until: int, limit: int = PAGE) -> list[tuple[int, bytes]]:
        """Up to `limit` batches after `after` that end at or before `until`, each with its last sequence."""
        with reachable():
            rows = await (await self._connection()).fetch(_PAGE, self._shard, after, until, limit)
        return [(row["seq_hi"], row["payload"]) for row in rows]

    async def holding(self, epoch: int, seqs: Sequence[int]) -> list[bytes]:
        """The batches that hold these entries, each once and in order, on the server that knows the lease of `epoch`.

        Raises Unavailable when one is not there: a former primary that came back may hold others in their places.
        """
        try:
            with reachable():
                async with asyncio.timeout(APPEND_DEADLINE):
                    rows = await (await self._connection()).fetch(_HOLDING, self._shard, seqs, epoch)
        except TimeoutError as error:
            await self.close()
            raise Unavailable(f"Postgres did not read in {APPEND_DEADLINE:.0f} s") from error
        if lacking := [seq for seq in seqs if not any(row["seq_lo"] < seq <= row["seq_hi"] for row in rows)]:
            await self.close()
            raise Unavailable(f"this Postgres does not hold the entries {lacking} of {self._shard}")
        return [row["payload"] for row in rows]

    async def hash_at(self, seq: int) -> bytes | None:
        """Hash of the batch that ends at `seq`; None when no batch ends there."""
        with reachable():
            found: bytes | None = await (await self._connection()).fetchval(_HASH, self._shard, seq)
        return found

    async def holds(self, seq: int, digest: bytes) -> bool:
        """Whether a batch with this hash ends at `seq`; nothing is always held."""
        return seq == 0 or await self.hash_at(seq) == digest

    async def begin_of(self, seq: int) -> int:
        """Sequence after which the batch begins that ends at `seq`; 0 when no batch ends there."""
        with reachable():
            found: int | None = await (await self._connection()).fetchval(_BEGIN, self._shard, seq)
        return max(0, found or 0)

    async def tip(self) -> int | None:
        """Sequence of the last row; None before the shard's genesis."""
        with reachable():
            found: int | None = await (await self._connection()).fetchval(_TIP, self._shard)
        return found

    async def close(self) -> None:
        """Drop the connection."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None
