"""A Postgres and its synchronous standby: what a commit waits for, and how a failover goes."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from pyplatform.embedded import PostgresPair, ServerError


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[PostgresPair]:
    async with PostgresPair(tmp_path / "pair") as pair:
        yield pair


async def test_a_commit_waits_for_the_standby_and_no_longer_than_it_is_away(pair: PostgresPair) -> None:
    connection = await asyncpg.connect(pair.url)
    await connection.execute("create table word (said text)")
    pair.signal(pair.standby, signal.SIGSTOP)
    writing = asyncio.create_task(connection.execute("insert into word values ('heard')"))
    done, _ = await asyncio.wait({writing}, timeout=1)
    assert not done, "the standby cannot have it"
    pair.signal(pair.standby, signal.SIGCONT)
    await asyncio.wait_for(writing, 60)
    await connection.close()
    await pair.in_sync()
    async with pair.connection(pair.standby) as standby:
        assert await standby.fetchval("select pg_is_in_recovery()")


async def test_the_standby_takes_over_with_every_commit_and_the_old_primary_follows_it(
    pair: PostgresPair,
) -> None:
    for turn in range(3):
        connection = await asyncpg.connect(pair.url)
        await connection.execute("create table if not exists turn (number int)")
        await connection.execute("insert into turn values ($1)", turn)
        former = pair.primary
        with pytest.raises(ServerError, match="still runs"):
            await pair.promote()
        await pair.kill(former)
        connection.terminate()
        await pair.promote()
        assert pair.primary != former
        alone = await asyncpg.connect(pair.url)
        writing = asyncio.create_task(alone.execute("insert into turn values (99)"))
        done, _ = await asyncio.wait({writing}, timeout=0.3)
        assert not done, "a promoted primary acknowledges nothing alone"
        await pair.rejoin()
        await asyncio.wait_for(writing, 60)
        rows = await alone.fetch("select number from turn where number < 99 order by number")
        assert [row["number"] for row in rows] == list(range(turn + 1))
        await alone.close()


async def test_a_primary_that_only_crashed_starts_again_as_what_it_was(pair: PostgresPair) -> None:
    former = pair.primary
    await pair.kill(former)
    assert pair.pids(former) == []
    await pair.start(former)
    await pair.in_sync()
    assert pair.primary == former
