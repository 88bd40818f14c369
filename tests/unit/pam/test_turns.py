"""Turns at hashing: one tenant after the other, and no place is lost with who gave up."""

import asyncio

from pyplatform.pam.passwords import _Turns


async def test_tenants_take_turns_and_who_gives_up_keeps_no_place() -> None:
    turns, order = _Turns(1), list[str]()

    async def work(tenant: str) -> None:
        async with turns.taken(tenant):
            order.append(tenant)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work(tenant)) for tenant in "aaaab"]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert order == ["a", "b", "a", "a"]
    # Cancelled at the very moment the place is given.
    holder = turns.taken("a")
    await holder.__aenter__()
    waiting = asyncio.create_task(work("b"))
    await asyncio.sleep(0)
    await holder.__aexit__(None, None, None)
    waiting.cancel()
    await asyncio.wait([waiting])
    async with asyncio.timeout(60):
        await work("c")
    assert order[-1] == "c"
