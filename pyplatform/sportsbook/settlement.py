"""Settlement: results are recorded first, then every open bet on them is paid or given back, each exactly once."""

import asyncio
from collections.abc import Awaitable, Callable

from pyplatform._core import wallet as codec
from pyplatform.contracts.wallet import WalletPort
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.resolution import Resolution, returns, settles, void_reason
from pyplatform.telemetry import get_logger

SOURCE_SPORTSBOOK = 1
FIRST_REVISION = 1
RETRY_PAUSE = 0.25

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
        self.paid: dict[str, int] = {}

    @property
    def resolved(self) -> list[str]:
        """Ids of the markets with results on record."""
        return list(self._resolutions)

    def known(self, resolution: Resolution) -> None:
        """Take over a resolution that is already on record (after a restart)."""
        self._resolutions[resolution.market_id] = resolution

    async def resolve(self, resolution: Resolution) -> None:
        """Record a new resolution for every tenant and settle what it decides; the same again is a no-op."""
        if self._resolutions.get(resolution.market_id) == resolution:
            return
        for tenant in self._tenants:
            await self._record(tenant, resolution)
        self._resolutions[resolution.market_id] = resolution
        await self.settle_open(resolution.market_id)

    async def settle_open(self, market_id: str) -> None:
        """Settle every open bet of a market that its resolution decides."""
        bets = [bet for tenant in self._tenants for bet in self._bets.of_market(tenant, market_id)]
        due = [bet for bet in bets if self._is_due(bet)]
        await asyncio.gather(*(self._settle(bet) for bet in due))

    def notice(self, bet: OpenBet) -> None:
        """Settle a bet that became open after its market was resolved."""
        if self._is_due(bet):
            task = asyncio.create_task(self._settle(bet))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def _is_due(self, bet: OpenBet) -> bool:
        resolution = self._resolutions.get(bet.market_id)
        if resolution is None or bet.pending_until or bet.bet_id in self._settling:
            return False
        return settles(resolution, bet.selection)

    async def _settle(self, bet: OpenBet) -> None:
        self._settling.add(bet.bet_id)
        try:
            await self._pay(bet)
        finally:
            self._settling.discard(bet.bet_id)

    async def _pay(self, bet: OpenBet) -> None:
        resolution = self._resolutions[bet.market_id]
        context = codec.Context(bet.tenant, bet.brand, bet.player, SOURCE_SPORTSBOOK, ids.uuid7(), "")
        reason = void_reason(resolution, bet.selection)
        if reason is not None:
            command = codec.void_bet(context, bet.bet_id, FIRST_REVISION, bet.version, reason)
            paid = bet.stake
        else:
            unit = money.minor_unit(bet.currency)
            paid = returns(resolution, bet.selection, bet.stake, bet.price_e4, unit)
            command = codec.settle_bet(
                context, bet.bet_id, FIRST_REVISION, bet.version, paid, resolution.evidence()
            )
        reply = await self._until_answered(bet.tenant, command)
        if reply.status != codec.ACCEPTED:
            log.error("settlement refused", bet=ids.text(bet.bet_id), code=reply.name, market=bet.market_id)
            return
        self._bets.release(bet.bet_id)
        self.voided += reason is not None
        self.settled += reason is None
        self.paid[bet.currency] = self.paid.get(bet.currency, 0) + paid

    async def _until_answered(self, tenant: str, command: bytes) -> codec.Reply:
        """Send the same command until the outcome is known: repeats are no-ops in the wallet."""
        while True:
            try:
                reply = await self._wallet.submit(tenant, command, settlement=True)
            except Unavailable:
                await asyncio.sleep(RETRY_PAUSE)
                continue
            if reply.status != codec.RETRY:
                return reply
            await asyncio.sleep(RETRY_PAUSE)
