"""Statements over HTTP: a player's own, any player's for an admin, and nothing for anybody else."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from pyplatform._core import wallet as codec
from pyplatform.core import ledger
from pyplatform.kernel import ids
from pyplatform.kernel.config import Settings
from pyplatform.wallet.entries import EntryProjector

Platform = Any
EURO = 1_000_000
SECOND = 1_000_000_000
NOON = 1_790_000_000 * SECOND


@pytest.fixture
async def money(platform: Platform, settings: Settings, tmp_path: Path) -> Any:
    """A player with ten deposits, one a minute from NOON on, whose moves have been read."""
    player = await platform.player()
    now = NOON
    context = codec.Context(platform.ours, 1, player.session.player, 2, bytes(16))
    with ledger.Ledger(tmp_path / "money", platform.ours, clock=lambda: now) as house:
        for number in range(10):
            house.submit(codec.deposit(context, f"d{number}", "EUR", (number + 1) * EURO, "bank"))
            now += 60 * SECOND
        batches = list(house.batches())
    projector = EntryProjector(settings, platform.bus.js, platform.ours)
    await projector.apply(batches)
    await projector.close()
    return player


async def test_a_player_reads_pages_of_the_own_statement(platform: Platform, money: Any) -> None:
    headers = platform.headers(money)
    seen: list[str] = []
    after = 0
    while True:
        query = {"limit": 4, "after_seq": after, "since": "2026-09-21T14:14:20Z"}
        answer = await platform.client.get("/v1/wallet/statement", headers=headers, params=query)
        assert answer.status_code == 200
        page = answer.json()
        if not seen:
            assert page["opening"] == {"available": "1.00"}
        seen += [line["changes"]["available"] for line in page["lines"]]
        assert page["closing"]["available"] == page["lines"][-1]["balances"]["available"]
        after = page["as_of_seq"]
        if not page["more"]:
            break
    assert seen == [f"{number}.00" for number in range(2, 11)]
    assert page["closing"] == {"available": "55.00"}
    assert page["ledger_seq"] == 10
    assert [total["kind"] for total in page["totals"]] == ["deposit"]


async def test_the_csv_holds_the_same_lines(platform: Platform, money: Any) -> None:
    answer = await platform.client.get("/v1/wallet/statement.csv", headers=platform.headers(money))
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["available_balance"] for row in rows] == [
        *("0.00", "1.00", "3.00", "6.00", "10.00", "15.00", "21.00", "28.00", "36.00", "45.00", "55.00"),
        "55.00",
    ]


async def test_an_admin_reads_any_players_and_a_trader_none(platform: Platform, money: Any) -> None:
    path = f"/v1/players/{ids.text(money.session.player)}/statement"
    admin, trader = await platform.member("admin"), await platform.member("trader", name="tom")
    found = await platform.client.get(path, headers=platform.headers(admin))
    assert found.json()["closing"] == {"available": "55.00"}
    for who, status in ((trader, 403), (money, 403)):
        assert (await platform.client.get(path, headers=platform.headers(who))).status_code == status
    nobody = await platform.client.get("/v1/players/nobody/statement", headers=platform.headers(admin))
    assert (nobody.status_code, nobody.json()["field"]) == (404, "player_id")
    stranger = await platform.member("admin", tenant=platform.theirs, name="una")
    theirs = await platform.client.get(path, headers=platform.headers(stranger, platform.theirs))
    assert (theirs.status_code, theirs.json()["code"]) == (404, "unknown_player")


async def test_what_cannot_be_asked_is_told_by_name(platform: Platform, money: Any) -> None:
    for query, field in (
        ({"since": "yesterday"}, "since"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"after_seq": "-1"}, "after_seq"),
        ({"until": "1850-01-01T00:00:00Z"}, "until"),
        ({"to": "now"}, "to"),
    ):
        answer = await platform.client.get(
            "/v1/wallet/statement", headers=platform.headers(money), params=query
        )
        assert answer.status_code in (400, 422), query
        assert answer.json().get("field") == field, answer.json()
