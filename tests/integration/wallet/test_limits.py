"""A limit holds against everything at once: many bets in the same moment, repeats, and a writer that dies."""

import asyncio
from collections import Counter
from typing import Any

from pyplatform._core import guards
from pyplatform._core import wallet as codec
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import uuid7

EURO = 1_000_000
BETS = 200
STAKE = 10
LIMIT = 100


async def _ask(player: Any, slip: bytes) -> codec.Reply:
    """Until there is an answer, as a client would."""
    while True:
        try:
            reply: codec.Reply = await player.wallet.submit(player.tenant, slip)
        except Unavailable:
            await asyncio.sleep(0.1)
            continue
        if reply.status != codec.RETRY:
            return reply


async def _limited(player: Any) -> None:
    compliance = codec.Context(player.tenant, 1, player.id, 6, uuid7())
    limit = guards.set_limits(compliance, "limits", currency="EUR", wager_day=LIMIT * EURO)
    assert (await _ask(player, limit)).status == codec.ACCEPTED
    assert (await player.deposit(10_000)).status == codec.ACCEPTED


def _outcomes(replies: list[codec.Reply]) -> Counter[str]:
    return Counter(reply.name or "accepted" for reply in replies)


async def test_parallel_bets_take_exactly_what_a_limit_leaves(player: Any, wallet_running: Any) -> None:
    async with wallet_running():
        await _limited(player)
        slips = [player.slip(f"bet-{number}", euros=STAKE) for number in range(BETS)]
        # Everyone asks twice at once: the second is a repeat wherever it lands.
        twice = await asyncio.gather(*(_ask(player, slip) for slip in slips * 2))
        assert _outcomes(twice[:BETS]) == {"accepted": LIMIT // STAKE, "limit_wager": BETS - LIMIT // STAKE}
        for first, again in zip(twice[:BETS], twice[BETS:], strict=True):
            assert (first.seq, first.code, first.object_id) == (again.seq, again.code, again.object_id)


async def test_parallel_bets_keep_the_limit_over_a_crash(
    player: Any, wallet_process: Any, settings: Settings, tenant_name: str
) -> None:
    process = wallet_process(settings, tenant_name)
    await _limited(player)
    slips = [player.slip(f"bet-{number}", euros=STAKE) for number in range(BETS)]
    asked = [asyncio.create_task(_ask(player, slip)) for slip in slips]
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    process.kill()
    process.wait()
    wallet_process(settings, tenant_name)
    replies = await asyncio.gather(*asked)
    assert _outcomes(replies) == {"accepted": LIMIT // STAKE, "limit_wager": BETS - LIMIT // STAKE}
    repeated = await asyncio.gather(*(_ask(player, slip) for slip in slips))
    assert [(reply.seq, reply.code) for reply in repeated] == [(reply.seq, reply.code) for reply in replies]
    assert all(reply.replayed for reply in repeated)
