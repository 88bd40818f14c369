"""Betfair line bytes → book → published prices of two tenants, on a real NATS server."""

import gc
import time

from bench.accounting import percentile, reference_ns
from bench.slowdown import repeat
from pyplatform.bus import Bus
from pyplatform.kernel.config import Settings
from pyplatform.kernel.tenancy import load_tenants
from pyplatform.sportsbook.trading import Trading

ROUNDS = 3
WARM = 500


async def measure(lines: list[bytes], settings: Settings) -> dict[str, list[float]]:
    """Figures of a line: `p50_us`, `p99_us` (bytes in hand to prices at the socket), `cpu_us`, `ratio`."""
    figures: dict[str, list[float]] = {"p50_us": [], "p99_us": [], "cpu_us": [], "ratio": []}
    bus = await Bus.connect(settings.nats_url, name="bench-feed")
    try:
        for _ in range(ROUNDS):
            before = reference_ns()
            taken, cpu = await _round(lines, bus, repeat("feed_to_price"))
            reference = (before + reference_ns()) / 2
            figures["p50_us"].append(percentile(taken, 0.50) / 1e3)
            figures["p99_us"].append(percentile(taken, 0.99) / 1e3)
            figures["cpu_us"].append(cpu / 1e3)
            figures["ratio"].append(cpu / reference)
    finally:
        await bus.close()
    return figures


async def _round(lines: list[bytes], bus: Bus, times: int) -> tuple[list[float], float]:
    """Wall nanoseconds of every line that changed prices, CPU nanoseconds of a line on average."""
    desks = [Trading(list(load_tenants().values()), "bench") for _ in range(times)]
    for line in lines[:WARM]:
        for desk in desks:
            desk.feed(line)
    taken: list[float] = []
    gc.collect()
    cpu = time.process_time_ns()
    for line in lines[WARM:]:
        started = time.perf_counter_ns()
        messages = [message for desk in desks for message in desk.feed(line).messages]
        for subject, payload in messages:
            await bus.publish(subject, payload)
        if messages:
            taken.append(time.perf_counter_ns() - started)
    cpu = time.process_time_ns() - cpu
    if not taken:
        message = "no line changed a price: the stream is not what it was"
        raise RuntimeError(message)
    return taken, cpu / (len(lines) - WARM)
