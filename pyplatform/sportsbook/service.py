"""The trading process: feeds in, prices out, bets decided, results settled; it holds the lease of its events."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import msgspec

from pyplatform.bus import Bus
from pyplatform.bus import frames as bus_frames
from pyplatform.contracts.feeds import Result, Update
from pyplatform.contracts.sportsbook.bets import (
    AwaitDecision,
    BetAnswer,
    PlaceBet,
    QuoteBet,
    command_subject,
    decision_subject,
    locate_subject,
    quote_subject,
)
from pyplatform.contracts.sportsbook.desk import STATS_SUBJECT
from pyplatform.contracts.sportsbook.markets import REFRESH_S
from pyplatform.contracts.wallet import LedgerReader, WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.exposures import Exposures
from pyplatform.sportsbook.desk.questions import Position
from pyplatform.sportsbook.desk.reporting import Reporter
from pyplatform.sportsbook.desk.service import TradingDesk
from pyplatform.sportsbook.leading import leading, until_stop
from pyplatform.sportsbook.markets.listener import FeedListener, ResultFollower
from pyplatform.sportsbook.markets.same_game import SameGame
from pyplatform.sportsbook.markets.sources import Sources
from pyplatform.sportsbook.markets.trading import Changes, Trading
from pyplatform.sportsbook.placement.answers import unavailable
from pyplatform.sportsbook.placement.attempts import PENDING_GRACE, SECOND
from pyplatform.sportsbook.placement.decisions import Decisions
from pyplatform.sportsbook.placement.delays import Delays
from pyplatform.sportsbook.placement.generations import Generations
from pyplatform.sportsbook.placement.judging import Judge
from pyplatform.sportsbook.placement.placement import Placement
from pyplatform.sportsbook.placement.recovery import Recovery
from pyplatform.sportsbook.placement.referrals import Referrals
from pyplatform.sportsbook.placement.reserving import Held, Owners, Recheck
from pyplatform.sportsbook.placement.watched import WatchedBets
from pyplatform.sportsbook.settlement.record import SettlementRecord
from pyplatform.telemetry import get_logger

OWNER: Final = "trading"
LEASE: Final = "event:"
TICK_S: Final = 1.0
CLOSED_KEPT: Final = 24 * 3600 * SECOND
"""How long (ns) a closed market is still shown; feeds run for months."""
TURN: Final = 8
"""Markets published anew before others have their turn."""

log = get_logger("sportsbook.service")


@dataclass(frozen=True, slots=True)
class Ports:
    """What the composition root hands to the trading process."""

    bus: Bus
    wallet: WalletPort
    reader: Callable[[str], LedgerReader]
    pool: asyncpg.Pool


class EventOwner:
    """All events of this process: the only place that decides on bets on them."""

    def __init__(
        self,
        ports: Ports,
        tenants: list[Tenant],
        limit: int,
        name: str = OWNER,
        names: Sequence[str] = (OWNER,),
    ) -> None:
        self._ports = ports
        self.name = name
        self._slugs = [tenant.slug for tenant in tenants]
        self._record = SettlementRecord(ports.pool)
        self.owners = Owners(ports.bus, name, names)
        self.bets = WatchedBets(self.owners.mine)
        self.sources = Sources()
        self.trading = Trading(tenants, name, self.sources.is_up, limit=limit)
        self.bets.offered = self.trading.before_start
        self.trading.selling.liability = self._made_if_won
        judge = Judge(self.trading.markets, self.bets, self.trading.terms_of)
        judge.joint_price = SameGame(self.trading.markets, self.trading.desks).price
        judge.factor_of = lambda tenant, player: self.trading.desks[tenant].factor_e4(player)
        self.decisions = Decisions()
        recheck = Recheck(self.owners, judge)
        self.delays = Delays(recheck, self.bets, ports.wallet, self.decisions)
        self.referrals = Referrals(recheck, self.bets, self.delays, self.decisions)
        self.placement = Placement(judge, self.owners, self.bets, ports.wallet, self.delays, self.referrals)
        self.held = Held(self.owners, judge, self.bets)
        self._recovery = Recovery(self._slugs, ports.reader, ports.wallet, self.bets)
        self.reporter = Reporter(self.trading, self.sources, self.bets, self.placement, self._recovery)
        self._exposures = Exposures(ports.bus, self.trading, self.bets)
        self.desk = TradingDesk(ports.bus, ports.pool, self.trading, self._position, self._tell)
        self.referrals.register(self.desk.desk)
        self._listener = FeedListener(ports.bus, self.trading, self.sources, self.publish, self.owners.takes)
        self._requests = msgspec.msgpack.Decoder(PlaceBet)
        self._holds: Callable[[], bool] = lambda: False

    async def recover(self) -> None:
        """Rebuild open bets from the journal, the desk from its events, and take over the results on record."""
        await self.desk.recover()
        await self._recovery.catch_up()
        self.referrals.resume(PENDING_GRACE)
        closed = set()
        for tenant in self._slugs:
            told = await self._record.told_by_feeds(tenant)
            closed |= {one.market_id for one in map(self.trading.known, told) if one.closed}
        if closed:
            log.info("results on record, these markets are not offered again", markets=sorted(closed))

    async def serve(self, epoch: int, holds: Callable[[], bool]) -> None:
        """Answer bets, decisions and the question who we are, for as long as the lease surely holds."""
        self._holds = holds
        bus = self._ports.bus
        await bus.serve(command_subject(self.name, epoch), self._on_frame)
        await bus.serve(decision_subject(self.name, epoch), self._on_await, in_flight=4096)
        await bus.serve(quote_subject(self.name, epoch), self._on_quote)
        await self.desk.serve(self.name, epoch, holds)

        await self.held.serve(bus, epoch, holds)

        async def located(_: bytes) -> bytes:
            return str(epoch).encode()

        await bus.serve(locate_subject(self.name), located)

    async def _on_frame(self, frame: bytes) -> bytes:
        if not self._holds():
            raise Unavailable("the lease of the events may have passed to another process")
        kind, items = bus_frames.decode(frame)
        answers = await asyncio.gather(*(self._place(item) for item in items))
        return bus_frames.encode(kind, [msgspec.msgpack.encode(answer) for answer in answers])

    async def _place(self, item: bytes) -> BetAnswer:
        """Decide one attempt of a frame; what breaks on it must not take the others' answers with it."""
        try:
            return await self.placement.place(self._requests.decode(item))
        except Exception:
            log.exception("attempt broke")
            return unavailable(bytes(16))

    async def _on_await(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=AwaitDecision)
        return msgspec.msgpack.encode(await self.decisions.of(ids.parse(asked.bet_id)))

    async def _on_quote(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=QuoteBet)
        return msgspec.msgpack.encode(await self.placement.quote(asked.slip))

    async def publish(self, changes: Changes) -> None:
        """Publish what a feed has moved, and report how long that took."""
        await self._tell(changes)
        self.reporter.published(changes.received, len(changes.messages))

    async def _tell(self, changes: Changes) -> None:
        for market in changes.defined:
            self.bets.define(market.market_id, market.names, market.places)
        for subject, payload in changes.messages:
            await self._ports.bus.publish(subject, payload)

    async def run_feeds(self) -> None:
        """Hear all feeds."""
        await self._listener.run()

    async def run_results(self) -> None:
        """Hear results in the order they came: a market that has one is not offered any more."""
        await ResultFollower(self._ports.bus, self.name, self.take_result).run()

    async def take_result(self, update: Update) -> None:
        """Close what a result decides; settlement records and pays it in a process of its own."""
        if isinstance(update.body, Result):
            _, changes = self.trading.resolve(update, update.body)
            await self.publish(changes)

    async def run_upkeep(self) -> None:
        """Learn what became of overdue pending bets, and publish everything anew for those who came late."""
        last_refresh = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(TICK_S)
            await self._ask_overdue()
            if loop.time() - last_refresh >= REFRESH_S:
                last_refresh = loop.time()
                await self._refresh()

    def _made_if_won(self, tenant: Tenant, market_id: str, selections: tuple[int, ...]) -> list[int]:
        losses = self.bets.liability(tenant.slug, market_id, tenant.currency).losses_as_taken()
        return [-losses.get(selection, 0) for selection in selections]

    def _position(self, tenant: str, market_id: str, currency: str) -> Position:
        book = self.bets.liability(tenant, market_id, currency)
        return Position(book.stakes, book.worst_case(), book.losses())

    def _has_bets(self, market_id: str) -> bool:
        return any(self.bets.of_market(tenant, market_id) for tenant in self._slugs)

    async def _refresh(self) -> None:
        self.trading.forget_closed(now_ns() - CLOSED_KEPT, self._has_bets)
        for number, messages in enumerate(self.trading.everything()):
            for subject, payload in messages:
                await self._ports.bus.publish(subject, payload)
            # Feeds have thousands of markets, and bets must not wait for all of them.
            if number % TURN == 0:
                await asyncio.sleep(0)

    async def _ask_overdue(self) -> None:
        await asyncio.gather(*(self.delays.inquire(bet) for bet in self.bets.overdue(now_ns())))
        await self.give_back(now_ns())

    async def give_back(self, now: int) -> None:
        """Give back what is held for slips of other owners that can no longer come to be by `now` (ns)."""
        for tenant, overdue in self.held.overdue(now - SECOND).items():
            try:
                await self._recovery.passed(tenant)
            except Unavailable as error:
                log.warning("slips of other owners stay reserved", tenant=tenant, error=str(error))
                continue
            for bet_id in overdue:
                self.held.release(bet_id)

    async def run_desk(self) -> None:
        """Move prices by the clock and by liability, and hear what other owners have recorded."""
        await self.desk.run()

    async def run_exposures(self) -> None:
        """Tell liability as it moves."""
        await self._exposures.run()

    async def run_reports(self) -> None:
        """Report twice a second."""
        while True:
            await asyncio.sleep(0.5)
            stats = msgspec.msgpack.encode(self.reporter.stats())
            await self._ports.bus.publish(STATS_SUBJECT, stats)

    async def follow_generations(self) -> None:
        """Decide bets under the generation their wallet has in force."""
        await Generations(self._ports.bus, self._slugs, self.placement.generation).run()

    async def follow_journal(self) -> None:
        """Count bets whose command the former owner had already sent, and no longer those that are settled."""
        await self._recovery.follow()


async def run_trading(
    ports: Ports,
    tenants: list[Tenant],
    postgres_url: str,
    stop: asyncio.Event,
    ready: Callable[[], None],
    limit: int,
    names: Sequence[str] = (OWNER,),
) -> None:
    """Take the lease of the first of the owners that nobody holds, recover, serve until `stop`."""
    async with leading(postgres_url, [LEASE + name for name in names], stop) as held:
        if held is None:
            return
        owner = EventOwner(ports, tenants, limit, held.name.removeprefix(LEASE), names)
        await owner.recover()
        await owner.serve(held.epoch, held.holds)
        ready()
        works = [
            owner.run_feeds(),
            owner.run_results(),
            owner.run_upkeep(),
            owner.run_desk(),
            owner.run_reports(),
            owner.run_exposures(),
            owner.follow_generations(),
            owner.follow_journal(),
        ]
        await until_stop(stop, works)
