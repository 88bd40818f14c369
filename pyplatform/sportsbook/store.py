"""The sportsbook's own records in Postgres: what markets resolved to."""

from collections.abc import AsyncIterator

import asyncpg
import msgspec

from pyplatform.sportsbook.resolution import Resolution

_decoder = msgspec.msgpack.Decoder(Resolution)


class ResolutionStore:
    """Append-only record of resolutions, one revision after the other for each tenant and market."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def record(self, tenant: str, resolution: Resolution) -> None:
        """Append `resolution` unless the newest revision says the same; durable when this returns."""
        await self._pool.execute(
            """
            insert into sportsbook.resolution (tenant, market_id, revision, payload, evidence)
            select $1, $2, coalesce(max(revision), 0) + 1, $3, $4
              from sportsbook.resolution where tenant = $1 and market_id = $2
            having $4 is distinct from (array_agg(evidence order by revision desc))[1]
            """,
            tenant,
            resolution.market_id,
            msgspec.msgpack.encode(resolution),
            resolution.evidence(),
        )

    async def newest(self) -> AsyncIterator[Resolution]:
        """Newest resolution of every market."""
        rows = await self._pool.fetch(
            "select distinct on (market_id) payload from sportsbook.resolution order by market_id, revision desc"
        )
        for row in rows:
            yield _decoder.decode(row["payload"])
