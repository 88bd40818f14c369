"""Domain events: isolated by tenant, gapless, in the caller's transaction, and copied to JetStream exactly once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.eventstore import (
    Event,
    Relay,
    VersionConflict,
    append,
    events,
    read,
    stream_name,
    tenant_transaction,
    tenants,
)
from pyplatform.kernel.config import Settings
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.telemetry import span


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=8) as pool:
        yield pool


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[Bus]:
    bus = await Bus.connect(settings.nats_url, "test")
    yield bus
    await bus.close()


def event(n: int, aggregate: str = "player:1") -> Event:
    return Event(
        type="thing.done", aggregate=aggregate, data={"n": n}, brand=1, actor="system", correlation=b"c"
    )


async def record(pool: asyncpg.Pool, tenant: str, *events: Event) -> list[Envelope]:
    async with tenant_transaction(pool, tenant) as connection:
        return await append(connection, tenant, "pam", *events)


async def test_an_event_keeps_everything_it_was_told(pool: asyncpg.Pool, tenant_name: str) -> None:
    with span("request") as around:
        told = Event(
            type="player.registered",
            version=3,
            aggregate="player:9",
            data={"currency": "EUR", "n": 2**60},
            brand=7,
            actor="player:9",
            correlation=b"\x01\x02",
            causation=b"\x03",
        )
    (recorded,) = await record(pool, tenant_name, told)
    assert (recorded.id, recorded.at, recorded.traceparent) == (told.id, told.at, around.traceparent)
    assert (recorded.position, recorded.seq, recorded.version, recorded.brand) == (1, 1, 3, 7)
    assert msgspec.msgpack.decode(recorded.data) == {"currency": "EUR", "n": 2**60}
    async with tenant_transaction(pool, tenant_name) as connection:
        assert await read(connection, tenant_name, "pam", 0, 10) == [recorded]


async def test_positions_have_no_gaps_though_transactions_fail_and_race(
    pool: asyncpg.Pool, tenant_name: str
) -> None:
    async def one(n: int) -> None:
        async with tenant_transaction(pool, tenant_name) as connection:
            await append(connection, tenant_name, "pam", event(n), event(n, f"other:{n}"))
            if n % 3 == 0:
                raise RuntimeError("rolled back")

    await asyncio.gather(*(one(n) for n in range(30)), return_exceptions=True)
    async with tenant_transaction(pool, tenant_name) as connection:
        events = await read(connection, tenant_name, "pam", 0, 1000)
    assert [one.position for one in events] == list(range(1, 41))
    assert [one.seq for one in events if one.aggregate == "player:1"] == list(range(1, 21))
    assert {one.seq for one in events if one.aggregate != "player:1"} == {1}


async def test_a_stale_version_is_refused_and_changes_nothing(pool: asyncpg.Pool, tenant_name: str) -> None:
    async with tenant_transaction(pool, tenant_name) as connection:
        await append(connection, tenant_name, "pam", event(1), event(2), expected=0)
    with pytest.raises(VersionConflict, match="player:1 is at version 2, not 1"):
        async with tenant_transaction(pool, tenant_name) as connection:
            await append(connection, tenant_name, "pam", event(3), expected=1)
    (third,) = await record(pool, tenant_name, event(3))
    assert (third.position, third.seq) == (3, 3)


async def test_no_tenant_sees_or_writes_anothers_rows(
    pool: asyncpg.Pool, new_tenant_name: Callable[[], str]
) -> None:
    ours, theirs = new_tenant_name(), new_tenant_name()
    await record(pool, ours, event(1))
    async with tenant_transaction(pool, theirs) as connection:
        assert await read(connection, ours, "pam", 0, 10) == []
        assert await connection.fetchval("select count(*) from eventstore.event") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with tenant_transaction(pool, theirs) as connection:
            await append(connection, ours, "pam", event(2))
    async with pool.acquire() as connection:
        assert await connection.fetchval("select current_user") != "pyplatform_app"
        assert await connection.fetchval("select count(*) from eventstore.event") == 0, "even for the owner"
    for change in ("update eventstore.event set data = ''", "delete from eventstore.event"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with tenant_transaction(pool, ours) as connection:
                await connection.execute(change)


@asynccontextmanager
async def relaying(pool: asyncpg.Pool, bus: Bus, tenant: str) -> AsyncIterator[Relay]:
    relay = Relay(pool, bus.js, tenant, "pam")
    task = asyncio.create_task(relay.run())
    try:
        yield relay
    finally:
        await end([task])


async def until(relay: Relay, position: int) -> None:
    async with asyncio.timeout(60):
        while relay.position < position:
            await asyncio.sleep(0.01)


async def published(bus: Bus, tenant: str) -> list[Envelope]:
    stream = stream_name("pam", tenant)
    state = (await bus.js.stream_info(stream)).state
    messages = [await bus.js.get_msg(stream, seq) for seq in range(state.first_seq, state.last_seq + 1)]
    return [msgspec.msgpack.decode(message.data or b"", type=Envelope) for message in messages]


async def test_every_event_reaches_jetstream_once_and_in_order(
    pool: asyncpg.Pool, bus: Bus, tenant_name: str
) -> None:
    told = await record(pool, tenant_name, *(event(n) for n in range(450)))
    # Two at once, as after a careless deployment; then a restart.
    async with relaying(pool, bus, tenant_name) as first, relaying(pool, bus, tenant_name) as second:
        await until(first, 450)
        await until(second, 450)
        told += await record(pool, tenant_name, event(450))
        first.wake()
        second.wake()
        await until(first, 451)
        await until(second, 451)
    told += await record(pool, tenant_name, event(451))
    async with relaying(pool, bus, tenant_name) as third:
        await until(third, 452)
    assert await published(bus, tenant_name) == told


async def test_a_wiped_stream_is_filled_again(pool: asyncpg.Pool, bus: Bus, tenant_name: str) -> None:
    told = await record(pool, tenant_name, *(event(n) for n in range(10)))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 10)
    await bus.js.delete_stream(stream_name("pam", tenant_name))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 10)
    assert await published(bus, tenant_name) == told
    await bus.js.purge_stream(stream_name("pam", tenant_name))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 10)
    assert await published(bus, tenant_name) == told


async def test_a_stream_of_another_past_is_replaced(
    pool: asyncpg.Pool, bus: Bus, tenant_name: str, settings: Settings
) -> None:
    await record(pool, tenant_name, *(event(n) for n in range(3)))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 3)
    # What a failover that lost its tail looks like: same positions, other events.
    connection = await asyncpg.connect(settings.postgres_url)
    await connection.execute("alter table eventstore.event no force row level security")
    await connection.execute("alter table eventstore.head no force row level security")
    await connection.execute("delete from eventstore.event")
    await connection.execute("delete from eventstore.head")
    await connection.close()
    told = await record(pool, tenant_name, *(event(n) for n in range(5)))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 5)
    assert await published(bus, tenant_name) == told


async def test_a_strangers_message_in_the_stream_is_cleared_away(
    pool: asyncpg.Pool, bus: Bus, tenant_name: str
) -> None:
    told = await record(pool, tenant_name, *(event(n) for n in range(3)))
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 3)
    await bus.js.publish(f"domain.pam.{tenant_name}.thing.done", b"not an event")
    async with relaying(pool, bus, tenant_name) as relay:
        await until(relay, 3)
    assert await published(bus, tenant_name) == told


async def test_recording_costs_the_same_however_much_an_aggregate_has_seen(
    pool: asyncpg.Pool, tenant_name: str
) -> None:
    await record(pool, tenant_name, *(event(n, "player:unknown") for n in range(20_000)))
    async with tenant_transaction(pool, tenant_name) as connection:
        await connection.execute("set local enable_seqscan = off")
        plan = await connection.fetchval(
            f"explain (analyze, format json) {events._LAST}",
            tenant_name,
            "pam",
            ["player:unknown", "player:new"],
        )
    assert max(rows_read(msgspec.json.decode(plan)[0]["Plan"])) <= 2
    later = await record(pool, tenant_name, event(1, "player:unknown"), event(2, "player:new"))
    assert [one.seq for one in later] == [20_001, 1]


def rows_read(node: dict[str, Any]) -> Iterator[float]:
    yield node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
    for child in node.get("Plans", ()):
        yield from rows_read(child)


async def test_a_busy_postgres_is_not_waited_for_without_end(
    settings: Settings, tenant_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenants, "ACQUIRE_S", 0.2)
    async with (
        asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=1) as pool,
        asyncio.timeout(60),
    ):
        async with tenant_transaction(pool, tenant_name):
            with pytest.raises(Unavailable, match="no connection is free"):
                async with tenant_transaction(pool, tenant_name):
                    pass
        async with tenant_transaction(pool, tenant_name) as connection:
            assert await connection.fetchval("select 1") == 1
