"""Leases: who may write a shard or lead a role, kept in `ledger.lease` on the database's clock.

A lease's time is liveness only: it says when somebody else may try. Safety is its epoch, which grows with every
take-over and which the fenced statement of the holder names.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final

import asyncpg
import msgspec

from pyplatform.eventstore.connecting import connect
from pyplatform.eventstore.replication import commit_settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Replication
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import get_logger

log = get_logger("eventstore.lease")

TTL: Final = 3.0
"""Seconds a lease lives without renewal."""
RENEW_EVERY: Final = 1.0
"""Seconds between renewals."""
MAX_SKEW: Final = 1.0
"""Seconds our clock may differ from the database's; beyond that we must not lead."""
DEADLINE: Final = 2.0
"""Seconds after which a statement on the lease counts as unclear."""

_TAKE = """
INSERT INTO ledger.lease AS held (shard, epoch, owner, expires_at)
VALUES ($1, 1, $2, now() + make_interval(secs => $3))
ON CONFLICT (shard) DO UPDATE
SET epoch = held.epoch + 1, owner = excluded.owner, expires_at = excluded.expires_at
WHERE held.expires_at < now() OR held.owner = excluded.owner
RETURNING epoch
"""
_CLOCK = "SELECT extract(epoch FROM clock_timestamp())::float8"
_RENEW = """
UPDATE ledger.lease SET expires_at = now() + make_interval(secs => $4)
WHERE shard = $1 AND epoch = $2 AND owner = $3 RETURNING epoch
"""
_RELEASE = "UPDATE ledger.lease SET expires_at = now() WHERE shard = $1 AND epoch = $2 AND owner = $3"


class Unclear(PlatformError):  # noqa: N818 - reads as what it is
    """Whether the lease was taken is unknown; take it again, which gives a higher epoch."""


class Taken(msgspec.Struct, frozen=True):
    """A lease we hold."""

    name: str
    epoch: int


def owner_id() -> str:
    """A name for this process instance that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{text(uuid7())}"


class LeaseKeeper:
    """Takes and renews leases under one owner name, on a connection of its own.

    Their commits wait for as much as those of the ledger they lead: a lease must not outlive a failover that lost it.
    """

    def __init__(
        self, postgres_url: str, owner: str, *, ttl: float = TTL, replication: Replication = "server"
    ) -> None:
        self._url = postgres_url
        self._owner = owner
        self._ttl = ttl
        self._commit = commit_settings(replication)
        self._conn: asyncpg.Connection | None = None
        self._lock = asyncio.Lock()
        self._noticed = False
        self._until: dict[str, float] = {}

    def surely_holds(self, lease: Taken) -> bool:
        """Whether the lease cannot have passed to another yet: for holders whose acts no epoch fences.

        Counted from before the last renewal was sent, so a process that was stopped for a while knows it at once.
        """
        return monotonic() < self._until.get(lease.name, 0.0)

    async def take(self, name: str) -> Taken | None:
        """Take the lease `name` under a new epoch; None while another holds it.

        Raises Unclear when the commit was not clean, and PlatformError when our clock is more than a second off
        the database's.
        """
        async with self._lock:
            await self._check_clock()
            sent = monotonic()
            row = await self._run(_TAKE, name, self._owner, self._ttl)
        if row is None:
            return None
        self._until[name] = sent + self._ttl
        return Taken(name, row[0])

    async def _check_clock(self) -> None:
        """Before the lease is touched: who must not lead must not keep others from leading."""
        started = now_ns() / 1e9
        row = await self._run(_CLOCK)
        ended = now_ns() / 1e9
        if row is not None and not started - MAX_SKEW <= row[0] <= ended + MAX_SKEW:
            raise PlatformError(
                f"this machine's clock differs from the database's by {ended - row[0]:+.1f} s: "
                "synchronise both (NTP) before this process may lead"
            )

    async def renew(self, lease: Taken) -> bool:
        """Prolong a lease; False when it is no longer ours.

        Raises Unclear when the database did not say, and PlatformError when our clock has gone astray since.
        """
        async with self._lock:
            await self._check_clock()
            sent = monotonic()
            renewed = await self._run(_RENEW, lease.name, lease.epoch, self._owner, self._ttl) is not None
        self._until[lease.name] = sent + self._ttl if renewed else 0.0
        return renewed

    async def release(self, lease: Taken) -> None:
        """Let the next holder in at once."""
        self._until.pop(lease.name, None)
        async with self._lock:
            await self._run(_RELEASE, lease.name, lease.epoch, self._owner)

    async def keep(
        self, lease: Taken, lost: Callable[[], Awaitable[None] | None], *, patience: float | None = None
    ) -> None:
        """Renew every second until cancelled; call `lost` once when the lease is gone.

        It also counts as gone when the database has not answered for `patience` seconds, by default the time a
        lease lives. A holder who acts only while `surely_holds` may wait longer: a lease that can still be renewed
        was nobody else's.
        """
        patience = self._ttl if patience is None else patience
        renewed = monotonic()
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                if not await self.renew(lease):
                    break
                renewed = monotonic()
            except Unclear:
                if monotonic() - renewed > patience:
                    break
            except PlatformError as error:
                log.error("lease given up", lease=lease.name, error=str(error))
                break
        if (waiting := lost()) is not None:
            await waiting

    async def close(self) -> None:
        """Close the connection; held leases run out by themselves unless released before."""
        if self._conn is not None:
            self._conn.terminate()
            self._conn = None

    async def _connection(self) -> asyncpg.Connection:
        if self._conn is None or self._conn.is_closed():
            self._conn = await connect(self._url, within=DEADLINE, settings=self._commit)
            self._conn.add_log_listener(self._on_notice)
        return self._conn

    def _on_notice(self, _conn: object, _message: object) -> None:
        self._noticed = True

    async def _run(self, statement: str, *args: object) -> asyncpg.Record | None:
        """One autocommitted statement, or Unclear: never a cancel, which Postgres may answer with success."""
        self._noticed = False
        try:
            conn = await self._connection()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            raise Unclear(f"the database did not take a connection: {error}") from error
        deadline = asyncio.get_running_loop().call_later(DEADLINE, conn.terminate)
        try:
            row: asyncpg.Record | None = await conn.fetchrow(statement, *args)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
            conn.terminate()
            raise Unclear(f"the lease statement did not end clearly: {error}") from error
        except AttributeError as error:
            # asyncpg's own, of a connection that the deadline closed between two steps of the statement.
            if not conn.is_closed():
                raise
            raise Unclear("the lease statement did not end in time") from error
        except asyncio.CancelledError:
            conn.terminate()
            raise
        finally:
            deadline.cancel()
        if self._noticed:
            conn.terminate()
            raise Unclear("the lease's commit came with a warning, so it may not be replicated")
        return row
