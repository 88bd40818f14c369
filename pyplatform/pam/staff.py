"""Use cases of staff: add members, give roles, sign in and out. Every one is an event that names who acted."""

import re
import secrets
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import asyncpg
import msgspec

from pyplatform.contracts.pam import Role, StaffSession, revoked_subject
from pyplatform.eventstore import Event, append, tenant_transaction
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant
from pyplatform.pam import staff_store as store
from pyplatform.pam.door import Attempt, Door
from pyplatform.pam.model import Origin, Refused
from pyplatform.pam.sessions import SessionCache, token_hash
from pyplatform.pam.store import forget_attempts
from pyplatform.pam.strength import check_length

ROLES: Final[tuple[Role, ...]] = tuple(role for role in get_args(Role) if role != "player")
TOKEN_PREFIX: Final = "staff_"  # noqa: S105
"""Begins every token of staff, and none of a player."""
CONSOLE: Final = "console"
"""Who acts by the command line, with the keys of the platform in hand."""
_STREAM: Final = "pam"
_TOKEN_BYTES: Final = 32
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_NO_BRAND: Final = 0
"""Staff belong to the tenant, not to one of its brands."""
_WRONG: Final = Refused("invalid_credentials", "name or password is wrong")
_UNKNOWN: Final = Refused("unknown_staff", "there is no such member of staff", "staff_id")


class OpenedStaff(msgspec.Struct, frozen=True):
    """A new session; the token is told once and stored only as a hash."""

    token: str
    session: StaffSession


class Staff:
    """Staff of all `tenants`, behind the players' door; `publish(subject, payload)` tells other processes."""

    def __init__(
        self,
        door: Door,
        tenants: Mapping[str, Tenant],
        publish: Callable[[str, bytes], Awaitable[None]],
    ) -> None:
        self.config = door.config
        self.sessions: SessionCache[StaffSession] = SessionCache(self._load_session)
        self._door, self._pool, self._tenants, self._publish = door, door.pool, tenants, publish

    async def add(
        self, tenant: str, name: str, roles: Collection[str], password: str, actor: str, origin: Origin
    ) -> store.Member | Refused:
        """Add a member who signs in by `name`; or why not."""
        given = _check_roles(roles)
        if isinstance(given, Refused):
            return given
        if not _NAME.fullmatch(name):
            detail = "a name has 2 to 64 of a-z 0-9 . _ -, the first a letter or digit"
            return Refused("name_invalid", detail, "name")
        refused = check_length(password, self.config.min_password)
        if refused is not None:
            return refused
        phc = await self._door.hash_new(tenant, password, self._words(tenant, name))
        if isinstance(phc, Refused):
            return phc
        member = store.Member(uuid7(), name, given, datetime.now(UTC))
        async with tenant_transaction(self._pool, tenant) as conn:
            if not await store.insert(conn, tenant, member.staff, name, given, phc):
                return Refused("name_taken", "this name has been used; names are never used again", "name")
            facts = {"name": name, "roles": sorted(given)}
            await append(conn, tenant, _STREAM, _event("staff.added", member.staff, actor, origin, facts))
        return member

    async def set_roles(
        self, tenant: str, staff: bytes, roles: Collection[str], actor: str, origin: Origin
    ) -> store.Member | Refused:
        """Replace a member's roles, and end the member's session, which carries the old ones; nobody's own."""
        given = _check_roles(roles)
        if isinstance(given, Refused):
            return given
        if actor == _actor(staff):
            return Refused("own_roles", "another admin must change your roles", "staff_id")
        async with tenant_transaction(self._pool, tenant) as conn:
            member = await store.lock(conn, tenant, staff)
            if member is None:
                return _UNKNOWN
            await store.set_roles(conn, tenant, staff, given)
            facts = {"before": sorted(member.roles), "after": sorted(given)}
            changed = _event("staff.roles_changed", staff, actor, origin, facts)
            ended = await self._end(conn, tenant, staff, changed, "roles changed")
        await self._revoke(tenant, ended)
        return msgspec.structs.replace(member, roles=given)

    async def set_password(
        self, tenant: str, staff: bytes, password: str, actor: str, origin: Origin
    ) -> store.Member | Refused:
        """Give a member another password, and end the member's session."""
        refused = check_length(password, self.config.min_password)
        if refused is not None:
            return refused
        phc = await self._door.hash_new(tenant, password, self._words(tenant, ""))
        if isinstance(phc, Refused):
            return phc
        async with tenant_transaction(self._pool, tenant) as conn:
            member = await store.lock(conn, tenant, staff)
            if member is None:
                return _UNKNOWN
            await store.set_hash(conn, tenant, staff, phc)
            changed = _event("staff.password_changed", staff, actor, origin)
            ended = await self._end(conn, tenant, staff, changed, "password changed")
        await self._revoke(tenant, ended)
        return member

    async def members(self, tenant: str) -> list[store.Member]:
        """Every member of the tenant's staff, by name."""
        async with tenant_transaction(self._pool, tenant) as conn:
            return await store.all_members(conn, tenant)

    async def sign_in(self, tenant: str, name: str, password: str, origin: Origin) -> OpenedStaff | Refused:
        """Open a session and end the member's other one; or why not, alike for a wrong and an unknown name."""
        index = self._door.vault.blind_index(tenant, "staff", name)

        async def find(conn: asyncpg.Connection) -> store.Credential | None:
            return await store.find(conn, tenant, name)

        judged = await self._door.judge(Attempt(tenant, _NO_BRAND, index, password, origin.address), find)
        if isinstance(judged, Refused):
            return judged
        member = judged.account
        if member is None or not judged.good:
            event = _event("staff.sign_in_failed", member.staff if member else None, "", origin)
            async with tenant_transaction(self._pool, tenant) as conn:
                await append(conn, tenant, _STREAM, event)
            return _WRONG
        token = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
        expires = datetime.now(UTC) + timedelta(hours=self.config.staff_absolute_hours)
        async with tenant_transaction(self._pool, tenant) as conn:
            # Sign-ins of one member take turns, and the roles are those of this moment.
            locked = await store.lock(conn, tenant, member.staff)
            if locked is None:
                return _WRONG
            live = store.Live(uuid7(), member.staff, locked.roles, expires)
            if judged.renewed is not None:
                await store.set_hash(conn, tenant, member.staff, judged.renewed)
            await forget_attempts(conn, tenant, _NO_BRAND, index, self.config.lock_minutes)
            facts = {"session_id": text(live.session), "roles": sorted(live.roles)}
            opened = _event("staff.session_opened", member.staff, _actor(member.staff), origin, facts)
            ended = await self._end(conn, tenant, member.staff, opened, "new sign-in")
            await store.insert_session(conn, tenant, token_hash(token), live)
        await self._revoke(tenant, ended)
        return OpenedStaff(token, _session(tenant, live))

    async def sign_out(self, session: StaffSession, origin: Origin) -> None:
        """End a session everywhere."""
        facts = {"session_id": text(session.session_id), "reason": "sign-out"}
        event = _event("staff.session_ended", session.staff, session.actor, origin, facts)
        async with tenant_transaction(self._pool, session.tenant) as conn:
            ended = await store.end_sessions(conn, session.tenant, session.staff, session.session_id)
            await append(conn, session.tenant, _STREAM, *([event] if ended else []))
        await self._revoke(session.tenant, ended)

    async def resolve(self, tenant: str, token: str) -> StaffSession | None:
        """The live session of a token of staff."""
        return await self.sessions.resolve(tenant, token)

    async def _load_session(self, tenant: str, digest: bytes) -> StaffSession | None:
        async with tenant_transaction(self._pool, tenant) as conn:
            live = await store.touch_session(conn, tenant, digest, self.config.staff_idle_minutes)
        return None if live is None else _session(tenant, live)

    async def _end(
        self, conn: asyncpg.Connection, tenant: str, staff: bytes, cause: Event, reason: str
    ) -> list[bytes]:
        """End the member's sessions because of `cause`, and record both."""
        ended = await store.end_sessions(conn, tenant, staff)
        facts = [{"session_id": text(one), "reason": reason} for one in ended]
        origin = Origin(cause.correlation, cause.traceparent)
        events = [_event("staff.session_ended", staff, cause.actor, origin, each) for each in facts]
        await append(conn, tenant, _STREAM, *events, cause)
        return ended

    async def _revoke(self, tenant: str, ended: list[bytes]) -> None:
        for session_id in ended:
            self.sessions.revoke(session_id)
            await self._publish(revoked_subject(tenant), session_id)

    def _words(self, tenant: str, name: str) -> list[str]:
        return [name, tenant, *(brand.name for brand in self._tenants[tenant].brands)]


def _check_roles(roles: Collection[str]) -> frozenset[Role] | Refused:
    given = frozenset(role for role in ROLES if role in roles)
    if len(given) < len(set(roles)):
        return Refused("role_unknown", f"roles are {', '.join(ROLES)}", "roles")
    return given


def _session(tenant: str, live: store.Live) -> StaffSession:
    expires_at = int(live.expires_at.timestamp()) * 1_000_000_000
    return StaffSession(tenant, live.staff, live.session, live.roles, expires_at)


def _actor(staff: bytes) -> str:
    return f"staff:{text(staff)}"


def _event(
    kind: str, staff: bytes | None, actor: str, origin: Origin, facts: dict[str, Any] | None = None
) -> Event:
    """An event of a member, or of nobody we know if None; by `actor`, or by whoever tried."""
    aggregate = _actor(staff) if staff else "staff:unknown"
    return Event(
        type=kind,
        aggregate=aggregate,
        data=facts or {},
        brand=_NO_BRAND,
        actor=actor or aggregate,
        correlation=origin.correlation,
        traceparent=origin.traceparent,
    )
