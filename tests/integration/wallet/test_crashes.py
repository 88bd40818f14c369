"""Processes killed under load: what was acknowledged is there once, and nothing is half there."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.embedded import Servers, running
from pyplatform.eventstore import migrate_all
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import Unavailable
from pyplatform.wallet import WalletClient
from pyplatform.wallet.entries import run_entry_projector
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.service import run_balance_projector

BETTORS = 40


class Load:
    """Players who bet until told to stop and remember what they were promised."""

    def __init__(self, players: list[Any]) -> None:
        self.players = players
        self.acknowledged: dict[str, tuple[int, bytes]] = {}
        self.unanswered: list[tuple[Any, str]] = []
        self._stop = False

    async def run(self) -> None:
        await asyncio.gather(*(self._bet(player) for player in self.players))

    def stop(self) -> None:
        self._stop = True

    async def _bet(self, player: Any) -> None:
        n = 0
        while not self._stop:
            key = f"{player.id.hex()[-12:]}-{n}"
            n += 1
            try:
                reply = await player.bet(key)
            except Unavailable:
                self.unanswered.append((player, key))
                continue
            assert reply.status == codec.ACCEPTED
            self.acknowledged[key] = (reply.seq, reply.object_id)

    async def repeat(self) -> None:
        """Ask again for everything: promises must be repeated, and the rest is decided now."""
        await asyncio.gather(*(self._repeat(player) for player in self.players))
        for player, key in self.unanswered:
            reply = await player.bet(key)
            assert reply.status == codec.ACCEPTED
            self.acknowledged[key] = (reply.seq, reply.object_id)

    async def _repeat(self, player: Any) -> None:
        promises = [item for item in self.acknowledged.items() if item[0].startswith(player.id.hex()[-12:])]
        for key, promised in promises:
            reply = await player.bet(key)
            assert ((reply.seq, reply.object_id), reply.replayed) == (promised, True)


async def _entries(settings: Settings, tenant: str) -> dict[str, tuple[int, bytes]]:
    """Bets by key as the journal has them; fails when a key is there twice."""
    conn = await asyncpg.connect(settings.postgres_url)
    rows = await conn.fetch(
        "SELECT payload FROM ledger.journal WHERE shard = $1 AND n > 0 ORDER BY seq_hi", tenant
    )
    await conn.close()
    found: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        for entry in core.Batch(row["payload"]).entries():
            if entry.kind == "place_bet":
                assert entry.key not in found
                found[entry.key] = (entry.seq, entry.bet_id)
    return found


async def _check(load: Load, settings: Settings, tenant: str) -> None:
    await load.repeat()
    entries = await _entries(settings, tenant)
    assert load.acknowledged.items() <= entries.items()
    proofs = await prove(settings, [tenant])
    assert all(proof.ok for proof in proofs), proofs


@pytest.fixture
def bettors(wallet: WalletClient, player: Any) -> list[Any]:
    return [type(player)(player.tenant, wallet) for _ in range(BETTORS)]


async def test_a_killed_wallet_process_loses_no_promise(
    bettors: list[Any], wallet_process: Any, copies_running: Any, settings: Settings, tenant_name: str
) -> None:
    process = wallet_process(settings, tenant_name)
    await asyncio.gather(*(player.deposit(100_000) for player in bettors))
    load = Load(bettors)
    betting = asyncio.create_task(load.run())
    async with copies_running():
        for _ in range(3):
            await asyncio.sleep(0.5)
            successor = wallet_process(settings, tenant_name)
            await asyncio.sleep(0.7)
            before = len(load.acknowledged)
            process.kill()
            process.wait()
            process = successor
            while len(load.acknowledged) <= before + BETTORS:
                await asyncio.sleep(0.1)
        load.stop()
        await betting
        await _check(load, settings, tenant_name)


async def _migrated(settings: Settings) -> None:
    conn = await asyncpg.connect(settings.postgres_url)
    await migrate_all(conn)
    await conn.close()


@pytest.fixture
def own_servers(tmp_path: Path) -> Any:
    with running(tmp_path / "data", outside=Settings(), restart={"postgres", "nats", "valkey"}) as started:
        yield started


@pytest.mark.parametrize(
    "victims", [["postgres"] * 3, ["nats", "valkey", "nats"]], ids=["postgres", "copies"]
)
async def test_killed_servers_lose_no_promise(
    victims: list[str], own_servers: Servers, wallet_process: Any, player: Any, tenant_name: str
) -> None:
    settings = own_servers.settings
    await _migrated(settings)
    bus = await Bus.connect(settings.nats_url, "test")
    wallet = WalletClient(bus)
    bettors = [type(player)(tenant_name, wallet) for _ in range(BETTORS)]
    wallet_process(settings, tenant_name)
    stop = asyncio.Event()
    copies = asyncio.gather(
        *(run(settings, [tenant_name], stop) for run in (run_balance_projector, run_entry_projector))
    )
    await asyncio.gather(*(player.deposit(100_000) for player in bettors))
    load = Load(bettors)
    betting = asyncio.create_task(load.run())
    for server in victims:
        await asyncio.sleep(0.7)
        own_servers.kill(server)
        await asyncio.sleep(0.2)
        before = len(load.acknowledged)
        while len(load.acknowledged) <= before + BETTORS:
            await asyncio.sleep(0.1)
    load.stop()
    await betting
    await _check(load, settings, tenant_name)
    stop.set()
    await copies
    await bus.close()
