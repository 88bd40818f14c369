"""Readers cheap enough not to be what is measured: `python -m bench.read_load`, its `Reads` as JSON on stdin.

Every connection keeps one request under way. One line of JSON goes out before and after each round. An answer other
than 200 and 304 ends the load.
"""

import asyncio
import json
import sys
import time
from functools import partial

import msgspec
import uvloop

from bench.accounting import percentile
from bench.http_load import content_length

WARM_S = 1.0


class Reads(msgspec.Struct, frozen=True):
    """What to ask for where: `requests` as they go over the wire, each connection through all of them in turn."""

    host: str
    port: int
    requests: list[str]
    connections: int
    seconds: float
    rounds: int
    repeat: int


class Reader(asyncio.Protocol):
    """One kept-alive connection that asks again when it is answered."""

    def __init__(self, reads: Reads, first: int) -> None:
        self._requests = [request.encode() for request in reads.requests]
        self._repeat, self._next = reads.repeat, first
        self._answer = bytearray()
        self._started = self._until = 0.0
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.taken: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self._transport = transport  # type: ignore[assignment]

    async def ask_until(self, moment: float) -> list[float]:
        """Ask one question after the other; returns the milliseconds of each."""
        self._until, self.taken = moment, []
        self._done = asyncio.get_running_loop().create_future()
        self._ask()
        await self._done
        return self.taken

    def _ask(self) -> None:
        self._started = time.perf_counter()
        self._next += 1
        if self._transport is not None:
            self._transport.write(self._requests[self._next % len(self._requests)])

    def data_received(self, data: bytes) -> None:
        """Go on when the answer is whole."""
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        status = bytes(self._answer[9:12])
        if status != b"304" and len(self._answer) < end + 4 + content_length(self._answer, end):
            return
        if status not in (b"200", b"304"):
            self._fail(f"a read was answered:\n{self._answer.decode(errors='replace')}")
            return
        self._answer.clear()
        now = time.perf_counter()
        if self._next % self._repeat == 0:
            self.taken.append(1e3 * (now - self._started))
        if now >= self._until:
            self._done.set_result(None)
        else:
            self._ask()

    def connection_lost(self, error: Exception | None) -> None:
        """The server must not hang up under load."""
        self._fail(f"the connection was closed: {error}")

    def _fail(self, message: str) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(message))


async def run(reads: Reads) -> None:
    """Warm up, then ask for the rounds asked for."""
    loop = asyncio.get_running_loop()
    readers = []
    for number in range(reads.connections):
        _, reader = await loop.create_connection(partial(Reader, reads, 7 * number), reads.host, reads.port)
        readers.append(reader)
    for number in range(reads.rounds + 1):
        if number:
            print(json.dumps({"event": "start"}), flush=True)
        started = time.perf_counter()
        until = started + (reads.seconds if number else WARM_S)
        each = await asyncio.gather(*(reader.ask_until(until) for reader in readers))
        passed = time.perf_counter() - started
        taken = [milliseconds for one in each for milliseconds in one]
        if number:
            figures = {"bets": len(taken), "per_second": len(taken) / passed}
            figures |= {"p50_ms": percentile(taken, 0.50), "p99_ms": percentile(taken, 0.99)}
            print(json.dumps({"event": "end"} | figures), flush=True)


if __name__ == "__main__":
    uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Reads)))
