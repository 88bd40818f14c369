"""`verify` holds the table of old keys against the journal: every row that is missing, foreign or changed is named."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from pyplatform._core.shard import Replayer, key_rows, read_header
from pyplatform.core.ledger import Ledger
from pyplatform.kernel.config import Settings
from pyplatform.kernel.time import now_ns
from pyplatform.wallet.filed import FILED, Filed
from pyplatform.wallet.oldkeys import LEAD, Keeping, OldKeys, Tip
from pyplatform.wallet.proof import Proof
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.store import Journal, JournalReader, Outcome
from tests.integration.wallet.sweeps import Sweeps
from tests.oracle import asking

DELETE = "DELETE FROM ledger.old_key WHERE shard = $1 AND seq = 3"
AGAIN = "INSERT INTO ledger.old_key SELECT * FROM ledger.old_key WHERE shard = $1 AND seq = 3"
ANOTHER = AGAIN.replace("*", "shard, fingerprint + 1, seq, at, dated")
JOURNAL = Path(__file__).parents[2] / "goldens/journals/format-2-old-keys.journal.gz"


def dated(made_at: int, number: int) -> str:
    """A key of UUID version 7."""
    return str(UUID(int=(made_at // 10**6) << 80 | 7 << 76 | 0b10 << 62 | number))


class Table:
    """The table of old keys of a ledger at rest, which somebody changes by hand."""

    def __init__(self, settings: Settings, tenant: str, database: asyncpg.Connection) -> None:
        self.settings, self.tenant, self.database = settings, tenant, database

    async def change(self, *statements: str) -> None:
        for statement in statements:
            await self.database.execute(statement, self.tenant)

    async def proof(self) -> Proof:
        proofs = await prove(self.settings, [self.tenant], patience=0)
        (found,) = (proof for proof in proofs if proof.name == FILED)
        return found


@pytest.fixture
async def table(
    player: Any, keeping: Any, at_once: Keeping, sweeps: Sweeps, settings: Settings
) -> AsyncIterator[Table]:
    """Five keys that left memory, one of which tells its time."""
    database = await asyncpg.connect(settings.postgres_url)
    table = Table(settings, player.tenant, database)
    async with keeping(at_once):
        await player.deposit(50, dated(now_ns(), 1))
        for number in range(4):
            await player.bet(f"b{number}")
        await sweeps.all_left(5)
    proof = await table.proof()
    assert proof.ok, proof
    yield table
    await database.close()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([DELETE], ["entry 3: the row of its key is missing"]),
        ([ANOTHER], ["entry 3: a row is not the journal's"]),
        (
            ["UPDATE ledger.old_key SET fingerprint = fingerprint - 1 WHERE shard = $1 AND seq = 3"],
            ["entry 3: a row is not the journal's", "entry 3: the row of its key is missing"],
        ),
        (
            ["UPDATE ledger.old_key SET seq = 4 WHERE shard = $1 AND seq = 3"],
            ["entry 3: the row of its key is missing", "entry 4: a row is not the journal's"],
        ),
        (
            ["UPDATE ledger.old_key SET seq = 10000 WHERE shard = $1 AND seq = 3"],
            ["entry 3: the row of its key is missing", "entry 10,000: a row is not the journal's"],
        ),
        (
            ["UPDATE ledger.old_key SET dated = false WHERE shard = $1 AND dated"],
            ["entry 1: dated is False, the journal says True"],
        ),
    ],
)
async def test_every_row_that_is_wrong_is_named(table: Table, changes: list[str], told: list[str]) -> None:
    await table.change(*changes)
    proof = await table.proof()
    assert not proof.ok
    assert sorted(proof.differences) == sorted(told)


async def test_a_row_that_is_there_twice_is_named(table: Table) -> None:
    await table.database.execute("ALTER TABLE ledger.old_key DROP CONSTRAINT old_key_pkey")
    await table.change(AGAIN)
    proof = await table.proof()
    assert proof.differences == ("entry 3: a row is there twice",)


async def test_a_table_that_holds_less_than_left_memory_is_told_and_filed_again(
    table: Table, keeping: Any, player: Any
) -> None:
    await table.change("UPDATE ledger.old_key_tip SET seq = 2 WHERE shard = $1")
    evicted, tip, *foreign = (await table.proof()).differences
    assert evicted.startswith("keys left memory up to entry ")
    assert evicted.endswith(", and are filed up to 2")
    assert tip.startswith("keys are filed up to entry 2 of time ")
    assert foreign == [f"entry {seq}: a row is not the journal's" for seq in (3, 4, 5)]
    await table.change(
        "DELETE FROM ledger.old_key WHERE shard = $1", "DELETE FROM ledger.old_key_tip WHERE shard = $1"
    )
    assert not (await table.proof()).ok
    # What is young and not too much is filed for no other reason than that it left memory once.
    async with keeping(Keeping(every=0.02)):
        async with asyncio.timeout(60):
            assert (await player.bet("b2")).replayed
    assert (await table.proof()).ok


async def test_rows_of_forgotten_keys_may_be_gone(settings: Settings, tmp_path: Path) -> None:
    """A journal in which keys that tell their time were forgotten; of two rows that are gone one had to stay."""
    shard, url = asking.TENANT, settings.postgres_url
    (tmp_path / "journal").write_bytes(gzip.decompress(JOURNAL.read_bytes()))
    with Ledger(tmp_path / "journal", shard) as house:
        batches = [batch.data for batch in house.batches()]
    replayer, record, table = Replayer(shard), Journal(url, shard), OldKeys(url, shard)
    replayer.apply(batches)
    assert replayer.keys_forgotten > LEAD
    await record.open()
    database = await asyncpg.connect(url)
    tip = Tip(0, 0)
    for batch in batches:
        header = read_header(batch)
        await database.execute(
            "INSERT INTO ledger.fence VALUES ($1, $2) ON CONFLICT DO NOTHING", shard, header.epoch
        )
        appended = await record.append(
            header.epoch, header.lo, header.hi, header.prev_hash, header.hash, batch
        )
        assert appended is Outcome.COMMITTED
        rows, _, at = key_rows(batch)
        await table.file(header.epoch, tip, tip := Tip(header.hi, at), [rows])
    record.close()
    reader = JournalReader(url, shard)
    async with asyncpg.create_pool(url, min_size=0, max_size=1) as pool:

        async def differences() -> tuple[str, ...]:
            return (await Filed(pool, reader, replayer, shard).prove()).differences

        assert await differences() == ()
        dropped = await table.drop(header.epoch, replayer.keys_forgotten)
        assert dropped > 0
        assert await differences() == ()
        seq = await database.fetchval(
            "DELETE FROM ledger.old_key WHERE seq = (SELECT min(seq) FROM ledger.old_key) RETURNING seq"
        )
        assert await differences() == (f"entry {seq}: the row of its key is missing",)
    for connection in (reader, table, database):
        await connection.close()
