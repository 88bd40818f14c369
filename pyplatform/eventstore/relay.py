"""The outbox of domain events: copies a stream of the event store to JetStream, in order, each event once."""

import asyncio
from contextlib import suppress
from typing import Final

import asyncpg
import msgspec
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from pyplatform.eventstore.events import read
from pyplatform.eventstore.tenants import tenant_transaction
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import Counter, Gauge, get_logger

_BATCH: Final = 200
_POLL_S: Final = 0.5
_RETRY_S: Final = 0.5
_PUBLISH_S: Final = 5.0
_log = get_logger(__name__)


def stream_name(domain: str, tenant: str) -> str:
    """Name of the JetStream stream of a domain's events of one tenant."""
    return f"{domain}_{tenant}".upper().replace("-", "_")


def subject(domain: str, tenant: str, event_type: str) -> str:
    """Subject of one type of events, such as `domain.pam.aurora.player.registered`."""
    return f"domain.{domain}.{tenant}.{event_type}"


class Relay:
    """Publishes what one stream of the event store holds and the JetStream stream does not.

    JetStream itself is the bookmark: publishing resumes after its last message, and each message names the one it
    must follow, so a second relay, a retry or a restart can neither repeat nor skip an event. A stream that was
    wiped is filled again from the beginning; one that tells of events the store does not have is replaced.
    """

    def __init__(self, pool: asyncpg.Pool, js: JetStreamContext, tenant: str, domain: str) -> None:
        self._pool = pool
        self._js = js
        self._tenant = tenant
        self._domain = domain
        self._stream = stream_name(domain, tenant)
        self._wake = asyncio.Event()
        self._after: tuple[int, int] | None = None
        self.position = 0
        """Position of the last event known to be in JetStream."""
        self._published = Counter(f"relay.{domain}.{tenant}.published", "events copied to JetStream")
        Gauge(f"relay.{domain}.{tenant}.position", "last event in JetStream", lambda: self.position)

    def wake(self) -> None:
        """Look for new events now; call it after a commit to spare the wait of half a second at most."""
        self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled; a broken part is reported once and tried again."""
        healthy = True
        while True:
            try:
                while await self.publish_some():
                    pass
                healthy = True
            except (NatsError, asyncpg.PostgresError, Unavailable, OSError) as error:
                self._after = None
                if healthy:
                    _log.warning("relay waits", stream=self._stream, error=f"{type(error).__name__}: {error}")
                healthy = False
                await asyncio.sleep(_RETRY_S)
                continue
            self._wake.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):  # Python 3.11's wait_for may swallow a cancellation
                    await self._wake.wait()

    async def publish_some(self) -> int:
        """Publish up to a batch of events; returns how many, 0 when JetStream has them all."""
        if self._after is None:
            self._after = await self._resume()
        position, last = self._after
        async with tenant_transaction(self._pool, self._tenant) as connection:
            events = await read(connection, self._tenant, self._domain, position, _BATCH)
        if events:
            self._after = None  # until all are acknowledged we do not know where the stream ends
            await self._publish(events, last)
            self._after = (events[-1].position, last + len(events))
            self.position = events[-1].position
            self._published.value += len(events)
        return len(events)

    async def _publish(self, events: list[Envelope], last: int) -> None:
        # Sent in order over one connection without waiting in between; the first refusal makes the rest refused.
        results = await asyncio.gather(
            *(self._publish_one(event, last + n) for n, event in enumerate(events)), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _publish_one(self, event: Envelope, after: int) -> None:
        await self._js.publish(
            subject(self._domain, self._tenant, event.type),
            msgspec.msgpack.encode(event),
            timeout=_PUBLISH_S,
            stream=self._stream,
            # No Nats-Msg-Id: its memory outlives a purge, and would swallow what is published again.
            headers={
                "Nats-Expected-Last-Sequence": str(after),
                "traceparent": event.traceparent,
            },
        )

    async def _resume(self) -> tuple[int, int]:
        """Position and stream sequence of the last event in JetStream, (0, its last sequence) if it is empty."""
        try:
            state = (await self._js.stream_info(self._stream)).state
        except NotFoundError:
            return await self._create()
        if state.messages == 0:
            return 0, state.last_seq
        message = await self._js.get_msg(self._stream, state.last_seq)
        with suppress(msgspec.DecodeError):  # somebody else's message is an event that is not recorded
            told = msgspec.msgpack.decode(message.data or b"", type=Envelope)
            async with tenant_transaction(self._pool, self._tenant) as connection:
                known = await read(connection, self._tenant, self._domain, told.position - 1, 1)
            if known and known[0].id == told.id:
                self.position = told.position
                return told.position, state.last_seq
        _log.error("the stream tells of events that are not recorded; replacing it", stream=self._stream)
        await self._js.delete_stream(self._stream)
        return await self._create()

    async def _create(self) -> tuple[int, int]:
        await self._js.add_stream(
            StreamConfig(name=self._stream, subjects=[subject(self._domain, self._tenant, ">")])
        )
        return 0, 0
