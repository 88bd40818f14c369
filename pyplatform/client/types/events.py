"""The bodies of events; written by `make client`, change the API instead."""

from datetime import datetime

import msgspec

from pyplatform.client.types.shared import MarketView


class CompetitionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A competition and how many of its events are shown."""

    id: str
    name: str
    events: int


class CategoryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A category with its competitions."""

    id: str
    name: str
    competitions: list[CompetitionView]


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


class SportView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sport with its categories; `in_play` of its `events` are under way."""

    id: str
    name: str
    events: int
    in_play: int
    categories: list[CategoryView]


class SportTree(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All sports that have events, by name."""

    sports: list[SportView]


class WholeEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event with its markets and their prices."""

    event: EventView
    markets: list[MarketView]
