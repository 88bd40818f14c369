"""Results of feeds and staff through the record, the work queue, the wallet and a real journal."""

import asyncio

from pyplatform.contracts.feeds import OutcomeResult, Result
from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import StaffOutcome
from pyplatform.core import money
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import HouseRules
from tests.integration.settlement.conftest import EUR, NOTHING, Shop, open_shop, won

A, B, C = "m.a", "m.b", "m.c"


async def test_winners_are_paid_losers_lose_and_the_run_tells(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    await shop.place((A, 2, 25_000))
    async with shop.settling():
        await shop.tell(won(1, lost=(2,)), A)
        run = await shop.done(A)
    assert (run.bets, run.settled, run.ranges, run.ranges_done) == (2, 2, 1, 1)
    assert run.moved == {"EUR": 25 * EUR}
    assert await shop.balance() == (1005 * EUR, 0)
    (revision,) = await shop.record.revisions(shop.tenant.slug, A)
    assert (revision.revision, revision.source, revision.actor) == (1, "feed", "feed:uof")


async def test_a_result_replayed_twice_and_a_lost_consumer_change_nothing(shop: Shop) -> None:
    await shop.place((A, 1, 25_000))
    async with shop.settling():
        await shop.tell(won(2, lost=(1,), certainty=1), A, seq=1)
        await shop.done(A)
        await shop.tell(won(1, lost=(2,)), A, seq=2)
        await shop.done(A, 2)
        for seq in (1, 2, 2, 1):
            await shop.tell(won(2, lost=(1,)) if seq == 1 else won(1, lost=(2,)), A, seq=seq)
        await asyncio.sleep(0.2)
    assert len(await shop.record.revisions(shop.tenant.slug, A)) == 2
    assert await shop.entries("settle_bet") <= 2


async def test_legs_arrive_one_by_one_and_the_last_needed_settles(shop: Shop) -> None:
    await shop.place((A, 1, 20_000), (B, 1, 20_000), (C, 1, 20_000), kind="TREBLE")
    await shop.place((A, 1, 20_000), (B, 2, 20_000), (C, 1, 20_000), kind="TREBLE")
    async with shop.settling():
        await shop.tell(won(1, lost=(2,)), A)
        run = await shop.done(A)
        assert (run.settled, run.unchanged) == (0, 2)
        await shop.tell(won(1, lost=(2,)), B)
        run = await shop.done(B)
        assert (run.settled, run.unchanged) == (1, 1)
        await shop.tell(won(1), C)
        run = await shop.done(C)
        assert run.settled == 1
    assert await shop.balance() == (1060 * EUR, 0)


async def test_a_bet_that_opens_after_its_result_is_settled_at_once(shop: Shop) -> None:
    async with shop.settling():
        await shop.tell(won(1, lost=(2,)), A)
        await shop.done(A)
        await shop.place((A, 1, 20_000))
        await shop.until(A, lambda run: run.settled == 1 and run.state is contract.RunState.DONE)
    assert await shop.balance() == (1010 * EUR, 0)


async def test_a_removed_runner_gives_back_and_takes_from_the_winnings_of_earlier_bets(shop: Shop) -> None:
    await shop.place((A, 33, 50_000))
    await shop.place((A, 11, 25_000))
    gone = OutcomeResult("33", False, void_halves=2, reduction=20.0, removed_at=2**62)
    async with shop.settling():
        await shop.tell(Result(1, False, False, 0, (gone,)), A, feed="betfair")
        run = await shop.done(A)
        assert (run.voided, run.unchanged) == (1, 1)
        await shop.tell(Result(1, True, False, 0, (OutcomeResult("11", True), gone)), A, feed="betfair")
        await shop.done(A, 2)
    # 20 percent of the chances are 4/1: 20 pence a pound
    assert await shop.balance() == (990 * EUR + 10 * EUR + 12 * EUR, 0)


async def test_one_person_enters_small_results_and_two_are_needed_above_the_threshold(
    settings: Settings, tenant_name: str
) -> None:
    async with open_shop(settings, tenant_name, HouseRules(four_eyes_above=100)) as shop:
        await shop.deposit(money.parse("1000.00", "EUR"))
        await shop.place((A, 1, 20_000))
        await shop.place((B, 1, 20_000), stake=60 * EUR)
        async with shop.settling():
            small = await shop.staff(contract.ENTER_RESULT, contract.EnterResult(A, (1,)))
            assert (small.outcome, small.version) == (StaffOutcome.DONE, 1)
            await shop.done(A)
            big = await shop.staff(contract.ENTER_RESULT, contract.EnterResult(B, (1,), note="photo finish"))
            assert (big.outcome, big.version) == (StaffOutcome.DONE, 0)
            assert await shop.record.revisions(shop.tenant.slug, B) == []
            (proposal,) = await shop.record.proposals(shop.tenant.slug, B)
            assert proposal.at_risk == {"EUR": 120 * EUR}
            word = contract.Judgement(proposal.id)
            own = await shop.staff(contract.CONFIRM, word)
            assert (own.outcome, own.code) == (StaffOutcome.REFUSED, "same_person")
            assert (await shop.staff(contract.CONFIRM, word, role="trader")).outcome is StaffOutcome.FORBIDDEN
            other = await shop.staff(contract.CONFIRM, word, actor="staff:ben")
            assert (other.outcome, other.version) == (StaffOutcome.DONE, 1)
            again = await shop.staff(contract.REJECT, word, actor="staff:cyd")
            assert again.code == "already_decided"
            await shop.done(B)
        assert await shop.balance() == (1070 * EUR, 0)


async def test_a_house_may_wait_for_results_that_are_confirmed(settings: Settings, tenant_name: str) -> None:
    async with open_shop(settings, tenant_name, HouseRules(certainty=2)) as shop:
        await shop.deposit(100 * EUR)
        await shop.place((A, 1, 20_000))
        async with shop.settling():
            await shop.tell(won(lost=(1,), certainty=1), A)
            assert await shop.record.revisions(shop.tenant.slug, A) == []
            await shop.tell(won(1, certainty=2), A)
            await shop.done(A)
        assert await shop.balance() == (110 * EUR, 0)


async def test_a_feed_cannot_undo_what_staff_entered_but_proposes(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    async with shop.settling():
        await shop.staff(contract.ENTER_RESULT, contract.EnterResult(A, (1,)))
        await shop.done(A)
        for _ in range(2):
            await shop.tell(won(2, lost=(1,)), A)
        (proposal,) = await shop.record.proposals(shop.tenant.slug, A)
        assert proposal.proposed_by == "feed:uof"
    assert await shop.balance() == (1010 * EUR, 0)


async def test_staff_see_the_revision_they_change_and_are_told_what_is_wrong(shop: Shop) -> None:
    async with shop.settling():
        for body in (
            contract.EnterResult(A, ()),
            contract.EnterResult(A, (1, 1)),
            contract.EnterResult(A, (1,), removed=(contract.Removed(1),)),
            contract.EnterResult(A, (1,), removed=(contract.Removed(2, pence=91),)),
            contract.EnterResult(A, (1,), places=0),
        ):
            assert (await shop.staff(contract.ENTER_RESULT, body)).outcome is StaffOutcome.REFUSED
        assert (await shop.staff(contract.TAKE_BACK, contract.TakeBack(A))).code == "no_results"
        assert (await shop.staff("settlement.unheard", contract.TakeBack(A))).code == "unknown_kind"
        first = await shop.staff(contract.VOID, contract.Void(A), expected=0)
        assert first.version == 1
        late = await shop.staff(contract.ENTER_RESULT, contract.EnterResult(A, (1,)), expected=0)
        assert (late.outcome, late.version) == (StaffOutcome.CONFLICT, 1)
        twice = await shop.staff(contract.VOID, contract.Void(A), expected=1)
        assert twice.code == "nothing_new"
        assert (await shop.staff(contract.STOP, contract.OfMarket(A))).code == "not_running"


async def test_a_void_of_a_window_gives_back_its_bets_only(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    await asyncio.sleep(0.005)
    late = await shop.place((A, 1, 20_000))
    async with shop.settling() as service:
        found = service.tenants[shop.tenant.slug].book.get(late)
        assert found is not None
        await shop.staff(contract.VOID, contract.Void(A, from_ms=found.placed_ms))
        run = await shop.done(A)
    assert (run.voided, run.unchanged) == (1, 1)
    assert await shop.balance() == (990 * EUR, 10 * EUR)
    assert NOTHING.outcomes == ()
