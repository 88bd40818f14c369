"""The role that takes snapshots, with the rights that processes have, and the commands beside it."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pyplatform.apps.cashier import pay_in
from pyplatform.apps.cli import app
from pyplatform.apps.health import Question, check
from pyplatform.apps.supervisor import Platform
from pyplatform.bus import Bus
from pyplatform.kernel import ids
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.snapshots import Snapshots

TENANTS = load_tenants()


async def test_snapshots_are_taken_listed_verified_and_begun_from(tmp_path: Path) -> None:
    paces = {"PYPLATFORM_SNAPSHOT_EVERY": "1", "PYPLATFORM_SNAPSHOT_ENTRIES": "2"}
    roles = ("wallet", "snapshots")
    async with Platform(tmp_path, roles, env=paces, log_to_files=True) as platform:
        bus = await Bus.connect(platform.settings.nats_url, "cashier")
        wallet = WalletClient(bus)
        for number in range(3):
            await pay_in(wallet, TENANTS["aurora"], ids.uuid7(), "5.00", f"key-{number}")
        snapshots = Snapshots(platform.settings.postgres_url, "aurora")
        async with asyncio.timeout(60):
            while not any(one.verified_at for one in await snapshots.kept()):
                await asyncio.sleep(0.1)
        assert "aurora" in await check("snapshots", Question(platform.settings, TENANTS, ""))
        await pay_in(wallet, TENANTS["aurora"], ids.uuid7(), "5.00", "key-3")
        assert "snapshot at entry 4" in await _said(tmp_path, "take", "aurora")
        listed = await _said(tmp_path, "list", "aurora")
        assert next(one.seq for one in await snapshots.kept()) == 4
        assert len(listed.strip().splitlines()) == 1 + len(await snapshots.kept())
        assert "4 holds" in await _said(tmp_path, "verify", "aurora")
        with pytest.raises(PlatformError, match="nothing was ever written"):
            await _said(tmp_path, "take", "borealis")
        platform.kill("wallet")
        entry = await pay_in(wallet, TENANTS["aurora"], ids.uuid7(), "5.00", "key-4")
        assert entry == 5
        await snapshots.close()
        await bus.close()
    assert "begins from a snapshot" in (tmp_path / "logs" / "wallet.log").read_text()


async def _said(data: Path, *arguments: str) -> str:
    """What a command prints."""
    command = ["wallet", "snapshots", *arguments, "--data", str(data)]
    result = await asyncio.to_thread(CliRunner().invoke, app, command)
    if result.exception is not None:
        raise result.exception
    return result.output
