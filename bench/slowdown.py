"""Deliberate slow-downs, to see the gate catch them.

`PYPLATFORM_BENCH_SLOWDOWN="core_pairs:3 http_bets:8" make bench-gate` does every operation of those benchmarks so
many times and counts it once.
"""

import os

VARIABLE = "PYPLATFORM_BENCH_SLOWDOWN"


def parse(text: str) -> dict[str, int]:
    """Factors by benchmark; ValueError on anything but `name:factor` with a whole factor of at least 1."""
    factors = {}
    for part in text.split():
        name, _, factor = part.partition(":")
        if not name or not factor.isdigit() or int(factor) < 1:
            message = f"{VARIABLE}: {part!r} is not name:factor with a whole factor of at least 1"
            raise ValueError(message)
        factors[name] = int(factor)
    return factors


def repeat(name: str) -> int:
    """How often each operation of a benchmark is done for one that counts; 1 unless a slow-down is asked for."""
    return parse(os.environ.get(VARIABLE, "")).get(name, 1)
