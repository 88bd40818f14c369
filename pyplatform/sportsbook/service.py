"""The trading process: feed in, prices out, bets decided, results settled; it holds the lease of its events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import asyncpg
import msgspec

from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.bus import frames as bus_frames
from pyplatform.contracts import sportsbook as contract
from pyplatform.contracts.wallet import LedgerReader, WalletPort
from pyplatform.eventstore.lease import LeaseKeeper, Taken, owner_id
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.delays import Delays
from pyplatform.sportsbook.openbets import OpenBets
from pyplatform.sportsbook.placement import DECISION_LIFETIME, SECOND, Placement
from pyplatform.sportsbook.recovery import Recovery
from pyplatform.sportsbook.reporting import Reporter
from pyplatform.sportsbook.resolution import Resolution
from pyplatform.sportsbook.settlement import Settlement
from pyplatform.sportsbook.store import ResolutionStore
from pyplatform.sportsbook.trading import Trading
from pyplatform.telemetry import get_logger

OWNER: Final = "trading"
LEASE: Final = "event:trading"
REFRESH_S: Final = 5.0
TICK_S: Final = 1.0

log = get_logger("sportsbook.service")

Feed = AsyncIterator[tuple[float, bytes]]
"""(progress 0-1, line) pairs."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the composition root hands to the trading process."""

    bus: Bus
    wallet: WalletPort
    reader: Callable[[str], LedgerReader]
    pool: asyncpg.Pool


class EventOwner:
    """All events of this process: the only place that decides on bets on them."""

    def __init__(self, ports: Ports, tenants: list[Tenant], limit: int) -> None:
        self._ports = ports
        self._slugs = [tenant.slug for tenant in tenants]
        self._store = ResolutionStore(ports.pool)
        self.bets = OpenBets()
        self.trading = Trading(tenants, OWNER)
        self.settlement = Settlement(self._slugs, self.bets, ports.wallet, self._store.record)
        self.delays = Delays(self.trading.markets, self.bets, ports.wallet, self.settlement)
        self.placement = Placement(
            self.trading.markets, self.bets, ports.wallet, self.settlement, self.delays, limit
        )
        self.reporter = Reporter(self.trading, self.bets, self.placement, self.settlement)
        self._recovery = Recovery(self._slugs, ports.reader, self.bets)
        self._requests = msgspec.msgpack.Decoder(contract.PlaceBet)
        self._results: asyncio.Queue[Resolution] = asyncio.Queue()

    async def recover(self) -> None:
        """Rebuild open bets from the journal and take over the results on record."""
        await self._recovery.catch_up()
        for tenant in self._slugs:
            for resolution in await self._store.newest(tenant):
                self.settlement.known(resolution)

    async def serve(self, epoch: int) -> None:
        """Answer bets, decisions and the question who we are."""
        bus = self._ports.bus
        await bus.serve(contract.command_subject(OWNER, epoch), self._on_frame)
        await bus.serve(contract.decision_subject(OWNER, epoch), self._on_await, in_flight=4096)

        async def located(_: bytes) -> bytes:
            return str(epoch).encode()

        await bus.serve(contract.locate_subject(OWNER), located)

    async def _on_frame(self, frame: bytes) -> bytes:
        kind, items = bus_frames.decode(frame)
        answers = await asyncio.gather(*(self.placement.place(self._requests.decode(item)) for item in items))
        return bus_frames.encode(kind, [msgspec.msgpack.encode(answer) for answer in answers])

    async def _on_await(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=contract.AwaitDecision)
        return msgspec.msgpack.encode(await self.delays.decision(ids.parse(asked.bet_id)))

    async def run_feed(self, feed: Feed) -> None:
        """Play the feed: publish what moves, queue what must be settled."""
        async for progress, line in feed:
            received = now_ns()
            changes = self.trading.feed(line)
            for market in changes.defined:
                self.bets.places(market.market_id, market.places)
            for subject, payload in changes.messages:
                await self._ports.bus.publish(subject, payload)
            self.reporter.line_done(progress, received, len(changes.messages))
            for resolution in changes.resolutions:
                self._results.put_nowait(resolution)
        self.trading.end_of_feed()
        log.info("feed ended", lines=self.trading.lines, errors=self.trading.errors)

    async def run_settlement(self) -> None:
        """Settle results in the order they came, and first what a former owner left undone."""
        for market_id in self.settlement.resolved:
            await self.settlement.settle_open(market_id)
        while True:
            await self.settlement.resolve(await self._results.get())

    async def run_upkeep(self) -> None:
        """Let overdue pending bets be rejected, and publish everything anew for those who came late."""
        last_refresh = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_S)
            await self._reject_overdue()
            if loop.time() - last_refresh >= REFRESH_S:
                last_refresh = loop.time()
                for subject, payload in self.trading.everything():
                    await self._ports.bus.publish(subject, payload)

    async def _reject_overdue(self) -> None:
        now = now_ns()
        overdue = self.bets.overdue(now)
        for tenant in {bet.tenant for bet in overdue}:
            context = codec.Context(tenant, 0, bytes(16), SOURCE_SPORTSBOOK, ids.uuid7(), "")
            try:
                reply = await self._ports.wallet.submit(tenant, codec.tick(context, now))
            except Unavailable:
                continue
            if reply.status == codec.ACCEPTED:
                for bet in overdue:
                    if bet.tenant == tenant:
                        self.bets.release(bet.bet_id)

    async def run_reports(self) -> None:
        """Report twice a second."""
        while True:
            await asyncio.sleep(0.5)
            stats = msgspec.msgpack.encode(self.reporter.stats())
            await self._ports.bus.publish(contract.STATS_SUBJECT, stats)

    async def follow_journal(self) -> None:
        """Count bets whose command the former owner had already sent."""
        await self._recovery.follow(2 * DECISION_LIFETIME / SECOND)


async def run_trading(
    ports: Ports,
    tenants: list[Tenant],
    postgres_url: str,
    feed: Feed | None,
    stop: asyncio.Event,
    ready: Callable[[], None],
    limit: int,
) -> None:
    """Take the lease, recover, serve until `stop`; `feed` is played once, if there is one."""
    keeper = LeaseKeeper(postgres_url, owner_id())
    lease = await _take(keeper, stop)
    if lease is None:
        return
    owner = EventOwner(ports, tenants, limit)
    try:
        await owner.recover()
        await owner.serve(lease.epoch)
        ready()
        async with asyncio.TaskGroup() as group:
            background = [
                group.create_task(work)
                for work in (
                    keeper.keep(lease, _lost),
                    owner.run_settlement(),
                    owner.run_upkeep(),
                    owner.run_reports(),
                    owner.follow_journal(),
                    *([owner.run_feed(feed)] if feed is not None else []),
                )
            ]
            await stop.wait()
            for task in background:
                task.cancel()
    finally:
        await keeper.release(lease)
        await keeper.close()


async def held_back(feed: Feed, bus: Bus) -> Feed:
    """Keep a feed back until somebody asks for it on `start_subject`."""
    started = asyncio.Event()

    async def start(_: bytes) -> bytes:
        started.set()
        return b""

    await bus.serve(contract.start_subject(OWNER), start)

    async def later() -> Feed:
        await started.wait()
        async for item in feed:
            yield item

    return later()


async def _take(keeper: LeaseKeeper, stop: asyncio.Event) -> Taken | None:
    while not stop.is_set():
        if (lease := await keeper.take(LEASE)) is not None:
            return lease
        await asyncio.sleep(0.25)
    return None


def _lost() -> None:
    raise PlatformError("the lease of the events was lost: another trading process leads now")
