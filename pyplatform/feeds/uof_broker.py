"""One AMQP connection to the feed's broker: a queue for the system session, and one for each data session."""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Final, Self
from urllib.parse import quote

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from aiormq.exceptions import AMQPError, AuthenticationError, ProbableAuthenticationError

from pyplatform.feeds.secret import FeedRefused, Secret
from pyplatform.feeds.uof_messages import ALIVES, bindings
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import PlatformError, Unavailable

EXCHANGE: Final = "unifiedfeed"
_CONNECT_S: Final = 20.0
_HEARTBEAT_S: Final = 10
_REFUSED: Final = 403
_LIBRARIES: Final = ("aiormq", "aio_pika")

System = Callable[[bytes], None]
"""Takes what came over the system session."""
Data = Callable[[int, str, bytes, int | None], None]
"""Takes what came over a data session: its number, the routing key, the message, and when the broker sent it (ms)."""


class _Hiding(logging.Filter):
    """The token is the user's name to the broker, and the library writes that into its log."""

    def __init__(self, secret: Secret) -> None:
        super().__init__()
        self._secrets = (secret, Secret(quote(secret.reveal(), safe="")))

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            text = f"{text}: {type(record.exc_info[1]).__name__}"
        for secret in self._secrets:
            text = secret.hide_in(text)
        record.msg, record.args, record.exc_info, record.exc_text = text, (), None, None
        return True


def hide_in_logs(secret: Secret) -> Callable[[], None]:
    """Keep the secret out of the library's log; answers how to stop that."""
    hiding = _Hiding(secret)
    names = [name for name in logging.root.manager.loggerDict if name.partition(".")[0] in _LIBRARIES]
    loggers = [logging.getLogger(name) for name in {*names, *_LIBRARIES}]
    for logger in loggers:
        logger.addFilter(hiding)

    def stop() -> None:
        for logger in loggers:
            logger.removeFilter(hiding)

    return stop


class Broker:
    """A connection that ends once, by `close` or by itself; then another is to be made.

    Everything is taken off the socket as it comes: a queue that waits at the broker would get the account suspended.
    """

    def __init__(self, connection: aio_pika.abc.AbstractConnection) -> None:
        self._connection = connection
        self.lost = asyncio.Event()

    @classmethod
    async def connect(cls, settings: UofSettings, virtual_host: str, system: System, data: Data) -> Self:
        """Connect and consume; raises FeedRefused, or Unavailable when a retry may help."""
        try:
            async with asyncio.timeout(_CONNECT_S):
                connection = await aio_pika.connect(
                    host=settings.broker_host,
                    port=settings.broker_port,
                    login=settings.token.reveal(),
                    password="",
                    virtualhost=virtual_host,
                    ssl=True,
                    ssl_context=_trust(settings.ca_file),
                    heartbeat=_HEARTBEAT_S,
                )
        except (AuthenticationError, ProbableAuthenticationError):
            raise FeedRefused("the odds feed's broker refused PYPLATFORM_UOF_TOKEN") from None
        except (OSError, TimeoutError, AMQPError) as error:
            raise Unavailable(f"the odds feed's broker does not answer: {type(error).__name__}") from None
        broker = cls(connection)
        connection.close_callbacks.add(broker._on_close)
        try:
            async with asyncio.timeout(_CONNECT_S):
                await broker._consume_all(settings, system, data)
        except AMQPError as error:
            await broker.close()
            if getattr(error, "reply_code", None) == _REFUSED or "ACCESS_REFUSED" in str(error):
                raise FeedRefused(
                    "the odds feed's broker refuses the queues of PYPLATFORM_UOF_SESSIONS"
                ) from None
            raise Unavailable(f"the odds feed's broker hung up: {type(error).__name__}") from None
        except (OSError, TimeoutError) as error:
            await broker.close()
            raise Unavailable(f"the odds feed's broker hung up: {type(error).__name__}") from None
        return broker

    async def close(self) -> None:
        """Hang up; repeatable."""
        self.lost.set()
        await self._connection.close()

    async def _consume_all(self, settings: UofSettings, system: System, data: Data) -> None:
        async def take_system(message: AbstractIncomingMessage) -> None:
            system(message.body)

        def taking(number: int) -> Callable[[AbstractIncomingMessage], Awaitable[None]]:
            async def take(message: AbstractIncomingMessage) -> None:
                data(number, message.routing_key or "", message.body, _sent(message))

            return take

        # The data first: an alive that asks for a recovery must find its queues bound.
        for number, session in enumerate(settings.sessions):
            await self._consume(bindings(session, settings.sessions, settings.node), taking(number))
        await self._consume([ALIVES], take_system)

    async def _consume(
        self, keys: list[str], take: Callable[[AbstractIncomingMessage], Awaitable[None]]
    ) -> None:
        channel = await self._connection.channel(publisher_confirms=False)
        channel.close_callbacks.add(self._on_close)
        queue = await channel.declare_queue(None, exclusive=True, auto_delete=True, durable=False)
        for key in keys:
            await queue.bind(EXCHANGE, key)
        await queue.consume(take, no_ack=True)

    def _on_close(self, *_: object) -> None:
        self.lost.set()


def _sent(message: AbstractIncomingMessage) -> int | None:
    sent = message.headers.get("timestamp_in_ms")
    return sent if isinstance(sent, int) else None


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise PlatformError(f"PYPLATFORM_UOF_CA_FILE cannot be read: {error}") from error
