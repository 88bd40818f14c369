"""The executor of one shard's machine: it does what the machine asks for and reports how that ended.

Every decision is the machine's (`rust_core/shard`); this loop only moves bytes between it, Postgres and callers.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

import msgspec

from pyplatform._core import shard as core
from pyplatform.eventstore.lease import LeaseKeeper, Taken, Unclear
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Replication
from pyplatform.kernel.time import SteadyClock
from pyplatform.telemetry import get_logger
from pyplatform.wallet.oldkeys import OldKeys
from pyplatform.wallet.store import PAGE, Journal, JournalReader

log = get_logger("wallet.writer")

LEASE_RETRY: Final = 0.25
"""Seconds between attempts to take a lease another holds."""
TICK_EVERY: Final = 0.1
"""Seconds between looks at bets whose delay may have run out."""

HANDED_OVER: Final = "handed over"
"""Why a writer no longer leads that gave its lease back."""

Replier = Callable[[bytes], None]


class Durable(msgspec.Struct, frozen=True):
    """The last durable batch of a shard."""

    seq: int
    hash: bytes
    state_hash: bytes


class Listener(Protocol):
    """Who wants to know how a shard's writer stands."""

    def leading(self, epoch: int, durable: Durable) -> None:
        """The writer leads under `epoch`; the journal ends at `durable`."""

    def committed(self, durable: Durable, batch: bytes) -> None:
        """One more batch is durable."""

    def demoted(self, reason: str) -> None:
        """The writer no longer leads."""


class Follower(Protocol):
    """Who follows a shard while another leads it."""

    async def warm(self) -> None:
        """Begin from a snapshot, if nothing is followed yet: better before a lease runs than under it."""

    async def surrender(self) -> core.Replayer:
        """The state as far as it was followed; it is followed no further."""

    def take_back(self, replayer: core.Replayer) -> None:
        """Go on to follow from a state that was surrendered in vain."""

    async def freed(self, within: float) -> None:
        """Wait until the lease was given back, or the seconds are over."""


class Memory(Protocol):
    """Who knows of acknowledged batches besides the journal."""

    async def check(self, record: Journal) -> None:
        """Raise PlatformError when the journal lacks one of them."""


class Writer:
    """Leads one shard while it holds the lease; goes on from what its `standby`, if any, has followed.

    Before it leads, the `witness`, if any, is asked whether the journal is whole.
    """

    def __init__(
        self,
        postgres_url: str,
        shard: str,
        keeper: LeaseKeeper,
        *,
        replication: Replication = "server",
        standby: Follower | None = None,
        witness: Memory | None = None,
    ) -> None:
        self.shard = shard
        self.machine = core.Shard(shard)
        self._keeper = keeper
        self._standby = standby
        self._witness = witness
        self._promised = Durable(0, b"", b"")
        self._journal = Journal(postgres_url, shard, replication)
        self._past = JournalReader(postgres_url, shard)
        self._recalls = asyncio.Lock()
        self._old_keys = OldKeys(postgres_url, shard)
        self._listeners: list[Listener] = []
        self._repliers: dict[int, Replier] = {}
        self._next_ticket = 0
        self._scheduled = False
        self._lease: Taken | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._renewal: asyncio.Task[None] | None = None
        self._in_flight: tuple[int, bytes] | None = None
        self._clock = SteadyClock()
        self._loop = asyncio.get_running_loop()
        self._finished: asyncio.Future[None] = self._loop.create_future()
        self._do: dict[int, Callable[..., None]] = {
            core.TAKE_LEASE: self._take_lease,
            core.READ: self._read,
            core.APPEND: self._append,
            core.REPLY: self._reply,
            core.ANNOUNCE: self._announce,
            core.DEMOTED: self._demoted,
            core.RELEASE: self._release,
            core.HALT: self._halt,
            core.RECALL: self._recall,
            core.LOOK: self._look,
        }

    def listen(self, listener: Listener) -> None:
        """Tell `listener` from now on."""
        self._listeners.append(listener)

    def enqueue(self, frame: bytes, reply: Replier) -> None:
        """Take in a frame of commands; `reply` gets the answer frame once, when it is durable."""
        ticket = self._next_ticket
        self._next_ticket += 1
        self._repliers[ticket] = reply
        self.machine.enqueue(ticket, frame)
        self._wake()

    async def submit(self, frame: bytes) -> bytes:
        """The same as a call: the answer frame of `frame`."""
        answer: asyncio.Future[bytes] = self._loop.create_future()

        def deliver(frame: bytes) -> None:
            if not answer.done():
                answer.set_result(frame)

        self.enqueue(frame, deliver)
        return await answer

    async def run(self, stop: asyncio.Event) -> None:
        """Lead whenever the lease can be had, until `stop`; then hand over cleanly.

        Raises PlatformError when an invariant broke: the process must end, nothing may limp on.
        """
        self._wake()
        ticking = self._spawn(self._tick())
        stopping = asyncio.ensure_future(stop.wait())
        either: set[asyncio.Future[Any]] = {stopping, self._finished}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not self._finished.done():
                self.machine.resign()
                self._wake()
                await asyncio.wait({self._finished}, timeout=5)
            if self._finished.done():
                self._finished.result()
        finally:
            stopping.cancel()
            ticking.cancel()
            await self._close()

    async def _close(self) -> None:
        self._journal.close()
        await self._past.close()
        await self._old_keys.close()
        for task in (*self._tasks, *([self._renewal] if self._renewal else [])):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        if not self._finished.done():
            self._finished.set_exception(error)

    def _wake(self) -> None:
        """Poll the machine once this turn of the loop has brought in all it has."""
        if not self._scheduled:
            self._scheduled = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._scheduled = False
        try:
            for kind, *details in self.machine.poll(self._clock.now()):
                self._do[kind](*details)
        except Exception as error:  # noqa: BLE001 - whatever broke, this writer must not go on
            self._fail(error)
            return
        # An append started above gets on the wire before the next batch is filled.
        if self.machine.ready:
            self._wake()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_EVERY)
            self._wake()

    def _take_lease(self) -> None:
        self._spawn(self._taking())

    async def _taking(self) -> None:
        try:
            if self._standby is not None:
                await self._standby.warm()
            taken = await self._keeper.take(self.shard)
            if taken is not None:
                await self._open(taken.epoch)
        except (Unclear, Unavailable) as error:
            log.warning("lease not taken", shard=self.shard, error=str(error))
            await asyncio.sleep(LEASE_RETRY)
            self.machine.lease_unclear()
        else:
            if taken is None:
                await self._until_free()
                self.machine.lease_busy()
            else:
                self._lease = taken
                self._clock = SteadyClock()
                self._renewal = self._loop.create_task(self._keeper.keep(taken, self._lost))
                self._renewal.add_done_callback(self._ended)
                self.machine.lease_taken(taken.epoch)
        self._wake()

    async def _until_free(self) -> None:
        if self._standby is None:
            await asyncio.sleep(LEASE_RETRY)
        else:
            await self._standby.freed(LEASE_RETRY)

    async def _open(self, epoch: int) -> None:
        await self._journal.open()
        if not await self._journal.is_led_under(epoch):
            raise Unavailable(f"another Postgres answers than the one that gave us epoch {epoch}")
        if self._witness is not None:
            await self._witness.check(self._journal)
        if self._standby is not None and self.machine.standing == core.STANDBY:
            await self._adopt(self._standby)

    async def _adopt(self, standby: Follower) -> None:
        """Hand the machine what was followed, if the journal holds it and all that this writer ever announced."""
        followed = await standby.surrender()
        try:
            for seq, digest in ((self._promised.seq, self._promised.hash), (followed.seq, followed.hash)):
                if not await self._journal.holds(seq, digest):
                    raise PlatformError(
                        f"the journal of {self.shard} does not hold what was acknowledged up to {seq}: a failover "
                        "has lost it. Bring back the server that has it before anybody leads"
                    )
        except Unavailable:
            standby.take_back(followed)
            raise
        if followed.seq:
            self.machine.adopt(followed)

    def _lost(self) -> None:
        if self._lease is not None:
            self.machine.lease_lost(self._lease.epoch)
            self._wake()

    def _read(self, after: int) -> None:
        self._spawn(self._reading(self.machine.epoch, after))

    async def _reading(self, epoch: int, after: int) -> None:
        try:
            rows = await self._journal.read(after)
        except Unavailable as error:
            log.warning("journal not readable", shard=self.shard, error=str(error))
            self.machine.lease_lost(epoch)
        else:
            self.machine.rows(epoch, rows, len(rows) < PAGE)
        self._wake()

    def _recall(self, number: int, seqs: list[int]) -> None:
        self._spawn(self._recalling(self.machine.epoch, number, seqs))

    async def _recalling(self, epoch: int, number: int, seqs: list[int]) -> None:
        """Read the batches of old entries beside the appends, again and again for as long as this leadership lasts."""
        while self.machine.epoch == epoch and self.machine.standing == core.LEADING:
            try:
                async with self._recalls:
                    batches = await self._past.holding(epoch, seqs)
            except Unavailable as error:
                log.warning("past not readable", shard=self.shard, error=str(error))
                await asyncio.sleep(LEASE_RETRY)
            else:
                self.machine.recalled(epoch, number, batches)
                return self._wake()
        return None

    def _look(self, number: int, keys: list[int], until: int) -> None:
        self._spawn(self._looking(self.machine.epoch, number, keys, until))

    async def _looking(self, epoch: int, number: int, keys: list[int], until: int) -> None:
        """Look old keys up, as entries are recalled."""
        while self.machine.epoch == epoch and self.machine.standing == core.LEADING:
            try:
                found = await self._old_keys.look(epoch, keys, until)
            except Unavailable as error:
                log.warning("old keys not readable", shard=self.shard, error=str(error))
                await asyncio.sleep(LEASE_RETRY)
            else:
                self.machine.looked(epoch, number, found)
                return self._wake()
        return None

    def _append(self, epoch: int, lo: int, hi: int, prev: bytes, digest: bytes, batch: bytes) -> None:
        self._in_flight = (hi, batch)
        self._spawn(self._appending(epoch, lo, hi, prev, digest, batch))

    async def _appending(
        self, epoch: int, lo: int, hi: int, prev: bytes, digest: bytes, batch: bytes
    ) -> None:
        outcome = await self._journal.append(epoch, lo, hi, prev, digest, batch)
        self.machine.append_result(epoch, hi, outcome)
        self._wake()

    def _reply(self, ticket: int, frame: bytes) -> None:
        self._repliers.pop(ticket)(frame)

    def _announce(self, seq: int, digest: bytes, state_hash: bytes) -> None:
        durable = self._promised = Durable(seq, digest, state_hash)
        in_flight, self._in_flight = self._in_flight, None
        for listener in self._listeners:
            if in_flight is not None and in_flight[0] == seq:
                listener.committed(durable, in_flight[1])
            else:
                listener.leading(self.machine.epoch, durable)
        if in_flight is None:
            log.info("leading", shard=self.shard, epoch=self.machine.epoch, seq=seq)

    def _demoted(self, reason: str) -> None:
        log.warning("demoted", shard=self.shard, epoch=self.machine.epoch, reason=reason)
        self._in_flight = None
        self._stop_renewal()
        for listener in self._listeners:
            listener.demoted(reason)

    def _stop_renewal(self) -> None:
        if self._renewal is not None and self._renewal is not asyncio.current_task():
            self._renewal.cancel()
        self._renewal = None

    def _release(self, _epoch: int) -> None:
        self._stop_renewal()
        self._spawn(self._releasing())

    async def _releasing(self) -> None:
        if self._lease is not None:
            await self._keeper.release(self._lease)
        for listener in self._listeners:
            listener.demoted(HANDED_OVER)
        if not self._finished.done():
            self._finished.set_result(None)

    def _halt(self, reason: str) -> None:
        log.critical("halted", shard=self.shard, reason=reason)
        self._fail(PlatformError(f"the writer of {self.shard} stopped: {reason}"))
