"""The bodies of events; written by `make client`, change the API instead."""

from datetime import datetime

import msgspec

from pyplatform.client.types.shared import MarketView


class GroupView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sport, category or competition; the id is "" where nobody said."""

    id: str
    name: str


class EventView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event; `markets` are the ids of those that are shown."""

    id: str
    name: str
    sport: GroupView
    category: GroupView
    competition: GroupView
    starts_at: datetime
    in_play: bool
    version: int
    markets: list[str]


class EventList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Events, the next to start first; ask on with `after=next` until that is ""."""

    events: list[EventView]
    next: str


class WholeEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event with its markets and their prices."""

    event: EventView
    markets: list[MarketView]
