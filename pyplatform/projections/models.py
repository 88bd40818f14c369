"""Access to the read models of all processes in Valkey."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from importlib import resources
from typing import Any, Final, Self, cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from pyplatform.kernel.errors import Unavailable
from pyplatform.projections.effects import Effects

_TIMEOUT_S: Final = 5.0
_SCAN: Final = 1_000
_WRITE: Final = (resources.files(__package__) / "write.lua").read_text(encoding="utf-8")


class ReadModels:
    """Reads and writes; every method raises Unavailable when Valkey does not answer."""

    def __init__(self, client: Redis) -> None:
        self.client = client
        self._write = client.register_script(_WRITE)

    @classmethod
    def connect(cls, url: str) -> Self:
        """Use the Valkey at `url`; connects at the first command, and again by itself after a loss."""
        return cls(
            Redis.from_url(
                url,
                socket_timeout=_TIMEOUT_S,
                socket_connect_timeout=_TIMEOUT_S,
                retry=Retry(ExponentialBackoff(cap=0.2, base=0.01), 3),
            )
        )

    async def close(self) -> None:
        """Give the connections back."""
        await self.client.aclose()

    async def get(self, key: str) -> dict[bytes, bytes]:
        """All fields of a hash; empty if there is none."""
        async with _answering():
            return cast("dict[bytes, bytes]", await cast("Any", self.client.hgetall(key)))

    async def get_many(self, keys: Sequence[str]) -> list[dict[bytes, bytes]]:
        """All fields of many hashes, in one round trip."""
        async with _answering(), self.client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hgetall(key)
            return cast("list[dict[bytes, bytes]]", await pipeline.execute())

    async def members(self, key: str) -> set[bytes]:
        """Members of a set; empty if there is none."""
        async with _answering():
            return cast("set[bytes]", await cast("Any", self.client.smembers(key)))

    async def write(self, effects: Effects) -> None:
        """Apply effects that need no position, because each carries its version; all of them at once."""
        await self.run(effects, [], [])

    async def run(self, effects: Effects, keys: list[str], arguments: list[str | bytes]) -> int:
        """Run the script that writes; returns its outcome code (see `Inbox`)."""
        return await self.call(self._write, keys, [effects.encode(), *arguments])

    async def call(
        self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[str | bytes | float]
    ) -> int:
        """Run a script registered with `client` that answers a number."""
        async with _answering():
            return cast("int", await script(keys=keys, args=arguments))

    async def keys(self, pattern: str) -> list[str]:
        """All keys that match a glob pattern."""
        async with _answering():
            return [key.decode() async for key in self.client.scan_iter(pattern, count=_SCAN)]

    async def delete(self, patterns: Iterable[str]) -> int:
        """Delete all keys that match the glob patterns; returns how many."""
        gone = 0
        async with _answering():
            for pattern in patterns:
                keys = [key async for key in self.client.scan_iter(pattern, count=_SCAN)]
                for start in range(0, len(keys), _SCAN):
                    gone += await self.client.unlink(*keys[start : start + _SCAN])
        return gone


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except (RedisConnectionError, RedisTimeoutError, OSError) as error:
        raise Unavailable(f"Valkey does not answer ({error}): is it running?") from error
