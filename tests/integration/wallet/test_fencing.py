"""Who may append, and what an append's end proves, on a real Postgres."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import now_ns
from pyplatform.wallet import store
from pyplatform.wallet.store import Journal, Outcome


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    conn = await asyncpg.connect(settings.postgres_url)
    yield conn
    await conn.close()


@pytest.fixture
async def journal(settings: Settings, tenant_name: str) -> AsyncIterator[Journal]:
    journal = Journal(settings.postgres_url, tenant_name)
    await journal.open()
    yield journal
    journal.close()


@pytest.fixture
async def keeper(settings: Settings) -> AsyncIterator[LeaseKeeper]:
    keeper = LeaseKeeper(settings.postgres_url, owner_id())
    yield keeper
    await keeper.close()


async def _append(journal: Journal, epoch: int, lo: int) -> Outcome:
    payload = b"batch after %d" % lo
    return await journal.append(epoch, lo, lo + 1, bytes(32), hashlib.sha256(payload).digest(), payload)


async def _rows(database: asyncpg.Connection, shard: str) -> list[tuple[int, int]]:
    rows = await database.fetch(
        "SELECT seq_hi, epoch FROM ledger.journal WHERE shard = $1 AND n > 0 ORDER BY seq_hi", shard
    )
    return [(row[0], row[1]) for row in rows]


async def test_a_deposed_writer_appends_nothing(
    settings: Settings, journal: Journal, keeper: LeaseKeeper, database: asyncpg.Connection, tenant_name: str
) -> None:
    old = LeaseKeeper(settings.postgres_url, owner_id(), ttl=0.05)
    first = await old.take(tenant_name)
    assert first is not None
    assert await _append(journal, first.epoch, 0) is Outcome.COMMITTED
    await asyncio.sleep(0.1)
    second = await keeper.take(tenant_name)
    assert second is not None
    assert second.epoch > first.epoch
    assert await _append(journal, first.epoch, 1) is Outcome.FENCED
    assert not await old.renew(first)
    other = Journal(settings.postgres_url, tenant_name)
    await other.open()
    assert await _append(other, second.epoch, 1) is Outcome.COMMITTED
    assert await _append(other, second.epoch, 7) is Outcome.FENCED, "not after a batch that is not there"
    assert await _append(other, second.epoch, 1) is Outcome.ROLLED_BACK, "one batch after each"
    other.close()
    await old.close()
    assert await _rows(database, tenant_name) == [(1, first.epoch), (2, second.epoch)]


async def test_an_append_that_races_a_takeover_waits_and_then_appends_nothing(
    journal: Journal, keeper: LeaseKeeper, database: asyncpg.Connection, tenant_name: str
) -> None:
    lease = await keeper.take(tenant_name)
    assert lease is not None
    transaction = database.transaction()
    await transaction.start()
    await database.execute("UPDATE ledger.lease SET epoch = epoch + 1 WHERE shard = $1", tenant_name)
    racing = asyncio.create_task(_append(journal, lease.epoch, 0))
    await asyncio.sleep(0.2)
    assert not racing.done()
    await transaction.commit()
    assert await racing is Outcome.FENCED
    assert await _rows(database, tenant_name) == []


async def test_a_warning_makes_an_append_unclear(
    journal: Journal, keeper: LeaseKeeper, database: asyncpg.Connection, tenant_name: str
) -> None:
    """Warning 01000 is all Postgres says of a cancelled wait for its standby, beside success."""
    lease = await keeper.take(tenant_name)
    assert lease is not None
    await database.execute(
        "CREATE FUNCTION warn() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE WARNING 'canceling wait'; RETURN NULL; END $$"
    )
    await database.execute(
        "CREATE TRIGGER warn AFTER INSERT ON ledger.journal FOR EACH STATEMENT EXECUTE FUNCTION warn()"
    )
    assert await _append(journal, lease.epoch, 0) is Outcome.AMBIGUOUS


async def test_a_deadline_and_a_cancelled_task_drop_the_connection(
    journal: Journal,
    keeper: LeaseKeeper,
    database: asyncpg.Connection,
    tenant_name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(store, "APPEND_DEADLINE", 0.2)
    lease = await keeper.take(tenant_name)
    assert lease is not None
    transaction = database.transaction()
    await transaction.start()
    await database.execute("LOCK TABLE ledger.journal IN EXCLUSIVE MODE")
    assert await _append(journal, lease.epoch, 0) is Outcome.AMBIGUOUS
    await transaction.rollback()
    assert await _append(journal, lease.epoch, 0) is Outcome.AMBIGUOUS, "not before it is opened anew"

    monkeypatch.setattr(store, "APPEND_DEADLINE", 5)
    again = await keeper.take(tenant_name)
    assert again is not None
    await journal.open()
    transaction = database.transaction()
    await transaction.start()
    await database.execute("LOCK TABLE ledger.journal IN EXCLUSIVE MODE")
    task = asyncio.create_task(_append(journal, again.epoch, 0))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await transaction.rollback()
    assert await _append(journal, again.epoch, 0) is Outcome.AMBIGUOUS


@pytest.mark.parametrize("setting", ["synchronous_commit = off"])
async def test_a_server_that_may_lose_commits_is_refused(
    setting: str, settings: Settings, database: asyncpg.Connection, tenant_name: str
) -> None:
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f'ALTER DATABASE "{name}" SET {setting}')
    journal = Journal(settings.postgres_url, tenant_name)
    with pytest.raises(PlatformError, match="could lose acknowledged bets"):
        await journal.open()
    journal.close()


async def test_a_process_with_a_wrong_clock_does_not_lead(
    keeper: LeaseKeeper, tenant_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pyplatform.eventstore.lease.now_ns", lambda: now_ns() + 3_000_000_000)
    with pytest.raises(PlatformError, match=r"clock differs from the database's by \+3\.\d s"):
        await keeper.take(tenant_name)
    monkeypatch.undo()
    taken = await keeper.take(tenant_name)
    assert taken is not None
    assert taken.epoch == 1


async def test_the_journal_cannot_be_changed(
    journal: Journal, keeper: LeaseKeeper, database: asyncpg.Connection, tenant_name: str
) -> None:
    lease = await keeper.take(tenant_name)
    assert lease is not None
    await _append(journal, lease.epoch, 0)
    for statement in (
        "UPDATE ledger.journal SET n = 2",
        "DELETE FROM ledger.journal",
        "TRUNCATE ledger.journal",
    ):
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await database.execute(statement)


async def test_a_second_writer_waits_and_takes_over_without_a_lost_bet(
    player: Any, wallet_running: Any
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        first = await player.bet()
        second = wallet_running()
        await second.__aenter__()
        await asyncio.sleep(0.5)
        bets = [asyncio.create_task(player.bet(f"k{n}")) for n in range(100)]
        await asyncio.sleep(0.01)
    late = [await player.bet(f"l{n}") for n in range(20)]
    replies = [*await asyncio.gather(*bets), *late]
    assert {reply.status for reply in replies} == {codec.ACCEPTED}
    assert len({reply.seq for reply in replies}) == len(replies)
    assert min(reply.seq for reply in replies) > first.seq
    await second.__aexit__(None, None, None)


async def test_a_writer_whose_lease_was_stolen_answers_nothing_it_cannot_keep(
    player: Any, wallet_running: Any, database: asyncpg.Connection, settings: Settings
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        for _ in range(3):
            await player.bet()
            await database.execute(
                "UPDATE ledger.lease SET epoch = epoch + 1, owner = 'thief', "
                "expires_at = now() + interval '0.3 s' WHERE shard = $1",
                player.tenant,
            )
            reply = await player.bet()
            assert reply.status == codec.ACCEPTED
    replayer = core.Replayer(player.tenant)
    rows = await database.fetch(
        "SELECT payload FROM ledger.journal WHERE shard = $1 AND n > 0 ORDER BY seq_hi", player.tenant
    )
    replayer.apply([row["payload"] for row in rows])
    assert len(replayer.open_bets()) == 6
    assert replayer.epoch > 6
