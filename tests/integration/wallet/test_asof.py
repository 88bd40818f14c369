"""The journal in Postgres as it was at any entry and at any time, and why, by the commands of an operator."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pyplatform._core import shard as core
from pyplatform.apps import explaining
from pyplatform.core.asof import trial_balance
from pyplatform.core.explaining import as_text
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import now_ns
from pyplatform.wallet import WalletClient
from pyplatform.wallet.asof import seq_at
from pyplatform.wallet.store import JournalReader
from tests.oracle import asking
from tests.oracle.days import day


async def test_balances_and_reasons_are_told_as_of_any_entry_and_time(
    wallet_running: Callable[[], AbstractAsyncContextManager[Any]],
    wallet: WalletClient,
    settings: Settings,
    tenant_name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(asking, "TENANT", tenant_name)
    async with wallet_running():
        for command, _ in day(5, 60, now_ns()):
            await wallet.submit(tenant_name, command)
    reader = JournalReader(settings.postgres_url, tenant_name)
    tip = await reader.tip() or 0
    entries = [entry for _, data in await reader.page(0, tip) for entry in core.Batch(data).entries()]
    assert await seq_at(reader, 0) == 0
    for entry in entries:
        assert await seq_at(reader, entry.at) == entry.seq
        assert await seq_at(reader, entry.at - 1) == entry.seq - 1
    assert await seq_at(reader, 2**63) == tip == entries[-1].seq
    await reader.close()

    for name, value in settings.to_env().items():
        monkeypatch.setenv(name, value)
    tenants = tmp_path / "tenants.toml"
    tenants.write_text(f'[[tenants]]\nslug = "{tenant_name}"\ncurrency = "EUR"\nmargin_bp = 500\n')
    monkeypatch.setenv("PYPLATFORM_TENANTS", str(tenants))
    seen = [await explaining.balances(tmp_path, tenant_name, seq, None) for seq in range(tip + 1)]
    for found in seen:
        assert all(book.difference.strip("0.") == "" for book in trial_balance(found))
    assert (await explaining.balances(tmp_path, tenant_name, None, None)) == seen[-1]
    now = datetime.fromtimestamp(now_ns() // 10**9 + 60, UTC)
    assert (await explaining.balances(tmp_path, tenant_name, None, now)) == seen[-1]
    refused = [entry for entry in entries if entry.code and entry.kind == "place_bet"]
    assert refused
    for entry in refused:
        text = as_text(await explaining.explain(tmp_path, tenant_name, str(entry.seq)))
        assert f"entry {entry.seq:,}" in text
        assert "refused" in text
    with pytest.raises(PlatformError, match=r"tells nothing of bet .* or player"):
        await explaining.explain(tmp_path, tenant_name, "0190a0b0-c0d0-7000-8000-0000000000ff")
    with pytest.raises(PlatformError, match=r"expected a UUID .*, or the number of an entry"):
        await explaining.explain(tmp_path, tenant_name, "yesterday")
    with pytest.raises(PlatformError, match="ends at entry"):
        await explaining.balances(tmp_path, tenant_name, tip + 1, None)
