"""A result of staff: nobody bets on it, its bets are paid, and both rooms read one record."""

import asyncio

import msgspec

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import ANY_VERSION, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.sportsbook.settlement.service import SettlementService
from tests.integration.sportsbook.conftest import (
    FIRST,
    MARKET,
    SECOND,
    House,
    definition,
    feed,
    prices,
    until,
)


async def command(settlement: SettlementService, tenant: str, kind: str, body: object) -> StaffAnswer:
    encoded = msgspec.msgpack.encode(body)
    request = StaffRequest(tenant, "staff:ada", ("settlement",), kind, ANY_VERSION, ids.uuid7(), "", encoded)
    return msgspec.msgpack.decode(await settlement.answer(msgspec.msgpack.encode(request)), type=StaffAnswer)


async def test_a_market_whose_result_staff_entered_takes_no_bet_and_pays(house: House) -> None:
    owner, slug = house.new_owner(), house.tenant.slug
    await owner.recover()
    await owner.serve(1, lambda: True)
    feed(owner, definition(), prices())
    won = await owner.placement.place(house.attempt("10.00"))
    await owner.placement.place(house.attempt("10.00", selection=SECOND))
    following = asyncio.create_task(owner.follow_journal())
    async with house.settling() as settlement:
        answer = await command(
            settlement, slug, contract.ENTER_RESULT, contract.EnterResult(MARKET, (FIRST,))
        )
        assert answer.outcome is StaffOutcome.DONE
        await until(lambda: f"market:{MARKET}" in owner.trading.desks[slug].suspended)
        refused = await owner.placement.place(house.attempt("10.00"))
        assert refused.code == "market_suspended"
        await until(lambda: len(owner.bets) == 0)
        feed(owner, definition(version=2), prices())
        assert (await owner.placement.place(house.attempt("10.00"))).code == "market_suspended"
    following.cancel()
    paid = money.parse("10.00", "EUR") * won.prices[0] // 10_000
    assert await house.balance() == (money.parse("80.00", "EUR") + paid, 0)
    again = house.new_owner()
    await again.recover()
    assert f"market:{MARKET}" in again.trading.desks[slug].suspended
