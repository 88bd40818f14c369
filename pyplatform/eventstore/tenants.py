"""Transactions that see one tenant's rows and nobody else's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

# Both end with the transaction. The role owns nothing, so row-level security binds whatever runs under it.
_ENTER: Final = "select set_config('role', 'pyplatform_app', true), set_config('pyplatform.tenant', $1, true)"


@asynccontextmanager
async def tenant_transaction(pool: asyncpg.Pool, tenant: str) -> AsyncIterator[asyncpg.Connection]:
    """Begin a transaction as the application's role, bound to `tenant`; committed unless the block raises."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_ENTER, tenant)
        yield connection
