"""A live connection to Betfair's Exchange Stream.

The Rust machine decides when to connect, with which clocks to subscribe and when data may be used; this reads and
writes the socket. It is read as fast as it fills and what has come waits in a bounded backlog: a reader that does not
keep up loses the backlog, and the stream is resumed from the last message it took, never read ever later.
"""

import asyncio
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Final, Literal, NamedTuple

import msgspec

from pyplatform._core.recovery import Betfair, BetfairAction
from pyplatform.feeds import betfair_messages as wire
from pyplatform.feeds.backlog import Backlog, Work
from pyplatform.feeds.betfair_session import Sessions, sessions
from pyplatform.feeds.betfair_settings import BetfairSettings
from pyplatform.feeds.lines import Lines, LineTooLong
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.secret import FeedRefused
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.time import SteadyClock
from pyplatform.telemetry import get_logger

PRODUCER: Final = "betfair"
_CHUNK: Final = 1 << 18
_CONNECT_S: Final = 15.0
_JITTER: Final = 1_001
_CONFLATED: Final = b'"con":true'
_log = get_logger("feeds.betfair")

Stream = Literal["market", "order"]
Clocks = tuple[str, str] | None


class _Waiting(NamedTuple):
    """An item for the reader, and where its stream can be resumed once it was taken."""

    item: Received | Health
    stream: str = ""
    resume: Clocks = None


class BetfairStream:
    """A connector of `pyplatform.feeds.received`; its one producer is `betfair`.

    `clock` answers nanoseconds since the epoch; `tick_s` is how often the machine is asked what time asks for.
    """

    def __init__(
        self,
        settings: BetfairSettings,
        *,
        login: Sessions | None = None,
        backlog: Backlog[_Waiting] | None = None,
        clock: Callable[[], int] | None = None,
        tick_s: float = 0.1,
    ) -> None:
        self._settings = settings
        self._sessions = sessions(settings) if login is None else login
        self._tls = _trust(settings.ca_file)
        wanted = settings.subscription
        streams = [name for name, on in (("market", wanted.markets), ("order", wanted.orders)) if on]
        self._machine = Betfair(streams, heartbeat_ms=wanted.heartbeat_ms)
        self._backlog: Backlog[_Waiting] = Backlog() if backlog is None else backlog
        self._clock = SteadyClock().now if clock is None else clock
        self._tick_s = tick_s
        self._taken: dict[str, Clocks] = dict.fromkeys(streams)
        self._work = Work(self._backlog)
        self._writer: asyncio.StreamWriter | None = None
        self._outgoing: asyncio.Queue[BetfairAction] = asyncio.Queue()
        self.connections = 0
        """Connections made."""
        self.overflows = 0
        """Times the reader did not keep up and the backlog was thrown away."""
        self.conflated = 0
        """Messages the exchange says it merged because we read too slowly."""

    async def messages(self) -> AsyncIterator[Received | Health]:
        """Yield change messages, heartbeats too, and health; raises FeedRefused when only a person can help."""
        self._work.start(self._keep_time())
        try:
            while (waiting := await self._backlog.get()) is not None:
                if waiting.stream:
                    self._taken[waiting.stream] = waiting.resume
                yield waiting.item
        finally:
            await self.close()

    async def close(self) -> None:
        """End `messages` and the connection; repeatable."""
        await self._work.end()

    def _now(self) -> int:
        return self._clock() // 1_000_000

    async def _keep_time(self) -> None:
        while True:
            self._act(self._machine.tick(self._now()))
            await asyncio.sleep(self._tick_s)

    def _act(self, actions: list[BetfairAction]) -> None:
        for action in actions:
            match action.kind:
                case "connect":
                    self._work.start(self._connect())
                case "authenticate" | "subscribe":
                    self._outgoing.put_nowait(action)
                case "close":
                    self._hang_up()
                case "up" | "down":
                    self._tell(up=action.kind == "up", reason=action.reason)
                case "refused":
                    self._hang_up()
                    self._backlog.end(FeedRefused(f"Betfair refused the stream: {action.reason}"))

    def _tell(self, *, up: bool, reason: str) -> None:
        _log.info("stream health", up=up, reason=reason)
        self._backlog.put_always(_Waiting(Health(PRODUCER, up, reason, self._clock())))

    def _hang_up(self) -> None:
        if self._writer is not None:
            # What is not sent yet is of no use any more.
            self._writer.transport.abort()

    async def _connect(self) -> None:
        """One connection from its opening to its end."""
        settings = self._settings
        try:
            async with asyncio.timeout(_CONNECT_S):
                reader, writer = await asyncio.open_connection(
                    settings.host, settings.port, ssl=self._tls, limit=_CHUNK
                )
        except (OSError, TimeoutError) as error:
            _log.warning("no connection to the stream", error=type(error).__name__, host=settings.host)
            self._lost()
            return
        self._writer = writer
        self.connections += 1
        self._outgoing = asyncio.Queue()
        self._act(self._machine.connected(self._now()))
        sender = asyncio.get_running_loop().create_task(self._send(writer))
        try:
            await self._read(reader)
        except (OSError, LineTooLong, msgspec.MsgspecError) as error:
            # A line that cannot be read may have held a change: what follows cannot be trusted, so begin again.
            _log.warning("connection to the stream given up", error=type(error).__name__)
        finally:
            self._writer = None
            sender.cancel()
            writer.transport.abort()
            await asyncio.wait({sender})
        failure = None if sender.cancelled() else sender.exception()
        if isinstance(failure, OSError | Unavailable):
            _log.warning("nothing can be sent to the stream", error=str(failure))
        elif failure is not None:
            raise failure
        self._lost()

    def _lost(self) -> None:
        self._act(self._machine.disconnected(secrets.randbelow(_JITTER), self._now()))

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        """Send what the machine asks for; ends the connection if it cannot."""
        settings = self._settings
        try:
            while True:
                action = await self._outgoing.get()
                if action.kind == "authenticate":
                    session = await self._sessions.get(renew=action.renew)
                    writer.write(wire.authentication(action, settings.app_key, session))
                else:
                    writer.write(wire.subscription(action, settings.subscription))
                await writer.drain()
        except (OSError, Unavailable, FeedRefused):
            writer.transport.abort()
            raise

    async def _read(self, reader: asyncio.StreamReader) -> None:
        lines = Lines()
        while chunk := await reader.read(_CHUNK):
            at = self._clock()
            for line in lines.feed(chunk):
                if not self._take(line, at):
                    return

    def _take(self, line: bytes, at: int) -> bool:
        """One line; False if the connection is to be given up."""
        message = wire.envelope(line)
        stream = wire.STREAMS.get(message.op)
        if stream is None:
            self._answer(message)
            return True
        ours, actions = self._machine.change(
            stream,
            at // 1_000_000,
            id=message.id,
            ct=message.ct,
            segment_type=message.segment_type,
            initial_clk=wire.text(message.initial_clk),
            clk=wire.text(message.clk),
            status=message.status,
            heartbeat_ms=message.heartbeat_ms,
        )
        if not ours:
            return True
        self._act([action for action in actions if action.kind == "down"])
        self.conflated += _CONFLATED in line
        waiting = _Waiting(Received(at, "", line), stream, self._machine.resume(stream))
        if not self._backlog.put(waiting, len(line)):
            self._overflow()
            return False
        # Up is said behind the message that made it so, down before it.
        self._act([action for action in actions if action.kind != "down"])
        return True

    def _answer(self, message: wire.Envelope) -> None:
        now = self._now()
        if message.op == "connection":
            self._act(self._machine.greeted(now))
        elif message.op == "status" and message.status_code == "SUCCESS" and message.id is not None:
            self._act(self._machine.accepted(message.id, now))
        elif message.op == "status" and message.status_code == "FAILURE":
            _log.warning(
                "the stream refused a request",
                error=message.error_code,
                detail=self._hide(message.error_message),
            )
            self._act(self._machine.rejected(message.id, message.error_code or "", now))

    def _hide(self, text: str | None) -> str:
        text = self._settings.app_key.hide_in(text or "")
        return self._settings.session.hide_in(text) if self._settings.session is not None else text

    def _overflow(self) -> None:
        """The reader does not keep up: go on later from what it took last."""
        self.overflows += 1
        thrown = self._backlog.clear()
        _log.error("the reader of the stream does not keep up, its backlog is thrown away", messages=thrown)
        for stream, resume in self._taken.items():
            self._machine.rewind(stream, resume)
        # What was thrown away may have held word of it.
        self._tell(up=False, reason="overflow")


def _trust(ca_file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except OSError as error:
        raise PlatformError(f"PYPLATFORM_BETFAIR_CA_FILE cannot be read: {error}") from error
