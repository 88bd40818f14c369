"""The bodies of customers; written by `make client`, change the API instead."""

import msgspec


class CustomerGroupView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A group of players and its factor, null for none."""

    group: str
    factor: str | None
    version: int


class CustomerView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A player with the own factor and group; `counts` is the factor that comes of both."""

    player_id: str
    group: str
    factor: str | None
    counts: str
    version: int


class CustomerList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of players and all groups; ask on with `after=next` until that is ""."""

    customers: list[CustomerView]
    groups: list[CustomerGroupView]
    next: str


class CustomerOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much of a player is taken: by the own `factor`, or (null) by that of the group, or as of anybody."""

    version: int
    """version of the target as you saw it."""
    factor: str | None = None
    group: str = ""
    reason: str = ""


class GroupOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much of the players of a group is taken; null: as of anybody."""

    version: int
    """version of the target as you saw it."""
    factor: str | None
    reason: str = ""
