"""What is listed as waiting, from the ledger's bets and the results on record."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome
from pyplatform.contracts.sportsbook.settlement import WaitsFor
from pyplatform.core import money
from pyplatform.kernel.tenancy import HouseRules
from tests.integration.settlement.conftest import EUR, NOTHING, Shop, open_shop, won

A, B, C = "m.a", "m.b", "m.c"


async def ask(shop: Shop, asked: contract.AskWaiting, role: str = "trader") -> StaffAnswer:
    return await shop.staff(contract.WAITING, asked, role=role)


async def waiting(
    shop: Shop, *, before: datetime | None = None, after: str = "", limit: int = 50
) -> contract.WaitingMarkets:
    answer = await ask(shop, contract.AskWaiting(before, after, limit))
    assert answer.outcome is StaffOutcome.DONE, answer
    return msgspec.msgpack.decode(answer.data, type=contract.WaitingMarkets)


async def whys(shop: Shop) -> list[tuple[str, WaitsFor, int, dict[str, int]]]:
    return [(one.market_id, one.why, one.bets, one.stakes) for one in (await waiting(shop)).markets]


async def test_a_market_waits_from_the_first_result_of_its_event_until_it_has_its_own(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    await shop.place((B, 1, 20_000), stake=3 * EUR)
    await shop.place((A, 1, 20_000), (B, 1, 20_000), stake=4 * EUR, kind="DOUBLE")
    async with shop.settling():
        assert await whys(shop) == []
        await shop.tell(won(1, lost=(2,)), A)
        await shop.done(A)
        assert await whys(shop) == [(B, WaitsFor.NO_RESULT, 2, {"EUR": 7 * EUR})]
        (one,) = (await waiting(shop)).markets
        (result,) = await shop.record.revisions(shop.tenant.slug, A)
        assert (one.event_id, one.since) == ("e", result.recorded_at)
        assert (await waiting(shop, before=result.recorded_at)).markets == []
        assert (await waiting(shop, before=datetime(9999, 1, 1, tzinfo=UTC))).markets == [one]
        await shop.tell(won(2, final=False), B)
        await shop.done(B)
        assert await whys(shop) == [(B, WaitsFor.OUTCOMES, 2, {"EUR": 7 * EUR})]
        await shop.tell(won(2, lost=(1,)), B)
        await shop.done(B, 2)
        assert await whys(shop) == []
        await shop.tell(NOTHING, B)
        await shop.done(B, 3)
        assert await whys(shop) == [(B, WaitsFor.ANOTHER_RESULT, 2, {"EUR": 7 * EUR})]


async def test_it_is_told_after_a_restart_and_page_by_page(shop: Shop) -> None:
    for market in (A, B, C):
        await shop.place((market, 1, 20_000))
    async with shop.settling():
        for market in (C, B, A):
            await shop.tell(won(2, final=False), market)
            await shop.done(market)
    async with shop.settling():
        first = await waiting(shop, limit=2)
        assert [one.market_id for one in first.markets] == [C, B]
        last = await waiting(shop, after=first.next, limit=2)
        assert ([one.market_id for one in last.markets], last.next) == ([A], "")


async def test_what_a_feed_says_after_staff_is_a_conflict_until_somebody_decides(shop: Shop) -> None:
    await shop.place((A, 1, 20_000))
    async with shop.settling():
        await shop.staff(contract.DECIDE, contract.Decide(A, (contract.Decision(1, won=False),)))
        await shop.done(A)
        assert await whys(shop) == []
        await shop.staff(contract.TAKE_BACK, contract.TakeBack(A))
        await shop.done(A, 2)
        assert await whys(shop) == [(A, WaitsFor.ANOTHER_RESULT, 1, {"EUR": 10 * EUR})]
        await shop.tell(won(1), A)
        assert await whys(shop) == [(A, WaitsFor.CONFLICT, 1, {"EUR": 10 * EUR})]
        (proposal,) = await shop.record.proposals(shop.tenant.slug, A)
        assert (await waiting(shop)).markets[0].since == proposal.proposed_at
        await shop.staff(contract.CONFIRM, contract.Judgement(proposal.id))
        await shop.done(A, 3)
        assert await whys(shop) == []


async def test_a_big_result_waits_for_a_second_person(shop: Shop, new_tenant_name: Callable[[], str]) -> None:
    async with open_shop(shop.settings, new_tenant_name(), HouseRules(four_eyes_above=19)) as careful:
        await careful.deposit(money.parse("10.00", "EUR"))
        await careful.place((A, 1, 20_000))
        await shop.place((A, 1, 20_000))
        async with careful.settling(idle=True), shop.settling(idle=True):
            said = contract.EnterResult(A, (1,))
            await careful.staff(contract.ENTER_RESULT, said)
            assert await whys(careful) == [(A, WaitsFor.SECOND_PERSON, 1, {"EUR": 10 * EUR})]
            assert await whys(shop) == [], "what waits with one tenant is nothing to another"


async def test_who_may_not_look_and_pages_that_are_none_are_refused(shop: Shop) -> None:
    async with shop.settling(idle=True):
        assert (await ask(shop, contract.AskWaiting(), role="support")).outcome is StaffOutcome.FORBIDDEN
        refused = await ask(shop, contract.AskWaiting(after="x:1"))
        assert (refused.outcome, refused.field) == (StaffOutcome.REFUSED, "after")
