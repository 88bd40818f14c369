"""The desk of an owner of events: hears staff on the bus, and publishes what their commands bring about."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg
import msgspec

from pyplatform.bus import Bus, Message
from pyplatform.contracts.killswitch import Generation, SwitchOrder, switch_subject
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, recorded_subject, staff_subject
from pyplatform.contracts.sportsbook.trading import ALL
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.commands import Commands
from pyplatform.sportsbook.desk.customers import Customers
from pyplatform.sportsbook.desk.desk import Desk
from pyplatform.sportsbook.desk.questions import Positions, Questions
from pyplatform.sportsbook.desk.state import FACETS, SUSPENDED, TERMS_SET
from pyplatform.sportsbook.markets.trading import Changes, Trading
from pyplatform.sportsbook.placement.asking import background
from pyplatform.telemetry import get_logger

IN_FLIGHT: Final = 64
LOOK_S: Final = 5.0
"""The record is read this often even when nobody said that there is news: the word may have been lost."""
RETRY_S: Final = 0.25
DECIDED_NS: Final = 5 * 10**9
"""How long a decision on a bet may be on its way to the wallet, which refuses it later as too old."""
TURN: Final = 64
"""Markets looked at before others have their turn."""

log = get_logger("sportsbook.trading_desk")

Publish = Callable[[Changes], Awaitable[None]]


class TradingDesk:
    """Takes the commands of staff for an owner of events and keeps its markets moving by the clock."""

    def __init__(
        self, bus: Bus, pool: asyncpg.Pool, trading: Trading, position: Positions, publish: Publish
    ) -> None:
        self._bus = bus
        self._trading = trading
        self._publish = publish
        self._telling: set[asyncio.Task[None]] = set()
        self._holds: Callable[[], bool] = lambda: False
        self.desk = Desk(pool, trading.desks, self._say_recorded)
        self.desk.effects.append(self._take_effect)
        Commands(trading).register(self.desk)
        Questions(trading, position, pool).register(self.desk)
        Customers(trading.desks).register(self.desk)

    async def recover(self) -> None:
        """Rebuild what staff have decided from the record; raises Unavailable when it cannot be read."""
        for tenant in self._trading.desks:
            await self.desk.catch_up(tenant)

    async def serve(self, owner: str, epoch: int, holds: Callable[[], bool]) -> None:
        """Answer staff for as long as the lease surely holds, and hear what other owners record."""
        self._holds = holds
        await self._bus.serve(staff_subject(owner, epoch), self._on_request, in_flight=IN_FLIGHT)
        for tenant in self._trading.desks:
            await self._bus.subscribe(recorded_subject(tenant), self._on_recorded)

    async def _on_request(self, frame: bytes) -> bytes:
        if not self._holds():
            away = "the lease of the events may have passed to another process"
            return msgspec.msgpack.encode(StaffAnswer(StaffOutcome.UNAVAILABLE, "unavailable", away))
        return await self.desk.on_request(frame)

    async def _on_recorded(self, message: Message) -> None:
        try:
            await self.desk.catch_up(message.subject.rpartition(".")[2])
        except Unavailable as error:
            log.warning("the record of staff waits", error=str(error))

    async def _say_recorded(self, tenant: str) -> None:
        await self._bus.publish(recorded_subject(tenant), b"")

    async def _take_effect(self, event: Envelope) -> None:
        if event.type not in FACETS and event.type != TERMS_SET:
            return
        # Everything is held once this returns; it is told market by market while bets go on.
        changes = self._trading.desk_changed(event.tenant, event.aggregate)
        if event.type == SUSPENDED and event.aggregate == ALL and now_ns() - event.at < DECIDED_NS:
            background(self._telling, self._cut(event), "refusing the bets decided so far")

        async def tell() -> None:
            for some in changes:
                await self._publish(some)
                await asyncio.sleep(0)

        background(self._telling, tell(), "telling what staff did")

    async def _cut(self, event: Envelope) -> None:
        """Have the wallet refuse what was decided before everything was suspended and is still on its way."""
        order = SwitchOrder("cut", event.actor, "everything is suspended", event.correlation)
        while now_ns() - event.at < DECIDED_NS:
            try:
                answer = await self._bus.request(
                    switch_subject(event.tenant), msgspec.msgpack.encode(order), 1.0
                )
            except Unavailable:
                await asyncio.sleep(RETRY_S)
                continue
            if error := msgspec.msgpack.decode(answer, type=Generation).error:
                log.error("bets decided before the suspension may be accepted", error=error)
            return

    async def run(self, tick_s: float = 1.0) -> None:
        """Price anew what time and bets call for, and read on now and then; until cancelled."""
        looked = 0.0
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(tick_s)
            await self._publish(self._trading.tell_events())
            for number, market in enumerate(list(self._trading.markets.values())):
                changes = self._trading.tick(market)
                if changes.messages:
                    await self._publish(changes)
                if number % TURN == 0:
                    await asyncio.sleep(0)
            if loop.time() - looked >= LOOK_S:
                looked = loop.time()
                await self._read_on()

    async def _read_on(self) -> None:
        try:
            await self.recover()
        except Unavailable as error:
            log.warning("the record of staff waits", error=str(error))
            await asyncio.sleep(RETRY_S)
