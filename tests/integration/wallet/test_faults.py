"""Networks cut, disks full and clocks set back while the wallet writes: no answer that is not true."""

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path
from time import time_ns
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.embedded import Servers, running
from pyplatform.eventstore import migrate_all
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.wallet import WalletClient
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.service import Shard
from tests.integration.feeds.proxy import Proxy


class Promised:
    """Players who bet through every fault; what was promised is compared with the journal."""

    def __init__(self, players: list[Any]) -> None:
        self.players = players
        self.promises: dict[str, tuple[int, bytes]] = {}
        self._stop = False

    async def bet(self, player: Any) -> None:
        number = 0
        while not self._stop:
            key = f"{player.id.hex()[-12:]}-{number}"
            number += 1
            while True:
                try:
                    reply = await player.bet(key)
                except Unavailable:
                    continue
                if reply.status != codec.RETRY:
                    break
                await asyncio.sleep(0.02)
            assert reply.status == codec.ACCEPTED
            self.promises[key] = (reply.seq, reply.object_id)

    async def more(self, count: int, within: float = 40) -> None:
        wanted = len(self.promises) + count
        async with asyncio.timeout(within):
            while len(self.promises) < wanted:
                await asyncio.sleep(0.02)

    def stop(self) -> None:
        self._stop = True

    async def check(self, url: str, tenant: str) -> None:
        conn = await asyncpg.connect(url)
        rows = await conn.fetch(
            "SELECT payload FROM ledger.journal WHERE shard = $1 AND n > 0 ORDER BY seq_hi", tenant
        )
        await conn.close()
        replayer = core.Replayer(tenant)
        replayer.apply([row["payload"] for row in rows])
        found: dict[str, tuple[int, bytes]] = {}
        entries = [entry for row in rows for entry in core.Batch(row["payload"]).entries()]
        for entry in entries:
            if entry.kind == "place_bet":
                assert entry.key not in found
                found[entry.key] = (entry.seq, entry.bet_id)
        assert found == self.promises, "every bet was repeated until it was answered"
        assert [entry.at for entry in entries] == sorted({entry.at for entry in entries}), (
            "time never goes back"
        )


@pytest.fixture
def promised(wallet: WalletClient, player: Any) -> Promised:
    return Promised([type(player)(player.tenant, wallet) for _ in range(12)])


async def _fund(promised: Promised) -> None:
    await asyncio.gather(*(player.deposit(100_000) for player in promised.players))


async def _lead(settings: Settings, tenant: str, stop: asyncio.Event) -> None:
    bus = await Bus.connect(settings.nats_url, "wallet")
    try:
        await Shard(settings, bus, tenant, "server", Keeping()).run(stop)
    finally:
        await bus.close()


async def test_a_network_cut_amid_appends(settings: Settings, tenant_name: str, promised: Promised) -> None:
    parts = urlsplit(settings.postgres_url)
    proxy = Proxy(parts.port or 0)
    await proxy.start()
    netloc = f"{parts.username}:{parts.password}@127.0.0.1:{proxy.port}"
    through = msgspec.structs.replace(settings, postgres_url=parts._replace(netloc=netloc).geturl())
    stop = asyncio.Event()
    leading = asyncio.create_task(_lead(through, tenant_name, stop))
    await _fund(promised)
    betting = [asyncio.create_task(promised.bet(player)) for player in promised.players]
    for away in (0, 0, 0.6, 0):
        await promised.more(100)
        proxy.accepts = not away
        proxy.cut()
        await asyncio.sleep(away)
        proxy.accepts = True
    await promised.more(100)
    promised.stop()
    await asyncio.gather(*betting)
    stop.set()
    await leading
    await proxy.stop()
    await promised.check(settings.postgres_url, tenant_name)


@pytest.fixture
def own_servers(tmp_path: Path) -> Any:
    with running(tmp_path / "data", outside=Settings(), restart={"postgres"}) as started:
        yield started


async def test_a_postgres_that_can_write_no_more(own_servers: Servers, player: Any, tenant_name: str) -> None:
    """The process behind the writer's connection may not lengthen a file: to Postgres, a full disk."""
    settings = own_servers.settings
    conn = await asyncpg.connect(settings.postgres_url)
    await migrate_all(conn)
    await conn.close()
    bus, stop = await Bus.connect(settings.nats_url, "test"), asyncio.Event()
    promised = Promised([type(player)(tenant_name, WalletClient(bus)) for _ in range(12)])
    leading = asyncio.create_task(_lead(settings, tenant_name, stop))
    await _fund(promised)
    betting = [asyncio.create_task(promised.bet(player)) for player in promised.players]
    for _ in range(3):
        await promised.more(100)
        await _fill_disk(settings.postgres_url)
        await asyncio.sleep(0.3)
    await promised.more(100)
    promised.stop()
    await asyncio.gather(*betting)
    stop.set()
    await leading
    await bus.close()
    await promised.check(settings.postgres_url, tenant_name)


async def _fill_disk(url: str) -> None:
    """Let the writer's backend write no byte beyond the first 8 KiB of any file."""
    async with asyncio.timeout(60):
        while True:
            try:
                conn = await asyncpg.connect(url)
                pid = await conn.fetchval(
                    "SELECT pid FROM pg_stat_activity WHERE query LIKE '%INSERT INTO ledger.journal%' AND pid <> $1",
                    conn.get_server_pid(),
                )
                conn.terminate()
            except (asyncpg.PostgresError, OSError):
                pid = None
            if pid is not None:
                break
            await asyncio.sleep(0.1)
    try:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (8192, 8192))
    except PermissionError:
        pytest.skip("this user may not limit the files of Postgres")


@pytest.fixture
async def shifted(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """Set this process's clock by some seconds."""

    def shift(seconds: float) -> None:
        monkeypatch.setattr("pyplatform.kernel.time.time_ns", lambda: time_ns() + int(seconds * 1e9))

    yield shift
    monkeypatch.undo()


async def test_a_clock_set_back_under_load(
    settings: Settings, tenant_name: str, promised: Promised, shifted: Any
) -> None:
    stop = asyncio.Event()
    leading = asyncio.create_task(_lead(settings, tenant_name, stop))
    await _fund(promised)
    betting = [asyncio.create_task(promised.bet(player)) for player in promised.players]
    await promised.more(100)
    # Within what a leader may differ: it leads on, and its journal's time does not step back.
    shifted(-0.8)
    await promised.more(200)
    stop.set()
    await leading
    # The next one begins with the clock that was set back.
    stop = asyncio.Event()
    leading = asyncio.create_task(_lead(settings, tenant_name, stop))
    await promised.more(200)
    promised.stop()
    await asyncio.gather(*betting)
    stop.set()
    await leading
    await promised.check(settings.postgres_url, tenant_name)
