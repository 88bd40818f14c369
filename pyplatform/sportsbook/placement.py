"""Placing a bet: one attempt, one decision, one command to the wallet.

The liability is reserved in the same step as the decision and stays reserved until the wallet's answer is known:
a command whose outcome is unclear is sent again, unchanged, until it is answered.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, PlaceBet
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook import slip as slips
from pyplatform.sportsbook.answers import answer_of, context_of, unavailable
from pyplatform.sportsbook.asking import RETRY_PAUSE, background, is_clear
from pyplatform.sportsbook.delays import Delays
from pyplatform.sportsbook.market import MarketState, Verdict, judge
from pyplatform.sportsbook.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.settlement import Settlement
from pyplatform.telemetry import correlated, get_logger

DECISION_LIFETIME = 5_000_000_000
"""A decision older than this (ns) is refused by the wallet: the price it was made at is gone."""
PENDING_GRACE = 10_000_000_000
"""A delayed bet not decided this long (ns) after its delay is rejected by the wallet's tick."""
SECOND = 1_000_000_000
LONGEST_PAUSE = 4.0
"""Seconds between the later repeats of an unclear attempt: by then it is either journaled or too old."""
MOST_UNCLEAR = 10_000
"""Attempts of a tenant with unknown outcome at which no more are taken, until its wallet answers again."""

log = get_logger("sportsbook.placement")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A decided attempt on its way to the wallet."""

    request: PlaceBet
    verdict: Verdict
    bet: OpenBet
    command: bytes
    delay: int


class Placement:
    """Decides attempts on the events this process owns."""

    def __init__(
        self,
        markets: dict[str, MarketState],
        bets: OpenBets,
        wallet: WalletPort,
        settlement: Settlement,
        delays: Delays,
        limit: int,
    ) -> None:
        self._markets = markets
        self._bets = bets
        self._wallet = wallet
        self._settlement = settlement
        self._delays = delays
        self._limit = limit
        self._unclear: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self.generation: dict[str, int] = {}
        self.attempts = 0
        self.accepted = 0

    async def place(self, request: PlaceBet) -> BetAnswer:
        """Decide, reserve, have the wallet journal it, and answer; never raises for a refusal."""
        self.attempts += 1
        if len(self._unclear[request.tenant]) >= MOST_UNCLEAR:
            return unavailable(bytes(16))
        attempt = self._decide(request)
        reply = await self._ask(attempt)
        if reply is not None:
            return self._conclude(attempt, reply)
        if attempt.verdict.refusal is None:
            self._follow_up(attempt)
        return unavailable(attempt.bet.bet_id)

    async def _ask(self, attempt: Attempt) -> codec.Reply | None:
        """The wallet's answer, or None while it is unclear."""
        try:
            reply = await self._wallet.submit(attempt.request.tenant, attempt.command)
        except Unavailable:
            return None
        return reply if is_clear(reply) else None

    def _decide(self, request: PlaceBet) -> Attempt:
        now = now_ns()
        market = self._markets.get(request.market_id)
        exposure = self._bets.exposure(request.tenant, request.market_id, request.currency)
        verdict = judge(market, request, exposure, self._limit)
        bet = OpenBet(
            bet_id=ids.uuid7(),
            tenant=request.tenant,
            brand=request.brand,
            player=request.player,
            market_id=request.market_id,
            selection=request.selection_id,
            price_e4=verdict.price_e4,
            stake=request.stake,
            currency=request.currency,
            version=1,
            unclear=True,
        )
        delay = market.bet_delay if market and verdict.refusal is None else 0
        bet.pending_until = now + delay * SECOND + PENDING_GRACE if delay else 0
        # What cannot be asked of the wallet raises here, and must not leave a reservation behind.
        command = self._command(request, verdict, bet, now)
        if verdict.refusal is None:
            self._bets.reserve(bet)
        return Attempt(request, verdict, bet, command, delay)

    def _command(self, request: PlaceBet, verdict: Verdict, bet: OpenBet, now: int) -> bytes:
        single = slips.Single(request.market_id, request.selection_id, request.price_e4)
        return codec.place_bet(
            context_of(request),
            request.key,
            bet.bet_id,
            request.currency,
            request.stake,
            slips.SINGLE_SCHEMA,
            slips.SINGLE_VERSION,
            slips.encode(single),
            verdict.refusal or 0,
            slips.Terms(verdict.price_e4, request.session_id).encode(),
            now + DECISION_LIFETIME,
            self.generation.get(request.tenant, 0),
            bet.pending_until,
        )

    def _follow_up(self, attempt: Attempt) -> None:
        """Ask again in the background: the reservation may not be given back on a guess."""
        with correlated(ids.text(attempt.request.correlation)):
            log.warning("attempt unclear, the wallet is asked again", bet=ids.text(attempt.bet.bet_id))
            unclear = self._unclear[attempt.request.tenant]
            background(unclear, self._ask_until_answered(attempt), "unclear attempt")

    async def _ask_until_answered(self, attempt: Attempt) -> None:
        pause = RETRY_PAUSE
        reply = None
        while reply is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)
            reply = await self._ask(attempt)
        answer = self._conclude(attempt, reply)
        bet = ids.text(attempt.bet.bet_id)
        log.info("unclear attempt resolved", outcome=answer.outcome, code=answer.code, bet=bet)

    def _conclude(self, attempt: Attempt, reply: codec.Reply) -> BetAnswer:
        bet = attempt.bet
        if reply.object_id != bet.bet_id or reply.status != codec.ACCEPTED:
            self._bets.release(bet.bet_id)
            return answer_of(reply)
        bet.unclear = False
        bet.version = reply.version
        self.accepted += 1
        if bet.pending_until:
            self._delays.start(attempt.request, bet, attempt.delay, reply)
        else:
            self._settlement.notice(bet)
        return answer_of(reply)
