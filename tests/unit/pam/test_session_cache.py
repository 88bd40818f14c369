"""The session cache: one question for many callers, and an ended session is dead at once."""

import asyncio

from pyplatform.contracts.pam import Session
from pyplatform.kernel.time import now_ns
from pyplatform.pam.sessions import SessionCache, token_hash

ENDLESS = 2**62


class Store:
    """Counts the questions; answers after a turn of the loop, as a database would."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, bytes], Session] = {}
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    def add(self, tenant: str, token: str, expires_at: int = ENDLESS) -> Session:
        session = Session(tenant, 1, b"p" * 16, token.encode().ljust(16), "EUR", expires_at)
        self.rows[tenant, token_hash(token)] = session
        return session

    async def load(self, tenant: str, digest: bytes) -> Session | None:
        self.asked += 1
        row = self.rows.get((tenant, digest))
        await self.gate.wait()
        return row


async def test_many_callers_cost_one_question() -> None:
    store = Store()
    session, cache = store.add("aurora", "t"), SessionCache(store.load)
    found = await asyncio.gather(*(cache.resolve("aurora", "t") for _ in range(50)))
    assert found == [session] * 50
    assert await cache.resolve("aurora", "t") == session
    assert store.asked == 1


async def test_a_token_of_another_tenant_is_nobody() -> None:
    store = Store()
    store.add("aurora", "t")
    cache = SessionCache(store.load)
    assert await cache.resolve("aurora", "t") is not None
    for _ in range(3):
        assert await cache.resolve("borealis", "t") is None
        assert await cache.resolve("aurora", "u") is None
        assert await cache.resolve("aurora", "x" * 100_000) is None
    assert store.asked == 3


async def test_it_is_asked_again_after_a_while() -> None:
    store = Store()
    store.add("aurora", "t")
    cache = SessionCache(store.load, ttl=0.02)
    assert await cache.resolve("aurora", "t") is not None
    store.rows.clear()
    assert await cache.resolve("aurora", "t") is not None
    await asyncio.sleep(0.03)
    assert await cache.resolve("aurora", "t") is None


async def test_a_revoked_session_is_dead_even_while_it_is_being_loaded() -> None:
    store = Store()
    session, cache = store.add("aurora", "t"), SessionCache(store.load)
    store.gate.clear()
    loading = asyncio.create_task(cache.resolve("aurora", "t"))
    await asyncio.sleep(0)
    cache.revoke(session.session_id)
    store.gate.set()
    assert await loading is None
    assert await cache.resolve("aurora", "t") is None


async def test_a_session_ends_at_its_time_without_a_question() -> None:
    store = Store()
    store.add("aurora", "t", now_ns() + 30_000_000)
    cache = SessionCache(store.load)
    assert await cache.resolve("aurora", "t") is not None
    await asyncio.sleep(0.04)
    assert await cache.resolve("aurora", "t") is None
    assert store.asked == 1


async def test_a_failed_question_is_asked_again() -> None:
    failures = iter([True, False])

    async def load(_tenant: str, _digest: bytes) -> Session | None:
        if next(failures):
            raise ConnectionError
        return Session("aurora", 1, b"p" * 16, b"s" * 16, "EUR", ENDLESS)

    cache = SessionCache(load)
    first = await asyncio.gather(cache.resolve("aurora", "t"), return_exceptions=True)
    assert isinstance(first[0], ConnectionError)
    assert await cache.resolve("aurora", "t") is not None
