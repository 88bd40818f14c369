"""Settlement through lost queues, killed processes and stopped runs: nothing lost, nothing doubled."""

import asyncio

import pytest

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import StaffOutcome
from tests.integration.settlement.conftest import EUR, Shop, won

MANY = 5 * contract.MOST_BETS + 7
A = "m.a"


@pytest.fixture
async def busy(shop: Shop) -> Shop:
    """A shop with many open bets on one market."""
    await shop.deposit(MANY * EUR)
    await shop.place_many(A, MANY)
    return shop


async def sound(shop: Shop) -> None:
    """Every bet was settled once, and every second one paid double."""
    assert await shop.entries("settle_bet") == MANY
    winners = (MANY + 1) // 2
    assert await shop.balance() == ((1000 + 2 * winners) * EUR, 0)


async def test_a_lost_queue_is_made_again_from_the_record(busy: Shop) -> None:
    async with busy.settling(idle=True):
        await busy.tell(won(1, lost=(2,)), A)
    await busy.bus.js.delete_stream(contract.WORK_STREAM)
    async with busy.settling():
        run = await busy.done(A)
    assert (run.ranges, run.ranges_done, run.settled) == (6, 6, MANY)
    await sound(busy)


async def test_a_queue_lost_under_the_workers_is_made_again(busy: Shop) -> None:
    async with busy.settling():
        await busy.tell(won(1, lost=(2,)), A)
        await busy.until(A, lambda run: run.ranges_done > 0)
        await busy.bus.js.delete_stream(contract.WORK_STREAM)
        await busy.done(A)
    await sound(busy)


async def test_a_process_killed_in_the_middle_of_a_run_is_succeeded(busy: Shop) -> None:
    async with busy.settling():
        await busy.tell(won(1, lost=(2,)), A)
        await busy.until(A, lambda run: run.ranges_done > 0)
    async with busy.settling():
        await busy.done(A)
    await sound(busy)


async def test_a_result_recorded_and_never_planned_is_settled_by_the_next_process(busy: Shop) -> None:
    async with busy.settling(idle=True) as service:
        tenant = service.tenants[busy.tenant.slug]
        tenant._plan = lambda *_, **__: asyncio.sleep(0)  # type: ignore[method-assign]
        await busy.tell(won(1, lost=(2,)), A)
    async with busy.settling():
        await busy.done(A)
    await sound(busy)


async def test_a_run_is_stopped_and_resumed(busy: Shop) -> None:
    async with busy.settling(idle=True):
        await busy.tell(won(1, lost=(2,)), A)
        stopped = await busy.staff(contract.STOP, contract.OfMarket(A))
        assert stopped.outcome is StaffOutcome.DONE
    async with busy.settling():
        await asyncio.sleep(2.5)
        (run,) = await busy.runs.runs(busy.tenant.slug, A)
        assert (run.state, run.ranges_done, run.settled) == (contract.RunState.STOPPED, 0, 0)
        assert (await busy.staff(contract.RESUME, contract.OfMarket(A))).outcome is StaffOutcome.DONE
        await busy.done(A)
    await sound(busy)


async def test_bets_placed_while_a_run_goes_on_are_settled_too(busy: Shop) -> None:
    async with busy.settling():
        await busy.tell(won(1, lost=(2,)), A)
        for _ in range(3):
            await busy.place((A, 2, 20_000))
        await busy.until(A, lambda run: run.settled == MANY + 3 and run.state is contract.RunState.DONE)
    assert await busy.entries("settle_bet") == MANY + 3
