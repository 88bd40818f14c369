"""In-play delay: a bet waits, is looked at again, and only then is accepted or rejected."""

import asyncio
from typing import Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, PlaceBet, Refusal
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.placement.answers import SOURCE_SPORTSBOOK, context_of, rejected, unavailable
from pyplatform.sportsbook.placement.asking import until_clear
from pyplatform.sportsbook.placement.decisions import Decisions
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.placement.reserving import Recheck

NO_VERSION: Final = 0


class Delays:
    """The bets that wait out their delay in this process."""

    def __init__(self, recheck: Recheck, bets: OpenBets, wallet: WalletPort, decisions: Decisions) -> None:
        self._recheck = recheck
        self._bets = bets
        self._wallet = wallet
        self._decisions = decisions

    def start(self, request: PlaceBet, bet: OpenBet, delay: int, placed: BetAnswer) -> None:
        """Decide `bet` after `delay` seconds; `placed` is the answer to its placement."""
        self._decisions.start(bet.bet_id, self._decide(request, bet, delay, placed))

    async def _decide(self, request: PlaceBet, bet: OpenBet, delay: int, placed: BetAnswer) -> BetAnswer:
        await asyncio.sleep(delay)
        refusal = await self._recheck.refusal(request, bet.bet_id)
        return await self.conclude(context_of(request), bet, placed, refusal)

    async def conclude(
        self, context: codec.Context, bet: OpenBet, placed: BetAnswer, refusal: Refusal | None
    ) -> BetAnswer:
        """Accept or reject a bet that waited, in the wallet first; asks until it has answered."""
        if refusal is None:
            command = codec.accept_bet(context, bet.bet_id, bet.version)
        else:
            command = codec.reject_bet(context, bet.bet_id, bet.version, refusal)
        reply = await until_clear(self._wallet, bet.tenant, command)
        if reply.status != codec.ACCEPTED:
            # Its time ran out and the wallet's tick was first; the same key meets that decision.
            self._bets.release(bet.bet_id)
            return unavailable(bet.bet_id)
        if refusal is not None:
            self._bets.release(bet.bet_id)
            return rejected(bet.bet_id, refusal, reply.seq, reply.at, replayed=False)
        self._open(bet, reply.version)
        return msgspec.structs.replace(placed, outcome=BetOutcome.ACCEPTED, seq=reply.seq)

    def _open(self, bet: OpenBet, version: int) -> None:
        bet.pending_until = 0
        bet.version = version
        self._bets.accept(bet)

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
