"""Kalshi's frames into books."""

from collections.abc import Iterable
from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import KalshiSnapshot

__all__ = ["Books"]

@final
class Books:
    """The books of one Kalshi connection, from frames of its channel `orderbook_delta`.

    Prices are integers in 1/10,000 dollars, sizes integers in hundredths of a contract. Both sides of a book are
    bids: one for NO at p is an offer of YES at 10,000 - p. A frame is applied whole or not at all.

    A change is signed, so a missing frame makes every book of its subscription (`sid`) stale: changes to such a book
    are ignored until its next snapshot. A repeated change is ignored; a repeated or earlier snapshot is taken, as
    from a new subscription.

    `strict`: a frame with an error raises ValueError. `max_frame`: longest frame taken, bytes (8 MiB).
    `max_problems`: how many errors are kept in full (100). `max_books`: most books held (50,000).
    """

    def __new__(
        cls,
        *,
        strict: bool = False,
        max_frame: int | None = None,
        max_problems: int | None = None,
        max_books: int | None = None,
    ) -> Books: ...
    def apply(self, frame: bytes) -> int:
        """Take one frame; answers how many books it changed."""
    def apply_all(self, frames: Iterable[bytes]) -> int:
        """Take frames in their order, in one call; answers how many books they changed. In strict mode the first with an
        error raises, and those before it count."""
    def tickers(self) -> tuple[str, ...]:
        """Markets with a book, in the order first seen."""
    def stale(self) -> tuple[str, ...]:
        """Markets whose book must not be used before its next snapshot."""
    def book(self, ticker: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]] | None:
        """Bids for YES and for NO as (price, size), the best first; None if the market is unknown."""
    def top(self, ticker: str) -> tuple[int | None, int | None] | None:
        """Best bids for YES and for NO; None if the market is unknown."""
    def snapshot(self) -> KalshiSnapshot:
        """Everything held, as plain dicts."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def frames(self) -> int:
        """Frames seen, broken ones included."""
    @property
    def updates(self) -> int:
        """Snapshots and changes applied."""
    @property
    def passed_over(self) -> int:
        """Sound frames that are not about books."""
    @property
    def ignored(self) -> int:
        """Changes not applied: repeated, or to a book that is stale or has no snapshot."""
    @property
    def gap_count(self) -> int:
        """Gaps in `seq`; the snapshot lists the first 10,000."""
