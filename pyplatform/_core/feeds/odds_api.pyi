"""The Odds API's polled documents into prices and their changes."""

from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import OddsApiChange, OddsApiEvent

__all__ = ["Books"]

@final
class Books:
    """The prices of all events polled, from documents of The Odds API v4.

    Prices are kept as decimal odds; `american` says that they were asked for in American form. A document is applied
    whole or not at all.

    `strict`: a document with an error raises ValueError. `max_document`: longest document taken, bytes (8 MiB).
    `max_problems`: how many errors are kept in full (100). `max_events`: most events held (50,000); further ones, and
    prices beyond 4,000,000, are left out and counted as errors.
    """

    def __new__(
        cls,
        *,
        american: bool = False,
        strict: bool = False,
        max_document: int | None = None,
        max_problems: int | None = None,
        max_events: int | None = None,
    ) -> Books: ...
    def apply(self, document: bytes, *, sport_key: str | None = None) -> list[OddsApiChange]:
        """Take one document; answers the prices that came, moved or went. A list of events is whole for the sports it
        names, and for the one that was polled, `sport_key`: what it lists no more is gone. One event alone is whole
        for itself."""
    def snapshot(self) -> dict[str, OddsApiEvent]:
        """Everything held, as plain dicts by event."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def documents(self) -> int:
        """Documents seen, broken ones included."""
