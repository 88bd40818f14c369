"""Placing a bet: one attempt, one decision, one command to the wallet.

The liability is reserved in the same step as the decision and stays reserved until the wallet's answer is known:
a command whose outcome is unclear is sent again, unchanged, until it is answered.
"""

import asyncio
from collections import defaultdict

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetQuote, PlaceBet, Refusal
from pyplatform.contracts.wallet import WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.placement.answers import answer_of, context_of, refusal_name, unavailable
from pyplatform.sportsbook.placement.asking import RETRY_PAUSE, background, is_clear
from pyplatform.sportsbook.placement.attempts import (
    DECISION_LIFETIME,
    PENDING_GRACE,
    Attempt,
    attempt_of,
    first_question_of,
    question_of,
)
from pyplatform.sportsbook.placement.delays import Delays
from pyplatform.sportsbook.placement.judging import Judge, Verdict, least
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets
from pyplatform.sportsbook.placement.referrals import Referrals
from pyplatform.sportsbook.placement.reserving import Owners, joined
from pyplatform.sportsbook.placement.slip import of_request
from pyplatform.telemetry import correlated, get_logger

LONGEST_PAUSE = 4.0
"""Seconds between the later repeats of an unclear attempt: by then it is either journaled or too old."""
MOST_UNCLEAR = 10_000
"""Attempts of a tenant with unknown outcome at which no more are taken, until its wallet answers again."""

log = get_logger("sportsbook.placement")


class Placement:
    """Decides attempts on the events this process owns, and on slips that begin with one of them."""

    def __init__(
        self,
        judge: Judge,
        owners: Owners,
        bets: OpenBets,
        wallet: WalletPort,
        delays: Delays,
        referrals: Referrals,
    ) -> None:
        self._judge = judge
        self._owners = owners
        self._bets = bets
        self._wallet = wallet
        self._delays = delays
        self._referrals = referrals
        self._unclear: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self._telling: set[asyncio.Task[None]] = set()
        self.generation: dict[str, int] = {}
        self.attempts = 0
        self.accepted = 0

    async def place(self, request: PlaceBet) -> BetAnswer:
        """Decide, reserve, have the wallet journal it, and answer; never raises for a refusal."""
        self.attempts += 1
        if len(self._unclear[request.tenant]) >= MOST_UNCLEAR:
            return unavailable(bytes(16))
        if self._owners.others(request):
            attempt = await self._decide_together(request)
            if attempt is None:
                return await self._known_answer(request)
        else:
            attempt = self.decide(request)
        reply = await self._ask(attempt)
        if reply is not None:
            answer = self._conclude(attempt, reply)
            return answer if reply.status != codec.CONFLICT else await self._before_upgrade(request, answer)
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
        verdict = self._judge.decide(request, [self._judge.look(request, leg) for leg in request.legs])
        return self._reserve(request, verdict, ids.uuid7(), now)

    def _reserve(
        self,
        request: PlaceBet,
        verdict: Verdict,
        bet_id: bytes,
        now: int,
        others: frozenset[str] = frozenset(),
    ) -> Attempt:
        # What cannot be asked of the wallet raises here, and must not leave a reservation behind.
        generation = self.generation.get(request.tenant, 0)
        attempt = attempt_of(request, verdict, bet_id, now, generation, others)
        if attempt.bet is not None:
            self._bets.reserve(attempt.bet)
        return attempt

    async def _decide_together(self, request: PlaceBet) -> Attempt | None:
        """Decide with other owners: all hold room, then our own legs are looked at once more.

        None when an owner did not answer: then nothing is decided.
        """
        if not any(self._owners.mine(leg.event_id) for leg in request.legs):
            return None
        now, bet_id = now_ns(), ids.uuid7()
        first = self._judge.decide(request, self._owners.look(request, self._judge))
        if first.refusal is not None:
            return self._reserve(request, first, bet_id, now)
        attempt = self._reserve(request, first, bet_id, now)
        try:
            others = await self._owners.reserve(request, bet_id, now + DECISION_LIFETIME)
        except Unavailable as error:
            log.warning("slip not decided", bet=ids.text(bet_id), error=str(error))
            return None
        finally:
            self._bets.release(bet_id)
        views = [others.views.get(n, view) for n, view in enumerate(self._owners.look(request, self._judge))]
        verdict = joined(self._judge.decide(request, views), others, request.stake)
        owners = self._owners.others(request) if others.refusal is None else frozenset()
        attempt = self._reserve(request, verdict, bet_id, now, owners)
        if attempt.bet is None:
            self._release_others(attempt)
        return attempt

    def _release_others(self, attempt: Attempt) -> None:
        if attempt.others:
            told = self._owners.release(attempt.others, attempt.bet_id)
            background(self._telling, told, "release of a slip")

    async def _known_answer(self, request: PlaceBet) -> BetAnswer:
        """What the wallet has answered to the key before, if it has."""
        bet_id = ids.uuid7()
        try:
            reply = await self._wallet.submit(request.tenant, question_of(request, bet_id))
        except Unavailable:
            return unavailable(bet_id)
        if reply.status == codec.RETRY:
            return unavailable(bet_id)
        return self._referrals.complete(answer_of(reply, of_request(request)))

    async def _before_upgrade(self, request: PlaceBet, conflict: BetAnswer) -> BetAnswer:
        """A single that was journaled in the first schema is no other bet for being asked again in the second."""
        question = first_question_of(request, ids.uuid7())
        if question is None:
            return conflict
        try:
            reply = await self._wallet.submit(request.tenant, question)
        except Unavailable:
            return unavailable(bytes(16))
        known = reply.status in (codec.ACCEPTED, codec.REFUSED)
        return answer_of(reply, of_request(request)) if known else conflict

    async def quote(self, request: PlaceBet) -> BetQuote:
        """What would become of an attempt now: the limits are those at the prices of this moment.

        Raises Unavailable when another owner of its events does not answer.
        """
        views = self._owners.look(request, self._judge)
        others = None
        if self._owners.others(request):
            others = await self._owners.reserve(request, ids.uuid7(), 0)
            views = [others.views.get(number, view) for number, view in enumerate(views)]
        verdict = self._judge.decide(request, views)
        moved = [
            msgspec.structs.replace(view, refusal=None) if view.refusal is Refusal.PRICE_CHANGED else view
            for view in views
        ]
        limited = self._judge.decide(request, moved)
        if others is not None:
            verdict = joined(verdict, others, request.stake)
            limited = joined(limited, others, request.stake)
        return BetQuote(
            refusal_name(verdict.refusal or 0),
            verdict.prices,
            verdict.legs,
            limited.most.stake if limited.most is not None else 0,
            least(view.terms.max_payout for view in views if view.terms is not None) or 0,
            verdict.joint_price_e4,
            verdict.delay,
            limited.referral_above,
            tuple([(terms.places, terms.fraction) for terms in verdict.each_way]),
            verdict.promised.boost_bp,
            verdict.promised.best_odds,
            verdict.promised.max_return,
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
            self._release_others(attempt)
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
        return answer
