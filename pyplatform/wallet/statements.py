"""Statements and balances of players, from the moves in Postgres."""

from typing import Final

import asyncpg
import msgspec

from pyplatform.core.accounts import PURSES, Movement
from pyplatform.core.statements import Statement, build, purses_of
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel import ids
from pyplatform.projections import read_position
from pyplatform.wallet.entries import PROJECTION

FOREVER: Final = 2**63 - 1
MOST_LINES: Final = 1_000
_NUMBERS: Final = list(PURSES)
_FIELDS: Final = ", ".join(Movement.__struct_fields__)
_KNOWN: Final = "select exists (select from ledger.account where tenant = $1 and holder = $2)"
_OF_PLAYER: Final = """
from ledger.account as a cross join lateral (
    select * from ledger.entry
    where tenant = a.tenant and account = a.account and owner = a.owner and currency = a.currency {condition}
) as e
where a.tenant = $1 and a.holder = $2 and a.currency = $3 and a.account = any($4::smallint[])
"""
_BEFORE: Final = "select e.account, e.owner, e.seq, e.balance " + _OF_PLAYER.format(
    condition="and (at < $5 or seq <= $6) and seq <= $7 order by seq desc, n desc limit 1"
)
_LINES: Final = "select distinct e.seq " + _OF_PLAYER.format(
    condition="and at >= $5 and at < $6 and seq > $7 and seq <= $8 order by seq, n limit $9 * 4"
)
_LAST_LINE: Final = f"select max(seq) from ({_LINES} order by 1 limit $9) as lines"  # noqa: S608 - the text is ours
_MOVES: Final = (
    f"select {', '.join('e.' + name for name in Movement.__struct_fields__)} "
    + _OF_PLAYER.format(condition="and at >= $5 and at < $6 and seq > $7 and seq <= $8")
    + "order by e.seq, e.n"
)


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Entries from `start` on and before `end` (nanoseconds) that come after `after_seq`, at most `lines` of them."""

    start: int = 0
    end: int = FOREVER
    after_seq: int = 0
    lines: int = MOST_LINES


class Statements:
    """Reads what the projector of the moves wrote; raises Unavailable when Postgres does not answer."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def position(self, tenant: str) -> int:
        """Sequence up to which the ledger has been read."""
        async with tenant_transaction(self._pool, tenant) as connection:
            return (await read_position(connection, tenant, PROJECTION)).seq

    async def knows(self, tenant: str, player: bytes) -> bool:
        """Whether money of this player has ever moved."""
        async with tenant_transaction(self._pool, tenant) as connection:
            return bool(await connection.fetchval(_KNOWN, tenant, player))

    async def read(self, tenant: str, player: bytes, currency: str, period: Period) -> Statement:
        """The statement of a player over a period, its first `period.lines` lines; `more` tells whether others follow.

        A player without entries has an empty one.
        """
        async with tenant_transaction(self._pool, tenant) as connection:
            # Rows and position change together: whatever is read up to here does not change any more.
            known = (await read_position(connection, tenant, PROJECTION)).seq
            of = (tenant, player, currency, _NUMBERS)
            before = await connection.fetch(_BEFORE, *of, period.start, period.after_seq, known)
            span = (*of, period.start, period.end, period.after_seq)
            last = await connection.fetchval(_LAST_LINE, *span, known, period.lines)
            rows = await connection.fetch(_MOVES, *span, last or 0)
            further = await connection.fetchval(_LAST_LINE, *span[:-1], last or known, known, 1)
        opening = purses_of({(row["account"], row["owner"]): int(row["balance"]) for row in before})
        moves = [
            Movement(**{**row, "amount": int(row["amount"]), "balance": int(row["balance"])}) for row in rows
        ]
        return build(
            tenant,
            ids.text(player),
            currency,
            opening,
            moves,
            after_seq=max([row["seq"] for row in before], default=0),
            ledger_seq=known,
            more=further is not None,
        )
