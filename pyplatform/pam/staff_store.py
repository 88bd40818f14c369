"""Staff and their sessions in the room's Postgres schema; every function runs inside a tenant's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, cast
from uuid import UUID

import asyncpg
import msgspec

from pyplatform.contracts.pam import Role

_TOUCH: Final = """
update pam.staff_session as live set last_seen = now() from pam.staff
where live.tenant = $1 and live.token_hash = $2 and live.ended_at is null and live.expires_at > now()
    and live.last_seen > now() - make_interval(mins => $3)
    and staff.tenant = live.tenant and staff.staff = live.staff
returning live.session, live.staff, staff.roles, live.expires_at
"""


class Member(msgspec.Struct, frozen=True):
    """One of the staff."""

    staff: bytes
    name: str
    roles: frozenset[Role]
    added_at: datetime


class Credential(msgspec.Struct, frozen=True):
    """What a sign-in needs of a member."""

    staff: bytes
    phc: str
    roles: frozenset[Role]


class Live(msgspec.Struct, frozen=True):
    """A live session as stored, with the roles its member has now."""

    session: bytes
    staff: bytes
    roles: frozenset[Role]
    expires_at: datetime


async def insert(
    conn: asyncpg.Connection, tenant: str, staff: bytes, name: str, roles: Iterable[Role], phc: str
) -> bool:
    """Store a new member; False, and nothing stored, if the name has been used."""
    found = await conn.fetchval(
        "insert into pam.staff (tenant, staff, name, roles, phc) values ($1, $2, $3, $4, $5) "
        "on conflict (tenant, name) do nothing returning name",
        tenant,
        UUID(bytes=staff),
        name,
        sorted(roles),
        phc,
    )
    return found is not None


async def lock(conn: asyncpg.Connection, tenant: str, staff: bytes) -> Member | None:
    """One member, whose row nobody else changes until the transaction ends."""
    row = await conn.fetchrow(
        "select staff, name, roles, added_at from pam.staff where tenant = $1 and staff = $2 for update",
        tenant,
        UUID(bytes=staff),
    )
    return None if row is None else _member(row)


async def all_members(conn: asyncpg.Connection, tenant: str) -> list[Member]:
    """Every member, by name."""
    rows = await conn.fetch(
        "select staff, name, roles, added_at from pam.staff where tenant = $1 order by name", tenant
    )
    return [_member(row) for row in rows]


async def set_roles(conn: asyncpg.Connection, tenant: str, staff: bytes, roles: Iterable[Role]) -> None:
    """Replace the roles."""
    statement = "update pam.staff set roles = $3 where tenant = $1 and staff = $2"
    await conn.execute(statement, tenant, UUID(bytes=staff), sorted(roles))


async def set_hash(conn: asyncpg.Connection, tenant: str, staff: bytes, phc: str) -> None:
    """Store another password hash."""
    statement = "update pam.staff set phc = $3 where tenant = $1 and staff = $2"
    await conn.execute(statement, tenant, UUID(bytes=staff), phc)


async def find(conn: asyncpg.Connection, tenant: str, name: str) -> Credential | None:
    """The member of a name."""
    row = await conn.fetchrow(
        "select staff, phc, roles from pam.staff where tenant = $1 and name = $2", tenant, name
    )
    return None if row is None else Credential(row["staff"].bytes, row["phc"], _roles(row))


async def end_sessions(
    conn: asyncpg.Connection, tenant: str, staff: bytes, session: bytes | None = None
) -> list[bytes]:
    """End the member's live sessions, or only `session`; returns the ids of those that were live."""
    rows = await conn.fetch(
        "update pam.staff_session set ended_at = clock_timestamp() where tenant = $1 and staff = $2 "
        "and ended_at is null and ($3::uuid is null or session = $3) returning session",
        tenant,
        UUID(bytes=staff),
        None if session is None else UUID(bytes=session),
    )
    return [row["session"].bytes for row in rows]


async def insert_session(conn: asyncpg.Connection, tenant: str, token_hash: bytes, live: Live) -> None:
    """Store a new session under the hash of its token."""
    await conn.execute(
        "insert into pam.staff_session (tenant, token_hash, session, staff, expires_at) "
        "values ($1, $2, $3, $4, $5)",
        tenant,
        token_hash,
        UUID(bytes=live.session),
        UUID(bytes=live.staff),
        live.expires_at,
    )


async def touch_session(
    conn: asyncpg.Connection, tenant: str, token_hash: bytes, idle_minutes: int
) -> Live | None:
    """The live session of a token, noted as seen now; None if there is none or it has expired."""
    row = await conn.fetchrow(_TOUCH, tenant, token_hash, idle_minutes)
    return (
        None
        if row is None
        else Live(row["session"].bytes, row["staff"].bytes, _roles(row), row["expires_at"])
    )


def _member(row: asyncpg.Record) -> Member:
    return Member(row["staff"].bytes, row["name"], _roles(row), row["added_at"])


def _roles(row: asyncpg.Record) -> frozenset[Role]:
    return frozenset(cast("list[Role]", row["roles"]))
