"""In-play delay: a bet waits, is looked at again, and only then is accepted or rejected."""

import asyncio
from typing import Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, PlaceBet
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.answers import SOURCE_SPORTSBOOK, answer_of, context_of, rejected, unavailable
from pyplatform.sportsbook.asking import until_clear
from pyplatform.sportsbook.market import MarketState, judge_price
from pyplatform.sportsbook.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.settlement import Settlement

REMEMBERED_S = 60.0
"""How long a decision is kept for whoever still asks; after that the wallet answers a repeated key as well."""
NO_VERSION: Final = 0


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
        reply = await until_clear(self._wallet, request.tenant, command)
        if reply.status != codec.ACCEPTED:
            # Its time ran out and the wallet's tick was first; the same key meets that decision.
            self._bets.release(bet.bet_id)
            return unavailable(bet.bet_id)
        if verdict.refusal is not None:
            self._bets.release(bet.bet_id)
            return rejected(bet.bet_id, verdict.refusal, reply.seq, reply.at, replayed=False)
        self._open(bet, reply.version)
        accepted = msgspec.structs.replace(answer_of(placed), outcome=BetOutcome.ACCEPTED)
        return msgspec.structs.replace(accepted, seq=reply.seq)

    def _open(self, bet: OpenBet, version: int) -> None:
        bet.pending_until = 0
        bet.version = version
        self._settlement.notice(bet)

    async def inquire(self, bet: OpenBet) -> None:
        """Learn what became of an overdue bet that a former owner was to decide.

        Its time is up, so the wallet has rejected it unless it was accepted before. The question is an acceptance
        of a version that no bet has: it changes nothing, whatever the answer.
        """
        if bet.unclear or bet.bet_id in self._decisions:
            return
        context = codec.Context(bet.tenant, bet.brand, bet.player, SOURCE_SPORTSBOOK, ids.uuid7(), "")
        try:
            reply = await self._wallet.submit(bet.tenant, codec.accept_bet(context, bet.bet_id, NO_VERSION))
        except Unavailable:
            return
        if reply.status == codec.ACCEPTED:
            self._open(bet, reply.version)
        elif reply.name == "bet_not_pending":
            self._bets.release(bet.bet_id)
