"""Replay of a journal: bets placed and settled, every batch verified, the state rebuilt."""

import time
from itertools import islice

from bench.accounting import reference_ns
from bench.slowdown import repeat
from bench.wallets import EUR, bets, contexts
from pyplatform._core import shard as core
from pyplatform._core import wallet as codec

SHARD = "bench-replay"
BETS = 100_000
FRAME = 500
PAGE = 64
ROUNDS = 5
START = 1_700_000_000_000_000_000


class Machine:
    """The writer's machine with a journal in memory."""

    def __init__(self, shard: str) -> None:
        self._machine = core.Shard(shard)
        self._now = START
        self._machine.poll(self._now)
        self._machine.lease_taken(1)
        self._machine.poll(self._now)
        self._machine.rows(1, [], True)
        self._machine.poll(self._now)
        self.journal: list[bytes] = []

    def key_memory(self) -> tuple[int, int]:
        """How many keys are remembered, and the bytes set aside for them."""
        stats = self._machine.stats()
        return stats.keys, stats.key_bytes

    def submit(self, commands: list[bytes]) -> None:
        """Carry out commands, all of which must be accepted."""
        frame = b"\x02" + len(commands).to_bytes(2, "little")
        self._machine.enqueue(
            0, frame + b"".join(len(command).to_bytes(4, "little") + command for command in commands)
        )
        answered = False
        while not answered:
            self._now += 1_000_000
            for kind, *details in self._machine.poll(self._now):
                if kind == core.APPEND:
                    epoch, _lo, hi, _prev, _hash, batch = details
                    self.journal.append(batch)
                    self._machine.append_result(epoch, hi, core.COMMITTED)
                answered = answered or kind == core.REPLY


def journal() -> list[bytes]:
    """Batches of deposits, bets and their settlements."""
    machine = Machine(SHARD)
    machine.submit(
        [
            codec.deposit(context, f"deposit-{number}", "EUR", 10_000_000 * EUR, "bank")
            for number, context in enumerate(contexts(SHARD, 2))
        ]
    )
    work, players = bets(SHARD), contexts(SHARD, 1)
    for first in range(0, BETS, FRAME):
        machine.submit(list(islice(work, FRAME)))
        placed = [
            (transition[0], players[(first + number) % len(players)])
            for number, transition in enumerate(_opened(machine.journal[-1]))
        ]
        machine.submit(
            [
                codec.settle_bet(context, bet, 1, 1, (n % 2) * 10 * EUR, bytes(32))
                for n, (bet, context) in enumerate(placed)
            ]
        )
    return machine.journal


def _opened(batch: bytes) -> list[tuple[bytes, str, int]]:
    return [transition for entry in core.Batch(batch).entries() for transition in entry.transitions]


def measure() -> dict[str, list[float]]:
    """Figures: entries `per_second` (CPU time of one core), nanoseconds an entry as `ratio` to the reference step."""
    batches = journal()
    entries = core.read_header(batches[-1]).hi
    figures: dict[str, list[float]] = {"per_second": [], "ratio": []}
    for _ in range(ROUNDS):
        reference = reference_ns()
        taken = 0
        for _ in range(repeat("replay")):
            replayer = core.Replayer(SHARD)
            started = time.process_time_ns()
            for first in range(0, len(batches), PAGE):
                replayer.apply(batches[first : first + PAGE])
            taken += time.process_time_ns() - started
            if replayer.seq != entries:
                message = f"replay ended at {replayer.seq} of {entries}"
                raise RuntimeError(message)
        figures["per_second"].append(1e9 * entries / taken)
        figures["ratio"].append(taken / entries / reference)
    return figures
