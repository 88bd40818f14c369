"""Argon2id off the event loop: the C code releases the interpreter lock, so a small thread pool is enough."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from pyplatform.kernel.errors import Unavailable
from pyplatform.pam.config import PamConfig

T = TypeVar("T")
THREADS: Final = 2
MAX_WAITING: Final = 1_024
_SALT, _TAG = 16, 32


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
        self._waiting = 0
        self._nobody = self._hasher.hash("nobody's password")

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Hold a place in the queue; raises Unavailable, before anything is done, when it would be a long wait."""
        if self._waiting >= MAX_WAITING:
            raise Unavailable("too many passwords are being checked; try again in a few seconds")
        self._waiting += 1
        try:
            yield
        finally:
            self._waiting -= 1

    async def hash(self, secret: bytes) -> str:
        """PHC string of `secret`."""
        return await self._run(lambda: self._hasher.hash(secret))

    async def verify(self, phc: str | None, secret: bytes) -> bool:
        """Whether `secret` is what `phc` was made of; None costs the same time and is False."""

        def check() -> bool:
            try:
                return self._hasher.verify(phc or self._nobody, secret) and phc is not None
            except (VerificationError, InvalidHashError):
                return False

        return await self._run(check)

    def is_outdated(self, phc: str) -> bool:
        """Whether the costs were raised since `phc` was made."""
        return self._hasher.check_needs_rehash(phc)

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)
