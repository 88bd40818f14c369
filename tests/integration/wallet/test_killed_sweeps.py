"""A wallet that is killed while keys leave its memory: whoever takes over answers each of them as at first."""

import asyncio
from typing import Any

import asyncpg

from pyplatform._core import wallet as codec
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.proofs import prove
from tests.integration.wallet.sweeps import Sweeps

FIELDS = ("status", "code", "seq", "at", "object_id", "version", "terms", "decision")


async def _bet(player: Any, key: str) -> codec.Reply:
    """Ask until somebody answers."""
    async with asyncio.timeout(60):
        while True:
            try:
                reply: codec.Reply = await player.bet(key)
            except Unavailable:
                continue
            return reply


async def _bets(player: Any, keys: list[str]) -> dict[str, codec.Reply]:
    return dict(zip(keys, await asyncio.gather(*(_bet(player, key) for key in keys)), strict=True))


async def _in_mid_sweep(sweeps: Sweeps, last: int) -> bool:
    """Wait until a sweep has come past an entry; whether some of its keys are still in memory."""
    async with asyncio.timeout(60):
        while True:
            until, left = await sweeps.left()
            if until >= last:
                return left > 0
            await asyncio.sleep(0.002)


async def test_every_key_is_answered_as_at_first_whoever_was_killed_in_mid_sweep(
    player: Any,
    wallet_process: Any,
    at_once: Keeping,
    copies_running: Any,
    sweeps: Sweeps,
    settings: Settings,
) -> None:
    database = await asyncpg.connect(settings.postgres_url)
    process = wallet_process(settings, player.tenant, at_once)
    await player.deposit(100_000, "money")
    first: dict[str, codec.Reply] = {}
    killed = 0
    while killed < 3:
        new = await _bets(player, [f"{len(first)}-{number}" for number in range(60)])
        old, first = list(first), first | new
        if not await _in_mid_sweep(sweeps, max(reply.seq for reply in new.values())):
            continue
        # One that stands by, or one that begins when the first is gone.
        successor = wallet_process(settings, player.tenant, at_once) if killed % 2 else None
        async with database.transaction():
            # No entry is appended while this row is held: what the journal says now is where the sweep ends.
            await database.execute("SELECT FROM ledger.fence WHERE shard = $1 FOR UPDATE", player.tenant)
            repeats = asyncio.create_task(_bets(player, old))
            is_midst = (await sweeps.left())[1] > 0
            process.kill()
            process.wait()
            await database.execute(
                "UPDATE ledger.lease SET expires_at = now() WHERE shard = $1", player.tenant
            )
        killed += is_midst
        process = successor or wallet_process(settings, player.tenant, at_once)
        for key, reply in (await repeats | await _bets(player, list(first))).items():
            assert reply.replayed, key
            assert all(getattr(reply, field) == getattr(first[key], field) for field in FIELDS), key
    assert (await player.deposit(100_000, "money")).replayed
    async with copies_running():
        await sweeps.all_left(0)
        proofs = await prove(settings, [player.tenant])
    assert all(proof.ok for proof in proofs), proofs
    assert sorted(sweeps.bets) == sorted(first)
    await database.close()
