"""The table of prices: written in batches, each row once; read by market and time."""

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.history import PricePoint
from pyplatform.contracts.sportsbook.markets import MarketStatus, Prices
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel.time import now_ns
from pyplatform.projections.connection import TenantConnection

DAY: Final = 86_400 * 1_000_000
"""Microseconds."""
_INSERT: Final = """
insert into sportsbook.price (tenant, market_id, version, status, terms_version, caused_at, prices)
select $1, market_id, version, status, terms_version, caused_at, prices::jsonb
from unnest($2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[], $7::text[])
    as row (market_id, version, status, terms_version, caused_at, prices)
on conflict do nothing
"""
_FIELDS: Final = "version, status, terms_version, caused_at, prices"
_WHERE: Final = (
    "from sportsbook.price where tenant = $1 and market_id = $2 and version >= $3 and version < $4"
)
_READ: Final = f"select {_FIELDS} {_WHERE} order by version limit $5"
_SAMPLE: Final = f"""
select distinct on (version / $6) {_FIELDS} {_WHERE} order by version / $6, version desc limit $5
"""
_prices: Final = msgspec.json.Decoder(dict[int, int])


class PriceStore:
    """Reads prices; raises Unavailable when Postgres does not answer."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def read(
        self, tenant: str, market_id: str, since: int, until: int, step: int, limit: int
    ) -> list[PricePoint]:
        """See `HistoryPort`."""
        async with tenant_transaction(self._pool, tenant) as connection:
            of = (tenant, market_id, since, until, limit)
            rows = await (connection.fetch(_SAMPLE, *of, step) if step else connection.fetch(_READ, *of))
        return [
            PricePoint(
                row["version"],
                MarketStatus(row["status"]),
                row["terms_version"],
                row["caused_at"],
                _prices.decode(row["prices"]),
            )
            for row in rows
        ]


class PriceWriter:
    """Writes the prices of one tenant; whatever is there already stays as it is."""

    def __init__(self, postgres_url: str, tenant: str) -> None:
        self._tenant = tenant
        self._connection = TenantConnection(postgres_url, tenant, durable=True)
        self._days: set[int] = set()

    async def write(self, batch: Sequence[Prices]) -> int:
        """Write prices in one transaction; how many were news. Raises Unavailable when Postgres does not answer."""
        async with self._connection.transaction() as connection:
            for day in {prices.version // DAY for prices in batch} - self._days:
                await connection.execute("select sportsbook.price_partition($1)", day * DAY)
            done = await connection.execute(
                _INSERT,
                self._tenant,
                [prices.market_id for prices in batch],
                [prices.version for prices in batch],
                [prices.status.value for prices in batch],
                [prices.terms_version for prices in batch],
                [prices.received_at // 1_000 for prices in batch],
                [_text(prices.prices) for prices in batch],
            )
        # Of older days the partition may be dropped by another recorder at any time.
        newest = max(self._days | {prices.version // DAY for prices in batch})
        self._days = {newest} if newest * DAY > now_ns() // 1_000 - DAY else set()
        return int(done.rpartition(" ")[2])

    async def drop(self, before: int) -> int:
        """Drop the days that ended before a time (µs); how many."""
        async with self._connection.transaction() as connection:
            return int(await connection.fetchval("select sportsbook.drop_prices($1)", before))

    async def close(self) -> None:
        """Drop the connection."""
        await self._connection.close()


def _text(prices: dict[int, int]) -> str:
    return msgspec.json.encode(prices).decode()
