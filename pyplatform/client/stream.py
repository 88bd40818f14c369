"""The WebSocket stream as an iterator that outlives its connections."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import suppress
from random import uniform
from types import TracebackType
from typing import Final, Self

import msgspec
import websockets
from websockets.asyncio.client import ClientConnection

from pyplatform.client.errors import NoAnswer, Unreadable
from pyplatform.client.types.stream import Heard, Login, Said, Subscribe, Trouble, Unsubscribe, Welcome

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between attempts to connect again; they double, half of it by chance."""
CONNECT_SECONDS: Final = 10.0
_FINAL: Final = ("unauthenticated", "session_ended")
_heard: "msgspec.json.Decoder[Heard]" = msgspec.json.Decoder(Heard)


class SessionEnded(Exception):  # noqa: N818 - it names what happened
    """The stream is over, because its session is: log in again and open another."""


class Stream:
    """`async with client.stream() as stream: await stream.subscribe(ids); async for message in stream: …`

    Messages are the structs of `client.types.stream`; a market that cannot be followed is told by a `Trouble`. When
    the connection is lost, the next message comes from a new one, which follows the same markets: each comes whole
    again, so what was missed does not matter.
    """

    def __init__(self, url: str, tenant: str, token: Callable[[], str]) -> None:
        scheme, _, rest = url.rstrip("/").partition("://")
        self._address = f"{'wss' if scheme == 'https' else 'ws'}://{rest}/v1/stream"
        self._tenant, self._token = tenant, token
        self._markets: dict[str, None] = {}
        self._connection: ClientConnection | None = None
        self.connections = 0
        """How often it has connected."""

    async def __aenter__(self) -> Self:
        await self._connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._disconnect()

    async def subscribe(self, markets: Iterable[str]) -> None:
        """Follow these markets, over this connection and those that come after it."""
        wanted = list(markets)
        self._markets |= dict.fromkeys(wanted)
        await self._say(Subscribe(markets=wanted))

    async def unsubscribe(self, markets: Iterable[str]) -> None:
        """Follow these markets no more."""
        dropped = list(markets)
        for market_id in dropped:
            self._markets.pop(market_id, None)
        await self._say(Unsubscribe(markets=dropped))

    async def __aiter__(self) -> AsyncIterator[Heard]:
        pause = FIRST_PAUSE
        while True:
            try:
                if self._connection is None:
                    await self._connect()
                yield await self._hear()
                pause = FIRST_PAUSE
            except NoAnswer:
                await self._disconnect()
                await asyncio.sleep(pause * uniform(0.5, 1.0))  # noqa: S311 - to spread clients
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _connect(self) -> None:
        """Connect, log in, follow what was followed; raises NoAnswer if that does not work now."""
        try:
            self._connection = await websockets.connect(self._address, open_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise NoAnswer(f"no stream at {self._address}: {error or type(error).__name__}") from error
        self.connections += 1
        await self._say(Login(tenant=self._tenant, token=self._token()))
        if not isinstance(answer := await self._hear(), Welcome):
            raise NoAnswer(f"the stream answered the login with {answer}")
        if self._markets:
            await self._say(Subscribe(markets=list(self._markets)))

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(websockets.WebSocketException, OSError):
                await connection.close()

    async def _hear(self) -> Heard:
        if self._connection is None:
            raise NoAnswer("the stream is not connected")
        try:
            text = await self._connection.recv()
        except websockets.ConnectionClosed as error:
            raise NoAnswer(f"the stream was closed: {error}") from error
        try:
            message = _heard.decode(text)
        except msgspec.DecodeError as error:
            raise Unreadable(f"the stream said what cannot be read: {error}") from error
        if isinstance(message, Trouble) and message.code in _FINAL:
            raise SessionEnded(f"{message.code}: {message.detail}")
        return message

    async def _say(self, message: Said) -> None:
        """Send a message; one that is lost with its connection is made good by the next one."""
        if self._connection is not None:
            with suppress(websockets.ConnectionClosed):
                await self._connection.send(msgspec.json.encode(message).decode())
