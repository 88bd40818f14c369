"""Whatever becomes of the stream and of Valkey, every reader of the ledger ends where the journal does."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any, Final

import asyncpg
import nats.js.errors
import pytest
from nats.js.api import RetentionPolicy, StreamConfig

from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.wallet import ledger_stream, ledger_subject
from pyplatform.core import wallet
from pyplatform.core.ledger import Ledger
from pyplatform.embedded import Servers, running
from pyplatform.eventstore import migrate_all
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import uuid7
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.mybets import BetProjector
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.wallet import WalletClient
from pyplatform.wallet.consumers import lowest_applied
from pyplatform.wallet.entries import COLUMNS, run_entry_projector
from pyplatform.wallet.outbox import Outbox
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.service import run_balance_projector, run_wallet
from pyplatform.wallet.store import JournalReader
from pyplatform.wallet.writer import Durable
from tests.integration.wallet.conftest import Player, _running

SLIP: Final = slip.Slip("SINGLE", (Leg("event", "1.100", 7, 25_000),))
TERMS: Final = decided.encode(decided.Decided(bytes(16), (25_000,)), SLIP) or b""


@pytest.fixture(scope="module")
def own_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that these tests may wipe."""
    folder = tmp_path_factory.mktemp("wiped")
    with running(folder, outside=Settings(), restart={"postgres", "nats", "valkey"}) as started:
        yield started


class House:
    """A ledger under load and everybody who reads it."""

    def __init__(self, servers: Servers, bus: Bus, tenant: str) -> None:
        self.servers = servers
        self.settings = servers.settings
        self.bus = bus
        self.tenant = tenant
        self.player = Player(tenant, WalletClient(bus))
        self.stream, self.subject = ledger_stream(tenant), ledger_subject(tenant)
        self.seq = 0

    async def bet(self, times: int = 1) -> None:
        for _ in range(times):
            bet = self.player.slip(slip=slip.encode(SLIP), schema=slip.SLIP_SCHEMA, terms=TERMS)
            self.seq = (await self.player.wallet.submit(self.tenant, bet)).seq

    async def valkey(self) -> dict[str, Any]:
        """Everything the tenant has in Valkey."""
        models = ReadModels.connect(self.settings.redis_url)
        found: dict[str, Any] = {}
        for key in await models.keys(f"{self.tenant}:*"):
            of_kind = await models.client.type(key)
            found[key] = await (models.members(key) if of_kind == b"set" else models.get(key))
        await models.close()
        return found

    async def rows(self) -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(self.settings.postgres_url)
        await connection.execute("set role pyplatform_projector")
        await connection.execute("select set_config('pyplatform.tenant', $1, false)", self.tenant)
        found = await connection.fetch(f"select {', '.join(COLUMNS)} from ledger.entry order by seq, n")  # noqa: S608
        await connection.close()
        return [tuple(row) for row in found]

    async def caught_up(self) -> None:
        """Wait until balances and bets stand at the last entry, after whatever was lost came back."""
        async with asyncio.timeout(60):
            while await lowest_applied(self.settings.redis_url, self.tenant) < self.seq:
                await asyncio.sleep(0.05)

    async def is_one_with_the_journal(self) -> None:
        await self.caught_up()
        deadline = monotonic() + 30
        while broken := [proof for proof in await prove(self.settings, [self.tenant]) if not proof.ok]:
            assert monotonic() < deadline, broken
        bets = [key for key in await self.valkey() if ":bet:" in key]
        assert len(bets) == self.seq - 1


@pytest.fixture
async def house(own_servers: Servers, tenant_name: str) -> AsyncIterator[House]:
    settings = own_servers.settings
    connection = await asyncpg.connect(settings.postgres_url)
    await migrate_all(connection)
    await connection.close()
    bus = await Bus.connect(settings.nats_url, "test")
    house = House(own_servers, bus, tenant_name)
    models = ReadModels.connect(settings.redis_url)
    async with AsyncExitStack() as stack:
        for run in (run_wallet, run_balance_projector, run_entry_projector):
            await stack.enter_async_context(_running(run, settings, tenant_name)())
        bets = asyncio.create_task(BetProjector(bus.js, settings.postgres_url, models, tenant_name).run())
        house.seq = (await house.player.deposit(100_000)).seq
        await house.bet(30)
        yield house
        await end([bets])
    await models.close()
    await bus.close()


Fault = Callable[[House], Awaitable[None]]


async def _deleted(house: House) -> None:
    with suppress(nats.js.errors.NotFoundError):
        await house.bus.js.delete_stream(house.stream)


async def _truncated(house: House) -> None:
    """Its head is gone, as after an age limit, and then all of it but the last message."""
    await house.bus.js.purge_stream(house.stream, keep=5)
    await house.bet(3)
    await house.bus.js.purge_stream(house.stream, keep=1)


async def _recreated(house: House) -> None:
    """Somebody makes a stream of the same name that takes messages and keeps none."""
    await _deleted(house)
    config = StreamConfig(
        name=house.stream, subjects=[house.subject], retention=RetentionPolicy.INTEREST, max_msgs=2
    )
    with suppress(nats.js.errors.BadRequestError):  # the wallet was quicker
        await house.bus.js.add_stream(config)


async def _foreign(house: House) -> None:
    """Messages of somebody else: garbage, and a batch that goes on as ours would, of another ledger."""
    await house.bus.js.publish(house.subject, b"what is this")
    with TemporaryDirectory() as folder, Ledger(Path(folder) / "journal", house.tenant) as other:
        deposits = [
            wallet.deposit(house.player.context, uuid7().hex(), "EUR", 1, "bank")
            for _ in range(house.seq + 1)
        ]
        other.submit_many(deposits[:-1])
        other.submit(deposits[-1])
        batches = list(other.batches())
    assert batches[-1].header.lo == house.seq
    for batch in batches:
        await house.bus.js.publish(house.subject, batch.data)


async def _cut_on_disk(house: House) -> None:
    """The end of the stream's file is lost, as when a machine dies before its sync."""
    await asyncio.sleep(0.3)
    folder = house.servers.embedded.folder / "nats"
    blocks = sorted(folder.glob(f"**/streams/{house.stream}/msgs/*.blk"))
    house.servers.kill("nats")
    size = blocks[-1].stat().st_size
    os.truncate(blocks[-1], size * 2 // 3)


FAULTS: Final = (_deleted, _truncated, _recreated, _foreign, _cut_on_disk)


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.__name__.strip("_") for fault in FAULTS])
async def test_readers_converge_on_the_journal(house: House, fault: Fault) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(house.bet(150))
        await asyncio.sleep(0.05)
        await fault(house)
    await house.bet(5)
    await house.is_one_with_the_journal()
    await fault(house)  # and once more, with nothing that comes after it
    await house.is_one_with_the_journal()


async def test_strangers_messages_do_not_make_readers_forget(
    house: House, capsys: pytest.CaptureFixture[str]
) -> None:
    await house.is_one_with_the_journal()
    await _foreign(house)
    await house.is_one_with_the_journal()
    said = capsys.readouterr().out
    assert "a batch in the stream is not the journal's" in said
    assert "entries are written anew" not in said
    assert "read model is rebuilt" not in said


async def test_two_publishers_at_once_write_one_stream(house: House) -> None:
    readers = [JournalReader(house.settings.postgres_url, house.tenant) for _ in range(2)]
    others = [
        Outbox(
            house.bus.js, reader, house.tenant, lambda: lowest_applied(house.settings.redis_url, house.tenant)
        )
        for reader in readers
    ]
    publishing = [asyncio.create_task(outbox.run()) for outbox in others]

    async def urged() -> None:
        """As wallets that each believe to lead: what is durable goes out, from all of them."""
        while True:
            for outbox, reader in zip(others, readers, strict=True):
                outbox.leading(1, Durable(await reader.tip() or 0, b"", b""))
            await asyncio.sleep(0.01)

    publishing.append(asyncio.create_task(urged()))
    await house.bet(200)
    await _deleted(house)
    await house.bet(20)
    await house.is_one_with_the_journal()
    await end(publishing)
    for reader in readers:
        await reader.close()


async def test_a_flushed_valkey_comes_back_with_every_key_as_it_was(house: House) -> None:
    await house.bet(50)
    await house.is_one_with_the_journal()
    before, rows = await house.valkey(), await house.rows()
    assert {key.split(":")[1] for key in before} >= {"balance", "bet"}
    models = ReadModels.connect(house.settings.redis_url)
    await models.client.flushall()
    await house.caught_up()
    assert await house.valkey() == before
    async with asyncio.TaskGroup() as group:
        group.create_task(house.bet(100))
        await asyncio.sleep(0.02)
        await models.client.flushall()
    await house.is_one_with_the_journal()
    after = await house.valkey()
    assert before.keys() <= after.keys()
    await models.delete([f"{house.tenant}:*"])
    await house.caught_up()
    assert await house.valkey() == after
    assert (await house.rows())[: len(rows)] == rows
    await models.close()


async def test_a_stream_made_again_by_somebody_is_noticed_at_rest(house: House) -> None:
    await house.is_one_with_the_journal()
    info = await house.bus.js.stream_info(house.stream)
    messages = [(await house.bus.js.get_msg(house.stream, n)).data for n in range(1, info.state.last_seq + 1)]
    await house.bus.js.delete_stream(house.stream)
    with suppress(nats.js.errors.BadRequestError):
        await house.bus.js.add_stream(StreamConfig(name=house.stream, subjects=[house.subject]))
        for data in messages[:-1]:  # ends elsewhere than the one the wallet knew
            await house.bus.js.publish(house.subject, data or b"")
    await asyncio.sleep(2.5)
    await house.is_one_with_the_journal()
