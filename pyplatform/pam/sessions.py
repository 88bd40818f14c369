"""Finding the session of a token without a query per request.

A session found in Postgres is believed for `TTL` seconds; one that is ended is forgotten at once in every process
by a message, and after `TTL` seconds even if that message is lost.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import Final, Generic, TypeVar

from pyplatform.contracts.pam import Session, StaffSession
from pyplatform.kernel.time import now_ns

TTL: Final = 15.0
MAX_CACHED: Final = 100_000
MAX_TOKEN: Final = 64

Live = TypeVar("Live", Session, StaffSession)
Load = Callable[[str, bytes], Awaitable[Live | None]]
_Key = tuple[str, bytes]


def token_hash(token: str) -> bytes:
    """What is stored in place of a token."""
    return sha256(token.encode()).digest()


class SessionCache(Generic[Live]):
    """Sessions over `load(tenant, token hash)`; a token nobody knows is remembered as well."""

    def __init__(self, load: Load[Live], *, ttl: float = TTL) -> None:
        self._load: Load[Live] = load
        self._ttl = ttl
        self._known: dict[_Key, tuple[float, Live | None]] = {}
        self._loading: dict[_Key, asyncio.Task[Live | None]] = {}
        self._revoked: dict[bytes, float] = {}

    async def resolve(self, tenant: str, token: str) -> Live | None:
        """Session of `token` within `tenant`, or None if it is unknown, expired or another tenant's."""
        if len(token) > MAX_TOKEN:
            return None
        key = (tenant, token_hash(token))
        found = self._known.get(key)
        if found is not None and found[0] > time.monotonic():
            session = found[1]
        else:
            session = await self._load_once(key)
        if session is not None and (session.expires_at <= now_ns() or session.session_id in self._revoked):
            return None
        return session

    def revoke(self, session_id: bytes) -> None:
        """Forget a session from now on; one that is being loaded at this moment as well."""
        now = time.monotonic()
        self._revoked[session_id] = now + 2 * self._ttl
        while (oldest := next(iter(self._revoked))) and self._revoked[oldest] < now:
            del self._revoked[oldest]

    async def _load_once(self, key: _Key) -> Live | None:
        """Ask the store, one question at a time per token, however many requests wait for the answer."""
        task = self._loading.get(key)
        if task is None:
            task = asyncio.create_task(self._fetch(key))
            self._loading[key] = task
            task.add_done_callback(lambda _: self._loading.pop(key, None))
        return await asyncio.shield(task)

    async def _fetch(self, key: _Key) -> Live | None:
        asked = time.monotonic()
        session = await self._load(*key)
        self._known.pop(key, None)
        while len(self._known) >= MAX_CACHED:
            del self._known[next(iter(self._known))]
        self._known[key] = (asked + self._ttl, session)
        return session
