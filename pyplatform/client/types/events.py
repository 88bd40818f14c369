"""The bodies of events; written by `make client`, change the API instead."""

import msgspec

from pyplatform.client.types.shared import EventView, MarketView, SportView


class EventList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Events, the next to start first; ask on with `after=next` until that is ""."""

    events: list[EventView]
    next: str


class SportTree(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All sports that have events, by name."""

    sports: list[SportView]


class WholeEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event with its markets and their prices."""

    event: EventView
    markets: list[MarketView]
