"""The connection of a process to NATS."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final, Self

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from nats.errors import Error as NatsError
from nats.errors import SlowConsumerError
from nats.js import JetStreamContext

from pyplatform.bus.requests import FAILED, Requests
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import get_logger

Message = Msg
"""A message: `subject`, `reply`, `data`, `headers`, and `await message.respond(payload)`."""
Subscription = NatsSubscription
"""A subscription: `await subscription.unsubscribe()` ends it."""

_CONNECT_S: Final = 5.0
_RECONNECT_WAIT_S: Final = 0.1
_PING_S: Final = 5
_KNOWN_ERRORS: Final = 1_000
_log = get_logger(__name__)


class Bus:
    """Publish, subscribe and request over one connection, which comes back by itself after a loss.

    While it is lost, publications are dropped and counted (on core NATS the latest value wins anyway), requests
    are refused at once, and requests under way fail: nothing is kept back to arrive late.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._requests = Requests(client)
        self._tasks: set[asyncio.Task[None]] = set()
        self._known_errors: set[str] = set()
        self.js: JetStreamContext = client.jetstream()
        self.dropped = 0
        """Publications dropped while not connected."""
        self.slow_consumer_drops = 0
        """Messages dropped because a handler of ours did not keep up."""
        self.reconnects = 0

    @classmethod
    async def connect(cls, url: str, name: str, timeout_s: float = _CONNECT_S) -> Self:
        """Connect as `name` (seen in NATS' monitoring); raises Unavailable when nobody answers in time."""
        client = Client()
        bus = cls(client)
        try:
            async with asyncio.timeout(timeout_s):
                await client.connect(
                    url,
                    name=name,
                    error_cb=bus._on_error,
                    disconnected_cb=bus._on_disconnect,
                    reconnected_cb=bus._on_reconnect,
                    max_reconnect_attempts=-1,
                    reconnect_time_wait=_RECONNECT_WAIT_S,  # type: ignore[arg-type]
                    ping_interval=_PING_S,
                )
                await bus._requests.start()
        except BaseException as error:
            await client.close()  # also of a connection half made, when we are cancelled
            if isinstance(error, TimeoutError | OSError | NatsError):
                raise Unavailable(f"cannot reach NATS at {_without_password(url)}: is it running?") from error
            raise
        return bus

    @property
    def connected(self) -> bool:
        """Whether the connection is up now."""
        return self._client.is_connected

    async def publish(self, subject: str, payload: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Publish without waiting for the server; delivered at most once, and only to those who listen now."""
        if not self._client.is_connected:
            self.dropped += 1
            return
        await self._client.publish(subject, payload, headers=dict(headers) if headers else None)

    async def subscribe(
        self, subject: str, handler: Callable[[Message], Awaitable[None]], queue: str = ""
    ) -> Subscription:
        """Call `handler` with each message, one after another; members of a `queue` share the messages.

        An exception of the handler is logged and the next message handled.
        """
        return await self._client.subscribe(subject, queue=queue, cb=handler)

    async def serve(
        self,
        subject: str,
        handler: Callable[[bytes], Awaitable[bytes]],
        queue: str = "",
        in_flight: int = 256,
    ) -> Subscription:
        """Answer requests with what `handler` returns, at most `in_flight` at the same time.

        An exception of the handler is logged, and the request is answered with Unavailable.
        """
        slots = asyncio.Semaphore(in_flight)

        async def answer(message: Message) -> None:
            try:
                await message.respond(await handler(message.data))
            except Exception as error:  # noqa: BLE001 - whatever it is, the next request must be served
                await self._on_error(error)
                if message.reply and self._client.is_connected:
                    await self._client.publish(message.reply, headers={"Status": FAILED})
            finally:
                slots.release()

        async def accept(message: Message) -> None:
            await slots.acquire()
            task = asyncio.get_running_loop().create_task(answer(message))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return await self.subscribe(subject, accept, queue)

    async def request(self, subject: str, payload: bytes, timeout_s: float = 5.0) -> bytes:
        """Ask and return the answer; raises Unavailable on a time-out, or its kinds NoResponders and Disconnected.

        After NoResponders certainly nothing was done; after the others it may have been.
        """
        return await self._requests.send(subject, payload, timeout_s)

    async def flush(self) -> None:
        """Wait until the server has taken everything sent so far, subscriptions too."""
        await self._client.flush()

    async def close(self) -> None:
        """Send what is left, stop the handlers and disconnect; repeatable."""
        await end(self._tasks)
        await self._client.close()
        self._requests.fail_all()

    async def _on_error(self, error: Exception) -> None:
        if isinstance(error, SlowConsumerError):
            self.slow_consumer_drops += 1
            key = f"slow consumer of {error.subject}"
        else:
            key = f"{type(error).__name__}: {error}"
        if key not in self._known_errors and len(self._known_errors) < _KNOWN_ERRORS:
            self._known_errors.add(key)
            _log.error("bus error, reported once until the next reconnect", error=key, exc_info=error)

    async def _on_disconnect(self) -> None:
        self._requests.fail_all()
        if not self._client.is_closed:
            _log.warning("connection to NATS lost, reconnecting")

    async def _on_reconnect(self) -> None:
        self.reconnects += 1
        self._known_errors.clear()
        _log.info("connection to NATS is back")


@asynccontextmanager
async def using(shared: Bus | None, url: str, name: str) -> AsyncIterator[Bus]:
    """The connection that is shared, or else one of our own while the context lasts."""
    if shared is not None:
        yield shared
        return
    bus = await Bus.connect(url, name)
    try:
        yield bus
    finally:
        await bus.close()


def _without_password(url: str) -> str:
    return url.rpartition("@")[2]
