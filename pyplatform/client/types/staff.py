"""The bodies of staff; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Literal

import msgspec


class MemberView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member of the tenant's staff."""

    staff_id: str
    name: str
    roles: list[Literal["admin", "player", "settlement", "trader"]]
    added_at: datetime


class MemberList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The tenant's staff, by name."""

    members: list[MemberView]


class Myself(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who is signed in."""

    staff_id: str
    roles: list[Literal["admin", "player", "settlement", "trader"]]


class NewMember(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A member to be added."""

    name: str
    """name the member signs in by."""
    password: str
    """15 characters or more, not easy to guess."""
    roles: list[str]
    """any of trader, settlement, admin; none of them lets in nowhere."""


class OpenedStaffSession(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new session. The token is told once; it dies when idle too long and at `expires_at` at the latest."""

    token: str
    staff_id: str
    roles: list[Literal["admin", "player", "settlement", "trader"]]
    expires_at: datetime
    idle_minutes: int


class RoleChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The roles a member has from now on."""

    roles: list[str]
    """any of trader, settlement, admin; none of them lets in nowhere."""


class StaffCredentials(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it takes to sign in."""

    name: str
    """name the member signs in by."""
    password: str
    """15 characters or more, not easy to guess."""
