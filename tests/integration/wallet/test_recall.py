"""Keys whose answers memory does not hold any more: they are read from the journal, and are the very same."""

import asyncio
from typing import Any

import asyncpg
import pytest

from pyplatform._core.wallet import CONFLICT
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.wallet.store import JournalReader


async def test_old_keys_are_answered_from_the_journal_as_they_were_at_first(
    player: Any, wallet_running: Any, snapshot: Any
) -> None:
    async with wallet_running():
        first = {"deposit": await player.deposit(100, "d")}
        first |= {f"b{n}": await player.bet(f"b{n}") for n in range(3)}
        first["broke"] = await player.bet("broke", euros=5000)
        await asyncio.gather(*(player.bet(f"many-{n}") for n in range(40)))
        await snapshot()
    async with wallet_running():
        again = {"deposit": await player.deposit(100, "d")}
        again |= dict(
            zip(
                ("b0", "b1", "b2"),
                await asyncio.gather(*(player.bet(f"b{n}") for n in range(3))),
                strict=True,
            )
        )
        again["broke"] = await player.bet("broke", euros=5000)
        for name, was in first.items():
            found = again[name]
            assert found.replayed, name
            for field in ("status", "code", "seq", "at", "object_id", "version", "terms", "decision"):
                assert getattr(found, field) == getattr(was, field), (name, field)
        assert first["broke"].code == 101
        conflict = await player.bet("b1", euros=2)
        assert (conflict.status, conflict.field) == (CONFLICT, "stake")
        repeats = await asyncio.gather(*(player.bet(f"many-{n}") for n in range(40)))
        assert all(reply.replayed for reply in repeats)
        fresh = await player.bet("fresh")
        assert fresh.seq == max(reply.seq for reply in repeats) + 1 or not fresh.replayed


async def test_new_bets_do_not_wait_for_an_answer_that_is_looked_up(
    player: Any, wallet_running: Any, snapshot: Any, settings: Settings
) -> None:
    async with wallet_running():
        await player.deposit(100)
        await player.bet("old")
        await snapshot()
    lock = await asyncpg.connect(settings.postgres_url)
    async with wallet_running():
        await player.bet("warm")
        transaction = lock.transaction()
        await transaction.start()
        # Only a lock on the whole table keeps readers out; it keeps appends out as well, so they go first.
        asked = asyncio.create_task(player.bet("old"))
        placed = await asyncio.gather(*(player.bet() for _ in range(20)))
        assert all(not reply.replayed for reply in placed)
        await transaction.rollback()
        assert (await asked).replayed
    await lock.close()


async def test_an_entry_that_is_damaged_stops_the_writer_and_is_never_a_new_bet(
    player: Any, wallet_running: Any, snapshot: Any, settings: Settings
) -> None:
    async with wallet_running():
        await player.deposit(100)
        old = await player.bet("old")
        await asyncio.sleep(0.05)
        await player.bet("later")
        await snapshot()
    database = await asyncpg.connect(settings.postgres_url)
    await database.execute("ALTER TABLE ledger.journal DISABLE TRIGGER append_only")
    await database.execute(
        "UPDATE ledger.journal SET payload = set_byte(payload, length(payload) - 9, 1 + get_byte(payload, 9)) "
        "WHERE shard = $1 AND seq_lo < $2 AND $2 <= seq_hi",
        player.tenant,
        old.seq,
    )
    await database.close()
    with pytest.raises(PlatformError, match="recalled"):  # noqa: PT012 - it stops while it is asked
        async with wallet_running():
            with pytest.raises(Unavailable):
                await player.bet("old")


async def test_who_does_not_hold_an_entry_says_so(
    player: Any, wallet_running: Any, settings: Settings
) -> None:
    async with wallet_running():
        last = (await player.deposit(100)).seq
    reader = JournalReader(settings.postgres_url, player.tenant)
    database = await asyncpg.connect(settings.postgres_url)
    epoch = await database.fetchval("SELECT epoch FROM ledger.fence WHERE shard = $1", player.tenant)
    await database.close()
    assert len(await reader.holding(epoch, [last])) == 1
    for other, seqs in ((epoch, [last, last + 7]), (epoch + 1, [last])):
        with pytest.raises(Unavailable, match="does not hold"):
            await reader.holding(other, seqs)
    await reader.close()
