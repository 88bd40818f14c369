"""One PlaceBet through PyO3, in memory: encode, decide, post, answer; nothing durable."""

import gc
import time

from bench.accounting import reference_ns
from bench.slowdown import repeat
from pyplatform._core import wallet

PLAYERS = 2_000
BETS = 50_000
ROUNDS = 5
EUR = 1_000_000
START = 1_700_000_000_000_000_000
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def _contexts(source: int) -> list[wallet.Context]:
    players = [number.to_bytes(16, "big") for number in range(1, PLAYERS + 1)]
    return [wallet.Context("aurora", 1, player, source, player, TRACE) for player in players]


def _funded() -> wallet.Wallet:
    money = wallet.Wallet("aurora")
    for number, context in enumerate(_contexts(2)):
        command = wallet.deposit(context, f"deposit-{number}", "EUR", 1_000_000 * EUR, "bank")
        if money.submit(command, START).status != wallet.ACCEPTED:
            message = "the wallet refused a deposit"
            raise RuntimeError(message)
    return money


def _round(times: int) -> float:
    """CPU nanoseconds of one bet."""
    money, contexts = _funded(), _contexts(1)
    keys = [f"{n:08x}-1111-7222-8333-444455556666" for n in range(BETS * times)]
    ids = [(n + 1).to_bytes(16, "little") for n in range(BETS * times)]
    slip, terms, never = b"1.100000001|20000001|35500", bytes(20), 1 << 62
    place, submit = wallet.place_bet, money.submit
    accepted, now = 0, START
    gc.disable()
    started = time.process_time_ns()
    for n, (key, bet_id) in enumerate(zip(keys, ids, strict=True)):
        now += 1_000
        context = contexts[n % PLAYERS]
        command = place(context, key, bet_id, "EUR", 5 * EUR, 1, 1, slip, 0, terms, never, 0)
        accepted += submit(command, now).status == wallet.ACCEPTED
    taken = time.process_time_ns() - started
    gc.enable()
    if accepted != len(keys):
        message = f"only {accepted} of {len(keys)} bets were accepted"
        raise RuntimeError(message)
    return taken / BETS


def measure() -> dict[str, list[float]]:
    """Figures: `us` of one bet (CPU time), `ratio` to the reference step."""
    figures: dict[str, list[float]] = {"us": [], "ratio": []}
    for _ in range(ROUNDS):
        before = reference_ns()
        taken = _round(repeat("place_bet_in_memory"))
        reference = (before + reference_ns()) / 2
        figures["us"].append(taken / 1e3)
        figures["ratio"].append(taken / reference)
    return figures
