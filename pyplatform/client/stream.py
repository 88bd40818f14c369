"""The WebSocket stream as an iterator that outlives its connections."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from random import uniform
from types import TracebackType
from typing import Final, Self

import websockets
from websockets.asyncio.client import ClientConnection
from websockets.sync.client import ClientConnection as SyncConnection
from websockets.sync.client import connect as connect_sync

from pyplatform.client.errors import NoAnswer
from pyplatform.client.followed import PONG, Followed, SessionEnded, login
from pyplatform.client.types.stream import Heard, Ping, TicketFilter, Welcome

FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
"""Seconds between attempts to connect again; they double, half of it by chance."""
CONNECT_SECONDS: Final = 10.0
__all__ = ["SessionEnded", "Stream", "SyncStream"]


def _address(url: str) -> str:
    scheme, _, rest = url.rstrip("/").partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}/v1/stream"


class _Pause:
    """How long to wait before the next attempt to connect."""

    def __init__(self) -> None:
        self._next = FIRST_PAUSE

    def over(self) -> None:
        self._next = FIRST_PAUSE

    def take(self) -> float:
        pause, self._next = self._next, min(2 * self._next, LONGEST_PAUSE)
        return pause * uniform(0.5, 1.0)  # noqa: S311 - to spread clients


class Stream:
    """`async with client.stream() as stream: await stream.subscribe(topics); async for message in stream: …`

    Topics are `market:<id>`, `event:<id>`, `sport:<id>`, `sports`, `my_bets`, and for traders `liability:market:<id>`,
    `liability:event:<id>` and `tickets`. Messages are the structs of `client.types.stream`; a topic that cannot be
    followed is told by a `Trouble`. When the connection is lost, the next message comes from a new one, which goes on
    after the last message of each topic: `Subscribed` says whether it could (`resumed`), or that a snapshot follows.
    """

    def __init__(self, url: str, tenant: str, token: Callable[[], str]) -> None:
        self._address, self._tenant, self._token = _address(url), tenant, token
        self._followed = Followed()
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

    async def subscribe(self, topics: Iterable[str], *, tickets: TicketFilter | None = None) -> None:
        """Follow these topics, over this connection and those that come after it; `tickets` filters that topic."""
        await self._say(self._followed.want(topics, tickets))

    async def unsubscribe(self, topics: Iterable[str]) -> None:
        """Follow these topics no more."""
        await self._say(self._followed.drop(topics))

    async def __aiter__(self) -> AsyncIterator[Heard]:
        pause = _Pause()
        while True:
            try:
                if self._connection is None:
                    await self._connect()
                message = await self._hear()
                pause.over()
                if isinstance(message, Ping):
                    await self._say(PONG)
                else:
                    yield message
            except NoAnswer:
                await self._disconnect()
                await asyncio.sleep(pause.take())

    async def _connect(self) -> None:
        """Connect, log in, follow what was followed; raises NoAnswer if that does not work now."""
        try:
            self._connection = await websockets.connect(self._address, open_timeout=CONNECT_SECONDS)
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise _no_stream(self._address, error) from error
        self.connections += 1
        await self._say(login(self._tenant, self._token()))
        _welcomed(await self._hear())
        if again := self._followed.again():
            await self._say(again)

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(websockets.WebSocketException, OSError):
                await connection.close()

    async def _hear(self) -> Heard:
        if self._connection is None:
            raise NoAnswer("the stream is not connected")
        try:
            return self._followed.take(await self._connection.recv())
        except websockets.ConnectionClosed as error:
            raise NoAnswer(f"the stream was closed: {error}") from error

    async def _say(self, text: str) -> None:
        """Send a message; one that is lost with its connection is made good by the next one."""
        if self._connection is not None:
            with suppress(websockets.ConnectionClosed):
                await self._connection.send(text)


class SyncStream:
    """`Stream` for ordinary code: `with client.stream() as stream: …`, `for message in stream: …`."""

    def __init__(self, url: str, tenant: str, token: Callable[[], str]) -> None:
        self._address, self._tenant, self._token = _address(url), tenant, token
        self._followed = Followed()
        self._connection: SyncConnection | None = None
        self._open = ExitStack()
        self.connections = 0
        """How often it has connected."""

    def __enter__(self) -> Self:
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._disconnect()

    def subscribe(self, topics: Iterable[str], *, tickets: TicketFilter | None = None) -> None:
        """Follow these topics, as `Stream.subscribe`."""
        self._say(self._followed.want(topics, tickets))

    def unsubscribe(self, topics: Iterable[str]) -> None:
        """Follow these topics no more."""
        self._say(self._followed.drop(topics))

    def __iter__(self) -> Iterator[Heard]:
        pause = _Pause()
        while True:
            try:
                if self._connection is None:
                    self._connect()
                message = self._hear()
                pause.over()
                if isinstance(message, Ping):
                    self._say(PONG)
                else:
                    yield message
            except NoAnswer:
                self._disconnect()
                time.sleep(pause.take())

    def _connect(self) -> None:
        try:
            connecting = connect_sync(self._address, open_timeout=CONNECT_SECONDS)
            self._connection = self._open.enter_context(connecting)
        except (OSError, TimeoutError, websockets.WebSocketException) as error:
            raise _no_stream(self._address, error) from error
        self.connections += 1
        self._say(login(self._tenant, self._token()))
        _welcomed(self._hear())
        if again := self._followed.again():
            self._say(again)

    def _disconnect(self) -> None:
        self._connection = None
        with suppress(websockets.WebSocketException, OSError):
            self._open.close()

    def _hear(self) -> Heard:
        if self._connection is None:
            raise NoAnswer("the stream is not connected")
        try:
            return self._followed.take(self._connection.recv())
        except websockets.ConnectionClosed as error:
            raise NoAnswer(f"the stream was closed: {error}") from error

    def _say(self, text: str) -> None:
        if self._connection is not None:
            with suppress(websockets.ConnectionClosed):
                self._connection.send(text)


def _no_stream(address: str, error: Exception) -> NoAnswer:
    return NoAnswer(f"no stream at {address}: {error or type(error).__name__}")


def _welcomed(answer: Heard) -> None:
    if not isinstance(answer, Welcome):
        raise NoAnswer(f"the stream answered the login with {answer}")
