"""What nobody should send: each has its stable code or a clear error, and the wallet goes on as if nothing had come."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from pyplatform._core import shard
from pyplatform.core import ledger, money, wallet
from tests.oracle import asking
from tests.oracle.days import day

TENANT = "aurora"
ANN, BOB = bytes([1]) * 16, bytes([2]) * 16
BET, OTHER = bytes([11]) * 16, bytes([12]) * 16
EURO = 1_000_000
LIMIT = 10**36
NOON = 1_700_000_000 * 10**9
NEVER = 2**64 - 1


def of(player: bytes, source: int = 1, tenant: str = TENANT) -> wallet.Context:
    return wallet.Context(tenant, 1, player, source, bytes(16))


def place(key: str = "bet", bet: bytes = BET, stake: int = 10 * EURO, **changes: Any) -> bytes:
    fields = {"slip": b"slip", "verdict": 0, "terms": b"", "expires_at": NEVER, "generation": 0, **changes}
    return wallet.place_bet(of(ANN), key, bet, "EUR", stake, 1, 1, **fields)


@pytest.fixture
def house() -> wallet.Wallet:
    """Ann has 100 euros."""
    house = wallet.Wallet(TENANT)
    assert house.submit(wallet.deposit(of(ANN, 2), "first", "EUR", 100 * EURO, "bank"), NOON).code == 0
    return house


Submit = Callable[[bytes], str]


@pytest.fixture
def told(house: wallet.Wallet) -> Submit:
    """Submit a command and say the name of its refusal, "" for none; a refusal moves no money."""

    def submit(command: bytes) -> str:
        before = sorted(house.accounts())
        reply = house.submit(command, NOON)
        if reply.status != wallet.ACCEPTED:
            assert [row for row in sorted(house.accounts()) if row[3]] == [row for row in before if row[3]]
        return reply.name

    return submit


def test_amounts_of_the_wrong_scale(told: Submit) -> None:
    for text in ("1.001", "0.0000001", "1e3", "1,5", "", "-1.00"):
        with pytest.raises(ValueError, match=r"amount|decimal|number|sign|empty"):
            money.parse(text, "EUR")
    assert told(wallet.deposit(of(ANN, 2), "d", "EUR", EURO + 1, "bank")) == "amount_not_whole"
    assert told(wallet.deposit(of(ANN, 2), "yen", "JPY", EURO // 2, "bank")) == "amount_not_whole"
    assert told(place(stake=10_001)) == "stake_not_whole"
    assert told(place("none", stake=0)) == "stake_not_positive"
    assert told(place("less", stake=-EURO)) == "stake_not_positive"
    games = of(ANN, 4)
    profile = wallet.casino.set_profile(of(bytes(16), 4), "p", provider="acme", unit=10_000)
    assert told(profile) == ""
    debit: Any = {"provider": "acme", "bet": "b", "round": "r", "currency": "EUR"}
    assert told(wallet.casino.casino_debit(games, "half-a-cent", amount=5_000, **debit)) == "amount_precision"
    assert told(wallet.casino.casino_debit(games, "less", amount=-EURO, **debit)) == "amount_negative"


def test_amounts_beyond_every_account(told: Submit, house: wallet.Wallet) -> None:
    for huge in (LIMIT + 1, 2**127, 2**128, 10**60, -(2**127) - 1):
        with pytest.raises((ValueError, OverflowError), match=r"amount|stake|large|range|int"):
            wallet.deposit(of(ANN, 2), "d", "EUR", huge, "bank")
    most = LIMIT - LIMIT % 10_000
    assert told(wallet.deposit(of(BOB, 2), "most", "EUR", most, "other")) == ""
    assert told(wallet.deposit(of(BOB, 2), "more", "EUR", most, "other")) == "amount_out_of_range"
    assert house.balance(BOB, "EUR") == (most, 0)
    for wrong in (1.0, "5", None, b"5"):
        with pytest.raises(TypeError):
            wallet.deposit(of(ANN, 2), "d", "EUR", wrong, "bank")  # type: ignore[arg-type]


def test_names_and_kinds_nobody_knows(house: wallet.Wallet) -> None:
    with pytest.raises(ValueError, match="kind"):
        house.record("overdraft", ANN)
    for currency in ("", "eur", "QQQ", "EURO"):
        with pytest.raises(ValueError, match="currency"):
            wallet.deposit(of(ANN, 2), "d", currency, EURO, "bank")
    for key in ("", "k" * 65, "with space", "ü"):
        with pytest.raises(ValueError, match="key"):
            wallet.deposit(of(ANN, 2), key, "EUR", EURO, "bank")
    for name in ("", "No Bank", "a-name-of-17-byte"):
        with pytest.raises(ValueError, match="psp"):
            wallet.deposit(of(ANN, 2), "d", "EUR", EURO, name)
    for source in (0, 7, 255):
        with pytest.raises(ValueError, match="source"):
            of(ANN, source)
    for player in (b"", bytes(15), bytes(17)):
        with pytest.raises(ValueError, match="player"):
            of(player)


def test_other_tenants_and_other_players(told: Submit) -> None:
    foreign = wallet.deposit(of(ANN, 2, "borealis"), "d", "EUR", EURO, "bank")
    assert told(foreign) == "wrong_tenant"
    assert told(place()) == ""
    assert told(wallet.settle_bet(of(BOB), BET, 1, 1, 0, bytes(32))) == "player_mismatch"
    assert told(wallet.cash_out(of(BOB), "c", bet=BET, version=1, amount=EURO)) == "player_mismatch"
    paid = wallet.cashier.initiate_deposit(
        of(ANN, 2), "i", payment=OTHER, currency="EUR", amount=EURO, psp="bank"
    )
    assert told(paid) == ""
    assert told(wallet.cashier.capture_deposit(of(BOB, 2), "c", payment=OTHER)) == "player_mismatch"


def test_bets_that_are_unknown_closed_or_hold_less(told: Submit, house: wallet.Wallet) -> None:
    for command in (
        wallet.settle_bet(of(ANN), BET, 1, 1, EURO, bytes(32)),
        wallet.void_bet(of(ANN), BET, 1, 1, 300),
        wallet.reopen_bet(of(ANN), BET, 1, 1, bytes(32)),
        wallet.accept_bet(of(ANN), BET, 1),
        wallet.reject_bet(of(ANN), BET, 1, 300),
        wallet.cash_out(of(ANN), "early", bet=BET, version=1, amount=EURO),
    ):
        assert told(command) == "unknown_bet"
    assert told(place()) == ""
    for part in ((3, 2), (0, 1), (1, 0), (-1, 2), (1, 2**40)):
        with pytest.raises((ValueError, OverflowError), match=r"part|fraction|int"):
            wallet.void_bet(of(ANN), BET, 1, 1, 300, part=part)
    assert told(wallet.void_bet(of(ANN), BET, 1, 1, 300, part=(3, 4))) == ""
    assert house.balance(ANN, "EUR") == (97_500_000, 2_500_000)
    version = 2
    while house.balance(ANN, "EUR")[1] > 10_000:  # sold in halves, until a cent is left that has none
        sale = wallet.cash_out(of(ANN), f"sale-{version}", bet=BET, version=version, amount=EURO, part=(1, 2))
        assert told(sale) == ""
        version += 1
    last = wallet.cash_out(of(ANN), "half-a-cent", bet=BET, version=version, amount=EURO, part=(1, 2))
    assert told(last) == "part_too_small"
    assert told(wallet.cash_out(of(ANN), "rest", bet=BET, version=version, amount=EURO)) == ""
    assert house.balance(ANN, "EUR")[1] == 0
    assert told(wallet.settle_bet(of(ANN), BET, 2, version + 1, 99 * EURO, bytes(32))) == "bet_not_open"
    assert told(wallet.void_bet(of(ANN), BET, 2, version + 1, 300)) == "bet_not_open"


def test_a_rollback_that_comes_before_its_debit(told: Submit, house: wallet.Wallet) -> None:
    assert told(wallet.casino.set_profile(of(bytes(16), 4), "p", provider="acme", unit=10_000)) == ""
    games = of(ANN, 4)
    rollback = wallet.casino.casino_rollback(games, "back", provider="acme", bet="b-1", currency="EUR")
    assert told(rollback) in {"", "bet_unknown"}  # the provider's habit says which
    late = wallet.casino.casino_debit(
        games, "late", provider="acme", bet="b-1", round="r-1", currency="EUR", amount=EURO
    )
    assert told(late) == "bet_cancelled"
    assert house.balance(ANN, "EUR") == (100 * EURO, 0)


def test_a_key_that_was_another_commands(house: wallet.Wallet) -> None:
    first = house.submit(place(), NOON)
    for changed, field in (
        (place(stake=11 * EURO), "stake"),
        (place(slip=b"another"), "slip"),
        (place(real_only=True), "funds"),
    ):
        reply = house.submit(changed, NOON)
        assert (reply.status, reply.name, reply.field, reply.seq) == (
            wallet.CONFLICT,
            "key_conflict",
            field,
            first.seq,
        )
    for changed, field in (
        (wallet.deposit(of(ANN, 2), "first", "EUR", 99 * EURO, "bank"), "amount"),
        (wallet.deposit(of(ANN, 2), "first", "USD", 100 * EURO, "bank"), "currency"),
        (wallet.deposit(of(ANN, 2), "first", "EUR", 100 * EURO, "other"), "psp"),
    ):
        reply = house.submit(changed, NOON)
        assert (reply.status, reply.field) == (wallet.CONFLICT, field)
    assert house.balance(ANN, "EUR") == (90 * EURO, 10 * EURO)


COMMANDS = [command for command, _ in day(3, 120, asking.START)]


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A command with bytes changed, cut out, doubled or put in; or no command at all."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=300))
    command = bytearray(draw(st.sampled_from(COMMANDS)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(command) - 1)))
        match draw(st.integers(0, 3)):
            case 0 if command:
                command[at] = draw(st.integers(0, 255))
            case 1:
                del command[at : at + draw(st.integers(1, 20))]
            case 2:
                command[at:at] = draw(st.binary(min_size=1, max_size=9))
            case _:
                command += command[at:]
    return bytes(command)


@settings(max_examples=60, deadline=None)
@given(st.lists(mangled(), min_size=1, max_size=40))
def test_mangled_commands_are_answered_and_the_journal_verifies(commands: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        with ledger.Ledger(path, asking.TENANT, clock=lambda: asking.START) as house:
            replies = house.submit_many([*COMMANDS[:10], *commands])
            assert len(replies) == 10 + len(commands)
            after = house.submit(wallet.deposit(of(BOB, 2, asking.TENANT), "then", "EUR", EURO, "bank"))
            assert after.code == 0
            state = house.verify().state_hash
        with ledger.Ledger(path, asking.TENANT) as house:
            assert house.verify().state_hash == state


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | mangled())
def test_bytes_that_are_no_frame_reply_or_batch(data: bytes) -> None:
    machine = shard.Shard(asking.TENANT)
    machine.poll(1)
    machine.lease_taken(1)
    machine.poll(2)
    machine.rows(1, [], True)
    machine.poll(3)
    for ticket, frame in enumerate(
        (data, b"\x01" + data, b"\x01\x01\x00" + len(data).to_bytes(4, "little") + data)
    ):
        machine.enqueue(ticket, frame)
        actions = machine.poll(10 + ticket)
        appends = [action for action in actions if action[0] == shard.APPEND]
        for _, epoch, _, hi, *_ in appends:
            machine.append_result(epoch, hi, shard.COMMITTED)
            actions += machine.poll(11 + ticket)
        assert [action[1] for action in actions if action[0] == shard.REPLY] == [ticket]
        assert machine.standing == shard.LEADING
    readers: list[Callable[[bytes], object]] = [shard.Batch, shard.read_header, wallet.decode_reply, _follow]
    for read in readers:
        try:
            read(data)
        except ValueError:
            continue


def _follow(batch: bytes) -> None:
    shard.Replayer(asking.TENANT).apply([batch])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_a_file_that_is_no_journal_is_refused_or_set_aside(junk: bytes, at: int) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal"
        with ledger.Ledger(path, TENANT, clock=lambda: NOON) as house:
            house.submit(wallet.deposit(of(ANN, 2), "d", "EUR", EURO, "bank"))
        whole = path.read_bytes()
        path.write_bytes(whole[: min(at, len(whole))] + junk)
        try:
            with ledger.Ledger(path, TENANT) as house:
                assert house.verify().entries in {0, 1}
        except ValueError:
            assert path.exists()  # refused: it is for a person to look at
