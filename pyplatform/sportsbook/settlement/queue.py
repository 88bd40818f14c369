"""The work queue of settlement in JetStream: items are ranges of bets, at most two of a tenant under way."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, RetentionPolicy, StreamConfig
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from pyplatform.bus import pull
from pyplatform.contracts.sportsbook.settlement import WORK_STREAM, WORK_SUBJECT, WorkItem, work_subject

FRAMES: Final = 2
"""Items of a tenant under way at once, each of which is a frame of the wallet's."""
ACK_S: Final = 15.0
FETCH_S: Final = 1.0

_item = msgspec.msgpack.Decoder(WorkItem)
_encode = msgspec.msgpack.Encoder().encode


def read_item(message: Msg) -> WorkItem:
    """The item of a message; raises msgspec.DecodeError."""
    return _item.decode(message.data)


class WorkQueue:
    """Puts items in and takes them out; whoever holds the lease of settlement is the only one to do so."""

    def __init__(self, js: JetStreamContext) -> None:
        self._js = js

    async def begin(self, tenants: Sequence[str]) -> None:
        """Make sure that the queue is there, and take back what a former process has not finished."""
        await self._create()
        for tenant in tenants:
            with suppress(NotFoundError):
                await self._js.delete_consumer(WORK_STREAM, _consumer(tenant))

    async def _create(self) -> None:
        config = StreamConfig(name=WORK_STREAM, subjects=[WORK_SUBJECT], retention=RetentionPolicy.WORK_QUEUE)
        await self._js.add_stream(config)

    async def put(self, items: Sequence[WorkItem]) -> None:
        """Put items in; a queue that was lost is made anew."""
        for item in items:
            try:
                await self._publish(item)
            except (NoStreamResponseError, NotFoundError):
                await self._create()
                await self._publish(item)

    async def _publish(self, item: WorkItem) -> None:
        await self._js.publish(work_subject(item.tenant), _encode(item), stream=WORK_STREAM)

    async def held(self, tenant: str) -> int:
        """How many items of a tenant wait or are under way; 0 when the queue is lost."""
        try:
            info = await self._js.consumer_info(WORK_STREAM, _consumer(tenant))
        except NotFoundError:
            return 0
        return (info.num_pending or 0) + (info.num_ack_pending or 0)

    @asynccontextmanager
    async def taking(self, tenant: str) -> AsyncIterator["Taker"]:
        """Take a tenant's items for as long as the block lasts."""
        config = ConsumerConfig(
            ack_policy=AckPolicy.EXPLICIT,
            ack_wait=ACK_S,
            max_ack_pending=FRAMES,
            filter_subject=work_subject(tenant),
        )
        subject = work_subject(tenant)
        subscription = await self._js.pull_subscribe(
            subject, durable=_consumer(tenant), stream=WORK_STREAM, config=config
        )
        try:
            yield Taker(subscription)
        finally:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()


class Taker:
    """Takes items one after the other."""

    def __init__(self, subscription: JetStreamContext.PullSubscription) -> None:
        self._subscription = subscription

    async def next(self) -> Msg | None:
        """The next message, None if none came within a second; raises NotFoundError when the queue is lost."""
        return next(iter(await pull(self._subscription, 1, FETCH_S)), None)


def _consumer(tenant: str) -> str:
    return f"settle-{tenant}"


BROKEN: Final = (NatsError, APIError, OSError, TimeoutError)
"""What the queue raises while it cannot be reached or was lost."""
