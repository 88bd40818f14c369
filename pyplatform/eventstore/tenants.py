"""Transactions that see one tenant's rows and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from pyplatform.kernel.errors import Unavailable

# Both end with the transaction. The role owns nothing, so row-level security binds whatever runs under it.
_ENTER: Final = "select set_config('role', 'pyplatform_app', true), set_config('pyplatform.tenant', $1, true)"

ACQUIRE_S: Final = 5.0
"""A connection that is not free by then is not waited for: callers would pile up behind a Postgres that hangs."""
LOST: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.TooManyConnectionsError,
)
"""What a query raises while Postgres is away, goes down or comes up; everything else is about the query."""


@asynccontextmanager
async def tenant_transaction(pool: asyncpg.Pool, tenant: str) -> AsyncIterator[asyncpg.Connection]:
    """Begin a transaction as the application's role, bound to `tenant`; committed unless the block raises.

    Raises Unavailable when the connection cannot be had or is lost: if that happens at the end, whether the
    transaction was committed is unknown.
    """
    try:
        async with pool.acquire(timeout=ACQUIRE_S) as connection, connection.transaction():
            await connection.execute(_ENTER, tenant)
            yield connection
    except LOST as error:
        reason = str(error) or "no connection is free"
        raise Unavailable(f"Postgres does not answer ({reason}): is it running?") from error
