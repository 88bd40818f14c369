"""What a writer's machine sets aside for the idempotency keys it remembers, recent answers in full included."""

from typing import Final

from bench.replaying import Machine
from bench.wallets import EUR, contexts
from pyplatform._core import wallet as codec

SHARD: Final = "bench-keys"
KEYS: Final = 1_000_000
FRAME: Final = 1_000
SETTLED: Final = KEYS // 2
"""From here on every frame is looked at: tables grow by steps, and the worst moment counts."""


def measure() -> dict[str, list[float]]:
    """Figure: allocated `bytes` a key, at the worst moment of the second half of a million keys."""
    machine, players, worst = Machine(SHARD), contexts(SHARD, 1), 0.0
    for first in range(0, KEYS, FRAME):
        machine.submit(
            [
                codec.deposit(players[number % len(players)], f"deposit-{number}", "EUR", EUR, "bank")
                for number in range(first, first + FRAME)
            ]
        )
        machine.journal.clear()
        keys, allocated = machine.key_memory()
        if keys > SETTLED:
            worst = max(worst, allocated / keys)
    return {"bytes": [worst]}
