"""Player and staff accounts as other domains see them."""

from typing import Literal, Protocol

import msgspec

from pyplatform.kernel import ids

Role = Literal["player", "trader", "settlement", "admin"]
"""What a caller may do. Staff hold any set of the last three, none of which includes another."""


class Session(msgspec.Struct, frozen=True):
    """The player who is calling: resolved from an opaque token; `player` and `session_id` are 16-byte UUIDv7s."""

    tenant: str
    brand: int
    player: bytes
    session_id: bytes
    currency: str
    expires_at: int


class StaffSession(msgspec.Struct, frozen=True):
    """The member of a tenant's staff who is calling; `staff` and `session_id` are 16-byte UUIDv7s."""

    tenant: str
    staff: bytes
    session_id: bytes
    roles: frozenset[Role]
    expires_at: int

    @property
    def actor(self) -> str:
        """Who acts, as events and staff commands name it."""
        return f"staff:{ids.text(self.staff)}"


class SessionPort(Protocol):
    """Turns a bearer token into a session."""

    async def resolve(self, tenant: str, token: str) -> Session | StaffSession | None:
        """Session of `token` within `tenant`, or None if it is unknown, expired or another tenant's."""
        ...


def revoked_subject(tenant: str) -> str:
    """Core NATS subject that tells every process to forget a session; payload: its 16-byte id."""
    return f"session.revoked.{tenant}"
