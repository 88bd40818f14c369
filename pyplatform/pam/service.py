"""Use cases of player accounts: register, log in, log out, find a session, read one's own account."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg
import msgspec

from pyplatform.contracts.pam import Session, revoked_subject
from pyplatform.eventstore import Event, append, tenant_transaction
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.pam import store
from pyplatform.pam.door import Attempt, Door
from pyplatform.pam.model import Application, Origin, Refused, check_application, normal_email
from pyplatform.pam.sessions import SessionCache, token_hash
from pyplatform.pam.strength import check_length

Publish = Callable[[str, bytes], Awaitable[None]]
STREAM: Final = "pam"
"""Stream of this domain's events in the event store."""
_TOKEN_BYTES: Final = 32
_TAKEN: Final = Refused(
    "registration_refused",
    "no account can be opened with these details; if you have one already, log in",
)
_WRONG: Final = Refused("invalid_credentials", "e-mail address or password is wrong")


class Opened(msgspec.Struct, frozen=True):
    """A new session; the token is told once and stored only as a hash."""

    token: str
    session: Session


class Profile(msgspec.Struct, frozen=True):
    """A player's own account."""

    player: bytes
    brand: int
    currency: str
    country: str
    status: str
    email: str
    registered_at: datetime


class Accounts:
    """Player accounts of all `tenants` behind one door; `publish(subject, payload)` tells other processes."""

    def __init__(self, door: Door, tenants: Mapping[str, Tenant], publish: Publish) -> None:
        self.tenants = tenants
        self.config = door.config
        self.sessions: SessionCache[Session] = SessionCache(self._load_session)
        self._door, self._pool, self._vault, self._publish = door, door.pool, door.vault, publish

    async def register(self, tenant: str, application: Application, origin: Origin) -> bytes | Refused:
        """Open an account; its player id, or why not. Costs one password hash whatever the answer."""
        named, password = self.tenants[tenant], application.password
        refused = (
            check_application(application, named, self.config, now_ns())
            or check_length(password, self.config.min_password)
            or await self._door.admit(tenant, origin.address)
        )
        if refused is not None:
            return refused
        words = [application.email, application.email.partition("@")[0], named.slug]
        phc = await self._door.hash_new(tenant, password, words + [brand.name for brand in named.brands])
        if isinstance(phc, Refused):
            return phc
        player = uuid7()
        key = self._vault.new_key(tenant, player)
        birth_date = application.birth_date.isoformat()
        new = store.NewPlayer(
            player=player,
            brand=application.brand,
            currency=application.currency,
            country=application.country,
            wrapped_key=key,
            email=self._vault.encrypt(key, tenant, player, "email", application.email),
            birth_date=self._vault.encrypt(key, tenant, player, "birth_date", birth_date),
            email_index=self._index(tenant, application.email),
            phc=phc,
        )
        async with tenant_transaction(self._pool, tenant) as conn:
            if not await store.insert_player(conn, tenant, new):
                return _TAKEN
            facts = {"currency": new.currency, "country": new.country}
            event = _event("player.registered", player, new.brand, origin, facts)
            await append(conn, tenant, STREAM, event)
        return player

    async def login(
        self, tenant: str, brand: int, email: str, password: str, origin: Origin
    ) -> Opened | Refused:
        """Open a session and end the player's others, or say why not: alike for a wrong and an unknown name.

        Raises Unavailable when too many passwords are being checked; the attempt then counts for nothing.
        """
        index = self._index(tenant, email)

        async def find(conn: asyncpg.Connection) -> store.Login | None:
            return await store.find_login(conn, tenant, brand, index)

        judged = await self._door.judge(Attempt(tenant, brand, index, password, origin.address), find)
        if isinstance(judged, Refused):
            return judged
        if judged.account is None or not judged.good:
            player = judged.account.player if judged.account else None
            async with tenant_transaction(self._pool, tenant) as conn:
                await append(conn, tenant, STREAM, _event("login.failed", player, brand, origin))
            return _WRONG
        return await self._open(tenant, brand, index, judged.account, renewed=judged.renewed, origin=origin)

    async def logout(self, session: Session, origin: Origin) -> None:
        """End one session everywhere."""
        async with tenant_transaction(self._pool, session.tenant) as conn:
            ended = await store.end_sessions(conn, session.tenant, session.player, session.session_id)
            events = [_ended(one, session.player, session.brand, origin, "logout") for one in ended]
            await append(conn, session.tenant, STREAM, *events)
        await self._revoke(session.tenant, ended)

    async def resolve(self, tenant: str, token: str) -> Session | None:
        """The live session of a player's token."""
        return await self.sessions.resolve(tenant, token)

    async def profile(self, session: Session) -> Profile | None:
        """The account of the session's player; None if it is gone."""
        async with tenant_transaction(self._pool, session.tenant) as conn:
            person = await store.read_person(conn, session.tenant, session.player)
        if person is None:
            return None
        email = self._vault.decrypt(person.wrapped_key, session.tenant, session.player, "email", person.email)
        return Profile(
            session.player,
            person.brand,
            person.currency,
            person.country,
            person.status,
            email,
            person.registered_at,
        )

    async def _open(
        self,
        tenant: str,
        brand: int,
        index: str,
        account: store.Login,
        *,
        renewed: str | None,
        origin: Origin,
    ) -> Opened:
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        expires = datetime.now(UTC) + timedelta(hours=self.config.absolute_hours)
        live = store.Live(uuid7(), account.player, brand, account.currency, expires)
        async with tenant_transaction(self._pool, tenant) as conn:
            ended = await store.end_sessions(conn, tenant, account.player)
            await store.insert_session(conn, tenant, token_hash(token), live)
            await store.forget_attempts(conn, tenant, brand, index, self.config.lock_minutes)
            if renewed is not None:
                await store.replace_hash(conn, tenant, account.player, renewed)
            events = [_ended(one, account.player, brand, origin, "new login") for one in ended]
            events.append(
                _event("session.opened", account.player, brand, origin, {"session_id": text(live.session)})
            )
            await append(conn, tenant, STREAM, *events)
        await self._revoke(tenant, ended)
        return Opened(token, _session(tenant, live))

    async def _load_session(self, tenant: str, digest: bytes) -> Session | None:
        async with tenant_transaction(self._pool, tenant) as conn:
            live = await store.touch_session(conn, tenant, digest, self.config.idle_minutes)
        return None if live is None else _session(tenant, live)

    async def _revoke(self, tenant: str, ended: list[bytes]) -> None:
        for session_id in ended:
            self.sessions.revoke(session_id)
            await self._publish(revoked_subject(tenant), session_id)

    def _index(self, tenant: str, email: str) -> str:
        return self._vault.blind_index(tenant, "email", normal_email(email))


def _session(tenant: str, live: store.Live) -> Session:
    expires_at = int(live.expires_at.timestamp()) * 1_000_000_000
    return Session(tenant, live.brand, live.player, live.session, live.currency, expires_at)


def _event(
    kind: str, player: bytes | None, brand: int, origin: Origin, facts: dict[str, str] | None = None
) -> Event:
    """An event of a player, by the player; of nobody we know if None. Facts must not tell who the player is."""
    aggregate = f"player:{text(player)}" if player else "player:unknown"
    return Event(
        type=kind,
        aggregate=aggregate,
        data=facts or {},
        brand=brand,
        actor=aggregate,
        correlation=origin.correlation,
        traceparent=origin.traceparent,
    )


def _ended(session: bytes, player: bytes, brand: int, origin: Origin, reason: str) -> Event:
    return _event("session.ended", player, brand, origin, {"session_id": text(session), "reason": reason})
