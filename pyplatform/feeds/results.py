"""Results on their way to JetStream: each acknowledged before it is forgotten, none twice in a row.

The stream itself is the bookmark. Before the first result of a market is sent, its last one in the stream is read: the
same again is not sent, and the id by which JetStream drops repeats names the place of the one before, so that a result
that comes back after it was taken back, however often, is another message. A stream that was lost is filled again with
all that is known.
"""

import asyncio
from collections.abc import Awaitable, Callable
from hashlib import blake2b
from typing import Final

import msgspec
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from pyplatform.bus import Bus
from pyplatform.contracts.feeds import RESULTS_STREAM, RESULTS_SUBJECT, Update, result_subject
from pyplatform.telemetry import Counter, get_logger

KEPT_S: Final = 30 * 24 * 3600.0
"""Results are kept in the stream for so long; their consumers record them at once."""
REPEATS_S: Final = 3600.0
"""Time within which JetStream itself drops a repeated message."""
_RETRY_S: Final = 0.25
_PUBLISH_S: Final = 5.0

log = get_logger("feeds.results")


class ResultPublisher:
    """Publishes results in the order they came, for as long as it takes."""

    def __init__(self, bus: Bus, feed: str) -> None:
        self._bus = bus
        self._feed = feed
        self._queue: asyncio.Queue[Update] = asyncio.Queue()
        self._known: dict[str, Update] = {}
        self._last: dict[str, tuple[int, bytes]] = {}
        """The newest message of a market in the stream: its place there, and the digest of its content."""
        self.sent = Counter("feed.results", "results acknowledged by JetStream")
        self._under_way = 0

    @property
    def unsent(self) -> int:
        """Results that JetStream has not acknowledged."""
        return self._queue.qsize() + self._under_way

    def put(self, update: Update) -> None:
        """Queue a result."""
        self._queue.put_nowait(update)

    async def run(self) -> None:
        """Publish until cancelled."""
        await self._until_done(self._ensure_stream)
        while True:
            update = await self._queue.get()
            self._under_way = 1
            await self._until_done(lambda update=update: self._publish(update))  # type: ignore[misc]
            self._under_way = 0
            self._known[update.market] = update
            self._queue.task_done()

    def forget(self, market: str) -> None:
        """Forget a market that the feed has dropped."""
        self._known.pop(market, None)
        self._last.pop(market, None)

    async def flushed(self) -> None:
        """Wait until everything queued is acknowledged."""
        await self._queue.join()

    async def _until_done(self, step: Callable[[], Awaitable[None]]) -> None:
        told = False
        while True:
            try:
                return await step()
            except NoStreamResponseError:
                log.warning("the stream of results is gone; it is made anew and filled with what is known")
                await self._until_done(self._refill)
            except (NatsError, OSError, TimeoutError) as error:
                if not told:
                    log.warning("results wait for JetStream", error=f"{type(error).__name__}: {error}")
                told = True
            await asyncio.sleep(_RETRY_S)

    async def _publish(self, update: Update) -> None:
        content = _digest(msgspec.msgpack.encode(update.body))
        if update.market not in self._last:
            self._last[update.market] = await self._newest(update.market)
        place, before = self._last[update.market]
        if before != content:
            await self._send(update, place, content)

    async def _send(self, update: Update, place: int, content: bytes) -> None:
        """Publish what follows the message of the market at `place` (0: nothing)."""
        message_id = _digest(update.market.encode(), place.to_bytes(8), content)
        told = await self._bus.js.publish(
            result_subject(self._feed, update.market),
            msgspec.msgpack.encode(update),
            timeout=_PUBLISH_S,
            headers={"Nats-Msg-Id": message_id.hex()},
        )
        self._last[update.market] = told.seq, content
        self.sent.value += 1

    async def _newest(self, market: str) -> tuple[int, bytes]:
        try:
            message = await self._bus.js.get_last_msg(RESULTS_STREAM, result_subject(self._feed, market))
            told = msgspec.msgpack.decode(message.data or b"", type=Update)
        except (NotFoundError, msgspec.DecodeError):
            return 0, b""
        content = _digest(msgspec.msgpack.encode(told.body)) if told.market == market else b""
        return message.seq or 0, content

    async def _ensure_stream(self) -> None:
        config = StreamConfig(
            name=RESULTS_STREAM,
            subjects=[RESULTS_SUBJECT],
            max_age=KEPT_S,
            duplicate_window=REPEATS_S,
        )
        try:
            await self._bus.js.stream_info(RESULTS_STREAM)
        except NotFoundError:
            try:
                await self._bus.js.add_stream(config)
            except APIError:  # another feed was first
                await self._bus.js.stream_info(RESULTS_STREAM)

    async def _refill(self) -> None:
        await self._ensure_stream()
        self._last.clear()
        for update in self._known.values():
            await self._send(update, 0, _digest(msgspec.msgpack.encode(update.body)))


def _digest(*parts: bytes) -> bytes:
    return blake2b(b"\0".join(parts), digest_size=16).digest()
