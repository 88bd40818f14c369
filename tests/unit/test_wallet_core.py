"""The wallet, sealed batches and the writer machine as Python sees them."""

import pytest

from pyplatform._core import shard, wallet

EURO = 1_000_000
PLAYER = bytes([7]) * 16
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FOREVER = 2**63


def context(**changes: object) -> wallet.Context:
    fields: dict[str, object] = {
        "tenant": "aurora",
        "brand": 1,
        "player": PLAYER,
        "source": 1,
        "correlation": bytes(16),
        "traceparent": TRACE,
    }
    return wallet.Context(**{**fields, **changes})  # type: ignore[arg-type]


def deposit(euros: int = 100, key: str = "d") -> bytes:
    return wallet.deposit(context(), key, "EUR", euros * EURO, "bank")


def place(key: str = "b", *, bet: int = 1, verdict: int = 0, pending_until: int = 0) -> bytes:
    bet_id = bytes([bet]) * 16
    return wallet.place_bet(
        context(), key, bet_id, "EUR", 5 * EURO, 3, 2, b"slip", verdict, b"terms", FOREVER, 0, pending_until
    )


def frame(*commands: bytes) -> bytes:
    items = b"".join(len(command).to_bytes(4, "little") + command for command in commands)
    return b"\x01" + len(commands).to_bytes(2, "little") + items


def led(name: str = "aurora") -> shard.Shard:
    machine = shard.Shard(name)
    machine.poll(1)
    machine.lease_taken(1)
    machine.poll(2)
    machine.rows(1, [], True)
    machine.poll(3)
    return machine


def sealed(*commands: bytes, now: int = 1_000) -> bytes:
    machine = led()
    machine.enqueue(1, frame(*commands))
    (append,) = [action for action in machine.poll(now) if action[0] == shard.APPEND]
    batch: bytes = append[6]
    return batch


def test_a_wallet_in_memory_holds_settles_and_repeats() -> None:
    memory = wallet.Wallet("aurora")
    assert memory.submit(deposit(), 10).status == wallet.ACCEPTED
    placed = memory.submit(place(), 11)
    assert (placed.status, placed.version, placed.terms, placed.at) == (wallet.ACCEPTED, 1, b"terms", 11)
    assert memory.balance(PLAYER, "EUR") == (95 * EURO, 5 * EURO)
    again = memory.submit(place(), 99)
    assert (again.replayed, again.seq, again.at) == (True, placed.seq, placed.at)
    settled = memory.submit(wallet.settle_bet(context(), bytes([1]) * 16, 1, 1, 12 * EURO, bytes(32)), 12)
    assert (settled.status, settled.version) == (wallet.ACCEPTED, 2)
    assert memory.balance(PLAYER, "EUR") == (107 * EURO, 0)


def test_a_frozen_refusal_and_a_conflict_say_why() -> None:
    memory = wallet.Wallet("aurora")
    refused = memory.submit(place(verdict=201), 10)
    assert (refused.status, refused.code, refused.name) == (wallet.REFUSED, 201, "")
    memory.submit(deposit(), 11)
    assert memory.submit(place(), 12).code == 201, "the verdict of a repeat does not count"
    poor = memory.submit(wallet.deposit(context(), "d", "EUR", EURO, "bank"), 13)
    assert (poor.status, poor.field) == (wallet.CONFLICT, "amount")


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"tenant": "Not A Tenant"}, "tenant"),
        ({"player": b"short"}, "player"),
        ({"source": 9}, "source"),
        ({"correlation": bytes(15)}, "correlation"),
        ({"traceparent": "nonsense"}, "traceparent"),
    ],
)
def test_a_bad_context_names_the_argument(changes: dict[str, object], names: str) -> None:
    with pytest.raises(ValueError, match=f"^{names}: "):
        context(**changes)


def test_a_bad_command_names_the_argument() -> None:
    with pytest.raises(ValueError, match=r"^key: "):
        deposit(key="")
    with pytest.raises(ValueError, match=r"^currency: "):
        wallet.deposit(context(), "k", "ZZZ", EURO, "bank")
    with pytest.raises(ValueError, match=r"^amount: "):
        wallet.deposit(context(), "k", "EUR", 10**37, "bank")
    with pytest.raises(ValueError, match=r"^bet_id: "):
        wallet.accept_bet(context(), bytes(16), 1)
    with pytest.raises(ValueError, match=r"^reply: "):
        wallet.decode_reply(b"junk")


def test_amounts_are_exact_beyond_64_bits() -> None:
    memory = wallet.Wallet("aurora")
    huge = 10**30
    assert memory.submit(wallet.deposit(context(), "d", "EUR", huge, "bank"), 1).status == wallet.ACCEPTED
    assert memory.balance(PLAYER, "EUR") == (huge, 0)
    batch = shard.Batch(sealed(wallet.deposit(context(), "d", "EUR", huge, "bank")))
    assert batch.balances() == [(PLAYER, "EUR", huge, None, 1)]


def test_a_batch_tells_what_was_asked_and_what_changed() -> None:
    batch = shard.Batch(sealed(deposit(), place(pending_until=FOREVER - 1), place("r", bet=2, verdict=205)))
    assert (batch.header.lo, batch.header.hi, batch.header.epoch, batch.header.shard) == (0, 3, 1, "aurora")
    assert batch.header.prev_hash == shard.genesis_hash("aurora")
    money, bet, refused = batch.entries()
    assert (money.kind, money.amount, money.currency, money.key) == ("deposit", 100 * EURO, "EUR", "d")
    assert (bet.kind, bet.code, bet.amount, bet.brand, bet.player) == ("place_bet", 0, 5 * EURO, 1, PLAYER)
    assert (bet.slip, bet.terms, bet.pending_until) == ((3, 2, b"slip"), b"terms", FOREVER - 1)
    assert bet.transitions == [(bytes([1]) * 16, "pending", 1)]
    assert (refused.code, refused.transitions, refused.key) == (205, [], "r")
    assert money.at < bet.at < refused.at
    assert batch.balances() == [(PLAYER, "EUR", 95 * EURO, 5 * EURO, 2)]
    assert batch.sampled() == [TRACE] * 3


def test_a_damaged_batch_is_refused_in_words() -> None:
    data = bytearray(sealed(deposit()))
    data[-1] ^= 1
    with pytest.raises(ValueError, match="does not match its own hash"):
        shard.Batch(bytes(data))
    with pytest.raises(ValueError, match="not a journal batch"):
        shard.read_header(b"something else")
    with pytest.raises(ValueError, match="does not match its own hash"):
        shard.Replayer("aurora").apply([bytes(data)])


def test_replay_gives_the_writers_state_and_sound_books() -> None:
    data = sealed(deposit(), place())
    replayer = shard.Replayer("aurora")
    replayer.apply([data])
    header = shard.read_header(data)
    assert (replayer.seq, replayer.hash, replayer.state_hash) == (2, header.hash, header.state_hash)
    assert replayer.totals() == [("real", "EUR", 100 * EURO, 100 * EURO)]
    assert replayer.holds() == [("EUR", 5 * EURO, 5 * EURO)]
    assert replayer.balances() == [(PLAYER, "EUR", 95 * EURO, 5 * EURO)]
    assert replayer.open_bets() == [bytes([1]) * 16]
    with pytest.raises(ValueError, match="already reaches 2"):
        replayer.apply([data])
    with pytest.raises(ValueError, match="batch of shard aurora in the journal of shard borealis"):
        shard.Replayer("borealis").apply([data])


def test_the_machine_answers_when_the_batch_is_durable() -> None:
    machine = led()
    machine.enqueue(5, frame(deposit(), b"junk"))
    (append,) = machine.poll(10)
    assert append[:4] == (shard.APPEND, 1, 0, 1)
    machine.append_result(1, 1, shard.COMMITTED)
    reply, announce = machine.poll(11)
    assert reply[:2] == (shard.REPLY, 5)
    length = int.from_bytes(reply[2][3:7], "little")
    assert wallet.decode_reply(reply[2][7 : 7 + length]).status == wallet.ACCEPTED
    assert wallet.decode_reply(reply[2][11 + length :]).status == wallet.MALFORMED
    assert announce[:3] == (shard.ANNOUNCE, 1, append[5])
    assert (machine.standing, machine.stats().batches, machine.stats().commands) == (shard.LEADING, 1, 2)
