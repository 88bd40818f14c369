"""In-play delay: a bet waits, is looked at again, and only then is accepted or rejected."""

import asyncio

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook import BetAnswer, BetOutcome, PlaceBet
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.answers import answer_of, context_of, rejected, unavailable
from pyplatform.sportsbook.market import MarketState, judge_price
from pyplatform.sportsbook.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.settlement import Settlement

REMEMBERED_S = 60.0
"""How long a decision is kept for whoever still asks; after that the wallet answers a repeated key as well."""


class Delays:
    """The bets that wait out their delay in this process."""

    def __init__(
        self, markets: dict[str, MarketState], bets: OpenBets, wallet: WalletPort, settlement: Settlement
    ) -> None:
        self._markets = markets
        self._bets = bets
        self._wallet = wallet
        self._settlement = settlement
        self._decisions: dict[bytes, asyncio.Task[BetAnswer]] = {}

    def start(self, request: PlaceBet, bet: OpenBet, delay: int, placed: codec.Reply) -> None:
        """Decide `bet` after `delay` seconds; `placed` is the wallet's reply to its placement."""
        task = asyncio.create_task(self._decide(request, bet, delay, placed))
        self._decisions[bet.bet_id] = task
        loop = asyncio.get_running_loop()
        task.add_done_callback(lambda _: loop.call_later(REMEMBERED_S, self._decisions.pop, bet.bet_id, None))

    async def decision(self, bet_id: bytes) -> BetAnswer:
        """Answer of a delayed bet, once there is one; unavailable if this process does not know the bet."""
        task = self._decisions.get(bet_id)
        if task is None:
            return unavailable(bet_id)
        return await asyncio.shield(task)

    async def _decide(self, request: PlaceBet, bet: OpenBet, delay: int, placed: codec.Reply) -> BetAnswer:
        await asyncio.sleep(delay)
        market = self._markets.get(request.market_id)
        verdict = judge_price(market, request.tenant, request.selection_id, request.price_e4)
        context = context_of(request)
        if verdict.refusal is None:
            command = codec.accept_bet(context, bet.bet_id, bet.version)
        else:
            command = codec.reject_bet(context, bet.bet_id, bet.version, verdict.refusal)
        try:
            reply = await self._wallet.submit(request.tenant, command)
        except Unavailable:
            return unavailable(bet.bet_id)
        if reply.status == codec.ACCEPTED and verdict.refusal is None:
            bet.pending_until = 0
            bet.version = reply.version
            self._settlement.notice(bet)
            accepted = msgspec.structs.replace(answer_of(placed), outcome=BetOutcome.ACCEPTED)
            return msgspec.structs.replace(accepted, seq=reply.seq)
        self._bets.release(bet.bet_id)
        code = verdict.refusal or reply.code
        return rejected(bet.bet_id, code, reply.seq, reply.at, replayed=False)
