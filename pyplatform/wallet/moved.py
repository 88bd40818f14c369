"""Proofs that the moves in Postgres are the journal's, and that statements made of them close as the ledger does."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import asyncpg

from pyplatform._core import money
from pyplatform._core import shard as core
from pyplatform.core.accounts import ACCOUNTS, PURSES, movements, owner_text
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel.ids import text
from pyplatform.projections import read_position
from pyplatform.wallet.entries import COLUMNS, PROJECTION, row_of
from pyplatform.wallet.proof import Differences, Proof
from pyplatform.wallet.store import JournalReader

MOVES: Final = "moves in Postgres equal the journal"
STATEMENTS: Final = "statements close with the ledger's balances"
_SEQ, _N = COLUMNS.index("seq"), COLUMNS.index("n")
_ROWS: Final = f"""
select {", ".join(COLUMNS)} from ledger.entry
where tenant = $1 and seq > $2 and seq <= $3 order by seq, n
"""  # noqa: S608 - the names are ours
_OUTSIDE: Final = (
    "select seq, n from ledger.entry where tenant = $1 and (seq < 1 or seq > $2) order by seq, n"
)
_CLOSING: Final = """
with last as (
    select distinct on (account, owner, currency) account, owner, currency, balance
    from ledger.entry where tenant = $1 and seq <= $2 order by account, owner, currency, seq desc, n desc
), total as (
    select account, owner, currency, sum(amount) as amount
    from ledger.entry where tenant = $1 and seq <= $2 group by account, owner, currency
)
select a.account, a.owner, a.currency, a.holder, last.balance, total.amount
from ledger.account as a
left join last using (account, owner, currency) left join total using (account, owner, currency)
where a.tenant = $1
"""
_Row = tuple[Any, ...]
_Key = tuple[int, bytes, str]


class Moved:
    """Holds what the projector of the moves wrote against one tenant's journal, as the replayer has folded it."""

    def __init__(
        self, pool: asyncpg.Pool, journal: JournalReader, replayer: core.Replayer, tenant: str
    ) -> None:
        self._pool = pool
        self._journal = journal
        self._replayer = replayer
        self._tenant = tenant
        self._holders: dict[_Key, bytes] = {}

    async def position(self) -> tuple[int, bytes]:
        """Sequence and hash of the last batch that was projected; 0 before the first."""
        async with tenant_transaction(self._pool, self._tenant) as connection:
            found = await read_position(connection, self._tenant, PROJECTION)
        return found.seq, found.hash

    async def prove_moves(self) -> Proof:
        """Compare every row, field by field, in the journal's order."""
        differences = Differences()
        count = 0
        async for after, until, expected in self._pages():
            async with tenant_transaction(self._pool, self._tenant) as connection:
                found = [tuple(row) for row in await connection.fetch(_ROWS, self._tenant, after, until)]
            count += len(expected)
            if found != expected:
                _compare(expected, found, differences.add)
        # Rows may be of entries after those replayed, for a ledger moves on; but only up to where they claim to stand.
        end = max(self._replayer.seq, (await self.position())[0])
        async with tenant_transaction(self._pool, self._tenant) as connection:
            for row in await connection.fetch(_OUTSIDE, self._tenant, end):
                differences.add(f"entry {row['seq']:,}, side {row['n']}: a row is not the journal's")
        return differences.proof(self._tenant, MOVES, f"{count:,} sides of moves")

    async def _pages(self) -> AsyncIterator[tuple[int, int, list[_Row]]]:
        after = 0
        while after < self._replayer.seq:
            page = await self._journal.page(after, self._replayer.seq)
            rows: list[_Row] = []
            for entry in (entry for _, data in page for entry in core.Batch(data).entries()):
                for move in movements(entry):
                    rows.append(row_of(self._tenant, move))
                    self._holders[move.account, move.owner, move.currency] = move.holder
            yield after, page[-1][0], rows
            after = page[-1][0]

    async def prove_statements(self) -> Proof:
        """Compare, for every account, the sum of its moves and the last balance with the ledger's; call it second."""
        differences = Differences()
        ledger = {(number, owner, code): held for number, owner, code, held in self._replayer.accounts()}
        async with tenant_transaction(self._pool, self._tenant) as connection:
            rows = await connection.fetch(_CLOSING, self._tenant, self._replayer.seq)
        closing = {(row["account"], row["owner"], row["currency"]): row for row in rows}
        moved_on = (await self.position())[0] > self._replayer.seq
        for number, owner, currency in closing.keys() - self._holders.keys():
            if closing[number, owner, currency]["balance"] is not None or not moved_on:
                unknown = f"account {number} of {owner.hex()} in {currency}"
                differences.add(f"{unknown}: the journal does not know it")
        for key, holder in self._holders.items():
            for difference in _closes(closing.get(key), ledger.get(key, 0), holder, key[2]):
                differences.add(f"{_name(key, holder)}: {difference}")
        players = {holder for (number, *_), holder in self._holders.items() if number in PURSES}
        compared = f"{len(self._holders):,} accounts, those of {len(players):,} players among them"
        return differences.proof(self._tenant, STATEMENTS, compared)


def _closes(row: asyncpg.Record | None, balance: int, holder: bytes, currency: str) -> Iterator[str]:
    """How statements of an account differ from the ledger's balance."""
    has = f"the ledger has {money.format(balance, currency)}"
    if row is None:
        yield f"no statement shows it, {has}"
        return
    if row["holder"] != holder:
        yield f"it is shown to {row['holder'].hex()}"
    for what, column in (("they close with", "balance"), ("all moves together are", "amount")):
        if row[column] != balance:
            said = "nothing" if row[column] is None else money.format(int(row[column]), currency)
            yield f"{what} {said}, {has}"


def _compare(expected: list[_Row], found: list[_Row], differs: Callable[[str], None]) -> None:
    """Name what differs between two lists in the order of their entries."""
    wanted = {(row[_SEQ], row[_N]): row for row in expected}
    have: dict[tuple[int, int], _Row] = {}
    for row in found:
        key = (row[_SEQ], row[_N])
        if key in have or key not in wanted:
            what = "is there twice" if key in have else "is not the journal's"
            differs(f"entry {key[0]:,}, side {key[1]}: a row {what}")
        have.setdefault(key, row)
    for key, row in wanted.items():
        at = f"entry {key[0]:,}, side {key[1]}"
        if key not in have:
            differs(f"{at}: its row is missing")
        for column, right, read in zip(COLUMNS, row, have.get(key, row), strict=True):
            if right != read:
                differs(f"{at}: {column} is {_plain(read)}, the journal says {_plain(right)}")


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _name(key: _Key, holder: bytes) -> str:
    number, owner, currency = key
    account = ACCOUNTS[number]
    whose = f"of player {text(holder)}" if account.is_players else owner_text(number, owner)
    return f"{account.name} {whose}".rstrip() + f" in {currency}"
