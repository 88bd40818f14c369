"""`verify` names every difference between the journal and what was made of it, whichever copy was touched."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest

from pyplatform._core import shard as core
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_key, balance_position_key, ledger_stream, ledger_subject
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import text, uuid7
from pyplatform.projections import ReadModels
from pyplatform.wallet.copied import BALANCES, STREAM
from pyplatform.wallet.moved import MOVES, STATEMENTS
from pyplatform.wallet.proof import Proof
from pyplatform.wallet.proofs import prove
from pyplatform.wallet.store import JournalReader

Wrong = Callable[[], Awaitable[dict[str, Proof]]]
BETS = 4


@pytest.fixture
async def wrong(player: Any, wallet_running: Any, copies_running: Any, settings: Settings) -> Wrong:
    """A ledger with its copies, at rest; tells which proofs are broken now."""

    async def broken() -> dict[str, Proof]:
        return {
            proof.name: proof for proof in await prove(settings, [player.tenant], patience=1) if not proof.ok
        }

    async with wallet_running(), copies_running():
        await player.deposit(50)
        for _ in range(BETS):
            await player.bet()
        proofs = await prove(settings, [player.tenant])
        assert all(proof.ok for proof in proofs), proofs
        assert {BALANCES, STREAM, MOVES, STATEMENTS} <= {proof.name for proof in proofs}
    return broken


@pytest.fixture
async def rows(settings: Settings, player: Any) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may change the rows of the player's tenant, as somebody with the owner's password could."""
    connection = await asyncpg.connect(settings.postgres_url)
    for table in ("ledger.entry", "ledger.account", "projections.position"):
        await connection.execute(f"alter table {table} no force row level security")
    yield connection
    await connection.close()


@pytest.fixture
async def models(settings: Settings) -> AsyncIterator[ReadModels]:
    models = ReadModels.connect(settings.redis_url)
    yield models
    await models.close()


async def test_every_changed_field_of_a_move_is_named(wrong: Wrong, rows: asyncpg.Connection) -> None:
    for column, value in (
        ("amount", "amount + 1"),
        ("balance", "balance - 1"),
        ("at", "at + 1"),
        ("kind", "'gift'"),
        ("reference", "'bet:none'"),
        ("brand", "9"),
        ("holder", "decode(repeat('07', 16), 'hex')"),
        ("counter", "1100"),
    ):
        before = await rows.fetchval(f"select {column} from ledger.entry where seq = 3 and n = 1")  # noqa: S608
        await rows.execute(f"update ledger.entry set {column} = {value} where seq = 3 and n = 1")  # noqa: S608
        found = (await wrong())[MOVES]
        assert len(found.differences) == 1
        assert found.detail.startswith(f"entry 3, side 1: {column} is ")
        await rows.execute(f"update ledger.entry set {column} = $1 where seq = 3 and n = 1", before)  # noqa: S608
    assert await wrong() == {}


async def test_missing_doubled_and_invented_moves_are_each_named(
    wrong: Wrong, rows: asyncpg.Connection
) -> None:
    await rows.execute("delete from ledger.entry where seq = 2")
    await rows.execute("insert into ledger.entry select * from ledger.entry where seq = 3 and n = 0")
    await rows.execute(
        "create temp table made as select * from ledger.entry where seq = 4 and n = 0;"
        "update made set n = 7; insert into ledger.entry select * from made;"
        "update made set seq = 99; insert into ledger.entry select * from made"
    )
    found = (await wrong())[MOVES]
    assert set(found.differences) == {
        "entry 2, side 0: its row is missing",
        "entry 2, side 1: its row is missing",
        "entry 3, side 0: a row is there twice",
        "entry 4, side 7: a row is not the journal's",
        "entry 99, side 7: a row is not the journal's",
    }


async def test_a_statement_that_closes_otherwise_is_told(
    wrong: Wrong, rows: asyncpg.Connection, player: Any
) -> None:
    last = await rows.fetchval("select max(seq) from ledger.entry")
    await rows.execute(
        "update ledger.entry set balance = balance + 500000 where seq = $1 and account = 2110", last
    )
    found = (await wrong())[STATEMENTS]
    whose = f"PLAYER_BET_HELD of player {text(player.id)} in EUR"
    assert list(found.differences) == [f"{whose}: they close with 4.50, the ledger has 4.00"]
    await rows.execute(
        "update ledger.entry set balance = balance - 500000 where seq = $1 and account = 2110", last
    )
    await rows.execute("update ledger.account set holder = $1 where account = 2110", bytes(16))
    assert f"{whose}: it is shown to {bytes(16).hex()}" in (await wrong())[STATEMENTS].differences
    await rows.execute("delete from ledger.account where account = 2110")
    found = (await wrong())[STATEMENTS]
    assert list(found.differences) == [f"{whose}: no statement shows it, the ledger has 4.00"]


async def test_moves_of_another_past_or_behind_are_told(wrong: Wrong, rows: asyncpg.Connection) -> None:
    await rows.execute("update projections.position set hash = $1", bytes(32))
    assert "another past" in (await wrong())[MOVES].detail
    await rows.execute("update projections.position set seq = 2")
    assert f"stands at 2, the journal at {BETS + 1}" in (await wrong())[MOVES].detail


async def test_a_changed_lost_or_invented_balance_is_named(
    wrong: Wrong, models: ReadModels, player: Any
) -> None:
    key = balance_key(player.tenant, text(player.id), "EUR")
    stranger = balance_key(player.tenant, text(uuid7()), "EUR")
    await models.client.hset(key, "available", "1")
    await models.client.hset(stranger, mapping={"available": "5", "seq": "1"})
    found = (await wrong())[BALANCES]
    assert set(found.differences) == {
        f"{key}: available is 1, the journal says 46000000",
        f"{stranger}: nobody of the journal has this balance",
    }
    await models.delete([key, stranger])
    assert len((await wrong())[BALANCES].differences) == 2  # what is available, and what is held
    await models.client.hset(balance_position_key(player.tenant), "hash", bytes(32))
    assert "another past" in (await wrong())[BALANCES].detail


async def test_a_stream_that_lacks_doubles_or_forges_a_batch_is_named(
    wrong: Wrong, bus: Bus, player: Any, settings: Settings
) -> None:
    stream, subject = ledger_stream(player.tenant), ledger_subject(player.tenant)
    reader = JournalReader(settings.postgres_url, player.tenant)
    batches = [data for _, data in await reader.page(0, BETS + 1)]
    await reader.close()
    headers = [core.read_header(data) for data in batches]
    assert len(batches) > 3

    async def refill(*messages: bytes) -> None:
        await bus.js.purge_stream(stream)
        for message in messages:
            await bus.js.publish(subject, message)

    async def told() -> list[str]:
        return list((await wrong())[STREAM].differences)

    def missing(first: int, last: int, where: str) -> str:
        return f"entries {first:,} to {last:,} are missing {where}"

    last = (await bus.js.stream_info(stream)).state.last_seq
    await refill(batches[0], *batches[2:])
    assert await told() == [missing(headers[1].lo + 1, headers[1].hi, f"before message {last + 2:,}")]
    await refill(*batches[:-1])
    assert await told() == [missing(headers[-1].lo + 1, headers[-1].hi, "at the end")]
    last = (await bus.js.stream_info(stream)).state.last_seq
    await refill(batches[0], batches[0], *batches[1:])
    assert await told() == [f"message {last + 2:,}: its batch up to {headers[0].hi:,} comes once more"]
    last = (await bus.js.stream_info(stream)).state.last_seq
    flipped = bytearray(batches[1])
    flipped[len(flipped) // 2] ^= 1
    await refill(batches[0], bytes(flipped), b"what is this", *batches[1:])
    said = await told()
    assert len(said) == 2
    assert all(f"message {last + n:,} is no batch" in text for n, text in zip((2, 3), said, strict=True))
    await refill(*batches)
    assert await wrong() == {}
