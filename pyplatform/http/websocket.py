"""A WebSocket as handlers see it."""

from collections.abc import Awaitable, Callable, Collection
from typing import Final, NamedTuple

import msgspec
from granian._granian import RSGIProtocolClosed, RSGIWebsocketProtocol
from granian.rsgi import Scope, WebsocketMessageType

MESSAGE_LIMIT: Final = 64 * 1024
"""Longest message we act on; the server below takes 64 MiB before it gives up, we end the connection."""


class WebSocket:
    """One connection. A send waits for room in a small send buffer, so let only a task of its own send.

    The server sends no close code of ours to the client: say why in a last message.
    """

    def __init__(self, scope: Scope, protocol: RSGIWebsocketProtocol) -> None:
        self.headers, self._protocol = scope.headers, protocol

    async def accept(self) -> None:
        """Complete the handshake."""
        self._transport = await self._protocol.accept()

    async def receive(self) -> str | bytes | None:
        """Next message, or None when the client has gone or sends more than `MESSAGE_LIMIT`."""
        try:
            message = await self._transport.receive()
        except RSGIProtocolClosed:
            return None
        if message.kind == WebsocketMessageType.close or len(message.data) > MESSAGE_LIMIT:
            return None
        return message.data

    def send(self, text: str) -> Awaitable[None]:
        """Send a text message, which is under way at once; awaited, RSGIProtocolClosed when the client has gone.

        To await costs more than to send: who does not must see that the future is `done` before the next one.
        """
        return self._transport.send_str(text)

    def close(self) -> None:
        """End the connection; harmless when it has ended."""
        self._protocol.close(None)


SocketHandler = Callable[[WebSocket], Awaitable[None]]
Messages = Collection[type[msgspec.Struct]]


class Socket(NamedTuple):
    """A WebSocket that was declared: who answers it, and the types of the messages that come and go."""

    handler: SocketHandler
    receives: tuple[type[msgspec.Struct], ...]
    sends: tuple[type[msgspec.Struct], ...]
