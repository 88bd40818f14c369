"""What a tenant's commits wait for, on a Postgres with a real synchronous standby."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.embedded import PostgresPair, Servers
from pyplatform.eventstore import migrate_all
from pyplatform.eventstore.lease import LeaseKeeper, owner_id
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.ids import uuid7
from pyplatform.kernel.tenancy import Replication
from pyplatform.wallet import store
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.service import Shard
from pyplatform.wallet.store import Journal, Outcome

EURO = 1_000_000


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[PostgresPair]:
    async with PostgresPair(tmp_path / "pair") as pair:
        connection = await asyncpg.connect(pair.url)
        await migrate_all(connection)
        await connection.close()
        yield pair


@pytest.fixture
def settings(servers: Servers, pair: PostgresPair) -> Settings:
    return msgspec.structs.replace(servers.settings, postgres_url=pair.url)


class Leading:
    """A writer that leads in this process, and what it has answered."""

    def __init__(self, shard: Shard) -> None:
        self.shard = shard
        self.answers: list[codec.Reply] = []

    def deposit(self, key: str) -> None:
        """Hand in a command; its answer is appended to `answers`."""
        context = codec.Context(self.shard.writer.shard, 1, uuid7(), 2, uuid7())
        command = codec.deposit(context, key, "EUR", EURO, "bank")
        frame = bytes([1, 1, 0]) + len(command).to_bytes(4, "little") + command
        self.shard.writer.enqueue(frame, self._take)

    def _take(self, frame: bytes) -> None:
        length = int.from_bytes(frame[3:7], "little")
        self.answers.append(codec.decode_reply(frame[7 : 7 + length]))

    async def answered(self, count: int) -> None:
        async with asyncio.timeout(60):
            while len(self.answers) < count:
                await asyncio.sleep(0.02)


Led = Any


@pytest.fixture
async def lead(settings: Settings, tenant_name: str) -> AsyncIterator[Led]:
    bus, stop = await Bus.connect(settings.nats_url, "wallet"), asyncio.Event()
    running: list[asyncio.Task[None]] = []

    async def begin(replication: Replication) -> Leading:
        leading = Leading(Shard(settings, bus, tenant_name, replication, Keeping()))
        running.append(asyncio.create_task(leading.shard.run(stop)))
        async with asyncio.timeout(60):
            while leading.shard.writer.machine.standing != core.LEADING:
                await asyncio.sleep(0.02)
        return leading

    yield begin
    stop.set()
    await asyncio.gather(*running)
    await bus.close()


async def test_nothing_is_answered_while_the_standby_is_frozen(pair: PostgresPair, lead: Led) -> None:
    leading = await lead("dr-sync")
    leading.deposit("before")
    await leading.answered(1)
    pair.signal(pair.standby, signal.SIGSTOP)
    leading.deposit("frozen")
    # Longer than an append's deadline: the writer drops the connection, and its next lease waits for the standby too.
    await asyncio.sleep(5)
    assert len(leading.answers) == 1
    pair.signal(pair.standby, signal.SIGCONT)
    await leading.answered(2)
    seqs = [answer.seq for answer in leading.answers]
    assert [answer.status for answer in leading.answers] == [codec.ACCEPTED] * 2
    assert seqs == sorted(set(seqs))
    assert leading.shard.writer.machine.stats().recoveries >= 1


async def test_a_cancelled_wait_for_the_standby_is_no_success(pair: PostgresPair, lead: Led) -> None:
    """Postgres answers a cancelled wait with success and warning 01000; the row is on the primary alone."""
    leading = await lead("dr-sync")
    leading.deposit("before")
    await leading.answered(1)
    pair.signal(pair.standby, signal.SIGSTOP)
    leading.deposit("cancelled")
    async with pair.connection(pair.primary) as admin:
        cancelled = 0
        async with asyncio.timeout(60):
            while not cancelled:
                await asyncio.sleep(0.05)
                cancelled = await admin.fetchval(
                    "select count(*) filter (where pg_cancel_backend(pid)) from pg_stat_activity "
                    "where wait_event = 'SyncRep' and query like '%INSERT INTO ledger.journal%'"
                )
        await asyncio.sleep(0.5)
        assert (
            await admin.fetchval(
                "select count(*) from pg_stat_activity where wait_event = 'SyncRep' and query like '%journal%'"
            )
            == 0
        )
    assert len(leading.answers) == 1, "success with a warning proves nothing"
    pair.signal(pair.standby, signal.SIGCONT)
    await leading.answered(2)
    assert leading.answers[1].status == codec.ACCEPTED


async def test_an_append_through_a_cancelled_wait_is_unclear(
    pair: PostgresPair, tenant_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "APPEND_DEADLINE", 60)
    journal = Journal(pair.url, tenant_name, "dr-sync")
    await journal.open()
    keeper = LeaseKeeper(pair.url, owner_id(), replication="dr-sync")
    lease = await keeper.take(tenant_name)
    assert lease is not None
    pair.signal(pair.standby, signal.SIGSTOP)
    appending = asyncio.create_task(journal.append(lease.epoch, 0, 1, bytes(32), bytes(32), b"batch"))
    async with pair.connection(pair.primary) as admin:
        waiting = "select pg_cancel_backend(pid) from pg_stat_activity where wait_event = 'SyncRep'"
        async with asyncio.timeout(60):
            while await admin.fetchval(waiting) is None:
                await asyncio.sleep(0.01)
        assert await appending is Outcome.AMBIGUOUS
        assert await admin.fetchval("select 1") == 1
    pair.signal(pair.standby, signal.SIGCONT)
    journal.close()
    await keeper.close()


async def test_a_local_tenant_does_not_wait_for_the_standby(pair: PostgresPair, lead: Led) -> None:
    leading = await lead("local")
    pair.signal(pair.standby, signal.SIGSTOP)
    for number in range(5):
        leading.deposit(f"local-{number}")
    await leading.answered(5)
    await asyncio.sleep(2.5)
    leading.deposit("later")
    await leading.answered(6)
    assert leading.shard.writer.machine.stats().recoveries == 0, "its lease is renewed alone, too"
    pair.signal(pair.standby, signal.SIGCONT)
    await pair.in_sync()


async def _standby_names(pair: PostgresPair, names: str) -> None:
    async with pair.connection(pair.primary) as admin:
        await admin.execute(f"alter system set synchronous_standby_names = '{names}'")
        await admin.execute("select pg_reload_conf()")
    await asyncio.sleep(0.3)


async def test_a_dr_sync_tenant_is_not_led_without_a_synchronous_standby(
    pair: PostgresPair, settings: Settings, tenant_name: str
) -> None:
    await _standby_names(pair, "")
    bus = await Bus.connect(settings.nats_url, "wallet")
    shard = Shard(settings, bus, tenant_name, "dr-sync", Keeping())
    with pytest.raises(PlatformError, match="names no synchronous standby"):
        await asyncio.wait_for(shard.run(asyncio.Event()), 60)
    await bus.close()


async def test_a_standby_that_is_asked_for_no_longer_ends_the_leadership(
    pair: PostgresPair, settings: Settings, tenant_name: str
) -> None:
    bus = await Bus.connect(settings.nats_url, "wallet")
    leading = Leading(Shard(settings, bus, tenant_name, "dr-sync", Keeping()))
    running = asyncio.create_task(leading.shard.run(asyncio.Event()))
    async with asyncio.timeout(60):
        while leading.shard.writer.machine.standing != core.LEADING:
            await asyncio.sleep(0.02)
    leading.deposit("first")
    await leading.answered(1)
    await _standby_names(pair, "")
    leading.deposit("second")
    with pytest.raises(PlatformError, match="names no synchronous standby"):
        await asyncio.wait_for(running, 60)
    assert [answer.status for answer in leading.answers[1:] if answer.status == codec.ACCEPTED] == []
    await bus.close()


async def test_a_former_primary_that_comes_back_acknowledges_nothing(
    pair: PostgresPair, lead: Led, tenant_name: str
) -> None:
    """The primary freezes amid an append and wakes when the standby has been promoted: two primaries for a while."""
    leading = await lead("dr-sync")
    leading.deposit("before")
    await leading.answered(1)
    former = pair.primary
    pair.signal(former, signal.SIGSTOP)
    leading.deposit("frozen")
    await pair.promote(split=True)
    pair.signal(former, signal.SIGCONT)
    zombie = Journal(pair.node_url(former).replace("/postgres?", "/pyplatform?"), tenant_name, "dr-sync")
    await zombie.open()
    epoch = leading.shard.writer.machine.epoch
    outcome = await zombie.append(epoch, 1, 2, bytes(32), b"z" * 32, b"phantom")
    assert outcome is not Outcome.COMMITTED, "it waits for a standby that has left"
    assert len(leading.answers) == 1
    zombie.close()
    await pair.kill(former)
    await pair.rejoin()
    await leading.answered(2)
    leading.deposit("after")
    await leading.answered(3)
    connection = await asyncpg.connect(pair.url)
    rows = await connection.fetch(
        "SELECT payload FROM ledger.journal WHERE shard = $1 AND n > 0 ORDER BY seq_hi", tenant_name
    )
    await connection.close()
    replayer = core.Replayer(tenant_name)
    replayer.apply([row["payload"] for row in rows])
    assert replayer.seq == 3
    assert sorted(answer.seq for answer in leading.answers) == [1, 2, 3]
