"""Player accounts as other domains see them."""

from typing import Protocol

import msgspec


class Session(msgspec.Struct, frozen=True):
    """Who is calling: resolved from an opaque token; `player` and `session_id` are 16-byte UUIDv7s."""

    tenant: str
    brand: int
    player: bytes
    session_id: bytes
    currency: str
    expires_at: int


class SessionPort(Protocol):
    """Turns a bearer token into a session."""

    async def resolve(self, tenant: str, token: str) -> Session | None:
        """Session of `token` within `tenant`, or None if it is unknown, expired or another tenant's."""
        ...


def revoked_subject(tenant: str) -> str:
    """Core NATS subject that tells every process to forget a session; payload: its 16-byte id."""
    return f"session.revoked.{tenant}"
