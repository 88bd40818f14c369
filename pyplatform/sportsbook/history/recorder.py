"""Records every price that is published: from JetStream, in batches, going on where the last recorder stopped."""

import asyncio
from contextlib import suppress
from typing import Final

import msgspec
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, StreamConfig
from nats.js.errors import NotFoundError

from pyplatform.bus import pull
from pyplatform.contracts.sportsbook.history import PRICES_STREAM, PRICES_SUBJECT
from pyplatform.contracts.sportsbook.markets import Prices, price_subject
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.history.store import DAY, PriceWriter
from pyplatform.telemetry import get_logger

BATCH: Final = 1_000
FETCH_S: Final = 1.0
ACK_S: Final = 30.0
KEPT_S: Final = 6 * 3_600
"""How long prices wait to be recorded: so long may the recorder or Postgres be away."""
MOST_BYTES: Final = 2 * 1024**3
RETRY_S: Final = 0.5
SWEEP_S: Final = 3_600.0
MOST_KNOWN: Final = 200_000
"""Markets whose last prices are remembered, so that what is only repeated is not written."""
_decoder: Final = msgspec.msgpack.Decoder(Prices)

log = get_logger("sportsbook.history")


class PriceRecorder:
    """Keeps the prices of one tenant for `days` days; several of them share the work."""

    def __init__(self, js: JetStreamContext, postgres_url: str, tenant: str, days: int) -> None:
        self._js, self._tenant, self._days = js, tenant, days
        self._writer = PriceWriter(postgres_url, tenant)
        self._known: dict[str, Prices] = {}
        self._swept = -SWEEP_S
        self.written = 0

    async def run(self) -> None:
        """Record until cancelled, through every loss of a server, the stream or the consumer."""
        try:
            while True:
                try:
                    await self._follow()
                except (NatsError, OSError, TimeoutError, Unavailable) as error:
                    reason = f"{type(error).__name__}: {error}"
                    log.warning("prices wait to be recorded", tenant=self._tenant, reason=reason)
                    # What was taken and not written comes again.
                    self._known.clear()
                await asyncio.sleep(RETRY_S)
        finally:
            await self._writer.close()

    async def _follow(self) -> None:
        config = StreamConfig(
            name=PRICES_STREAM,
            subjects=[PRICES_SUBJECT],
            max_age=KEPT_S,
            max_bytes=MOST_BYTES,
            discard=DiscardPolicy.OLD,
        )
        await self._js.add_stream(config)
        subject = price_subject(self._tenant, "*")
        subscription = await self._js.pull_subscribe(
            subject,
            durable=f"history-{self._tenant}",
            stream=PRICES_STREAM,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.ALL,
                ack_policy=AckPolicy.EXPLICIT,
                ack_wait=ACK_S,
                max_ack_pending=4 * BATCH,
                filter_subject=subject,
            ),
        )
        try:
            while True:
                await self._sweep()
                await self._record(await pull(subscription, BATCH, FETCH_S))
        except NotFoundError:
            log.warning("the stream of prices was lost, it is made anew", tenant=self._tenant)
        finally:
            with suppress(NatsError, OSError):
                await subscription.unsubscribe()

    async def _record(self, messages: list[Msg]) -> None:
        batch = []
        for message in messages:
            try:
                prices = _decoder.decode(message.data)
            except msgspec.DecodeError as error:
                log.error("prices cannot be read and are left out", subject=message.subject, error=str(error))
                continue
            if self._is_news(prices):
                batch.append(prices)
        if batch:
            self.written += await self._writer.write(batch)
        for message in messages:
            await message.ack()

    def _is_news(self, prices: Prices) -> bool:
        """Whether a price list says something else than the one before, or is an older one that comes late."""
        known = self._known.pop(prices.market_id, None)
        if known is not None and known.version >= prices.version:
            self._known[prices.market_id] = known
            return known.version > prices.version
        if len(self._known) >= MOST_KNOWN:
            del self._known[next(iter(self._known))]
        self._known[prices.market_id] = prices
        return known is None or _said(known) != _said(prices)

    async def _sweep(self) -> None:
        """Let go of what is older than it is to be kept."""
        now = asyncio.get_running_loop().time()
        if now - self._swept < SWEEP_S:
            return
        dropped = await self._writer.drop(now_ns() // 1_000 - self._days * DAY)
        self._swept = now
        if dropped:
            log.info("old prices dropped", days=dropped)


def _said(prices: Prices) -> tuple[object, ...]:
    return prices.status, prices.terms_version, prices.prices
