"""A ledger in a file keeps what it said, through reopening, crashes and damage."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pyplatform.core import wallet
from pyplatform.core.ledger import Ledger

EURO = 1_000_000
CASHIER, SPORTSBOOK = 2, 1


def player(number: int) -> bytes:
    return number.to_bytes(16, "big")


def deposit(number: int, key: str, euros: int = 10) -> bytes:
    context = wallet.Context("aurora", 1, player(number), CASHIER, bytes(16))
    return wallet.deposit(context, key, "EUR", euros * EURO, "bank")


def place(number: int, bet: int, euros: int = 1) -> bytes:
    context = wallet.Context("aurora", 1, player(number), SPORTSBOOK, bytes(16))
    return wallet.place_bet(
        context, f"bet-{bet}", player(bet), "EUR", euros * EURO, 1, 1, b"slip", 0, b"", 2**63, 0
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "aurora.journal"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path, "aurora") as opened:
        yield opened


def test_answers_survive_reopening_and_keys_are_remembered(path: Path, ledger: Ledger) -> None:
    first = ledger.submit(deposit(1, "d-1"))
    refused = ledger.submit(place(1, 7, euros=11))
    assert (first.status, refused.name) == (wallet.ACCEPTED, "insufficient_funds")
    ledger.close()
    with Ledger(path, "aurora") as again:
        assert again.balance(player(1), "EUR") == (10 * EURO, 0)
        for command, before in ((deposit(1, "d-1"), first), (place(1, 7, euros=11), refused)):
            reply = again.submit(command)
            assert reply.replayed
            assert (reply.status, reply.code, reply.seq, reply.at) == (
                before.status,
                before.code,
                before.seq,
                before.at,
            )
        assert [entry.kind for entry in again.entries()] == ["deposit", "place_bet"]
        assert [entry.seq for entry in again.entries(after=1)] == [2]


def test_many_commands_share_a_sync_and_are_each_on_their_own(ledger: Ledger) -> None:
    commands = [deposit(1, "d-1"), *(place(1, bet) for bet in range(1, 2_001))]
    replies = ledger.submit_many(commands)
    assert [reply.status for reply in replies[:11]] == [wallet.ACCEPTED] * 11
    assert {reply.name for reply in replies[11:]} == {"insufficient_funds"}
    assert ledger.balance(player(1), "EUR") == (0, 10 * EURO)
    assert len(ledger.open_bets()) == 10
    assert sum(1 for _ in ledger.batches()) <= 8
    found = ledger.verify()
    assert found.entries == ledger.seq == 2_001
    assert found.holds == [("EUR", 10 * EURO, 10 * EURO)]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 20), st.booleans()), max_size=25), st.data())
def test_a_file_says_what_memory_says_however_often_it_is_reopened(
    tmp_path_factory: pytest.TempPathFactory, asks: list[tuple[int, int, bool]], data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("ledger") / "journal"
    memory = wallet.Wallet("aurora")
    now = [0]
    ledger = Ledger(path, "aurora", clock=lambda: now[0])
    for who, number, pays in asks:
        now[0] += 1
        command = deposit(who, f"d-{number}") if pays else place(who, number)
        if data.draw(st.booleans()):
            ledger.close()
            ledger = Ledger(path, "aurora", clock=lambda: now[0])
        inside, outside = memory.submit(command, now[0]), ledger.submit(command)
        assert (inside.status, inside.code, inside.seq, inside.field) == (
            outside.status,
            outside.code,
            outside.seq,
            outside.field,
        )
    assert ledger.verify().state_hash == memory.state_hash()
    ledger.close()


def test_garbage_is_refused_and_harms_nothing(ledger: Ledger) -> None:
    assert ledger.submit(b"garbage").status == wallet.MALFORMED
    with pytest.raises(ValueError, match="longer than a frame"):
        ledger.submit(bytes(1 << 20))
    assert ledger.submit(deposit(1, "d-1")).status == wallet.ACCEPTED


def test_another_process_and_another_tenant_are_kept_out(path: Path, ledger: Ledger) -> None:
    ledger.submit(deposit(1, "d-1"))
    with pytest.raises(OSError, match="another process"):
        Ledger(path, "aurora")
    ledger.close()
    with pytest.raises(RuntimeError, match="closed"):
        ledger.submit(deposit(1, "d-2"))
    with pytest.raises(ValueError, match="shard aurora in the journal of shard borealis"):
        Ledger(path, "borealis")


def test_damage_is_named_by_its_byte(path: Path, ledger: Ledger) -> None:
    ledger.submit(deposit(1, "d-1"))
    ledger.submit(deposit(1, "d-2"))
    ledger.close()
    whole = path.read_bytes()
    path.write_bytes(whole[:-20])
    with Ledger(path, "aurora") as shorter:
        assert shorter.seq == 1
        assert shorter.set_aside is not None
        assert whole.endswith(shorter.set_aside.read_bytes() + whole[-20:])
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ValueError, match=r"at byte \d+ of the journal file: .*damaged"):
        Ledger(path, "aurora")
    with Ledger(path, "aurora", set_aside_damaged_tail=True) as cut:
        assert cut.seq == 1


def test_a_full_disk_is_an_os_error_and_closes_the_ledger() -> None:
    ledger = Ledger("/dev/full", "aurora")
    with pytest.raises(OSError, match="No space left") as raised:
        ledger.submit(deposit(1, "d-1"))
    assert raised.value.errno == 28
    with pytest.raises(RuntimeError):
        ledger.balance(player(1), "EUR")


_CHILD = """
import sys
sys.path.insert(0, sys.argv[2])
from tests.unit.test_ledger_file import Ledger, deposit
ledger = Ledger(sys.argv[1], "aurora")
for number in range(ledger.seq, 100_000):
    ledger.submit(deposit(1, f"d-{number}", euros=1))
    print(number + 1, flush=True)
"""


@pytest.mark.timeout(120)
def test_a_killed_process_loses_nothing_it_said(path: Path) -> None:
    root = Path(__file__).resolve().parents[2]
    said = 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", _CHILD, path, root], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(40):
            said = int(child.stdout.readline())
        os.kill(child.pid, signal.SIGKILL)
        said = int([str(said), *child.stdout.read().split()][-1])
        child.wait()
        child.stdout.close()
        with Ledger(path, "aurora") as ledger:
            assert said <= ledger.seq <= said + 1
            assert ledger.balance(player(1), "EUR")[0] == ledger.seq * EURO
            ledger.verify()
            said = ledger.seq
