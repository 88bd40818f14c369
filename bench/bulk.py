"""Bulk work, durable in Postgres: frames of 1,024 commands, encoded before the clock starts, four under way.

A simple transfer is a deposit (one key, two postings); a hold is a bet placed.
"""

import asyncio
import os
import time
from collections.abc import Iterator
from itertools import count, islice

from bench.accounting import reference_ns, used_by
from bench.slowdown import repeat
from bench.wallets import EUR, PLAYERS, bets, contexts, fund, migrated, require_accepted, writer_of
from pyplatform._core import wallet as core
from pyplatform.kernel.config import Settings
from pyplatform.wallet import LocalWallet
from pyplatform.wallet.writer import Writer

SHARD = "bench-bulk"
FRAME = 1_024
FRAMES = 200
UNDER_WAY = 4
ROUNDS = 4
_INTERACTIVE = 1
_HEAD = 3


def _deposits() -> Iterator[bytes]:
    players = contexts(SHARD, 2)
    for number in count():
        yield core.deposit(players[number % PLAYERS], f"bulk-{number}", "EUR", EUR, "bank")


def _frames(work: Iterator[bytes], frames: int) -> list[bytes]:
    """Frames of commands as the bus carries them."""
    made = []
    for _ in range(frames):
        commands = list(islice(work, FRAME))
        items = b"".join(len(command).to_bytes(4, "little") + command for command in commands)
        made.append(bytes([_INTERACTIVE]) + len(commands).to_bytes(2, "little") + items)
    return made


async def measure(settings: Settings, servers: list[int], name: str) -> dict[str, list[float]]:
    """Figures: commands `per_second`; `cpu_us` of this process and the servers a command, its `ratio`."""
    figures: dict[str, list[float]] = {"per_second": [], "cpu_us": [], "ratio": []}
    work = {"bulk_transfers": _deposits(), "bulk_holds": bets(SHARD)}[name]
    async with migrated(settings) as fresh, writer_of(fresh, SHARD) as writer:
        await fund(SHARD, LocalWallet({SHARD: writer}).submit)
        for _ in range(ROUNDS):
            frames = _frames(work, FRAMES * repeat(name))
            counted = [os.getpid(), *servers]
            reference, used = reference_ns(), used_by(counted)
            started = time.perf_counter()
            await _submit_all(writer, frames)
            elapsed = time.perf_counter() - started
            commands = FRAMES * FRAME
            figures["per_second"].append(commands / elapsed)
            cpu = 1e6 * (used_by(counted) - used) / commands
            figures["cpu_us"].append(cpu)
            figures["ratio"].append(1e3 * cpu / reference)
    return figures


async def _submit_all(writer: Writer, frames: list[bytes]) -> None:
    """Submit every frame; the last command of each is looked at."""
    waiting = iter(frames)

    async def sender() -> None:
        for frame in waiting:
            answers = await writer.submit(frame)
            require_accepted(core.decode_reply(_last(answers)))

    await asyncio.gather(*(sender() for _ in range(UNDER_WAY)))


def _last(answers: bytes) -> bytes:
    at = _HEAD
    while True:
        start, length = at + 4, int.from_bytes(answers[at : at + 4], "little")
        if start + length == len(answers):
            return answers[start:]
        at = start + length
