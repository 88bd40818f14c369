"""Statements from the moves in Postgres are those of the journal, over every period and page."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform.core.accounts import PURSES, Movement, movements
from pyplatform.core.statements import Statement, build
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.kernel.time import now_ns
from pyplatform.wallet import WalletClient
from pyplatform.wallet.statements import FOREVER, Period, Statements
from pyplatform.wallet.store import JournalReader
from tests.oracle import asking
from tests.oracle.days import day

PLAYERS = [asking.name(7, number) for number in (1, 2)]


@pytest.fixture
async def statements(settings: Settings) -> AsyncIterator[Statements]:
    async with asyncpg.create_pool(settings.postgres_url, min_size=1, max_size=1) as pool:
        yield Statements(pool)


async def _moves(settings: Settings, tenant: str) -> list[Movement]:
    reader = JournalReader(settings.postgres_url, tenant)
    tip = await reader.tip() or 0
    pages = await reader.page(0, tip, 10_000)
    await reader.close()
    return [move for _, data in pages for entry in core.Batch(data).entries() for move in movements(entry)]


def _expected(tenant: str, moves: list[Movement], player: bytes, currency: str, period: Period) -> Statement:
    mine = [
        move
        for move in moves
        if (move.holder, move.currency) == (player, currency) and move.account in PURSES
    ]
    earlier = [move for move in mine if move.at < period.start or move.seq <= period.after_seq]
    opening: dict[str, int] = {}
    for move in earlier:
        opening[PURSES[move.account]] = opening.get(PURSES[move.account], 0) + move.amount
    return build(
        tenant,
        ids.text(player),
        currency,
        opening,
        [move for move in mine if move not in earlier and move.at < period.end],
        after_seq=max([move.seq for move in earlier], default=0),
        ledger_seq=0,
    )


async def test_they_equal_the_journal_over_every_period_and_page(
    wallet_running: Any,
    entries_running: Any,
    wallet: WalletClient,
    settings: Settings,
    tenant_name: str,
    monkeypatch: pytest.MonkeyPatch,
    statements: Statements,
    eventually: Any,
) -> None:
    monkeypatch.setattr(asking, "TENANT", tenant_name)
    seq = 0
    async with wallet_running(), entries_running():
        for command, _ in day(11, 400, now_ns()):
            seq = max(seq, (await wallet.submit(tenant_name, command)).seq)

        async def read() -> bool:
            return await statements.position(tenant_name) >= seq

        await eventually(read)
    moves = await _moves(settings, tenant_name)
    times = [moves[len(moves) * part // 5].at for part in range(5)]
    for player in PLAYERS:
        for currency in ("EUR", "USD"):
            for start, end in [(0, FOREVER), (times[1], times[3]), (times[4] + 1, FOREVER), (0, times[2])]:
                period = Period(start=start, end=end)
                found = await statements.read(tenant_name, player, currency, period)
                expected = _expected(tenant_name, moves, player, currency, period)
                assert msgspec.structs.replace(found, ledger_seq=0) == expected
                assert found.ledger_seq >= seq
                assert await _in_pages(statements, found, player, period) == found.lines
    assert await statements.read("another", PLAYERS[0], "EUR", Period()) == _expected(
        "another", [], PLAYERS[0], "EUR", Period()
    )


async def _in_pages(statements: Statements, whole: Statement, player: bytes, period: Period) -> list[Any]:
    lines: list[Any] = []
    balance, after = whole.opening, 0
    while True:
        wanted = msgspec.structs.replace(period, lines=3, after_seq=after)
        page = await statements.read(whole.tenant, player, whole.currency, wanted)
        assert page.opening == balance
        lines += page.lines
        balance, after = page.closing, page.as_of_seq
        if not page.more:
            assert page.closing == whole.closing
            return lines
        assert page.lines
