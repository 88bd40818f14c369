"""The sportsbook's own records in Postgres: what markets resolved to."""

import asyncpg
import msgspec

from pyplatform.eventstore import tenant_transaction
from pyplatform.sportsbook.resolution import Resolution

_decoder = msgspec.msgpack.Decoder(Resolution)

_RECORD = """
insert into sportsbook.resolution (tenant, market_id, revision, payload, evidence)
select $1, $2, coalesce(max(revision), 0) + 1, $3, $4
  from sportsbook.resolution where market_id = $2
having $4 is distinct from (array_agg(evidence order by revision desc))[1]
"""
_NEWEST = """
select distinct on (market_id) revision, payload from sportsbook.resolution order by market_id, revision desc
"""


class ResolutionStore:
    """Append-only record of resolutions, one revision after the other for each tenant and market."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def record(self, tenant: str, resolution: Resolution) -> None:
        """Append `resolution` unless the newest revision says the same; durable when this returns."""
        payload, evidence = msgspec.msgpack.encode(resolution), resolution.evidence()
        async with tenant_transaction(self._pool, tenant) as connection:
            await connection.execute(_RECORD, tenant, resolution.market_id, payload, evidence)

    async def newest(self, tenant: str) -> list[tuple[int, Resolution]]:
        """Newest resolution of every market of a tenant, each with its revision."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_NEWEST)
        return [(row["revision"], _decoder.decode(row["payload"])) for row in rows]
