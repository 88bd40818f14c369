"""Bets that a trader is asked about: what he says holds, also for an owner that comes after."""

import asyncio
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome
from pyplatform.contracts.sportsbook.desk import ANY_VERSION, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.referrals import (
    AskReferrals,
    DecideReferral,
    DeskReferrals,
    ReferralDecision,
)
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.sportsbook.service import EventOwner
from tests.integration.sportsbook.conftest import MARKET, House, decided, definition, feed, prices

ACCEPTED, REFUSED, REFERRED = BetOutcome.ACCEPTED, BetOutcome.REFUSED, BetOutcome.REFERRED
LIMIT = money.parse("5.00", "EUR")


def asking(house: House) -> EventOwner:
    """An owner that takes five euros without asking."""
    owner = house.new_owner()
    feed(owner, definition(), prices())
    owner.trading.desks[house.tenant.slug].terms.set(TermsScope(), TermsValues(referral_above=LIMIT), 1)
    return owner


async def staff(
    owner: EventOwner, house: House, kind: str, body: Any, *, role: str = "trader"
) -> StaffAnswer:
    request = StaffRequest(
        house.tenant.slug,
        "staff:tess",
        (role,),
        kind,
        ANY_VERSION,
        ids.uuid7(),
        "",
        msgspec.msgpack.encode(body),
    )
    answer = await owner.desk.desk.on_request(msgspec.msgpack.encode(request))
    return msgspec.msgpack.decode(answer, type=StaffAnswer)


async def decide(
    owner: EventOwner, house: House, bet: BetAnswer, decision: ReferralDecision, **offer: Any
) -> StaffAnswer:
    return await staff(owner, house, "decide_referral", DecideReferral(bet.bet_id, decision, **offer))


async def test_a_large_stake_waits_and_is_accepted_when_a_trader_says_so(house: House) -> None:
    owner = asking(house)
    assert (await owner.placement.place(house.attempt("5.00"))).outcome is ACCEPTED
    answer = await owner.placement.place(house.attempt("10.00"))
    assert answer.outcome is REFERRED
    assert answer.expires_at > answer.at
    assert (await house.balance())[1] == money.parse("15.00", "EUR")
    listed = await staff(owner, house, "referrals", AskReferrals())
    (waiting,) = msgspec.msgpack.decode(listed.data, type=DeskReferrals).referrals
    assert (waiting.bet_id, waiting.stake) == (answer.bet_id, money.parse("10.00", "EUR"))
    done = await decide(owner, house, answer, ReferralDecision.APPROVE)
    assert done.outcome is StaffOutcome.DONE
    final = await decided(owner, answer)
    assert (final.outcome, final.prices) == (ACCEPTED, answer.prices)
    late = await decide(owner, house, answer, ReferralDecision.REJECT)
    assert (late.outcome, late.code) == (StaffOutcome.REFUSED, "unknown_referral")


async def test_a_trader_s_other_offer_is_told_to_every_retry_even_by_another_owner(house: House) -> None:
    owner = asking(house)
    slip = house.attempt("10.00", key="big")
    answer = await owner.placement.place(slip)
    waiting = await owner.placement.place(slip)
    assert (waiting.outcome, waiting.replayed) == (REFERRED, True)
    offer = money.parse("7.00", "EUR")
    await decide(owner, house, answer, ReferralDecision.REOFFER, max_stake=offer)
    final = await decided(owner, answer)
    assert (final.outcome, final.code, final.max_stake) == (REFUSED, "reoffered", offer)
    heir = asking(house)
    await heir.recover()
    again = await heir.placement.place(slip)
    assert (again.code, again.max_stake, again.replayed) == ("reoffered", offer, True)
    assert len(owner.bets) == len(heir.bets) == 0
    assert (await house.balance())[1] == 0


async def test_a_decision_on_record_is_carried_out_by_the_owner_that_comes_after(house: House) -> None:
    owner = asking(house)
    answer = await owner.placement.place(house.attempt("10.00"))
    # The owner dies when the decision is on record and before the wallet hears of it.
    owner.desk.desk.effects.clear()
    await decide(owner, house, answer, ReferralDecision.APPROVE)
    heir = asking(house)
    await heir.recover()
    assert (await decided(heir, answer)).outcome is ACCEPTED
    assert (await house.entries())[-2:] == ["place_bet", "accept_bet"]


async def test_a_referral_that_nobody_decides_is_over_in_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyplatform.sportsbook.placement.attempts.REFERRAL_S", 1)
    owner = asking(house)
    answer = await owner.placement.place(house.attempt("10.00"))
    final = await decided(owner, answer)
    assert (final.outcome, final.code) == (REFUSED, "referral_timed_out")
    assert owner.bets.liability(house.tenant.slug, MARKET, "EUR").worst_case() == 0


async def test_a_trader_s_word_does_not_open_a_suspended_market(house: House) -> None:
    owner = asking(house)
    answer = await owner.placement.place(house.attempt("10.00"))
    feed(owner, definition("SUSPENDED", version=2))
    await decide(owner, house, answer, ReferralDecision.APPROVE)
    assert (await decided(owner, answer)).code == "market_suspended"


async def test_decisions_that_make_no_sense_are_refused_by_name(house: House) -> None:
    owner = asking(house)
    answer = await owner.placement.place(house.attempt("10.00"))

    async def refused(decision: ReferralDecision, **offer: Any) -> str:
        told = await decide(owner, house, answer, decision, **offer)
        assert told.outcome is StaffOutcome.REFUSED
        return told.code

    assert await refused(ReferralDecision.REOFFER) == "offer_missing"
    assert await refused(ReferralDecision.REOFFER, prices=(20_000, 20_000)) == "offer_incomplete"
    assert await refused(ReferralDecision.REOFFER, max_stake=10**12) == "offer_pointless"
    assert await refused(ReferralDecision.APPROVE, max_stake=1) == "offer_unexpected"
    unknown = await decide(owner, house, replace(answer, bet_id="nonsense"), ReferralDecision.REJECT)
    assert unknown.code == "unknown_referral"
    body = DecideReferral(answer.bet_id, ReferralDecision.APPROVE)
    forbidden = await staff(owner, house, "decide_referral", body, role="settlement")
    assert forbidden.outcome is StaffOutcome.FORBIDDEN
    await decide(owner, house, answer, ReferralDecision.REJECT)
    assert (await decided(owner, answer)).code == "referral_rejected"


async def test_a_quick_trader_does_not_shorten_the_delay_in_play(house: House) -> None:
    """The price that was asked for may be that of a goal ago: the delay is there to find out."""
    owner = asking(house)
    feed(owner, definition(version=2, delay=2), prices())
    answer = await owner.placement.place(house.attempt("10.00"))
    assert answer.outcome is REFERRED
    assert (await decide(owner, house, answer, ReferralDecision.APPROVE)).outcome is StaffOutcome.DONE
    await asyncio.sleep(1.0)
    feed(owner, definition("SUSPENDED", version=3, delay=2))
    final = await decided(owner, answer)
    assert (final.outcome, final.code) == (REFUSED, "market_suspended")
