"""Referral: a bet waits, funds held, until a trader has decided on it or the time is up."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, Refusal
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.referrals import (
    REFERRAL_DECIDED,
    AskReferrals,
    DecideReferral,
    DeskReferrals,
    Referral,
    ReferralDecision,
    ReferredLeg,
)
from pyplatform.kernel import ids
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.desk import Change, Desk, Refused
from pyplatform.sportsbook.placement.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.placement.decisions import Decisions
from pyplatform.sportsbook.placement.delays import Delays
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, request_of
from pyplatform.sportsbook.placement.reserving import Recheck

REFERRAL_S: Final = 60
"""Seconds a trader has."""
SECOND: Final = 1_000_000_000
MILLISECOND: Final = 1_000_000

Offer = tuple[tuple[int, ...], int]
"""Prices of the legs and stake that a trader would take; empty and 0 where he did not say."""


@dataclass(slots=True)
class _Waiting:
    bet: OpenBet
    most: int
    until: int
    decided: asyncio.Event = field(default_factory=asyncio.Event)


class Referrals:
    """The bets of this process that wait for a trader.

    A decision is on record before it takes effect, so an owner that takes over carries out what is not done yet.
    """

    def __init__(self, recheck: Recheck, bets: OpenBets, delays: Delays, decisions: Decisions) -> None:
        self._recheck = recheck
        self._bets = bets
        self._delays = delays
        self._decisions = decisions
        self._waiting: dict[bytes, _Waiting] = {}
        self._orders: dict[bytes, DecideReferral] = {}

    def register(self, desk: Desk) -> None:
        """Have the desk take what traders decide, and answer which bets wait."""
        desk.commands("decide_referral", DecideReferral, self._judged)
        desk.answers("referrals", AskReferrals, self._listed)
        desk.effects.append(self.take)

    def refer(
        self, context: codec.Context, bet: OpenBet, placed: BetAnswer, most: int, until: int
    ) -> BetAnswer:
        """Let `bet` wait for a trader until then; `placed` is the answer to its placement."""
        bet.referred = True
        self._waiting[bet.bet_id] = _Waiting(bet, most, until)
        self._decisions.start(bet.bet_id, self._wait(context, self._waiting[bet.bet_id], placed))
        return msgspec.structs.replace(placed, expires_at=until)

    def resume(self, grace: int) -> None:
        """Go on with the bets that a former owner referred: each has the rest of its time, `grace` (ns) before the
        wallet's own."""
        for bet in list(self._bets):
            if not (bet.referred and bet.pending_until) or bet.bet_id in self._waiting:
                continue
            context = codec.Context(bet.tenant, bet.brand, bet.player, SOURCE_SPORTSBOOK, ids.uuid7(), "")
            prices = tuple([leg.price_e4 for leg in bet.legs])
            placed = BetAnswer(
                BetOutcome.REFERRED, "", ids.text(bet.bet_id), prices, 0, now_ns(), replayed=True
            )
            self.refer(context, bet, placed, 0, bet.pending_until - grace)

    async def _wait(self, context: codec.Context, waiting: _Waiting, placed: BetAnswer) -> BetAnswer:
        bet = waiting.bet
        try:
            if bet.bet_id not in self._orders:
                async with asyncio.timeout(max(0, waiting.until - now_ns()) / SECOND):
                    await waiting.decided.wait()
        except TimeoutError:
            pass
        order = self._orders.get(bet.bet_id)
        try:
            answer = await self._delays.conclude(context, bet, placed, await self._refusal(bet, order))
        finally:
            del self._waiting[bet.bet_id]
        return self.complete(answer)

    async def _refusal(self, bet: OpenBet, order: DecideReferral | None) -> Refusal | None:
        """A trader's word does not open a market that was closed or suspended meanwhile."""
        if order is None:
            return Refusal.REFERRAL_TIMED_OUT
        match order.decision:
            case ReferralDecision.REJECT:
                return Refusal.REFERRAL_REJECTED
            case ReferralDecision.REOFFER:
                return Refusal.REOFFERED
        request = request_of(bet)
        # What the delay in play is there for is not known sooner because a trader was quick.
        waited = now_ns() - ids.timestamp_ms(bet.bet_id) * MILLISECOND
        await asyncio.sleep(max(0.0, self._recheck.delay(request) - waited / SECOND))
        return await self._recheck.refusal(request, bet.bet_id)

    def complete(self, answer: BetAnswer) -> BetAnswer:
        """The answer with what a trader offered instead, whoever asks again and whenever."""
        if answer.code != Refusal.REOFFERED.name.lower():
            return answer
        order = self._orders.get(ids.parse(answer.bet_id))
        if order is None:
            return answer
        return msgspec.structs.replace(
            answer, prices=order.prices, legs=tuple(range(len(order.prices))), max_stake=order.max_stake
        )

    async def take(self, event: Envelope) -> None:
        """Carry out a decision that is on record."""
        if event.type != REFERRAL_DECIDED:
            return
        order = msgspec.msgpack.decode(event.data, type=DecideReferral)
        bet_id = ids.parse(order.bet_id)
        self._orders.setdefault(bet_id, order)
        if (waiting := self._waiting.get(bet_id)) is not None:
            waiting.decided.set()

    def _judged(self, request: StaffRequest, command: DecideReferral) -> Change:
        try:
            waiting = self._waiting.get(ids.parse(command.bet_id))
        except ValueError:
            waiting = None
        if waiting is None or waiting.bet.tenant != request.tenant:
            raise Refused("unknown_referral", "no bet of this id waits for a trader", "bet_id")
        if waiting.bet.bet_id in self._orders:
            raise Refused("decided_already", "somebody has decided on this bet", "bet_id")
        offered = command.max_stake or command.prices
        if command.decision is ReferralDecision.REOFFER:
            _check_offer(waiting.bet, command)
        elif offered:
            raise Refused("offer_unexpected", "only a re-offer names a stake or prices", "decision")
        return Change(REFERRAL_DECIDED, f"bet:{command.bet_id}", command)

    async def _listed(self, request: StaffRequest, _: Any) -> StaffAnswer:
        found = sorted(self._waiting.values(), key=lambda one: one.until)
        listed = tuple([_referral(one) for one in found if one.bet.tenant == request.tenant])
        return StaffAnswer(StaffOutcome.DONE, data=msgspec.msgpack.encode(DeskReferrals(listed)))


def _check_offer(bet: OpenBet, command: DecideReferral) -> None:
    if not (command.max_stake or command.prices):
        raise Refused("offer_missing", "a re-offer names a stake or the prices of all legs", "max_stake")
    if command.prices and len(command.prices) != len(bet.legs):
        raise Refused("offer_incomplete", f"the bet has {len(bet.legs)} legs: name all prices", "prices")
    if command.max_stake >= bet.stake and not command.prices:
        raise Refused("offer_pointless", "the bet asks for no more than this stake: approve it", "max_stake")


def _referral(waiting: _Waiting) -> Referral:
    bet = waiting.bet
    return Referral(
        ids.text(bet.bet_id),
        bet.brand,
        ids.text(bet.player),
        bet.bet_type,
        tuple([ReferredLeg(leg.event_id, leg.market_id, leg.selection, leg.price_e4) for leg in bet.legs]),
        bet.stake,
        bet.currency,
        waiting.most,
        waiting.until,
    )
