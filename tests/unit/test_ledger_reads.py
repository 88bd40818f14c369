"""Statements, balances at an entry and explanations of a ledger in a file, over days of every kind of command."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pyplatform._core.shard import Replayer
from pyplatform.core import ledger, money
from pyplatform.core.accounts import ACCOUNTS, PURSES, movements
from pyplatform.core.asof import UpTo
from pyplatform.core.statements import NAMES, Statement
from tests.oracle import asking
from tests.oracle.days import day

ROOMS = ["bets", "money", "games", "guards", "all"]
PLAYERS = [asking.name(7, number) for number in (1, 2)]


@pytest.fixture(params=ROOMS)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ledger.Ledger]:
    """A ledger after a day of 250 commands, a few of them in each batch."""
    now = asking.START
    with ledger.Ledger(tmp_path / "day.journal", asking.TENANT, clock=lambda: now) as house:
        waiting: list[bytes] = []
        for number, (command, at) in enumerate(
            day(ROOMS.index(request.param), 250, asking.START, request.param)
        ):
            waiting.append(command)
            if number % 7 == 6:
                now = at
                house.submit_many(waiting)
                waiting = []
        yield house


def amounts(purses: dict[str, str], currency: str) -> dict[str, int]:
    return {name: money.parse(text, currency, signed=True, exact=True) for name, text in purses.items()}


def added(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    found = {name: left.get(name, 0) + right.get(name, 0) for name in NAMES}
    return {name: amount for name, amount in found.items() if amount}


def replayed(house: ledger.Ledger, seq: int, player: bytes, currency: str) -> dict[str, int]:
    """Purses of a player after entry `seq`, from the last balance of each account in the journal."""
    last: dict[tuple[int, bytes], int] = {}
    for entry in house.entries():
        if entry.seq > seq:
            break
        for move in movements(entry):
            if (move.holder, move.currency) == (player, currency) and ACCOUNTS[move.account].is_players:
                last[move.account, move.owner] = move.balance
    found: dict[str, int] = {}
    for (account, _), balance in last.items():
        found[PURSES[account]] = found.get(PURSES[account], 0) + balance
    return {name: amount for name, amount in found.items() if amount}


def assert_adds_up(statement: Statement, house: ledger.Ledger, player: bytes) -> None:
    currency = statement.currency
    standing = amounts(statement.opening, currency)
    assert standing == replayed(house, statement.after_seq, player, currency)
    sums: dict[str, int] = {}
    for line in statement.lines:
        changes = amounts(line.changes, currency)
        standing, sums = added(standing, changes), added(sums, changes)
        assert amounts(line.balances, currency) == standing == replayed(house, line.seq, player, currency)
        assert line.text
    assert amounts(statement.closing, currency) == standing
    of_kinds: dict[str, int] = {}
    for total in statement.totals:
        assert total.lines == sum(line.kind == total.kind for line in statement.lines)
        of_kinds = added(of_kinds, amounts(total.changes, currency))
    assert of_kinds == sums


def test_opening_and_every_line_give_the_closing_that_the_journal_has(house: ledger.Ledger) -> None:
    for player in PLAYERS:
        for currency in ("EUR", "USD"):
            for after, until in (
                (0, house.seq),
                (house.seq // 3, 2 * house.seq // 3),
                (house.seq, house.seq),
            ):
                assert_adds_up(house.statement(player, currency, after, until), house, player)
    assert len(house.statement(PLAYERS[0], "EUR").lines) > 3


def test_the_csv_tells_the_same(house: ledger.Ledger) -> None:
    statement = house.statement(PLAYERS[0], "EUR")
    rows = list(csv.DictReader(io.StringIO(ledger.as_csv(statement))))
    assert [row["kind"] for row in rows] == ["opening", *(line.kind for line in statement.lines), "closing"]
    for row, line in zip(rows[1:-1], statement.lines, strict=True):
        assert int(row["seq"]) == line.seq
        assert row["available"] == line.changes.get("available", "")
        assert row["available_balance"] == line.balances.get("available", "0.00")
    assert rows[-1]["available_balance"] == statement.closing.get("available", "0.00")


def test_balances_at_any_entry_are_the_replays_and_every_book_is_zero(house: ledger.Ledger) -> None:
    frames = [batch.data for batch in house.batches()]
    for seq in range(0, house.seq + 1, 5):
        found = house.balances_at(seq)
        for book in ledger.trial_balance(found):
            assert amounts({"": book.difference}, book.currency) == {"": 0}, (seq, book)
        assert msgspec.json.encode(ledger.trial_balance(found)) == msgspec.json.encode(
            ledger.trial_balance(house.balances_at(seq))
        )
    ends = 0
    replayer = Replayer(asking.TENANT)
    for frame in frames:
        replayer.apply([frame])
        ends = replayer.seq
        known = {
            (number, owner, currency): balance for number, owner, currency, balance in replayer.accounts()
        }
        accounts = house.balances_at(ends).accounts
        assert {key: balance for key, balance in accounts.items() if balance} == {
            key: balance for key, balance in known.items() if balance
        }
    assert ends == house.seq
    with pytest.raises(ValueError, match="seq: the journal has entries"):
        house.balances_at(house.seq + 1)


def test_a_changed_journal_has_no_balances(house: ledger.Ledger) -> None:
    frames = [bytearray(batch.data) for batch in house.batches()]
    frames[1][len(frames[1]) // 2] ^= 1
    fold = UpTo(asking.TENANT, house.seq)
    with pytest.raises(ValueError, match=r"hash|chain"):
        fold.take([bytes(frame) for frame in frames])


def test_a_players_story_holds_every_entry_of_the_player(house: ledger.Ledger) -> None:
    for player in PLAYERS:
        found = house.explain(player=player)
        assert found is not None
        mine = [
            entry
            for entry in house.entries()
            if entry.player == player or any(whose == player for whose, _, _ in entry.parts)
        ]
        assert [step.seq for step in found.steps] == [entry.seq for entry in mine][-100:]
        assert found.left_out == max(0, len(mine) - 100)
        for step, entry in zip(found.steps, mine[-100:], strict=True):
            assert (step.decision == "refused") == (entry.code != 0)
            assert step.title
            assert step.because or step.decision == "accepted"
            assert len(step.moves) == 2 * len(entry.moves)


def test_every_entry_can_be_explained_with_all_that_became_of_it(house: ledger.Ledger) -> None:
    for entry in list(house.entries())[::3]:
        found = house.explain(seq=entry.seq)
        assert found is not None
        assert entry.seq in [step.seq for step in found.steps]
        text = ledger.as_text(found)
        assert f"entry {entry.seq:,}" in text
        assert "{" not in text
        if entry.kind == "place_bet":
            of_bet = house.explain(bet=entry.bet_id)
            assert of_bet is not None
            about = [
                other.seq
                for other in house.entries()
                if other.bet_id == entry.bet_id
                or any(bet == entry.bet_id for bet, _, _ in other.transitions)
                or any(bet == entry.bet_id for _, bet, _ in other.parts)
            ]
            assert [step.seq for step in of_bet.steps] == about
    assert house.explain(bet=bytes(15) + b"\xff") is None
