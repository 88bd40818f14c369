"""A second wallet process that follows hot: what it holds, and how it takes over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ShardState, durable_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.tasks import end
from pyplatform.wallet import WalletClient
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.service import Shard
from pyplatform.wallet.standby import Standby
from pyplatform.wallet.store import JournalReader


class Counting(JournalReader):
    """Tells how many batches were read."""

    read = 0

    async def page(self, after: int, until: int, limit: int = 64) -> list[tuple[int, bytes]]:
        found = await super().page(after, until, limit)
        self.read += len(found)
        return found


@pytest.fixture
async def standby(settings: Settings, bus: Bus, tenant_name: str) -> AsyncIterator[Standby]:
    reader = Counting(settings.postgres_url, tenant_name)
    standby = Standby(bus, reader, tenant_name)
    running = asyncio.create_task(standby.run())
    yield standby
    await end([running])
    await reader.close()


async def _bets(player: Any, count: int) -> list[codec.Reply]:
    return list(await asyncio.gather(*(player.bet() for _ in range(count))))


async def test_a_standby_follows_what_is_durable_and_gives_it_away_once(
    player: Any, wallet_running: Any, standby: Standby, eventually: Any
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        last = max(reply.seq for reply in await _bets(player, 50))

        async def followed() -> bool:
            return bool(standby.seq == last)

        await eventually(followed)
        replayer = await standby.surrender()
        assert replayer.seq == last
        assert len(replayer.open_bets()) == 50
        assert standby.seq == 0
        await _bets(player, 5)
        await asyncio.sleep(0.3)
        assert standby.seq == 0, "who gave its state away follows nobody"
        standby.take_back(replayer)
        last += 5
        await eventually(followed)


async def test_a_standby_that_begins_late_asks_where_the_writer_stands(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, eventually: Any
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        last = (await player.bet()).seq
        await asyncio.sleep(0.1)
        reader = JournalReader(settings.postgres_url, player.tenant)
        late = Standby(bus, reader, player.tenant)
        running = asyncio.create_task(late.run())

        async def followed() -> bool:
            return bool(late.seq == last)

        await eventually(followed)
        await end([running])
        await reader.close()


async def test_what_was_not_announced_is_not_followed(
    player: Any, wallet_running: Any, settings: Settings, standby: Standby, eventually: Any
) -> None:
    """A row may be visible that a failover discards: it stands in the journal, but nobody vouches for it."""
    async with wallet_running():
        await player.deposit(1000)
        last = (await player.bet()).seq

        async def followed() -> bool:
            return bool(standby.seq == last)

        await eventually(followed)
    connection = await asyncpg.connect(settings.postgres_url)
    await connection.execute(
        "INSERT INTO ledger.journal (shard, seq_lo, seq_hi, epoch, n, prev_hash, hash, payload) "
        "VALUES ($1, $2::bigint, $2::bigint + 1, 1, 1, $3, $3, 'torn')",
        player.tenant,
        last,
        bytes(32),
    )
    await asyncio.sleep(1.5)
    assert standby.seq == last
    await connection.close()


async def test_an_announcement_of_another_past_starts_the_standby_anew(
    player: Any, wallet_running: Any, standby: Standby, bus: Bus, eventually: Any
) -> None:
    async with wallet_running():
        await player.deposit(1000)
        last = (await player.bet()).seq

        async def followed() -> bool:
            return bool(standby.seq == last)

        await eventually(followed)
        before = await standby.surrender()
        standby.demoted("fenced")
        await eventually(followed)
        lie = ShardState(player.tenant, before.epoch, last, bytes(32), bytes(32))
        await bus.publish(durable_subject(player.tenant), msgspec.msgpack.encode(lie))
        await asyncio.sleep(0.05)
        await eventually(followed)
        assert (await standby.surrender()).hash == before.hash


@asynccontextmanager
async def shard_running(settings: Settings, tenant: str) -> AsyncIterator[Shard]:
    """One shard of a wallet process, with a bus of its own."""
    bus, stop = await Bus.connect(settings.nats_url, "wallet"), asyncio.Event()
    shard = Shard(settings, bus, tenant, "server", Keeping())
    running = asyncio.create_task(shard.run(stop))
    try:
        yield shard
    finally:
        stop.set()
        try:
            await running
        finally:
            await bus.close()


async def _until_warm(shard: Shard, seq: int) -> None:
    async with asyncio.timeout(60):
        while shard.standby.seq < seq:
            await asyncio.sleep(0.02)


class Steady:
    """A player who bets one bet after the other, and what was answered."""

    def __init__(self, player: Any) -> None:
        self.player = player
        self.answered: list[tuple[str, codec.Reply]] = []
        self._stop = False

    async def run(self) -> None:
        number = 0
        while not self._stop:
            key = f"steady-{number}"
            number += 1
            while True:
                try:
                    reply = await self.player.bet(key)
                    break
                except Unavailable:
                    continue
            assert reply.status == codec.ACCEPTED
            self.answered.append((key, reply))

    def stop(self) -> None:
        self._stop = True

    async def more(self, bets: int) -> None:
        """Wait until so many more bets were answered; how soon is what `pyplatform drill` measures."""
        wanted = len(self.answered) + bets
        async with asyncio.timeout(60):
            while len(self.answered) < wanted:
                await asyncio.sleep(0.02)

    async def check(self) -> None:
        """Every promise once more: the same entry for each key, and no entry for two."""
        assert len({reply.seq for _key, reply in self.answered}) == len(self.answered)
        for key, promised in self.answered[:: max(1, len(self.answered) // 50)]:
            again = await self.player.bet(key)
            assert (again.seq, again.object_id, again.replayed) == (promised.seq, promised.object_id, True)


async def test_a_planned_hand_over_to_a_hot_standby(
    player: Any, settings: Settings, tenant_name: str
) -> None:
    first = shard_running(settings, tenant_name)
    await first.__aenter__()
    await player.deposit(10_000)
    async with shard_running(settings, tenant_name) as heir:
        steady = Steady(player)
        betting = asyncio.create_task(steady.run())
        await steady.more(20)
        await _until_warm(heir, steady.answered[-1][1].seq)
        await first.__aexit__(None, None, None)
        await steady.more(20)
        steady.stop()
        await betting
        assert heir.writer.machine.standing == core.LEADING
        await steady.check()


async def test_a_journal_that_lost_what_was_followed_is_not_led(
    player: Any, settings: Settings, tenant_name: str
) -> None:
    async with shard_running(settings, tenant_name):
        await player.deposit(1000)
        last = (await player.bet()).seq
        bus = await Bus.connect(settings.nats_url, "wallet")
        heir = Shard(settings, bus, tenant_name, "server", Keeping())
        inheriting = asyncio.create_task(heir.run(asyncio.Event()))
        await _until_warm(heir, last)
        connection = await asyncpg.connect(settings.postgres_url)
        await connection.execute("ALTER TABLE ledger.journal DISABLE TRIGGER append_only")
        await connection.execute(
            "DELETE FROM ledger.journal WHERE shard = $1 AND seq_hi = $2", tenant_name, last
        )
        await connection.close()
    with pytest.raises(PlatformError, match="does not hold what was acknowledged"):
        await asyncio.wait_for(inheriting, 60)
    await bus.close()


async def test_a_killed_writer_is_followed_by_its_hot_standby(
    settings: Settings, wallet: WalletClient, wallet_process: Any, player: Any, tenant_name: str
) -> None:
    process = wallet_process(settings, tenant_name)
    await player.deposit(10_000)
    async with shard_running(settings, tenant_name) as heir:
        steady = Steady(player)
        betting = asyncio.create_task(steady.run())
        await steady.more(20)
        await _until_warm(heir, steady.answered[-1][1].seq)
        process.kill()
        process.wait()
        await steady.more(20)
        steady.stop()
        await betting
        assert heir.writer.machine.standing == core.LEADING
        await steady.check()
