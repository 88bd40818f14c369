"""What several parts of the API share; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Literal

import msgspec

MarketStatus = Literal["closed", "open", "suspended"]
"""Trading status of a market as published to players."""


class SelectionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A runner; `price` is decimal odds, null when it is not offered now."""

    id: int
    name: str
    removed: bool
    price: str | None


class MarketView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A market as it stands at `version`; sport, category and competition are ids, "" where nobody said."""

    id: str
    name: str
    sport: str
    category: str
    competition: str
    event_id: str
    event_name: str
    kind: str
    winners: int
    starts_at: datetime
    in_play: bool
    status: MarketStatus
    version: int
    selections: list[SelectionView]


PricePolicy = Literal["ANY", "HIGHER", "NONE", "WITHIN"]
"""What becomes of a bet when the price has moved since it was asked for; a player's own policy may be stricter."""
