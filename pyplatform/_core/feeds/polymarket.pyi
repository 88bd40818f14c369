"""Polymarket's frames into books."""

from collections.abc import Iterable
from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import PolymarketBook

__all__ = ["Books"]

@final
class Books:
    """The books of one Polymarket connection, from frames of the CLOB's market channel.

    Prices and sizes are exact, of at most 6 decimals: decimal text in the snapshot, integers in millionths elsewhere.
    A frame, an event or a list of events, is applied whole or not at all. Frames have no sequence numbers: where the
    feed names other best prices than the book has, the book is suspect until it is sent whole again.
    Options are as of `kalshi.Books`.
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
        """Take one frame; answers how many updates of books it held. The answer to a ping may be given too."""
    def apply_all(self, frames: Iterable[bytes]) -> int:
        """Take frames in their order, in one call; answers how many updates of books they held. In strict mode the first with an
        error raises, and those before it count."""
    def asset_ids(self) -> tuple[str, ...]:
        """Assets known, in the order first seen."""
    def suspect(self) -> tuple[str, ...]:
        """Assets whose book is to be fetched anew: its best prices were not those the feed named."""
    def top(self, asset_id: str) -> tuple[int | None, int | None] | None:
        """Best bid and best ask in millionths; None if the asset is unknown."""
    def snapshot(self) -> dict[str, PolymarketBook]:
        """Everything held, as plain dicts by asset."""
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
        """Books replaced, price changes, tick sizes and trades applied."""
    @property
    def passed_over(self) -> int:
        """Sound events that change no book, empty frames, and answers to a ping."""
    @property
    def mismatches(self) -> int:
        """How often the best prices named by the feed were not the book's."""
