"""A live connection to Sportradar's Unified Odds Feed.

The Rust machine decides which producers are up and when to ask for what was missed; this moves messages. What has come
waits in a bounded backlog, a message counts as processed when the reader comes back for the next, and a reader that
does not keep up loses the backlog, which is a loss like that of the connection: recoveries fetch it again.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, NamedTuple

from pyplatform._core.recovery import Uof, UofAction, UofStanding
from pyplatform.feeds.backlog import Backlog, Work
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.uof_api import Producer, RequestRefused, UofApi
from pyplatform.feeds.uof_broker import Broker
from pyplatform.feeds.uof_messages import BrokenDocument, Envelope, envelope, gets_snapshots
from pyplatform.feeds.uof_progress import Progress
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.time import SteadyClock
from pyplatform.telemetry import get_logger

_MS: Final = 1_000_000
_LONGEST_WAIT_S: Final = 30.0
_SETTLED_MS: Final = 30_000
_log = get_logger("feeds.uof")


class _Waiting(NamedTuple):
    """An item for the reader, and what is to be said of it once it was processed."""

    item: Received | Health
    session: int = 0
    said: Envelope | None = None


class UofFeed:
    """A connector of `pyplatform.feeds.received`; its producers are product numbers in digits.

    `clock` answers nanoseconds since the epoch; `tick_s` is how often the machine is asked what time asks for;
    `first_wait_s` the first wait before connecting again, which doubles up to half a minute.
    """

    def __init__(
        self,
        settings: UofSettings,
        *,
        backlog: Backlog[_Waiting] | None = None,
        clock: Callable[[], int] | None = None,
        tick_s: float = 1.0,
        first_wait_s: float = 0.5,
    ) -> None:
        self._settings = settings
        self.api = UofApi(settings)
        self._backlog: Backlog[_Waiting] = Backlog() if backlog is None else backlog
        self._clock = SteadyClock().now if clock is None else clock
        self._tick_s, self._first_wait_s = tick_s, first_wait_s
        self._progress = Progress(settings.progress_file)
        self._machine: Uof | None = None
        self._producers: dict[int, Producer] = {}
        self._work = Work(self._backlog)
        self.connections = 0
        """Connections made."""
        self.overflows = 0
        """Times the reader did not keep up and the backlog was thrown away."""
        self.delay_ms = 0
        """From the broker's sending of the last message to its arrival here."""

    async def messages(self) -> AsyncIterator[Received | Health]:
        """Yield messages, alives too, and health; raises FeedRefused when only a person can help."""
        self._work.start(self._run())
        try:
            while (waiting := await self._backlog.get()) is not None:
                yield waiting.item
                if waiting.said is not None:
                    self._processed(waiting.session, waiting.said)
        finally:
            await self.close()

    async def close(self) -> None:
        """End `messages` and the connection, and keep how far everything was processed; repeatable."""
        await self._work.end()
        self._keep_points(at_once=True)
        await self.api.close()

    def standing(self, product: int) -> UofStanding | None:
        """What is known of a producer; None before the first connection, or if it is not watched."""
        return None if self._machine is None else self._machine.standing(product)

    async def recover_event(self, product: int, event: str, *, stateful: bool = False) -> int:
        """Ask for the odds of one event, or its settlements, cancellations and rollbacks; answers the request's id.

        Raises Unavailable while the limit of such requests is reached, and PlatformError for an unknown producer.
        """
        if self._machine is None or product not in self._producers:
            raise PlatformError(f"producer {product} is not watched")
        request_id, until = self._machine.recover_event(product, self._now())
        if request_id is None:
            raise Unavailable(f"producer {product} takes no more requests for {until - self._now()} ms")
        try:
            await self.api.recover_event(self._producers[product], request_id, event, stateful=stateful)
        except (RequestRefused, Unavailable) as error:
            self._machine.request_failed(product, request_id, isinstance(error, RequestRefused), self._now())
            raise
        return request_id

    def _now(self) -> int:
        return self._clock() // _MS

    async def _run(self) -> None:
        """Connect, again and again."""
        failures = 0
        while True:
            since = self._now()
            try:
                virtual_host = await self._prepare()
                # Alives come as soon as the queues are there, and are not to be missed.
                self._act(self._recovery().connected(since))
                broker = await Broker.connect(
                    self._settings, virtual_host, self._take_system, self._take_data
                )
            except (Unavailable, RequestRefused, BrokenDocument) as error:
                _log.warning("no connection to the odds feed", error=str(error))
            else:
                self.connections += 1
                await self._stay(broker)
                _log.warning("connection to the odds feed lost")
            if self._machine is not None:
                self._act(self._machine.disconnected(self._now()))
            failures = 1 if self._now() - since >= _SETTLED_MS else failures + 1
            wait = min(self._first_wait_s * 2.0 ** min(failures - 1, 16), _LONGEST_WAIT_S)
            await asyncio.sleep(wait * (0.5 + secrets.randbelow(1_000) / 2_000))

    async def _prepare(self) -> str:
        """Ask who we are, and the first time for the producers; answers the broker's virtual host."""
        bookmaker = await self.api.whoami()
        if self._machine is None:
            known = {producer.product: producer for producer in await self.api.producers()}
            watched = self._settings.products or tuple(known)
            if missing := [product for product in watched if product not in known]:
                raise PlatformError(f"PYPLATFORM_UOF_PRODUCTS: the feed has no active producer {missing[0]}")
            self._producers = {product: known[product] for product in watched}
            self._machine = self._new_machine()
            _log.info("odds feed", bookmaker=bookmaker.id, expires=bookmaker.expires, products=list(watched))
        return bookmaker.virtual_host

    def _new_machine(self) -> Uof:
        sessions = self._settings.sessions
        told = sum(1 << at for at, session in enumerate(sessions) if gets_snapshots(session, sessions))
        resume = self._progress.read()
        producers = [
            (product, producer.window, told, resume.get(product))
            for product, producer in self._producers.items()
        ]
        # Seconds are more than any run before has asked for since.
        return Uof(producers, sessions=len(sessions), first_request_id=self._now() // 1_000)

    def _recovery(self) -> Uof:
        if self._machine is None:
            raise PlatformError("the odds feed is not prepared")
        return self._machine

    async def _stay(self, broker: Broker) -> None:
        """Let time pass until the connection is lost."""
        try:
            while not broker.lost.is_set():
                self._act(self._recovery().tick(self._now()))
                self._keep_points()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._tick_s):
                        await broker.lost.wait()
        finally:
            await broker.close()

    def _take_system(self, xml: bytes) -> None:
        said = envelope(xml)
        if said is not None and said.kind == "alive":
            self._act(self._recovery().alive(said.product, said.timestamp, said.subscribed, self._now()))

    def _take_data(self, session: int, key: str, xml: bytes, sent: int | None) -> None:
        at = self._clock()
        if sent is not None:
            self.delay_ms = at // _MS - sent
        said = envelope(xml)
        if said is not None and said.kind == "product_down":
            self._act(self._recovery().product_down(said.product, at // _MS))
        if not self._backlog.put(_Waiting(Received(at, key, xml), session, said), len(xml)):
            self._overflow()

    def _overflow(self) -> None:
        """The reader does not keep up: what waits is lost to it, and is to be recovered."""
        self.overflows += 1
        thrown = self._backlog.clear()
        _log.error(
            "the reader of the odds feed does not keep up, its backlog is thrown away", messages=thrown
        )
        self._act(self._recovery().disconnected(self._now()))
        self._act(self._recovery().connected(self._now()))

    def _processed(self, session: int, said: Envelope) -> None:
        now = self._now()
        if said.kind == "snapshot_complete" and said.request_id is not None:
            self._act(
                self._recovery().snapshot_complete(
                    said.product, session, said.timestamp, said.request_id, now
                )
            )
        else:
            self._act(self._recovery().processed(said.product, session, said.timestamp, said.request_id, now))

    def _act(self, actions: list[UofAction]) -> None:
        for action in actions:
            match action.kind:
                case "request":
                    self._work.start(self._recover(action))
                case "up" | "down":
                    self._tell(action)
                case "event_done":
                    _log.info("event recovered", product=action.product, request=action.request_id)

    def _tell(self, action: UofAction) -> None:
        _log.info("producer health", product=action.product, up=action.kind == "up", reason=action.reason)
        health = Health(str(action.product), action.kind == "up", action.reason, self._clock())
        # Down must not wait behind messages, and up is only said of what was processed.
        self._backlog.put_urgent(_Waiting(health))

    async def _recover(self, action: UofAction) -> None:
        product, request_id = action.product, action.request_id
        if action.lost:
            _log.error(
                "an outage longer than recoveries reach: what was settled at its start is not sent again",
                product=product,
                lost_ms=action.lost,
            )
        _log.info("recovery asked for", product=product, request=request_id, after=action.after)
        try:
            await self.api.recover(self._producers[product], request_id, action.after)
        except (RequestRefused, Unavailable) as error:
            _log.warning("recovery not taken", product=product, request=request_id, error=str(error))
            refused = isinstance(error, RequestRefused)
            self._act(self._recovery().request_failed(product, request_id, refused, self._now()))

    def _keep_points(self, *, at_once: bool = False) -> None:
        points = {}
        for product in self._producers:
            standing = self.standing(product)
            if standing is not None and standing.recovery_point is not None:
                points[product] = standing.recovery_point
        self._progress.write(points, self._now(), at_once=at_once)
