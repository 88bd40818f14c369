"""The bodies of accounts; written by `make client`, change the API instead."""

from datetime import date, datetime

import msgspec


class Credentials(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it takes to log in."""

    email: str
    """e-mail address."""
    password: str
    """15 characters or more, not easy to guess."""
    brand: int = 1
    """brand of the operator."""


class Me(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One's own account."""

    player_id: str
    brand: int
    currency: str
    country: str
    status: str
    email: str
    registered_at: datetime


class OpenedSession(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new session. The token is told once; it dies when idle too long and at `expires_at` at the latest."""

    token: str
    player_id: str
    expires_at: datetime
    idle_minutes: int


class Registered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The new account."""

    player_id: str


class Registration(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What it takes to open an account."""

    email: str
    """e-mail address."""
    password: str
    """15 characters or more, not easy to guess."""
    date_of_birth: date
    country: str
    """ISO 3166 country of residence."""
    currency: str
    """ISO 4217 currency of the account."""
    brand: int = 1
    """brand of the operator."""
