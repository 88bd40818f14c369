"""Snapshots of real ledgers: writers and standbys that begin from one, and snapshots that must not be begun from."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from random import Random
from typing import Any

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tasks import end
from pyplatform.wallet.snapshots import Damaged, Snapshot, Snapshots
from pyplatform.wallet.snapshotter import Pace, Snapshotter
from pyplatform.wallet.standby import Standby
from pyplatform.wallet.store import JournalReader

NEVER = Pace(every=10**9, entries=10**9, least=10**9)


@asynccontextmanager
async def _following(settings: Settings, bus: Bus, tenant: str, pace: Pace) -> AsyncIterator[Snapshotter]:
    snapshotter = Snapshotter(settings, bus, tenant, pace)
    running = asyncio.create_task(snapshotter.run())
    try:
        yield snapshotter
    finally:
        await end([running])


@pytest.fixture
async def kept(settings: Settings, tenant_name: str) -> AsyncIterator[Snapshots]:
    snapshots = Snapshots(settings.postgres_url, tenant_name)
    yield snapshots
    await snapshots.close()


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(settings.postgres_url)
    yield connection
    await connection.close()


async def _whole(settings: Settings, tenant: str) -> core.Replayer:
    """The state by a replay of all of the journal."""
    reader = JournalReader(settings.postgres_url, tenant)
    replayer = core.Replayer(tenant)
    replayer.apply([payload for _hi, payload in await reader.page(0, 2**62, 2**20)])
    await reader.close()
    return replayer


async def _some_bets(player: Any) -> int:
    replies = await asyncio.gather(*(player.bet() for _ in range(20)))
    return int(max(reply.seq for reply in replies))


async def _taken(snapshotter: Snapshotter, seq: int, eventually: Any) -> Snapshot:
    async def followed() -> bool:
        return bool(snapshotter.standby.seq == seq)

    await eventually(followed)
    snapshot = await snapshotter.take()
    assert snapshot.seq == seq
    return snapshot


async def test_the_next_writer_begins_from_a_snapshot_and_knows_what_the_last_one_knew(
    player: Any,
    wallet_running: Any,
    settings: Settings,
    bus: Bus,
    eventually: Any,
    kept: Snapshots,
    database: Any,
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        first = await player.bet("first")
        seq = await _some_bets(player)
        async with _following(settings, bus, player.tenant, NEVER) as snapshotter:
            await _taken(snapshotter, seq, eventually)
        after = await player.bet("after")
    # What lies before the snapshot is not read, save the batch of a key that comes again: the writer would stop at one
    # that does not verify.
    await database.execute("ALTER TABLE ledger.journal DISABLE TRIGGER append_only")
    await database.execute(
        "UPDATE ledger.journal SET payload = 'torn' "
        "WHERE shard = $1 AND seq_hi > 0 AND seq_hi < $2 AND NOT (seq_lo < $3 AND $3 <= seq_hi)",
        player.tenant,
        seq,
        first.seq,
    )
    async with wallet_running():
        for was in (first, after):
            again = await player.bet("first" if was is first else "after")
            assert again.replayed
            assert (again.seq, again.at, again.object_id) == (was.seq, was.at, was.object_id)
        last = await player.deposit(5)
        assert last.seq == after.seq + 1
    newest = await kept.newest()
    assert newest is not None
    reader = JournalReader(settings.postgres_url, player.tenant)
    newest.apply([payload for _hi, payload in await reader.page(newest.seq, 2**62)])
    await reader.close()
    assert newest.seq == last.seq, "every batch of the new writer carries the state hash of a replay"


async def test_replays_from_a_snapshot_and_from_the_beginning_are_one(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, eventually: Any, kept: Snapshots
) -> None:
    async with wallet_running(), _following(settings, bus, player.tenant, NEVER) as snapshotter:
        await player.deposit(1000)
        await _taken(snapshotter, await _some_bets(player), eventually)
        second = await _taken(snapshotter, await _some_bets(player), eventually)
    replayer = await _whole(settings, player.tenant)
    newest = await kept.newest()
    assert newest is not None
    assert newest.seq == second.seq
    assert newest.snapshot() == replayer.snapshot()
    assert newest.recomputed_state_hash() == replayer.state_hash
    assert all(one.verified_at is not None for one in await kept.kept())


async def test_old_snapshots_go_when_newer_ones_are_verified(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, eventually: Any, kept: Snapshots
) -> None:
    pace = Pace(every=0.1, least=1, keep=2)
    async with wallet_running(), _following(settings, bus, player.tenant, pace):
        await player.deposit(1000)
        seen: set[int] = set()
        for _ in range(4):
            seq = await _some_bets(player)

            async def is_taken(seq: int = seq) -> bool:
                found = await kept.kept()
                seen.update(one.seq for one in found)
                return bool(found) and found[0].seq == seq and found[0].verified_at is not None

            await eventually(is_taken)

        async def two() -> bool:
            return len(await kept.kept()) == 2

        await eventually(two)
    assert len(seen) >= 4


async def test_a_standby_begins_from_a_snapshot(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, eventually: Any, kept: Snapshots
) -> None:
    class Watched(JournalReader):
        lowest = 2**62

        async def page(self, after: int, until: int, limit: int = 64) -> list[tuple[int, bytes]]:
            self.lowest = min(self.lowest, after)
            return await super().page(after, until, limit)

    async with wallet_running():
        await player.deposit(1000)
        seq = await _some_bets(player)
        async with _following(settings, bus, player.tenant, NEVER) as snapshotter:
            await _taken(snapshotter, seq, eventually)
        last = await _some_bets(player)
        reader = Watched(settings.postgres_url, player.tenant)
        standby = Standby(bus, reader, player.tenant, kept)
        running = asyncio.create_task(standby.run())

        async def followed() -> bool:
            return bool(standby.seq == last)

        await eventually(followed)
        await end([running])
        await reader.close()
    assert reader.lowest == seq


async def test_a_flipped_bit_anywhere_is_passed_over_for_the_snapshot_before(
    player: Any,
    wallet_running: Any,
    settings: Settings,
    bus: Bus,
    eventually: Any,
    kept: Snapshots,
    database: Any,
) -> None:
    async with wallet_running(), _following(settings, bus, player.tenant, NEVER) as snapshotter:
        await player.deposit(1000)
        first = await _taken(snapshotter, await _some_bets(player), eventually)
        second = await _taken(snapshotter, await _some_bets(player), eventually)
    length = "SELECT length(payload) FROM ledger.snapshot_chunk WHERE shard = $1 AND seq = $2 AND number = $3"
    turn = (
        "UPDATE ledger.snapshot_chunk SET payload = set_bit(payload, $4, 1 - get_bit(payload, $4)) "
        "WHERE shard = $1 AND seq = $2 AND number = $3"
    )
    chance = Random(7)  # noqa: S311 - not for cryptography
    for _ in range(60):
        number = chance.randrange(second.chunks)
        key = (player.tenant, second.seq, number)
        bit = chance.randrange(await database.fetchval(length, *key) * 8)
        await database.execute(turn, *key, bit)
        with pytest.raises(Damaged):
            await kept.load(second)
        await database.execute(turn, *key, bit)
    for column in ("hash", "state_hash", "digest"):
        turned = f"set_bit({column}, 9, 1 - get_bit({column}, 9))"
        turn = f"UPDATE ledger.snapshot SET {column} = {turned} WHERE seq = $1"  # noqa: S608
        await database.execute(turn, second.seq)
        with pytest.raises(Damaged):
            await kept.load((await kept.kept())[0])
        newest = await kept.newest()
        assert newest is not None
        assert newest.seq == first.seq
        await database.execute(turn, second.seq)
    assert (await kept.load(second)).seq == second.seq
    await database.execute("DELETE FROM ledger.snapshot_chunk WHERE number = 1")
    assert await kept.newest() is None
    async with wallet_running():
        assert (await player.deposit(1)).seq == second.seq + 1, (
            "without a good one all of the journal is replayed"
        )


async def test_a_snapshot_that_the_journal_does_not_hold_is_nobodys_beginning(
    player: Any,
    wallet_running: Any,
    settings: Settings,
    bus: Bus,
    eventually: Any,
    kept: Snapshots,
    database: Any,
) -> None:
    async with wallet_running(), _following(settings, bus, player.tenant, NEVER) as snapshotter:
        await player.deposit(1000)
        snapshot = await _taken(snapshotter, await _some_bets(player), eventually)
    await database.execute("ALTER TABLE ledger.journal DISABLE TRIGGER append_only")
    await database.execute(
        "DELETE FROM ledger.journal WHERE shard = $1 AND seq_hi = $2", player.tenant, snapshot.seq
    )
    with pytest.raises(Damaged, match="holds no batch"):
        await kept.load(snapshot)


async def test_a_replay_finds_what_no_hash_of_the_state_covers(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, eventually: Any, kept: Snapshots
) -> None:
    async with wallet_running(), _following(settings, bus, player.tenant, NEVER) as snapshotter:
        await player.deposit(1000)
        first = await _taken(snapshotter, await _some_bets(player), eventually)
        await _some_bets(player)
    replayer = await _whole(settings, player.tenant)
    stored = await kept.store(replayer, _in_another_order(replayer.snapshot()))
    assert (await kept.load(stored)).state_hash == replayer.state_hash
    snapshotter = Snapshotter(settings, bus, player.tenant, NEVER)
    with pytest.raises(PlatformError, match="two replays"):
        await snapshotter.check(stored)
    await snapshotter.close()
    assert [(one.seq, one.verified_at is None) for one in await kept.kept()] == [
        (stored.seq, True),
        (first.seq, False),
    ]


def _in_another_order(chunks: list[bytes]) -> list[bytes]:
    """The snapshot with its first two keys in another order, by somebody who knows how to seal it."""
    *before, keys, end = chunks
    first = 13 + 32 + 1  # what leads a chunk, and the kind of its records
    sealed = bytearray(keys[:-32])
    sealed[first : first + 18] = sealed[first + 9 : first + 18] + sealed[first : first + 9]
    seal = sha256(sealed).digest()
    last = end[:13] + seal
    return [*before, bytes(sealed) + seal, last + sha256(last).digest()]
