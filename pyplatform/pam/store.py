"""The room's Postgres schema; every function runs inside a tenant's transaction, under row-level security."""

from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

_NEW_VAULT: Final = """
insert into pam.vault (tenant, player, brand, wrapped_key, email, birth_date, email_index)
values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant, brand, email_index) do nothing returning brand
"""
_NEW_PLAYER: Final = """
insert into pam.player (tenant, player, brand, currency, country) values ($1, $2, $3, $4, $5)
"""
_NEW_CREDENTIAL: Final = "insert into pam.credential (tenant, player, phc) values ($1, $2, $3)"
_ATTEMPT: Final = """
insert into pam.login_attempt as known (tenant, brand, email_index, failures, last_at)
values ($1, $2, $3, 1, now())
on conflict (tenant, brand, email_index) do update set
    failures = case when known.last_at < now() - make_interval(mins => $5) then 1 else known.failures + 1 end,
    last_at = now()
where known.failures < $4 or known.last_at < now() - make_interval(mins => $5)
returning failures
"""
_TOUCH: Final = """
update pam.session set last_seen = now()
where tenant = $1 and token_hash = $2 and ended_at is null and expires_at > now()
    and last_seen > now() - make_interval(mins => $3)
returning session, player, brand, currency, expires_at
"""


class Login(msgspec.Struct, frozen=True):
    """What a login needs of an account."""

    player: bytes
    phc: str
    currency: str


class Live(msgspec.Struct, frozen=True):
    """A live session as stored."""

    session: bytes
    player: bytes
    brand: int
    currency: str
    expires_at: datetime


class Person(msgspec.Struct, frozen=True):
    """A player's own view of the account; `email` is still encrypted."""

    brand: int
    currency: str
    country: str
    status: str
    registered_at: datetime
    wrapped_key: bytes
    email: bytes


class NewPlayer(msgspec.Struct, frozen=True, kw_only=True):
    """One row for each of player, vault and credential."""

    player: bytes
    brand: int
    currency: str
    country: str
    wrapped_key: bytes
    email: bytes
    birth_date: bytes
    email_index: str
    phc: str


async def insert_player(conn: asyncpg.Connection, tenant: str, new: NewPlayer) -> bool:
    """Store a new player; False, and nothing stored, if the brand knows the e-mail address already."""
    player = UUID(bytes=new.player)
    vault = (new.brand, new.wrapped_key, new.email, new.birth_date, new.email_index)
    if await conn.fetchval(_NEW_VAULT, tenant, player, *vault) is None:
        return False
    await conn.execute(_NEW_PLAYER, tenant, player, new.brand, new.currency, new.country)
    await conn.execute(_NEW_CREDENTIAL, tenant, player, new.phc)
    return True


async def count_attempt(
    conn: asyncpg.Connection, tenant: str, brand: int, index: str, *, most: int, minutes: int
) -> bool:
    """Count a login attempt before it is judged; False if the address is locked, for `minutes` after the last."""
    return await conn.fetchval(_ATTEMPT, tenant, brand, index, most, minutes) is not None


async def forget_attempts(
    conn: asyncpg.Connection, tenant: str, brand: int, index: str, minutes: int
) -> None:
    """Clear the address's count, and those of others that no longer matter."""
    await conn.execute(
        "delete from pam.login_attempt where tenant = $1 and brand = $2 "
        "and (email_index = $3 or last_at < now() - make_interval(mins => $4))",
        tenant,
        brand,
        index,
        minutes,
    )


async def find_login(conn: asyncpg.Connection, tenant: str, brand: int, index: str) -> Login | None:
    """The account of an e-mail address."""
    row = await conn.fetchrow(
        "select player, phc, currency from pam.vault join pam.credential using (tenant, player) "
        "join pam.player using (tenant, player) where tenant = $1 and vault.brand = $2 and email_index = $3",
        tenant,
        brand,
        index,
    )
    return None if row is None else Login(row["player"].bytes, row["phc"], row["currency"])


async def replace_hash(conn: asyncpg.Connection, tenant: str, player: bytes, phc: str) -> None:
    """Store a new hash of the same password."""
    await conn.execute(
        "update pam.credential set phc = $3, changed_at = clock_timestamp() where tenant = $1 and player = $2",
        tenant,
        UUID(bytes=player),
        phc,
    )


async def end_sessions(
    conn: asyncpg.Connection, tenant: str, player: bytes, session: bytes | None = None
) -> list[bytes]:
    """End the player's live sessions, or only `session`; returns the ids of those that were live."""
    # Logins of one player take turns on the player's row, so that two at once cannot both stay.
    await conn.execute(
        "select from pam.player where tenant = $1 and player = $2 for update", tenant, UUID(bytes=player)
    )
    rows = await conn.fetch(
        "update pam.session set ended_at = clock_timestamp() where tenant = $1 and player = $2 "
        "and ended_at is null and ($3::uuid is null or session = $3) returning session",
        tenant,
        UUID(bytes=player),
        None if session is None else UUID(bytes=session),
    )
    return [row["session"].bytes for row in rows]


async def insert_session(conn: asyncpg.Connection, tenant: str, token_hash: bytes, live: Live) -> None:
    """Store a new session under the hash of its token."""
    await conn.execute(
        "insert into pam.session (tenant, token_hash, session, player, brand, currency, expires_at) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        tenant,
        token_hash,
        UUID(bytes=live.session),
        UUID(bytes=live.player),
        live.brand,
        live.currency,
        live.expires_at,
    )


async def touch_session(
    conn: asyncpg.Connection, tenant: str, token_hash: bytes, idle_minutes: int
) -> Live | None:
    """The live session of a token, noted as seen now; None if there is none or it has expired."""
    row = await conn.fetchrow(_TOUCH, tenant, token_hash, idle_minutes)
    if row is None:
        return None
    return Live(row["session"].bytes, row["player"].bytes, row["brand"], row["currency"], row["expires_at"])


async def read_person(conn: asyncpg.Connection, tenant: str, player: bytes) -> Person | None:
    """The account of one player."""
    row = await conn.fetchrow(
        "select player.brand, currency, country, status, registered_at, wrapped_key, email from pam.player "
        "join pam.vault using (tenant, player) where tenant = $1 and player = $2",
        tenant,
        UUID(bytes=player),
    )
    return None if row is None else Person(*row)
