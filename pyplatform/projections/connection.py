"""A projector's own connection to Postgres, in the projectors' role and bound to one tenant."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg

from pyplatform.kernel.errors import Unavailable

_ENTER: Final = """
select set_config('role', 'pyplatform_projector', true), set_config('pyplatform.tenant', $1, true),
    set_config('synchronous_commit', case when $2 then current_setting('synchronous_commit') else 'off' end, true)
"""


class TenantConnection:
    """Connects when it is first needed, and anew after Postgres was away."""

    def __init__(self, postgres_url: str, tenant: str, *, durable: bool) -> None:
        """Without `durable` a crash may lose the last transactions: for what is made from the journal again."""
        self._url, self._tenant, self._durable = postgres_url, tenant, durable
        self._connection: asyncpg.Connection | None = None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """A transaction of the tenant's; raises Unavailable when Postgres is away."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url, timeout=5)
            async with self._connection.transaction():
                await self._connection.execute(_ENTER, self._tenant, self._durable)
                yield self._connection
        except (
            OSError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
        ) as error:
            await self.close()
            raise Unavailable(f"Postgres does not answer ({error}): is it running?") from error

    async def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
