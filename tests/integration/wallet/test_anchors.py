"""Signed anchors tell a rewritten past, and a range of the journal is proven alone."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ledger_stream, ledger_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.wallet.anchors import Anchor, AnchorConfig, AnchorFolder, anchor_of
from pyplatform.wallet.auditor import Auditor
from pyplatform.wallet.proofs import Proof, prove_chains, prove_range

KEY = bytes(range(32))


@pytest.fixture
def config(tmp_path: Path) -> AnchorConfig:
    return AnchorConfig(folder=tmp_path, key=KEY, every=0.1)


async def _play(player: Any, settings: Settings, bus: Bus, config: AnchorConfig, eventually: Any) -> int:
    """Bets under an auditor, at least two anchors, and the last one at the end of the ledger."""
    stop = asyncio.Event()
    folder = AnchorFolder(config.folder, player.tenant)
    auditing = asyncio.create_task(Auditor(settings, bus.js, player.tenant, config).run(stop))
    seq: int = (await player.deposit(100)).seq

    async def anchored() -> bool:
        return folder.last()[0] >= seq

    await eventually(anchored)
    for _ in range(10):
        seq = (await player.bet()).seq
    await eventually(anchored)
    stop.set()
    await auditing
    return seq


async def _anchors(settings: Settings, tenant: str, config: AnchorConfig) -> Proof:
    chain, anchors = await prove_chains(settings, [tenant], config)
    assert chain.ok, chain.detail
    return anchors


async def test_anchors_match_the_journal_until_one_of_them_is_touched(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, config: AnchorConfig, eventually: Any
) -> None:
    async with wallet_running():
        seq = await _play(player, settings, bus, config, eventually)
    found = await _anchors(settings, player.tenant, config)
    assert found.ok, found.detail
    assert found.detail.endswith(f"the last at entry {seq:,}")

    files = sorted((config.folder / player.tenant).iterdir())
    assert len(files) >= 2
    assert all(file.stat().st_mode & 0o222 == 0 for file in files)
    files[0].unlink()
    missing = await _anchors(settings, player.tenant, config)
    assert not missing.ok
    assert "missing" in missing.detail


def test_any_flipped_bit_of_an_anchor_is_noticed(tmp_path: Path) -> None:
    folder = AnchorFolder(tmp_path, "aurora")
    replayer = core.Replayer("aurora")
    path = folder.write(anchor_of("aurora", replayer, 1_764_072_000_000_000_000, ""), KEY)
    path.chmod(0o600)
    whole = path.read_bytes()
    assert [anchor.seq for anchor in folder.read(KEY)] == [0]
    for position, byte in enumerate(whole):
        for bit in range(8):
            path.write_bytes(whole[:position] + bytes([byte ^ 1 << bit]) + whole[position + 1 :])
            with pytest.raises(ValueError, match=path.name):
                list(folder.read(KEY))


async def test_a_journal_with_another_past_is_told_by_its_anchors(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, config: AnchorConfig, eventually: Any
) -> None:
    async with wallet_running():
        seq = await _play(player, settings, bus, config, eventually)
    folder = AnchorFolder(config.folder, player.tenant)
    true = list(folder.read(KEY))[-1]
    with pytest.raises(PlatformError, match="already"):
        folder.write(true, KEY)
    # What an anchor would say if the journal had been made anew since: all its hashes verify, and they are others.
    other = AnchorConfig(folder=config.folder / "other", key=KEY)
    forged = msgspec.structs.replace(true, hash="00" * 32, previous="")
    AnchorFolder(other.folder, player.tenant).write(forged, KEY)
    proof = await _anchors(settings, player.tenant, other)
    assert not proof.ok
    assert proof.detail == f"the anchor at entry {seq} knows another past than the journal"


async def test_a_range_is_proven_alone_and_damage_outside_it_does_not_matter(
    player: Any, wallet_running: Any, settings: Settings
) -> None:
    async with wallet_running():
        await player.deposit(100)
        for _ in range(10):
            await player.bet()
    tenant = player.tenant
    (whole,) = await prove_range(settings, tenant, 1, 0)
    assert whole.ok
    assert whole.detail == "entries 1 to 11 in 11 batches"
    connection = await asyncpg.connect(settings.postgres_url)
    try:
        await connection.execute("ALTER TABLE ledger.journal DISABLE TRIGGER append_only")
        await connection.execute(
            "UPDATE ledger.journal SET payload = set_byte(payload, 200, get_byte(payload, 200) # 1) "
            "WHERE shard = $1 AND seq_hi = 5",
            tenant,
        )
        await connection.execute("DELETE FROM ledger.journal WHERE shard = $1 AND seq_hi = 9", tenant)
    finally:
        await connection.execute("ALTER TABLE ledger.journal ENABLE TRIGGER append_only")
        await connection.close()
    verdicts = {
        (first, last): (await prove_range(settings, tenant, first, last))[0].ok
        for first, last in ((1, 4), (1, 5), (5, 6), (6, 8), (8, 9), (9, 11), (10, 11), (12, 20))
    }
    assert [span for span, ok in verdicts.items() if ok] == [(1, 4), (6, 8), (10, 11)]


async def test_a_lost_stream_does_not_stop_the_auditor(
    player: Any, wallet_running: Any, settings: Settings, bus: Bus, config: AnchorConfig, eventually: Any
) -> None:
    folder = AnchorFolder(config.folder, player.tenant)
    stop = asyncio.Event()
    async with wallet_running():
        auditing = asyncio.create_task(Auditor(settings, bus.js, player.tenant, config).run(stop))
        seq: int = (await player.deposit(100)).seq

        async def anchored() -> bool:
            return folder.last()[0] >= seq

        await eventually(anchored)
        # Not the ledger's: whoever writes into the copy must not end those who read it.
        other = batch_of_another_past(player.tenant)
        await bus.js.publish(ledger_subject(player.tenant), other)
        await bus.js.delete_stream(ledger_stream(player.tenant))
        seq = (await player.bet()).seq
        await eventually(anchored)
        assert not auditing.done()
    stop.set()
    await auditing


def batch_of_another_past(tenant: str) -> bytes:
    """The first batch of a ledger of this name that went another way."""
    machine = core.Shard(tenant)
    machine.poll(1)
    machine.lease_taken(9)
    machine.poll(2)
    machine.rows(9, [], True)
    machine.poll(3)
    context = codec.Context(tenant, 1, bytes(15) + b"\1", 2, bytes(16))
    command = codec.deposit(context, "other", "EUR", 1_000_000, "bank")
    machine.enqueue(1, b"\x01\x01\x00" + len(command).to_bytes(4, "little") + command)
    (append,) = [action for action in machine.poll(4) if action[0] == core.APPEND]
    batch: bytes = append[6]
    return batch


def test_settings_are_refused_with_the_name_of_what_is_wrong(tmp_path: Path) -> None:
    assert AnchorConfig.from_env({}) is None
    env = {"PYPLATFORM_ANCHORS": str(tmp_path), "PYPLATFORM_ANCHOR_KEY": "00" * 31}
    with pytest.raises(PlatformError, match="PYPLATFORM_ANCHOR_KEY must be 32 bytes"):
        AnchorConfig.from_env(env)
    config = AnchorConfig(folder=tmp_path, key=KEY, every=60)
    assert AnchorConfig.from_env(config.to_env()) == config


def test_an_anchor_of_another_tenant_or_key_is_no_anchor(tmp_path: Path) -> None:
    anchor = Anchor("aurora", 1, 5, 1, "00" * 32, "11" * 32, [], "")
    AnchorFolder(tmp_path, "borealis").write(anchor, KEY)
    with pytest.raises(ValueError, match="holds the anchor of aurora"):
        list(AnchorFolder(tmp_path, "borealis").read(KEY))
    AnchorFolder(tmp_path, "aurora").write(anchor, bytes(32))
    with pytest.raises(ValueError, match="signature"):
        list(AnchorFolder(tmp_path, "aurora").read(KEY))
