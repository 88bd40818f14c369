"""Argon2id off the event loop: the C code releases the interpreter lock, so a small thread pool is enough."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pyplatform.kernel.errors import Unavailable
from pyplatform.pam.config import PamConfig

T = TypeVar("T")
THREADS: Final = 2
MAX_WAITING: Final = 256
"""Of one tenant; the last of them waits about eight seconds at the costs of production."""
_SALT, _TAG = 16, 32


class _Turns:
    """Gives the threads to one tenant after the other: a crowd of one tenant delays that tenant alone."""

    def __init__(self, places: int) -> None:
        self._free = places
        self._queues: dict[str, deque[asyncio.Future[None]]] = {}

    @asynccontextmanager
    async def taken(self, tenant: str) -> AsyncIterator[None]:
        """Wait for the tenant's turn and hold a place."""
        if self._free:
            self._free -= 1
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queues.setdefault(tenant, deque()).append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if not turn.cancelled():  # the place was given at this very moment
                    self._pass_on()
                raise
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        while self._queues:
            tenant = next(iter(self._queues))
            queue = self._queues.pop(tenant)
            turn = queue.popleft()
            if queue:
                self._queues[tenant] = queue  # behind the other tenants
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1


class Passwords:
    """Hashes and verifies, at most `THREADS` at once, for those who were `admitted`."""

    def __init__(self, config: PamConfig) -> None:
        self._hasher = PasswordHasher(
            time_cost=config.argon2_time_cost,
            memory_cost=config.argon2_memory_kib,
            parallelism=config.argon2_parallelism,
            hash_len=_TAG,
            salt_len=_SALT,
        )
        self._pool = ThreadPoolExecutor(THREADS, "argon2")
        self._turns = _Turns(THREADS)
        self._waiting: Counter[str] = Counter()
        self._nobody = self._hasher.hash("nobody's password")

    @contextmanager
    def admitted(self, tenant: str) -> Iterator[None]:
        """Hold a place in the tenant's queue; raises Unavailable, before anything is done, when it is too long."""
        if self._waiting[tenant] >= MAX_WAITING:
            raise Unavailable("too many passwords are being checked; try again in a few seconds")
        self._waiting[tenant] += 1
        try:
            yield
        finally:
            self._waiting[tenant] -= 1

    async def hash(self, tenant: str, secret: bytes) -> str:
        """PHC string of `secret`."""
        return await self.run(tenant, lambda: self._hasher.hash(secret))

    async def verify(self, tenant: str, phc: str | None, secret: bytes) -> bool:
        """Whether `secret` is what `phc` was made of; None costs the same time and is False."""

        def check() -> bool:
            try:
                return self._hasher.verify(phc or self._nobody, secret) and phc is not None
            except (VerificationError, InvalidHashError):
                return False

        return await self.run(tenant, check)

    def is_outdated(self, phc: str) -> bool:
        """Whether the costs were raised since `phc` was made."""
        return self._hasher.check_needs_rehash(phc)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def run(self, tenant: str, work: Callable[[], T]) -> T:
        """Do other work of a password, such as judging it, in the same turns and threads."""
        async with self._turns.taken(tenant):
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
