"""Keys that leave memory for Postgres, and are forgotten: whoever comes with one is answered as at first, or told."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform._core.wallet import CONFLICT, REFUSED
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.time import now_ns
from pyplatform.wallet.oldkeys import LEAD, Keeping, OldKeys, Tip
from pyplatform.wallet.store import JournalReader
from tests.integration.wallet.sweeps import Sweeps

FIELDS = ("status", "code", "seq", "at", "object_id", "version", "terms", "decision")


async def _rows(settings: Settings, tenant: str) -> list[tuple[int, bool]]:
    """Position of each key that is filed, and whether it may be forgotten."""
    database = await asyncpg.connect(settings.postgres_url)
    try:
        rows = await database.fetch("SELECT * FROM ledger.old_key WHERE shard = $1 ORDER BY seq", tenant)
        return [(row["seq"], row["dated"]) for row in rows]
    finally:
        await database.close()


async def test_keys_that_left_memory_are_answered_as_at_first(
    player: Any,
    keeping: Any,
    at_once: Keeping,
    sweeps: Sweeps,
    journaled: Any,
    snapshot: Any,
    settings: Settings,
) -> None:
    async with keeping(Keeping()):
        first = {"deposit": await player.deposit(100, "d")}
        first |= {f"b{n}": await player.bet(f"b{n}") for n in range(5)}
        first["broke"] = await player.bet("broke", euros=5000)
    async with keeping(at_once):
        await sweeps.all_left(7)
        assert {entry.fields["until"] for entry in await journaled("evict_keys", 1)} == {7}
        again = {f"b{n}": await player.bet(f"b{n}") for n in range(5)}
        again |= {"deposit": await player.deposit(100, "d"), "broke": await player.bet("broke", euros=5000)}
        conflict = await player.bet("b1", euros=2)
        fresh = await player.bet("fresh")
        await snapshot()
    for name, was in first.items():
        assert again[name].replayed, name
        for field in FIELDS:
            assert getattr(again[name], field) == getattr(was, field), (name, field)
    assert (conflict.status, conflict.field) == (CONFLICT, "stake")
    assert not fresh.replayed
    assert [seq for seq, _ in await _rows(settings, player.tenant)][:7] == list(range(1, 8))
    async with keeping(Keeping()):
        assert all([(await player.bet(f"b{n}")).replayed for n in range(5)])
        assert (await player.bet("fresh")).replayed
    replayer = core.Replayer(player.tenant)
    reader = JournalReader(settings.postgres_url, player.tenant)
    replayer.apply([batch for _, batch in await reader.page(0, await reader.tip() or 0, 10_000)])
    await reader.close()
    assert replayer.state_hash == replayer.recomputed_state_hash()


async def test_a_key_past_its_time_is_forgotten_and_told_so(
    player: Any, keeping: Any, at_once: Keeping, sweeps: Sweeps, journaled: Any, settings: Settings
) -> None:
    """An hour of retention, and a table whose rows are said to be days old: nobody waits half a year."""
    made_at = now_ns() - 10**9
    key = str(UUID(int=(made_at // 10**6) << 80 | 7 << 76 | 0b10 << 62 | 5))
    async with keeping(at_once):
        first = await player.deposit(100, key)
        assert (await player.deposit(10, "text")).seq > first.seq
        await sweeps.all_left((await player.deposit(1, "last")).seq)
    database = await asyncpg.connect(settings.postgres_url)
    await database.execute(
        "UPDATE ledger.old_key SET at = at - $2 WHERE shard = $1 AND dated", player.tenant, 3 * LEAD
    )
    await database.close()
    retention = now_ns() - made_at - 5 * 10**8
    async with keeping(Keeping(age=10**18, retention=retention, every=0.02, round=0.02)):
        await journaled("forget_keys", 1)
        # The entry is not a day old as the journal has it, so that the key stands; one never used is too old.
        other = str(UUID(int=(made_at // 10**6) << 80 | 7 << 76 | 0b10 << 62 | 6))
        refused = await player.deposit(100, other)
        assert (refused.status, refused.name, refused.seq) == (REFUSED, "key_too_old", 0)
        assert (await player.deposit(10, "text")).replayed
        async with asyncio.timeout(60):
            while any(dated for _, dated in await _rows(settings, player.tenant)):
                await asyncio.sleep(0.05)
        # Its row is gone before its time, which only a lie in the table can do; it is too old, and never a second one.
        gone = await player.deposit(100, key)
        assert (gone.status, gone.name) == (REFUSED, "key_too_old")
    assert [entry.key for entry in await journaled("deposit", 0)].count(key) == 1


async def test_only_the_holder_of_the_lease_files_and_looks(
    player: Any, keeping: Any, settings: Settings
) -> None:
    async with keeping(Keeping()):
        await player.deposit(100, "d")
    epoch = await _epoch(settings, player.tenant)
    table = OldKeys(settings.postgres_url, player.tenant)
    assert await table.tip(epoch) == Tip(0, 0)
    with pytest.raises(Unavailable, match="another writer leads"):
        await table.tip(epoch + 1)
    with pytest.raises(Unavailable, match="another writer leads"):
        await table.file(epoch - 1, Tip(0, 0), Tip(1, 1), [])
    with pytest.raises(Unavailable, match="does not hold the keys"):
        await table.look(epoch, [1], 1)
    assert await table.look(epoch, [1], 0) == []
    assert [hi for hi, _ in await table.page(epoch, 0, 9, 9)] == [1]
    assert await table.page(epoch + 1, 0, 9, 9) == []
    await table.file(epoch, Tip(0, 0), Tip(1, 5), [])
    with pytest.raises(Unavailable, match="by another writer"):
        await table.file(epoch, Tip(0, 0), Tip(1, 5), [])
    await table.close()


async def test_who_files_keeps_nobody_from_taking_over(player: Any, keeping: Any, settings: Settings) -> None:
    async with keeping(Keeping()):
        await player.deposit(100, "d")
    epoch = await _epoch(settings, player.tenant)
    table = OldKeys(settings.postgres_url, player.tenant)
    other = await asyncpg.connect(settings.postgres_url)
    async with table._connection() as conn, conn.transaction():
        assert await table._hold(conn, epoch) == Tip(0, 0)
        await other.execute(
            "UPDATE ledger.lease SET epoch = epoch + 1 WHERE shard = $1", player.tenant, timeout=60
        )
    await other.close()
    assert await _epoch(settings, player.tenant) == epoch + 1
    with pytest.raises(Unavailable, match="another writer leads"):
        await table.file(epoch, Tip(0, 0), Tip(1, 5), [])
    await table.close()


async def _epoch(settings: Settings, tenant: str) -> int:
    database = await asyncpg.connect(settings.postgres_url)
    try:
        return int(await database.fetchval("SELECT epoch FROM ledger.fence WHERE shard = $1", tenant))
    finally:
        await database.close()
