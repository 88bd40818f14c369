"""A tenant's wallet with its journal in a file: what `pyplatform.core.ledger.Ledger` stands on."""

from os import PathLike
from pathlib import Path
from typing import Any, final

from pyplatform._core.wallet import Reply

__all__ = ["FileLedger"]

@final
class FileLedger:
    """See `pyplatform.core.ledger.Ledger`, which has a clock and reads the journal for you.

    After an `OSError` nobody knows how far the write came: every call raises `RuntimeError` until the file is opened
    again, and then says what is in it.
    """

    def __new__(
        cls, path: str | PathLike[str], tenant: str, set_aside_damaged_tail: bool = False
    ) -> FileLedger:
        """Open or begin the journal; raises `OSError` (also when another process holds it) and `ValueError`."""
    def submit(self, commands: list[bytes], now: int) -> list[Reply]:
        """One append and one sync for every 1,024 commands or 512 KiB; `now` in nanoseconds since the epoch."""
    def balance(self, player: bytes, currency: str) -> tuple[int, int]:
        """(available, held)."""
    def bonus(self, player: bytes, currency: str) -> int:
        """What the player may stake of the active grant."""
    def accounts(self) -> list[tuple[int, bytes, str, int]]:
        """(number, owner, currency, balance on its own side) of every account."""
    def record(self, kind: str, id: bytes) -> dict[str, Any] | None:  # noqa: A002
        """A payment, withdrawal, grant …, by field; see `pyplatform._core.wallet.Wallet.record`."""
    def open_bets(self) -> list[bytes]:
        """Ids of the bets that are pending or open."""
    @property
    def seq(self) -> int:
        """Entries in the journal."""
    @property
    def state_hash(self) -> bytes:
        """Hash of the state, 32 bytes, which the last batch of the journal carries."""
    @property
    def set_aside(self) -> Path | None:
        """Where the torn end lies that was found on opening, if there was one."""
    def read(self, offset: int) -> tuple[list[bytes], int]:
        """Sealed batches from byte `offset` of the file on, and the offset after them; none at the end."""
    def close(self) -> None:
        """Let go of the file; any number of times."""
