"""One AMQP connection to the feed's broker: a queue for the system session, and one for each data session."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, Final, Self

import aiormq
from aiormq.abc import DeliveredMessage
from aiormq.exceptions import AMQPError, AuthenticationError, ProbableAuthenticationError
from yarl import URL

from pyplatform.feeds.secret import FeedRefused, Secret
from pyplatform.feeds.uof_messages import ALIVES, bindings
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import PlatformError, Unavailable

EXCHANGE: Final = "unifiedfeed"
_CONNECT_S: Final = 20.0
_CLOSE_S: Final = 2.0
_HEARTBEAT_S: Final = 10

System = Callable[[bytes], None]
"""Takes what came over the system session."""
Data = Callable[[int, str, bytes, int | None], None]
"""Takes what came over a data session: its number, the routing key, the message, and when the broker sent it (ms)."""

Take = Callable[[DeliveredMessage], Coroutine[Any, Any, None]]


class _Credentials:
    """The token as the user, with an empty password; the library would send `guest` for an empty one."""

    name = "PLAIN"

    def __init__(self, token: Secret) -> None:
        self._token = token

    def value(self, _connection: object) -> Self:
        return self

    def marshal(self) -> str:
        return f"\0{self._token.reveal()}\0"


class _Connection(aiormq.Connection):
    """A connection whose address, which the library logs, does not hold the token."""

    def __init__(self, url: URL, token: Secret, **options: Any) -> None:
        super().__init__(url, **options)
        self._token = token

    def _credentials_class(self, _start: object) -> Any:
        return _Credentials(self._token)


class Broker:
    """A connection that ends once, by `close` or by itself; then another is to be made.

    Everything is taken off the socket as it comes: a queue that waits at the broker would get the account suspended.
    """

    def __init__(self, connection: aiormq.Connection) -> None:
        self._connection = connection
        self.lost = asyncio.Event()

    @classmethod
    async def connect(cls, settings: UofSettings, virtual_host: str, system: System, data: Data) -> Self:
        """Connect and consume; raises FeedRefused, or Unavailable when a retry may help."""
        url = URL.build(
            scheme="amqps",
            host=settings.broker_host,
            port=settings.broker_port,
            path=f"/{virtual_host}",
            query={"heartbeat": _HEARTBEAT_S},
        )
        connection = _Connection(url, settings.token, context=_trust(settings.ca_file))
        broker = cls(connection)
        try:
            async with asyncio.timeout(_CONNECT_S):
                await connection.connect()
                connection.closing.add_done_callback(broker._on_close)
                await broker._consume_all(settings, system, data)
        except (AuthenticationError, ProbableAuthenticationError):
            raise FeedRefused("the odds feed's broker refused PYPLATFORM_UOF_TOKEN") from None
        except (OSError, TimeoutError, AMQPError) as error:
            await broker.close()
            if isinstance(error, AMQPError) and "ACCESS_REFUSED" in str(error):
                raise FeedRefused("the odds feed's broker refuses a queue or its binding") from None
            raise Unavailable(f"the odds feed's broker does not answer: {type(error).__name__}") from None
        return broker

    async def close(self) -> None:
        """Hang up; repeatable."""
        self.lost.set()
        if not self._connection.is_closed:
            async with asyncio.timeout(_CLOSE_S):
                await self._connection.close()

    async def _consume_all(self, settings: UofSettings, system: System, data: Data) -> None:
        async def take_system(message: DeliveredMessage) -> None:
            system(message.body)

        def taking(number: int) -> Take:
            async def take(message: DeliveredMessage) -> None:
                data(number, message.routing_key or "", message.body, _sent(message))

            return take

        # The data first: an alive that asks for a recovery must find its queues bound.
        for number, session in enumerate(settings.sessions):
            await self._consume(bindings(session, settings.sessions, settings.node), taking(number))
        await self._consume([ALIVES], take_system)

    async def _consume(self, keys: list[str], take: Take) -> None:
        channel = await self._connection.channel(publisher_confirms=False)
        channel.closing.add_done_callback(self._on_close)
        declared = await channel.queue_declare(exclusive=True, auto_delete=True, durable=False)
        queue = declared.queue or ""
        for key in keys:
            await channel.queue_bind(queue, EXCHANGE, key)
        await channel.basic_consume(queue, take, no_ack=True)

    def _on_close(self, ended: "asyncio.Future[object]") -> None:
        if not ended.cancelled():
            ended.exception()  # read, so that nobody complains it never was
        self.lost.set()


def _sent(message: DeliveredMessage) -> int | None:
    headers = message.header.properties.headers or {}
    sent = headers.get("timestamp_in_ms")
    return sent if isinstance(sent, int) else None


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise PlatformError(f"PYPLATFORM_UOF_CA_FILE cannot be read: {error}") from error
