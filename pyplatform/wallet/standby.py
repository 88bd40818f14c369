"""The hot standby of a shard: it follows what the writer says is durable, and takes over from where it stands.

The writer announces over core NATS how far its journal is durable, at most every 20 ms. A standby reads the batches up
to there from the journal itself, verifies each, and compares the end with the announced hash: bytes that the writer's
process would otherwise send twice. An announcement that is lost is made good by the next, and on a quiet shard by
asking. Nothing beyond what was announced is read: a row may be visible that a failover discards. A standby that has
followed nothing yet begins from the newest snapshot that verifies.
"""

import asyncio
from typing import Final

import msgspec

from pyplatform._core import shard as core
from pyplatform.bus import Bus, Message
from pyplatform.contracts.wallet import ShardState, durable_subject, free_subject, state_subject
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import Gauge, get_logger
from pyplatform.wallet.snapshots import Snapshots
from pyplatform.wallet.store import JournalReader
from pyplatform.wallet.writer import HANDED_OVER, Durable

log = get_logger("wallet.standby")

ANNOUNCE_EVERY: Final = 0.02
"""Seconds between announcements under load."""
QUIET: Final = 1.0
"""Seconds without an announcement after which the holder is asked."""
READ: Final = 5.0
"""Seconds a page of the journal may take."""
INLINE_BYTES: Final = 64 << 10
"""Batches up to this size are folded in a millisecond; more go to a thread: other shards of this process may lead."""


class Announcer:
    """Tells standbys how far the journal is durable, and when the lease is given back."""

    def __init__(self, bus: Bus, shard: str) -> None:
        self._bus = bus
        self._shard = shard
        self._epoch = 0
        self._latest: Durable | None = None
        self._waiting: asyncio.TimerHandle | None = None
        self._sending: set[asyncio.Task[None]] = set()

    def leading(self, epoch: int, durable: Durable) -> None:
        """Say at once who leads, and where."""
        self._epoch, self._latest = epoch, durable
        self._announce()

    def committed(self, durable: Durable, batch: bytes) -> None:
        """Say it soon, once for all that is committed until then."""
        self._latest = durable
        if self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(ANNOUNCE_EVERY, self._announce)

    def demoted(self, reason: str) -> None:
        """Say nothing more; after a hand-over, that the lease is free."""
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None
        self._latest = None
        if reason == HANDED_OVER:
            self._send(free_subject(self._shard), b"")

    async def said(self) -> None:
        """Wait until everything is with NATS."""
        if self._sending:
            await asyncio.wait(self._sending)
        if self._bus.connected:
            await self._bus.flush()

    def _announce(self) -> None:
        self._waiting = None
        if (durable := self._latest) is not None:
            state = ShardState(self._shard, self._epoch, durable.seq, durable.hash, durable.state_hash)
            self._send(durable_subject(self._shard), msgspec.msgpack.encode(state))

    def _send(self, subject: str, payload: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._bus.publish(subject, payload))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


class Standby:
    """Keeps a shard's state warm while another process leads it; who needs it less warm may `rest` (s) in between."""

    def __init__(
        self,
        bus: Bus,
        reader: JournalReader,
        shard: str,
        snapshots: Snapshots | None = None,
        rest: float = 0.0,
    ) -> None:
        self._bus = bus
        self._reader = reader
        self._shard = shard
        self._snapshots = snapshots
        self._rest = rest
        self._replayer = core.Replayer(shard)
        self._folding = asyncio.Lock()
        self._follows = asyncio.Event()
        self._follows.set()
        self._heard: ShardState | None = None
        self._news = asyncio.Event()
        self._free = asyncio.Event()
        self._epoch = 0
        Gauge(f"wallet.{shard}.followed", "entries the standby holds", lambda: self._replayer.seq)

    @property
    def seq(self) -> int:
        """Entries followed."""
        return self._replayer.seq

    def leading(self, epoch: int, durable: Durable) -> None:
        """Follow nobody: the writer of this process leads."""
        self._follows.clear()

    def committed(self, durable: Durable, batch: bytes) -> None:
        """Our own batches are not followed."""

    def demoted(self, reason: str) -> None:
        """Begin to follow again, from nothing: what the writer had is gone."""
        self._follows.set()

    async def warm(self) -> None:
        """If nothing is followed yet, begin from the newest good snapshot, or else from the journal's beginning."""
        if self._snapshots is None or self._replayer.seq:
            return
        async with self._folding:
            if self._replayer.seq or not self._follows.is_set():
                return
            try:
                begun = await self._snapshots.newest()
            except Unavailable as error:
                log.warning("no snapshot to begin from", shard=self._shard, error=str(error))
                return
            if begun is not None:
                log.info("begins from a snapshot", shard=self._shard, seq=begun.seq)
                self._replayer = begun

    async def surrender(self) -> core.Replayer:
        """The state as far as it was followed, for the writer that has the lease now; it is followed no further."""
        self._follows.clear()
        async with self._folding:
            given, self._replayer = self._replayer, core.Replayer(self._shard)
        return given

    def take_back(self, replayer: core.Replayer) -> None:
        """Go on to follow from a state that was surrendered in vain."""
        self._replayer = replayer
        self._follows.set()

    async def freed(self, within: float) -> None:
        """Wait until the holder says that it gave the lease back, or the seconds are over."""
        self._free.clear()
        try:
            async with asyncio.timeout(within):
                await self._free.wait()
        except TimeoutError:
            return

    async def caught_up(self) -> None:
        """Wait until the state is that of the moment, or of a later one, where the holder stood at something."""
        wanted = None
        while wanted is None or self._replayer.seq < wanted.seq:
            wanted = wanted or await self._ask()
            await asyncio.sleep(ANNOUNCE_EVERY)

    async def run(self) -> None:
        """Follow whenever another leads, until cancelled."""
        subscriptions = [
            await self._bus.subscribe(durable_subject(self._shard), self._on_durable),
            await self._bus.subscribe(free_subject(self._shard), self._on_free),
        ]
        try:
            while True:
                await self._follows.wait()
                state = await self._next()
                if state is not None and self._follows.is_set():
                    await self._follow(state)
                    await asyncio.sleep(self._rest)
        finally:
            for subscription in subscriptions:
                await end({asyncio.ensure_future(subscription.unsubscribe())})

    async def _on_durable(self, message: Message) -> None:
        self._heard = msgspec.msgpack.decode(message.data, type=ShardState)
        self._news.set()

    async def _on_free(self, _message: Message) -> None:
        self._free.set()

    async def _next(self) -> ShardState | None:
        """The last announcement, or what the holder answers when there was none for a second."""
        self._news.clear()
        if self._heard is None or self._heard.seq <= self._replayer.seq:
            try:
                async with asyncio.timeout(QUIET if self._heard else 0):
                    await self._news.wait()
            except TimeoutError:
                self._heard = await self._ask()
        return self._heard

    async def _ask(self) -> ShardState | None:
        try:
            answer = await self._bus.request(state_subject(self._shard), b"", QUIET)
        except Unavailable:
            await asyncio.sleep(ANNOUNCE_EVERY)
            return None
        return msgspec.msgpack.decode(answer, type=ShardState)

    async def _follow(self, state: ShardState) -> None:
        """Read up to `state` and no further; start anew when the journal's past is another than what was followed."""
        await self.warm()
        replayer = self._replayer
        if state.seq < replayer.seq and state.epoch > self._epoch:
            return self._forget(f"the holder of epoch {state.epoch} stands at {state.seq}")
        self._epoch = max(self._epoch, state.epoch)
        try:
            while replayer is self._replayer and replayer.seq < state.seq:
                async with asyncio.timeout(READ):
                    page = await self._reader.page(replayer.seq, state.seq)
                if not page:
                    return self._forget(f"the journal holds nothing between there and {state.seq}")
                await self._fold(replayer, [payload for _hi, payload in page])
        except (Unavailable, TimeoutError) as error:
            log.warning("standby waits", shard=self._shard, seq=replayer.seq, error=repr(error))
            await self._reader.close()
            await asyncio.sleep(ANNOUNCE_EVERY)
        except ValueError as error:
            self._forget(str(error))
        else:
            if replayer.seq == state.seq and replayer.hash != state.hash:
                self._forget(f"the holder has another batch up to {state.seq}")
        return None

    async def _fold(self, replayer: core.Replayer, batches: list[bytes]) -> None:
        async with self._folding:
            if replayer is not self._replayer:
                return
            if sum(map(len, batches)) <= INLINE_BYTES:
                replayer.apply(batches)
            else:
                await asyncio.shield(asyncio.to_thread(replayer.apply, batches))

    def _forget(self, reason: str) -> None:
        log.error("standby starts anew", shard=self._shard, seq=self._replayer.seq, reason=reason)
        self._replayer = core.Replayer(self._shard)
        self._heard = None
