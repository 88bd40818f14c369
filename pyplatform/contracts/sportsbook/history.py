"""Prices as they were: what is kept of every price that was published, and how it is asked for.

Prices are decimal odds in ten-thousandths, times and versions microseconds since the epoch.
"""

from typing import Final, Protocol

import msgspec

from pyplatform.contracts.sportsbook.markets import MarketStatus

PRICES_STREAM: Final = "PRICES"
PRICES_SUBJECT: Final = "price.*.*"
"""JetStream keeps what is published on `price_subject` until it is recorded, for some hours at most."""


class PricePoint(msgspec.Struct, frozen=True):
    """All prices of a market from `version` on, by the rules of `terms_version`; a selection that is missing was not
    offered. `caused_at` is when the feed's message or the command arrived that moved them, 0 where nothing did."""

    version: int
    status: MarketStatus
    terms_version: int
    caused_at: int
    prices: dict[int, int]


class HistoryPort(Protocol):
    """Reads the prices that were kept."""

    async def read(
        self, tenant: str, market_id: str, since: int, until: int, step: int, limit: int
    ) -> list[PricePoint]:
        """Points of versions from `since` on and before `until`, oldest first, at most `limit`.

        With a `step` (µs, 0 for none), of the points of each step of the clock only the last. Raises Unavailable when
        the record does not answer.
        """
        ...
