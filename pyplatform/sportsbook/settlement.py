"""Settlement: results are recorded first, then every open bet on them is paid or given back, each exactly once."""

import asyncio
from collections.abc import Awaitable, Callable

from pyplatform._core import wallet as codec
from pyplatform.contracts.wallet import WalletPort
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.asking import RETRY_PAUSE, background, until_clear
from pyplatform.sportsbook.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.resolution import Resolution, returns, settles, void_reason
from pyplatform.telemetry import get_logger

SOURCE_SPORTSBOOK = 1
FIRST_REVISION = 1

log = get_logger("sportsbook.settlement")

Recorder = Callable[[str, Resolution], Awaitable[None]]
"""Makes a tenant's resolution durable before anything is paid on it."""


class Settlement:
    """Settles the open bets of the markets this process owns, tenant by tenant."""

    def __init__(self, tenants: list[str], bets: OpenBets, wallet: WalletPort, record: Recorder) -> None:
        self._tenants = tenants
        self._bets = bets
        self._wallet = wallet
        self._record = record
        self._resolutions: dict[str, Resolution] = {}
        self._running: set[asyncio.Task[None]] = set()
        self._settling: set[bytes] = set()
        self.settled = 0
        self.voided = 0

    @property
    def resolved(self) -> list[str]:
        """Ids of the markets with results on record."""
        return list(self._resolutions)

    def resolution(self, market_id: str) -> Resolution | None:
        """What is on record of a market's results."""
        return self._resolutions.get(market_id)

    async def resolve(self, resolution: Resolution) -> None:
        """Record a new resolution for every tenant and settle what it decides; the same again is a no-op."""
        if await self.learn(resolution):
            await self.settle_open(resolution.market_id)

    async def learn(self, resolution: Resolution) -> bool:
        """Record a resolution for every tenant; False if it says nothing new."""
        if self._resolutions.get(resolution.market_id) == resolution:
            return False
        for tenant in self._tenants:
            await self._until_recorded(tenant, resolution)
        self._resolutions[resolution.market_id] = resolution
        return True

    async def _until_recorded(self, tenant: str, resolution: Resolution) -> None:
        while True:
            try:
                return await self._record(tenant, resolution)
            except Unavailable as error:
                log.warning("result not recorded yet", market=resolution.market_id, error=str(error))
                await asyncio.sleep(RETRY_PAUSE)

    async def settle_open(self, market_id: str) -> None:
        """Settle every open bet of a market that its resolution decides."""
        bets = [bet for tenant in self._tenants for bet in self._bets.of_market(tenant, market_id)]
        due = [bet for bet in bets if self._claim(bet)]
        await asyncio.gather(*(self._settle(bet) for bet in due))

    def notice(self, bet: OpenBet) -> None:
        """Settle a bet that became open after its market was resolved."""
        if self._claim(bet):
            background(self._running, self._settle(bet), "settlement")

    def _claim(self, bet: OpenBet) -> bool:
        """Take a bet that can be settled now; False if it cannot be, or another call has taken it.

        A bet the wallet may not know yet would be refused: it is settled when its placement is answered.
        """
        leg = bet.legs[0]
        resolution = self._resolutions.get(leg.market_id)
        if resolution is None or bet.unclear or bet.pending_until or bet.bet_id in self._settling:
            return False
        if len(bet.legs) > 1 or self._bets.get(bet.bet_id) is not bet:
            return False
        if not settles(resolution, leg.selection, ids.timestamp_ms(bet.bet_id)):
            return False
        self._settling.add(bet.bet_id)
        return True

    async def _settle(self, bet: OpenBet) -> None:
        try:
            await self._pay(bet)
        finally:
            self._settling.discard(bet.bet_id)

    async def _pay(self, bet: OpenBet) -> None:
        leg = bet.legs[0]
        resolution = self._resolutions[leg.market_id]
        context = codec.Context(bet.tenant, bet.brand, bet.player, SOURCE_SPORTSBOOK, ids.uuid7(), "")
        reason = void_reason(resolution, leg.selection, ids.timestamp_ms(bet.bet_id))
        if reason is not None:
            command = codec.void_bet(context, bet.bet_id, FIRST_REVISION, bet.version, reason)
        else:
            unit = money.minor_unit(bet.currency)
            paid = returns(resolution, leg.selection, bet.stake, leg.price_e4, unit)
            command = codec.settle_bet(
                context, bet.bet_id, FIRST_REVISION, bet.version, paid, resolution.evidence()
            )
        reply = await until_clear(self._wallet, bet.tenant, command, settlement=True)
        if reply.status != codec.ACCEPTED:
            log.error("settlement refused", bet=ids.text(bet.bet_id), code=reply.name, market=leg.market_id)
            return
        self._bets.release(bet.bet_id)
        self.voided += reason is not None
        self.settled += reason is None
