"""Placing a bet: one attempt, one decision, one command to the wallet.

The liability is reserved in the same step as the decision and stays reserved until the wallet's answer is known:
a command whose outcome is unclear is sent again, unchanged, until it is answered.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetQuote, PlaceBet, Refusal
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook import decided, slip
from pyplatform.sportsbook.answers import answer_of, context_of, refusal_name, unavailable
from pyplatform.sportsbook.asking import RETRY_PAUSE, background, is_clear
from pyplatform.sportsbook.delays import Delays, Opened
from pyplatform.sportsbook.judging import Judge, Verdict, least
from pyplatform.sportsbook.openbets import OpenBet, OpenBets, Standing, legs_of
from pyplatform.sportsbook.referrals import REFERRAL_S, Referrals
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
    """A decided attempt on its way to the wallet; `bet` holds the reservation, None for a refusal."""

    request: PlaceBet
    slip: slip.Slip
    verdict: Verdict
    bet_id: bytes
    bet: OpenBet | None
    command: bytes


class Placement:
    """Decides attempts on the events this process owns."""

    def __init__(
        self,
        judge: Judge,
        bets: OpenBets,
        wallet: WalletPort,
        delays: Delays,
        referrals: Referrals,
        opened: Opened,
    ) -> None:
        self._judge = judge
        self._bets = bets
        self._wallet = wallet
        self._delays = delays
        self._referrals = referrals
        self._opened = opened
        self._unclear: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self.generation: dict[str, int] = {}
        self.attempts = 0
        self.accepted = 0

    async def place(self, request: PlaceBet) -> BetAnswer:
        """Decide, reserve, have the wallet journal it, and answer; never raises for a refusal."""
        self.attempts += 1
        if len(self._unclear[request.tenant]) >= MOST_UNCLEAR:
            return unavailable(bytes(16))
        attempt = self.decide(request)
        reply = await self._ask(attempt)
        if reply is not None:
            return self._conclude(attempt, reply)
        if attempt.bet is not None:
            self._follow_up(attempt, attempt.bet)
        return unavailable(attempt.bet_id)

    async def _ask(self, attempt: Attempt) -> codec.Reply | None:
        """The wallet's answer, or None while it is unclear."""
        try:
            reply = await self._wallet.submit(attempt.request.tenant, attempt.command)
        except Unavailable:
            return None
        return reply if is_clear(reply) else None

    def decide(self, request: PlaceBet) -> Attempt:
        """Decide on an attempt and reserve what it may cost, in one step."""
        now = now_ns()
        views = [self._judge.look(request, leg) for leg in request.legs]
        verdict = self._judge.decide(request, views)
        asked = slip.of_request(request)
        told = _decided(request, verdict)
        terms = decided.encode(told, asked)
        if terms is None:
            verdict = Verdict(Refusal.PRICE_CHANGED, tuple([leg.price_e4 for leg in request.legs]))
            terms = decided.encode(_decided(request, verdict), asked) or bytes(16)
        bet_id = ids.uuid7()
        bet = None
        pending_until = 0
        if verdict.refusal is None:
            bet = _bet_of(request, asked, told, bet_id)
            waits = REFERRAL_S if verdict.referred else verdict.delay
            if waits:
                pending_until = bet.pending_until = now + waits * SECOND + PENDING_GRACE
            if verdict.most is not None and request.stake > verdict.most.stake:
                bet.standing = Standing.UNBOOKED
        # What cannot be asked of the wallet raises here, and must not leave a reservation behind.
        command = codec.place_bet(
            context_of(request),
            request.key,
            bet_id,
            request.currency,
            request.stake,
            slip.SLIP_SCHEMA,
            slip.VERSION,
            slip.encode(asked),
            verdict.refusal or 0,
            terms,
            now + DECISION_LIFETIME,
            self.generation.get(request.tenant, 0),
            pending_until,
        )
        if bet is not None:
            self._bets.reserve(bet)
        return Attempt(request, asked, verdict, bet_id, bet, command)

    def quote(self, request: PlaceBet) -> BetQuote:
        """What would become of an attempt now: the limits are those at the prices of this moment."""
        views = [self._judge.look(request, leg) for leg in request.legs]
        verdict = self._judge.decide(request, views)
        moved = [
            view._replace(refusal=None) if view.refusal is Refusal.PRICE_CHANGED else view for view in views
        ]
        most = self._judge.decide(request, moved).most
        terms = [view.terms for view in views if view.terms is not None]
        return BetQuote(
            refusal_name(verdict.refusal or 0),
            verdict.prices,
            verdict.legs,
            most.stake if most is not None else 0,
            least(one.max_payout for one in terms) or 0,
            verdict.joint_price_e4,
            verdict.delay,
            least(one.referral_above for one in terms) or 0,
        )

    def _follow_up(self, attempt: Attempt, bet: OpenBet) -> None:
        """Ask again in the background: the reservation may not be given back on a guess."""
        with correlated(ids.text(attempt.request.correlation)):
            log.warning("attempt unclear, the wallet is asked again", bet=ids.text(bet.bet_id))
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
        bet = ids.text(attempt.bet_id)
        log.info("unclear attempt resolved", outcome=answer.outcome, code=answer.code, bet=bet)

    def _conclude(self, attempt: Attempt, reply: codec.Reply) -> BetAnswer:
        bet = attempt.bet
        answer = self._referrals.complete(answer_of(reply, attempt.slip))
        if bet is None or reply.object_id != bet.bet_id or reply.status != codec.ACCEPTED:
            self._bets.release(attempt.bet_id)
            return answer
        bet.unclear = False
        bet.version = reply.version
        self.accepted += 1
        if attempt.verdict.referred:
            most = attempt.verdict.most.stake if attempt.verdict.most is not None else 0
            until = bet.pending_until - PENDING_GRACE
            return self._referrals.refer(context_of(attempt.request), bet, answer, most, until)
        if bet.pending_until:
            self._delays.start(attempt.request, bet, attempt.verdict.delay, answer)
        else:
            self._bets.accept(bet)
            self._opened(bet)
        return answer


def _decided(request: PlaceBet, verdict: Verdict) -> decided.Decided:
    limited = verdict.most.stake if verdict.refusal is not None and verdict.most is not None else 0
    return decided.Decided(
        request.session_id,
        verdict.prices,
        verdict.terms_version,
        limited,
        verdict.each_way if verdict.refusal is None else (),
        verdict.joint_price_e4 or request.joint_price_e4,
        verdict.referred,
        verdict.legs,
    )


def _bet_of(request: PlaceBet, asked: slip.Slip, told: decided.Decided, bet_id: bytes) -> OpenBet:
    return OpenBet(
        bet_id=bet_id,
        tenant=request.tenant,
        brand=request.brand,
        player=request.player,
        bet_type=request.bet_type,
        legs=legs_of(asked, told),
        stake=request.stake,
        currency=request.currency,
        version=1,
        sizes=request.sizes,
        joint_price_e4=told.joint_price_e4,
        unclear=True,
    )
