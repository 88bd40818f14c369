"""A result that was rolled back: the bet is open again for its player, for liability and for settlement."""

import asyncio

import msgspec
import pytest

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import ANY_VERSION, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.mybets import BetState
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.tasks import end
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.recovery import Recovery
from pyplatform.sportsbook.placement.reopened import Reopened
from pyplatform.sportsbook.settlement.service import SettlementService
from pyplatform.wallet.store import PAGE, JournalReader
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
from tests.integration.sportsbook.test_mybets import eventually, projected, session

CLOSING = definition("CLOSED", version=2, r11="WINNER", r22="LOSER", r33="LOSER")


async def ask(settlement: SettlementService, house: House, kind: str, body: object) -> StaffAnswer:
    told = msgspec.msgpack.encode(body)
    request = StaffRequest(
        house.tenant.slug, "staff:sue", ("settlement",), kind, ANY_VERSION, ids.uuid7(), "", told
    )
    return msgspec.msgpack.decode(await settlement.answer(msgspec.msgpack.encode(request)), type=StaffAnswer)


async def staff(settlement: SettlementService, house: House, kind: str, body: object) -> StaffAnswer:
    answer = await ask(settlement, house, kind, body)
    assert answer.outcome is StaffOutcome.DONE, answer
    return answer


class Watched(JournalReader):
    """Notes from where on it was read for more than a glance."""

    def __init__(self, postgres_url: str, shard: str) -> None:
        super().__init__(postgres_url, shard)
        self.begun: list[int] = []

    async def page(self, after: int, until: int, limit: int = PAGE) -> list[tuple[int, bytes]]:
        if limit == PAGE:
            self.begun.append(after)
        return await super().page(after, until, limit)


async def test_the_journal_is_read_anew_from_the_first_reopened_bet_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyplatform.sportsbook.placement.reopened.SKEW_MS", 0)
    reader = Watched(house.settings.postgres_url, house.tenant.slug)
    try:
        for _ in range(9):
            await house.deposit("10.00")
        after = await reader.tip() or 0
        await asyncio.sleep(0.002)  # ids count milliseconds
        owner = house.new_owner()
        feed(owner, definition(), prices())
        answer = await owner.placement.place(house.attempt("10.00"))
        await house.deposit("10.00")
        tip = await reader.tip() or 0
        bet = ids.parse(answer.bet_id)
        assert await Reopened(house.tenant.slug, [bet]).begin(reader, tip) == after
        assert await Reopened(house.tenant.slug, [bytes(16)]).begin(reader, tip) == 0
        later = bytes.fromhex("ff" * 6) + bytes(10)
        assert await Reopened(house.tenant.slug, [later]).begin(reader, tip) == tip
        assert await Reopened(house.tenant.slug, [bet, later]).begin(reader, tip) == after

        bets = OpenBets()
        recovery = Recovery([house.tenant.slug], lambda _: reader, house.wallet, bets)
        await recovery.catch_up()
        assert len(bets) == 1
        async with house.settling() as settlement:
            for result in feed(owner, CLOSING).results:
                await settlement.take_result(result)
            await until(lambda: settlement.totals.settled.value == 1)
            await recovery.catch_up()
            assert len(bets) == 0
            await staff(settlement, house, contract.TAKE_BACK, contract.TakeBack(MARKET, "wrong race"))
            reader.begun.clear()
            await reopened(recovery, bets)
        assert set(reader.begun) >= {after}
        assert min(reader.begun) == after
    finally:
        await reader.close()


async def reopened(recovery: Recovery, bets: OpenBets) -> None:
    async with asyncio.timeout(10):
        while not len(bets):
            await recovery.catch_up()
            await asyncio.sleep(0.01)


async def test_a_bet_whose_result_was_taken_back_is_open_counts_again_and_is_settled_again(
    house: House,
) -> None:
    owner = house.new_owner()
    feed(owner, definition(), prices())
    won = await owner.placement.place(house.attempt("10.00", selection=FIRST))
    lost = await owner.placement.place(house.attempt("6.00", selection=SECOND))
    tenant, eur = house.tenant.slug, money.parse("1.00", "EUR")
    gains = 10 * eur * won.prices[0] // 10_000, 6 * eur * lost.prices[0] // 10_000

    def liability() -> tuple[int, ...]:
        book = owner.bets.liability(tenant, MARKET, "EUR")
        return tuple(book.room(selection) for selection in (FIRST, SECOND))

    counted = liability()
    following = asyncio.create_task(owner.follow_journal())
    async with projected(house) as (reader, _), house.settling() as settlement:
        mine = session(house)
        for result in feed(owner, CLOSING).results:
            await settlement.take_result(result)
        await eventually(lambda: reader.one(mine, won.bet_id), BetState.SETTLED)
        await until(lambda: len(owner.bets) == 0)
        assert await house.balance() == (84 * eur + gains[0], 0)

        await staff(settlement, house, contract.TAKE_BACK, contract.TakeBack(MARKET, "wrong race"))
        for bet in (won, lost):
            again = await eventually(lambda bet=bet: reader.one(mine, bet.bet_id), BetState.OPEN)  # type: ignore[misc]
            assert again.returned is None
        assert await house.balance() == (84 * eur, 16 * eur)
        await until(lambda: len(owner.bets) == 2)
        assert liability() == counted

        fresh = house.new_owner()
        await fresh.recover()
        assert {bet.bet_id for bet in fresh.bets} == {ids.parse(won.bet_id), ids.parse(lost.bet_id)}
        assert all(bet.version == 3 for bet in fresh.bets)

        entered = contract.EnterResult(MARKET, (SECOND,), note="the right race")
        await staff(settlement, house, contract.ENTER_RESULT, entered)
        paid = await eventually(lambda: reader.one(mine, lost.bet_id), BetState.SETTLED)
        assert paid.returned == money.format(gains[1], "EUR")
        await until(lambda: len(owner.bets) == 0)
    await end([following])
    assert await house.balance() == (84 * eur + gains[1], 0)
    assert (await house.entries()).count("reopen_bet") == 2
