"""A ledger in a file: typed commands in, durable answers out, and a journal that proves itself.

    from pyplatform.core import ledger, money, wallet

    with ledger.Ledger("aurora.journal", "aurora") as house:
        cashier = wallet.Context("aurora", 1, player, 2, bytes(16))
        reply = house.submit(wallet.deposit(cashier, "deposit-1", "EUR", money.parse("50.00", "EUR"), "bank"))
        house.balance(player, "EUR")

It is the wallet and the writer machine of the platform with a file where the platform has Postgres: the same rules, the
same answers to repeated keys, the same chain of hashes. One process holds the file; the lock dies with it.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from pyplatform._core.ledger import FileLedger
from pyplatform._core.shard import Batch, Entry, Replayer, chart
from pyplatform._core.wallet import Reply
from pyplatform.core.accounts import PURSES, Movement, movements
from pyplatform.core.asof import BalancesAt, UpTo, trial_balance
from pyplatform.core.explaining import Domain, Explanation, Story, Subject, as_text
from pyplatform.core.statements import Statement, as_csv, build, purses_of
from pyplatform.kernel import ids

__all__ = [
    "BalancesAt",
    "Batch",
    "Domain",
    "Entry",
    "Explanation",
    "Ledger",
    "Movement",
    "Reply",
    "Statement",
    "Verified",
    "as_csv",
    "as_text",
    "chart",
    "trial_balance",
]


class Verified(msgspec.Struct, frozen=True):
    """What a journal was found to say, all of it verified.

    `books`: (book, currency, debits, credits); `holds`: (currency, sum of the bets' holds, sum of the held accounts).
    Amounts are integers at the currency's scale.
    """

    entries: int
    epoch: int
    hash: bytes
    state_hash: bytes
    books: list[tuple[str, str, int, int]]
    holds: list[tuple[str, int, int]]


class Ledger:
    """The wallet of one tenant, durable in the file `path`.

    Every answer is on disk before it is returned (`fdatasync`). A process that dies loses nothing it was told, and a
    command sent again with its key gets its first answer. Opening replays and verifies the whole journal and raises
    `ValueError` naming the byte where it is damaged; an end torn by a crash is moved to a file beside (`set_aside`).
    Only with `set_aside_damaged_tail` is a complete but damaged last batch moved there too: for one who knows that
    nobody was told of it.

    Raises `OSError` when the file cannot be opened, written or synced, or is held by another process. After one raised
    by `submit` the ledger is closed to everything (`RuntimeError`): open it again and ask again.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        tenant: str,
        *,
        set_aside_damaged_tail: bool = False,
        clock: Callable[[], int] = time.time_ns,
    ) -> None:
        self._file = FileLedger(path, tenant, set_aside_damaged_tail)
        self._tenant = tenant
        self._clock = clock

    def submit(self, command: bytes) -> Reply:
        """Carry out one command, encoded by `pyplatform.core.wallet`; one write and one sync."""
        return self._file.submit([command], self._clock())[0]

    def submit_many(self, commands: Iterable[bytes]) -> list[Reply]:
        """Carry out commands in order, each on its own: up to 1,024 of them share a write and a sync."""
        return self._file.submit(list(commands), self._clock())

    def balance(self, player: bytes, currency: str) -> tuple[int, int]:
        """(available, held) of a player, in units of the currency's scale (EUR: 1_000_000 is one euro)."""
        return self._file.balance(player, currency)

    def bonus(self, player: bytes, currency: str) -> int:
        """What a player may stake of the active bonus grant."""
        return self._file.bonus(player, currency)

    def accounts(self) -> list[tuple[int, bytes, str, int]]:
        """(number, owner, currency, balance on its own side) of every account; `chart` tells what the numbers mean."""
        return self._file.accounts()

    def record(self, kind: str, id: bytes) -> dict[str, Any] | None:  # noqa: A002  (the word of the field)
        """What is known of a payment, a withdrawal, a grant …, by field; None when there is none.

        `kind` is "payment", "withdrawal", "grant", "free_bet", "promise" (of winnings as bonus money, by the id of the
        grant), "backing" (of a bet), "standing", "session" or "limits" (of a player), or "profile" or "policy" (whose
        id is the name, padded with zeros to 16 bytes). Raises `ValueError` for another kind.
        """
        return self._file.record(kind, id)

    def open_bets(self) -> list[bytes]:
        """Ids of the bets that hold money."""
        return self._file.open_bets()

    @property
    def seq(self) -> int:
        """Sequence of the last entry; 0 when there is none."""
        return self._file.seq

    @property
    def set_aside(self) -> Path | None:
        """The file into which opening moved an end torn by a crash, if it found one."""
        return self._file.set_aside

    def batches(self) -> Iterator[Batch]:
        """Every batch of the journal from the first on, each verified against its hash."""
        for frames in self._pages():
            yield from map(Batch, frames)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Every journaled command after sequence `after`, refusals included; the journal is read from its start."""
        for batch in self.batches():
            if batch.header.hi > after:
                yield from (entry for entry in batch.entries() if entry.seq > after)

    def moves(self, after: int = 0) -> Iterator[Movement]:
        """Both sides of every move of money after sequence `after`: account, amount, balance after it, what for."""
        for entry in self.entries(after):
            yield from movements(entry)

    def balances_at(self, seq: int) -> BalancesAt:
        """Every account's balance right after entry `seq`; `trial_balance` sums them by book.

        Raises `ValueError` when there is no such entry, or the journal does not verify up to it.
        """
        if not 0 <= seq <= self.seq:
            raise ValueError(f"seq: the journal has entries 1 to {self.seq}, asked for {seq}")
        fold = UpTo(self._tenant, seq)
        for frames in self._pages():
            if fold.done:
                break
            fold.take(frames)
        return fold.balances()

    def statement(self, player: bytes, currency: str, after: int = 0, until: int | None = None) -> Statement:
        """What moved a player's money after entry `after` and up to entry `until` (by default the last one).

        `as_csv` writes it as CSV, `msgspec.json.encode` as JSON. Raises `ValueError` for entries there are none of.
        """
        until = self.seq if until is None else until
        before, mine = self.balances_at(after), list[Movement]()
        for move in self.moves():
            if move.seq > until:
                break
            if (move.holder, move.currency) == (player, currency) and move.account in PURSES:
                mine.append(move)
        accounts = {(move.account, move.owner) for move in mine}
        opening = {account: before.accounts.get((*account, currency), 0) for account in accounts}
        last = max((move.seq for move in mine if move.seq <= after), default=0)
        following = [move for move in mine if move.seq > after]
        return build(
            self._tenant,
            ids.text(player),
            currency,
            purses_of(opening),
            following,
            after_seq=last,
            ledger_seq=until,
        )

    def explain(
        self, *, bet: bytes = b"", player: bytes = b"", seq: int = 0, domain: Domain | None = None
    ) -> Explanation | None:
        """Why a bet, or whatever entry `seq` is about, came out as it did; or the last entries of a player.

        Name one of the three. `as_text` writes it as a page; `domain` tells what slips and foreign codes mean. None
        when the journal tells nothing of it; `ValueError` when it does not verify.
        """
        if sum(map(bool, (bet, player, seq))) != 1:
            raise ValueError("name one of bet, player and seq")
        subject = (
            Subject("bet", bet) if bet else Subject("player", player) if player else Subject("entry", seq=seq)
        )
        story = Story(self._tenant, subject, domain)
        if seq:
            entry = next(self.entries(seq - 1), None)
            if entry is None:
                return None
            story.about(entry)
        for frames in self._pages():
            story.take(frames)
        return story.explain()

    def verify(self) -> Verified:
        """Fold the journal from its first byte and hold the result against the state in memory.

        Raises `ValueError` that says what does not verify: a changed bit, a book that does not sum to zero, or another
        state than this process has.
        """
        replayer = Replayer(self._tenant)
        for frames in self._pages():
            replayer.apply(frames)
        if replayer.state_hash != self._file.state_hash or replayer.seq != self.seq:
            raise ValueError(
                f"the journal gives another state after {replayer.seq} entries than this process has"
            )
        found = Verified(
            entries=replayer.seq,
            epoch=replayer.epoch,
            hash=replayer.hash,
            state_hash=replayer.recomputed_state_hash(),
            books=replayer.totals(),
            holds=replayer.holds(),
        )
        unbalanced = [book for book in found.books if book[2] != book[3]]
        astray = [hold for hold in found.holds if hold[1] != hold[2]]
        if found.state_hash != replayer.state_hash or unbalanced or astray:
            raise ValueError(f"the books do not add up: {unbalanced or astray or 'state hash'}")
        return found

    def _pages(self) -> Iterator[list[bytes]]:
        frames, offset = self._file.read(0)
        while frames:
            yield frames
            frames, offset = self._file.read(offset)

    def close(self) -> None:
        """Let go of the file; any number of times."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
