"""Sealed batches, the writer machine of one shard, and replay of its journal.

Sequences count entries from 1; `lo` is exclusive, `hi` inclusive. Hashes are 32 raw bytes, ids 16. Amounts are
integers at the currency's scale, times nanoseconds since the epoch.
"""

from typing import Any, Final, final

__all__ = [
    "AMBIGUOUS",
    "ANNOUNCE",
    "APPEND",
    "COMMITTED",
    "DEMOTED",
    "FENCED",
    "HALT",
    "HALTED",
    "LEADING",
    "LOOK",
    "READ",
    "RECALL",
    "RECOVERING",
    "RELEASE",
    "REPLY",
    "ROLLED_BACK",
    "STANDBY",
    "STOPPED",
    "TAKE_LEASE",
    "Batch",
    "Entry",
    "Header",
    "Replayer",
    "Shard",
    "SnapshotReader",
    "Stats",
    "chart",
    "genesis_hash",
    "key_rows",
    "read_header",
]

TAKE_LEASE: Final = 0
READ: Final = 1
APPEND: Final = 2
REPLY: Final = 3
ANNOUNCE: Final = 4
DEMOTED: Final = 5
RELEASE: Final = 6
HALT: Final = 7
RECALL: Final = 8
LOOK: Final = 9

COMMITTED: Final = 0
FENCED: Final = 1
ROLLED_BACK: Final = 2
AMBIGUOUS: Final = 3

STANDBY: Final = 0
RECOVERING: Final = 1
LEADING: Final = 2
STOPPED: Final = 3
HALTED: Final = 4

def genesis_hash(shard: str) -> bytes:
    """Hash before the first batch of a shard."""

def chart() -> list[tuple[int, str, str, bool, str]]:
    """The chart of accounts: (number, name, book, whether it grows by debits, whose).

    Books are "real", "bonus" and "free_bet", owners "house", "player", "provider", "jurisdiction", "jackpot", "grant"
    and "token".
    """

@final
class Header:
    """What a sealed batch says about itself."""

    @property
    def shard(self) -> str: ...
    @property
    def epoch(self) -> int: ...
    @property
    def lo(self) -> int: ...
    @property
    def hi(self) -> int: ...
    @property
    def n(self) -> int: ...
    @property
    def state_hash(self) -> bytes: ...
    @property
    def prev_hash(self) -> bytes: ...
    @property
    def hash(self) -> bytes: ...

def read_header(data: bytes) -> Header:
    """Header of a sealed batch, its form checked but its hash not; raises ValueError."""

@final
class Entry:
    """One journaled command: what was asked, what was decided, what changed."""

    @property
    def seq(self) -> int: ...
    @property
    def at(self) -> int: ...
    @property
    def kind(self) -> str:
        """Name of the command, such as deposit, place_bet, settle_bet, casino_debit."""
    @property
    def code(self) -> int:
        """0 when accepted, else the refusal code."""
    @property
    def brand(self) -> int: ...
    @property
    def player(self) -> bytes:
        """16 bytes, zero when the command names none."""
    @property
    def key(self) -> str:
        """Idempotency key, "" for the kinds that have none."""
    @property
    def correlation(self) -> bytes: ...
    @property
    def traceparent(self) -> str: ...
    @property
    def currency(self) -> str:
        """Of the money moved or asked for, "" for none."""
    @property
    def amount(self) -> int:
        """Stake of a placement, gross return of a settlement, else the amount the command names; 0 for none."""
    @property
    def bet_id(self) -> bytes:
        """16 bytes, zero when the command names no bet."""
    @property
    def slip(self) -> tuple[int, int, bytes] | None:
        """(schema, version, bytes) of a placement."""
    @property
    def terms(self) -> bytes: ...
    @property
    def pending_until(self) -> int: ...
    @property
    def transitions(self) -> list[tuple[bytes, str, int]]:
        """Bets that changed: (bet id, state, version); state is pending, open, settled, voided,
        rejected or cashed_out."""
    @property
    def fields(self) -> dict[str, Any]:
        """What was asked, by field, without what has a property here."""
    @property
    def records(self) -> list[tuple[str, dict[str, Any]]]:
        """Payments, grants and other records that changed, as they are now: (kind, fields); see `Wallet.record`."""
    @property
    def moves(self) -> list[tuple[tuple[int, bytes], tuple[int, bytes], str, int, tuple[int, int]]]:
        """Postings in order: (debited account, credited account, currency, amount, balances after), where an account
        is (number, owner) and a balance stands on its account's own side."""
    @property
    def parts(self) -> list[tuple[bytes, bytes, int]]:
        """What the moves belong to, in their order: (player, bet id, number of moves), ids zero for none. Only a tick
        has more than one part, one a bet."""

@final
class Batch:
    """A sealed batch, every byte of it verified; raises ValueError saying what is wrong with it."""

    def __new__(cls, data: bytes) -> Batch: ...
    @property
    def header(self) -> Header: ...
    def entries(self) -> list[Entry]: ...
    @property
    def data(self) -> bytes:
        """The frame itself."""
    def balances(self) -> list[tuple[bytes, str, int | None, int | None, int]]:
        """(player, currency, available, held, seq) after the batch; None for what did not change in it."""
    def sampled(self) -> list[str]:
        """Traceparents of the entries whose trace is sampled."""

def key_rows(batch: bytes) -> tuple[bytes, int, int]:
    """The keys of a sealed batch as rows of a binary COPY into the table of old keys (shard, fingerprint, seq, at,
    dated), without its header and trailer; how many they are, and the time of the batch's last entry.

    Releases the GIL. Raises ValueError when the batch does not verify.
    """

@final
class Stats:
    """Plain counters of a machine."""

    @property
    def batches(self) -> int: ...
    @property
    def commands(self) -> int: ...
    @property
    def overloaded(self) -> int: ...
    @property
    def recoveries(self) -> int: ...
    @property
    def queued(self) -> int: ...
    @property
    def keys(self) -> int:
        """Idempotency keys in memory while leading."""
    @property
    def key_bytes(self) -> int:
        """Bytes set aside for them: where in the journal each was answered, and the last answers in full."""
    @property
    def old_keys(self) -> int:
        """Keys that left memory for the table of old keys and are not forgotten."""
    @property
    def old_key_bytes(self) -> int:
        """Bytes set aside to tell fresh keys from these."""
    @property
    def looks(self) -> int:
        """Keys that were looked up in the table of old keys since this machine leads."""

@final
class Shard:
    """The writer machine of one shard: give it frames and outcomes, do what `poll` says, report how that ended."""

    def __new__(cls, name: str) -> Shard: ...
    def enqueue(self, ticket: int, frame: bytes) -> None:
        """Take in a frame of commands; it is answered once, by a REPLY with this ticket."""
    def poll(self, now: int) -> list[tuple[Any, ...]]:
        """Actions as tuples: (TAKE_LEASE,) · (READ, after) · (APPEND, epoch, lo, hi, prev_hash, hash, batch) ·
        (REPLY, ticket, frame) · (ANNOUNCE, seq, hash, state_hash) · (DEMOTED, reason) · (RELEASE, epoch) ·
        (HALT, reason) · (RECALL, id, seqs) · (LOOK, id, fingerprints, until), fingerprints as signed 64-bit numbers."""
    @property
    def ready(self) -> bool:
        """Whether another `poll` has work without new input."""
    def adopt(self, replayer: Replayer) -> None:
        """Go on, at the next `lease_taken`, from the state of `replayer`, which begins anew; raises ValueError when it
        is another shard's or the machine leads."""
    def lease_taken(self, epoch: int) -> None: ...
    def lease_busy(self) -> None: ...
    def lease_unclear(self) -> None: ...
    def lease_lost(self, epoch: int) -> None: ...
    def rows(self, epoch: int, batches: list[bytes], last: bool) -> None:
        """The next batches of the journal, read under `epoch`; releases the GIL."""
    def recalled(self, epoch: int, id: int, batches: list[bytes]) -> None:  # noqa: A002
        """The batches that hold the entries of RECALL `id`, each once; what they lack is asked for again."""
    def looked(self, epoch: int, id: int, found: list[tuple[int, int]]) -> None:  # noqa: A002
        """All rows of the keys of LOOK `id`, as (fingerprint, seq); none for a key that the table does not hold."""
    def file_keys(self, epoch: int, seq: int, at: int) -> None:
        """The table of old keys durably holds all keys up to entry `seq`, of time `at`: they leave memory with the next
        batches. HALT when the journal is not durable up to there."""
    def forget_keys(self, epoch: int, before: int) -> None:
        """Forget keys that tell their time and were answered a day before `before` or earlier."""
    @property
    def sweeping(self) -> bool:
        """Whether keys that were filed have still to leave memory."""
    @property
    def keys_evicted(self) -> int:
        """The last entry up to which keys left memory for the table of old keys; 0 for none, and unless leading."""
    @property
    def keys_forgotten(self) -> int:
        """The last `before` that is durable: rows of such keys may be dropped; 0 for none, and unless leading."""
    def append_result(self, epoch: int, hi: int, outcome: int) -> None: ...
    def resign(self) -> None:
        """Take nothing new, finish what was taken, then RELEASE."""
    @property
    def epoch(self) -> int: ...
    @property
    def generation(self) -> int | None:
        """Kill-switch generation in force, ahead of what is durable by what is in flight; None unless leading."""
    @property
    def standing(self) -> int: ...
    def stats(self) -> Stats: ...

@final
class Replayer:
    """Folds a shard's journal into its state, verifying chain, epochs, sequences and state hashes."""

    def __new__(cls, shard: str) -> Replayer: ...
    def apply(self, batches: list[bytes]) -> None:
        """Fold the next batches; releases the GIL. Raises ValueError saying what does not verify."""
    def snapshot(self) -> list[bytes]:
        """The state in sealed chunks of about 1 MiB, for `SnapshotReader`; releases the GIL.

        A state has one snapshot: replayers of one journal make the same bytes, wherever they began. Raises ValueError
        after a batch that did not verify.
        """
    @property
    def seq(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def hash(self) -> bytes: ...
    @property
    def state_hash(self) -> bytes: ...
    @property
    def keys_evicted(self) -> int:
        """The last entry up to which keys left memory for the table of old keys; 0 for none."""
    @property
    def keys_forgotten(self) -> int:
        """Time up to which keys that tell their time are forgotten; 0 for none."""
    def recomputed_state_hash(self) -> bytes:
        """The state hash from every account, bet and key as they stand; slow, releases the GIL."""
    def totals(self) -> list[tuple[str, str, int, int]]:
        """(book, currency, debit, credit): equal in a sound ledger."""
    def holds(self) -> list[tuple[str, int, int]]:
        """(currency, sum of holds, balance of the held accounts): equal in a sound ledger."""
    def balances(self) -> list[tuple[bytes, str, int, int]]:
        """(player, currency, available, held) of every player account."""
    def accounts(self) -> list[tuple[int, bytes, str, int]]:
        """(number, owner, currency, balance on its own side) of every account."""
    def record(self, kind: str, id: bytes) -> dict[str, Any] | None:  # noqa: A002
        """A payment, withdrawal, grant …, by field; see `pyplatform._core.wallet.Wallet.record`."""
    def open_bets(self) -> list[bytes]:
        """Ids of the bets that are pending or open."""

@final
class SnapshotReader:
    """Puts a replayer together from the chunks of a snapshot, in order; any flipped bit in them is refused.

    The snapshot claims a position in the journal: ask the journal whether it holds it, with the replayer's hashes.
    """

    def __new__(cls, shard: str) -> SnapshotReader: ...
    def take(self, chunks: list[bytes]) -> None:
        """Take in the next chunks; releases the GIL. Raises ValueError saying what does not verify."""
    @property
    def digest(self) -> bytes:
        """Hash of the last chunk taken, which covers all before it: the name of a whole snapshot."""
    def finish(self) -> Replayer:
        """The replayer, once; raises ValueError when chunks are missing or hold another state than they say."""
