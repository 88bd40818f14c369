"""Every account's balance at any entry of a journal: folded from its beginning, and the same bytes each time."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pyplatform._core import money
from pyplatform._core.shard import Batch, Entry, Replayer, read_header
from pyplatform.core.accounts import ACCOUNTS, NOBODY, owner_text

__all__ = ["BalancesAt", "Book", "Row", "UpTo", "trial_balance"]

_Key = tuple[int, bytes, str]


class BalancesAt(msgspec.Struct, frozen=True):
    """Balances right after entry `seq` (0: before the first), by (number, owner, currency), on the accounts' own side.

    `at` is that entry's time in nanoseconds, `hash` that of the last batch folded, which ends at `batch_seq`.
    """

    tenant: str
    seq: int
    at: int
    batch_seq: int
    hash: bytes
    accounts: dict[_Key, int]


class UpTo:
    """Folds a journal up to entry `seq`: give it the batches in order until it has what it needs.

    Whole batches are replayed with everything that a replay verifies; of the one in which `seq` lies, hash and chain
    are verified and the moves up to `seq` count.
    """

    def __init__(self, tenant: str, seq: int) -> None:
        self._tenant = tenant
        self._seq = seq
        self._replayer = Replayer(tenant)
        self._part: Batch | None = None
        self._last: bytes | None = None

    @property
    def after(self) -> int:
        """Sequence after which batches are wanted."""
        return self._replayer.seq

    @property
    def done(self) -> bool:
        """Whether entry `seq` has been reached."""
        return self._part is not None or self._replayer.seq == self._seq

    @property
    def replayer(self) -> Replayer:
        """The state before the batch in which `seq` lies, or right after `seq` when a batch ends there."""
        return self._replayer

    def take(self, frames: Sequence[bytes]) -> None:
        """Fold the next batches; those after `seq` are left alone. Raises ValueError for what does not verify."""
        whole = [frame for frame in frames if read_header(frame).hi <= self._seq]
        self._replayer.apply(whole)
        self._last = whole[-1] if whole else self._last
        if len(whole) < len(frames) and not self.done:
            part = Batch(frames[len(whole)])
            if (part.header.lo, part.header.prev_hash) != (self._replayer.seq, self._replayer.hash):
                raise ValueError(f"the chain breaks at entry {part.header.lo:,}")
            self._part = part

    def inside(self) -> list[Entry]:
        """The entries up to `seq` that `replayer` has not seen."""
        entries = self._part.entries() if self._part else []
        return [entry for entry in entries if entry.seq <= self._seq]

    def balances(self) -> BalancesAt:
        """What was folded; ask when it is `done`."""
        accounts = {
            (number, owner, currency): balance
            for number, owner, currency, balance in self._replayer.accounts()
        }
        entries = self.inside()
        for entry in entries:
            for debited, credited, currency, _, (debit_after, credit_after) in entry.moves:
                accounts[*debited, currency] = debit_after
                accounts[*credited, currency] = credit_after
        last = entries or (Batch(self._last).entries() if self._last else [])
        header = self._part.header if self._part else None
        return BalancesAt(
            self._tenant,
            self._seq,
            last[-1].at if last else 0,
            header.hi if header else self._replayer.seq,
            header.hash if header else self._replayer.hash,
            dict(sorted(accounts.items())),
        )


class Row(msgspec.Struct, frozen=True):
    """A line of the trial balance: an account of the house, or one kind of the players' accounts taken together.

    `accounts` counts those with a balance. Amounts are decimal text; a negative balance stands on the other side.
    """

    account: int
    name: str
    owner: str
    accounts: int
    debit: str
    credit: str


class Book(msgspec.Struct, frozen=True):
    """A book in one currency; `difference` of its debits and credits is zero in a sound ledger."""

    book: str
    currency: str
    rows: list[Row]
    debit: str
    credit: str
    difference: str


_BOOKS: Final = {"real": 0, "bonus": 1, "free_bet": 2}


def trial_balance(found: BalancesAt) -> list[Book]:
    """The balances by book and currency, in the order of the chart; accounts at zero are left out."""
    grouped: dict[tuple[int, str], dict[tuple[int, bytes], tuple[int, int]]] = {}
    for (number, owner, currency), balance in found.accounts.items():
        if balance:
            account = ACCOUNTS[number]
            key = (number, NOBODY if account.is_players else owner)
            rows = grouped.setdefault((_BOOKS[account.book], currency), {})
            count, total = rows.get(key, (0, 0))
            rows[key] = (count + 1, total + (balance if account.grows_by_debits else -balance))
    names = {order: name for name, order in _BOOKS.items()}
    return [_book(names[order], currency, rows) for (order, currency), rows in sorted(grouped.items())]


def _book(name: str, currency: str, rows: dict[tuple[int, bytes], tuple[int, int]]) -> Book:
    def side(amount: int) -> str:
        return money.format(amount, currency) if amount > 0 else ""

    listed = [
        Row(
            number,
            ACCOUNTS[number].name,
            "all players" if ACCOUNTS[number].is_players else owner_text(number, owner),
            count,
            side(total),
            side(-total),
        )
        for (number, owner), (count, total) in sorted(rows.items())
    ]
    debit = sum(max(total, 0) for _, total in rows.values())
    credit = sum(max(-total, 0) for _, total in rows.values())
    return Book(
        name,
        currency,
        listed,
        money.format(debit, currency),
        money.format(credit, currency),
        money.format(debit - credit, currency),
    )
