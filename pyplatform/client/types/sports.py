"""The bodies of sports; written by `make client`, change the API instead."""

import msgspec


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
