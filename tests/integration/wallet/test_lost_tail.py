"""A journal that lost acknowledged batches, and processes that were started since: nobody goes on from its end."""

import asyncio
import base64
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import asyncpg
import nats.js.errors
import pytest

from pyplatform._core import shard as core
from pyplatform.apps.losses import accept_loss
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import ledger_stream, ledger_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.ids import text
from pyplatform.projections import ReadModels
from pyplatform.wallet.consumers import applied
from pyplatform.wallet.entries import run_entry_projector
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.service import run_balance_projector, run_wallet
from pyplatform.wallet.store import JournalReader
from tests.integration.wallet.conftest import _running


class House:
    """A ledger whose wallet and projector have ended, and what is kept of it outside the journal."""

    def __init__(self, settings: Settings, bus: Bus, tenant: str) -> None:
        self.settings = settings
        self.bus = bus
        self.tenant = tenant
        self.seq = 0

    async def live(self, player: Any) -> None:
        """Let a player bet, one batch a bet, until all of it is copied."""
        async with AsyncExitStack() as stack:
            for run in (run_wallet, run_balance_projector):
                await stack.enter_async_context(_running(run, self.settings, self.tenant)())
            await player.deposit(100)
            for _ in range(10):
                self.seq = (await player.bet()).seq
            async with asyncio.timeout(60):
                while (await self.positions())[0][0] < self.seq:
                    await asyncio.sleep(0.02)

    async def lose(self, entries: int) -> int:
        """Make the journal as a standby has it that is some entries behind; returns where it ends."""
        connection = await asyncpg.connect(self.settings.postgres_url)
        await connection.execute("alter table ledger.journal disable trigger append_only")
        await connection.execute(
            "delete from ledger.journal where shard = $1 and seq_hi > $2", self.tenant, self.seq - entries
        )
        await connection.execute("alter table ledger.journal enable always trigger append_only")
        await connection.close()
        return self.seq - entries

    async def positions(self) -> list[tuple[int, bytes]]:
        return await applied(self.settings.redis_url, self.tenant)

    async def tip(self) -> int | None:
        reader = JournalReader(self.settings.postgres_url, self.tenant)
        try:
            return await reader.tip()
        finally:
            await reader.close()

    async def messages(self) -> int:
        """Messages of the stream; none when there is no stream."""
        try:
            return (await self.bus.js.stream_info(ledger_stream(self.tenant))).state.messages
        except nats.js.errors.NotFoundError:
            return 0

    async def runs(self, run: Any) -> None:
        """Run a service that must end by itself."""
        await asyncio.wait_for(run(self.settings, [self.tenant], asyncio.Event()), 60)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is asked answers in the end, however slow the machine is."""
    monkeypatch.setattr("pyplatform.wallet.witness.WITHIN", 60.0)


@pytest.fixture
async def house(settings: Settings, bus: Bus, player: Any, tenant_name: str) -> House:
    house = House(settings, bus, tenant_name)
    await house.live(player)
    return house


async def _forget_read_models(house: House) -> None:
    models = ReadModels.connect(house.settings.redis_url)
    await models.delete([f"{house.tenant}:*"])
    await models.close()


async def _forget_stream(house: House) -> None:
    await house.bus.js.delete_stream(ledger_stream(house.tenant))


async def _strangers_after(house: House) -> None:
    """Messages of somebody else stand after ours."""
    await _forget_read_models(house)
    for _ in range(3):
        await house.bus.js.publish(ledger_subject(house.tenant), b"what is this")


async def _all_but_the_last(house: House) -> None:
    """Only the end of the stream is left, as with a limit on its size."""
    await _forget_read_models(house)
    await house.bus.js.purge_stream(ledger_stream(house.tenant), keep=4)


async def _nothing(_: House) -> None:
    return


@pytest.mark.parametrize(
    "before", [_nothing, _forget_read_models, _forget_stream, _strangers_after, _all_but_the_last]
)
async def test_a_new_writer_does_not_go_on_from_a_journal_that_lost_its_end(
    house: House, before: Any
) -> None:
    await before(house)
    tip = await house.lose(3)
    kept = await house.messages(), await house.positions()
    for _ in range(2):  # nor does the next attempt
        with pytest.raises(
            PlatformError, match=rf"ends at entry {tip} and does not hold .* up to {house.seq}:"
        ):
            await house.runs(run_wallet)
    assert await house.tip() == tip
    assert (await house.messages(), await house.positions()) == kept


async def test_nor_from_an_empty_journal(house: House) -> None:
    await _forget_read_models(house)
    await house.lose(house.seq)
    with pytest.raises(PlatformError, match="ends at entry 0 "):
        await house.runs(run_wallet)


async def test_readers_that_saw_more_keep_it_and_stop(house: House) -> None:
    tip = await house.lose(3)
    before = await house.positions()
    with pytest.raises(PlatformError, match=f"ends at entry {tip} and does not hold what was read up to"):
        await house.runs(run_balance_projector)
    assert await house.positions() == before


async def test_an_outbox_that_finds_it_later_stops_its_wallet(
    house: House, player: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When JetStream was away at the start, a writer leads; it ends as soon as the stream is back."""
    await _forget_read_models(house)
    tip = await house.lose(3)

    async def away(*_: object) -> None:
        return

    monkeypatch.setattr("pyplatform.wallet.witness.Witness.check", away)
    messages = await house.messages()
    with pytest.raises(PlatformError, match=f"does not hold what was acknowledged up to {house.seq}"):
        await house.runs(run_wallet)
    assert await house.tip() == tip
    assert await house.messages() == messages


async def test_a_whole_journal_is_led_whatever_the_copies_say(
    house: House, player: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    await _strangers_after(house)
    async with _running(run_wallet, house.settings, house.tenant)():
        assert (await player.bet()).seq == house.seq + 1
    await house.bus.js.purge_stream(ledger_stream(house.tenant))
    async with _running(run_wallet, house.settings, house.tenant)():
        assert (await player.bet()).seq == house.seq + 2
    await _forget_stream(house)
    async with _running(run_wallet, house.settings, house.tenant)():
        assert (await player.bet()).seq == house.seq + 3
    assert "not asked" not in capsys.readouterr().out


async def test_a_loss_is_accepted_once_and_what_is_known_of_it_kept(
    house: House, player: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenants = tmp_path / "tenants.toml"
    tenants.write_text(f'[[tenants]]\nslug = "{house.tenant}"\ncurrency = "EUR"\nmargin_bp = 500\n')
    for name, value in {**house.settings.to_env(), "PYPLATFORM_TENANTS": str(tenants)}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(PlatformError, match="nothing is lost"):
        await accept_loss(tmp_path, house.tenant)
    async with _running(run_wallet, house.settings, house.tenant)():
        house.seq = (await player.bet()).seq
        with pytest.raises(PlatformError, match="a wallet leads"):
            await accept_loss(tmp_path, house.tenant)
    tip = await house.lose(3)
    loss = await accept_loss(tmp_path, house.tenant)
    assert (loss.tip, loss.entries) == (tip, 3)
    told = [json.loads(line) for line in loss.file.read_text().splitlines()]
    assert [entry["seq"] for batch in told for entry in batch["entries"]] == [tip + 1, tip + 2, tip + 3]
    assert {entry["player"] for batch in told for entry in batch["entries"]} == {text(player.id)}
    assert core.Batch(base64.b64decode(told[-1]["batch"])).header.hi == house.seq
    async with AsyncExitStack() as stack:
        for run in (run_wallet, run_balance_projector, run_entry_projector):
            await stack.enter_async_context(_running(run, house.settings, house.tenant)())
        assert (await player.bet()).seq == tip + 1
        proofs = await prove(house.settings, [house.tenant])
        assert all(proof.ok for proof in proofs), proofs
