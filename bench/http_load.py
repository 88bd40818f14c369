"""A load client cheap enough not to be what is measured: `python -m bench.http_load`, its `Load` as JSON on stdin.

Every connection keeps one request under way, as a player's client does. One line of JSON goes out before and after
each round. A 503 is sent again with its key, as the platform asks for; any other answer but 201 ends the load: a load
of refusals would measure something else.
"""

import asyncio
import json
import secrets
import sys
import time
from functools import partial

import msgspec
import uvloop

from bench.accounting import percentile

WARM_S = 1.0
RETRY_S = 0.05
MAX_UNAVAILABLE = 0.01
"""Share of requests that may be answered 503 before it is no longer a hiccup."""


class Load(msgspec.Struct, frozen=True):
    """What to send where; one connection a token."""

    host: str
    port: int
    tenant: str
    tokens: list[str]
    market_id: str
    selections: list[int]
    seconds: float
    rounds: int
    repeat: int
    rate: float = 0.0
    """Bets offered a second by all connections together; 0: each sends the next when the last is answered."""


class Connection(asyncio.Protocol):
    """One kept-alive connection that sends the next bet when the last one is answered."""

    def __init__(self, load: Load, token: str) -> None:
        run = secrets.token_hex(10)
        key = f"{run[:8]}-{run[8:12]}-7{run[12:15]}-8{run[15:18]}-"
        head = (
            f"POST /v1/bets HTTP/1.1\r\nhost: {load.host}\r\nx-tenant: {load.tenant}\r\n"
            f"authorization: Bearer {token}\r\ncontent-type: application/json\r\nidempotency-key: {key}"
        )
        self._head = head.encode()
        self._tails = [_tail(load.market_id, selection) for selection in load.selections]
        self._repeat = load.repeat
        self._period = len(load.tokens) / load.rate if load.rate else 0.0
        self._due = 0.0
        self._sent = 0
        self._unavailable = 0
        self._answer = bytearray()
        self._started = 0.0
        self._until = 0.0
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.taken: list[float] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self._transport = transport  # type: ignore[assignment]

    async def send_until(self, moment: float, offset: float) -> list[float]:
        """Send one bet after the other; returns the milliseconds of each.

        Connections that send at their times begin `offset` of a period apart.
        """
        self._until, self.taken = moment, []
        self._done = asyncio.get_running_loop().create_future()
        self._due = time.perf_counter() + (offset - 1) * self._period
        self._next()
        await self._done
        return self.taken

    def _next(self) -> None:
        """Send the next bet: at once, or when it is due."""
        if self._sent % self._repeat:
            self._begin()
            return
        now = time.perf_counter()
        self._due += self._period
        if self._period and self._due > now:
            asyncio.get_running_loop().call_later(self._due - now, self._start)
        else:
            # Who should have sent before has been waiting since then.
            self._start(self._due if self._period else now)

    def _start(self, since: float = 0.0) -> None:
        self._started = since or time.perf_counter()
        self._begin()

    def _begin(self) -> None:
        self._sent += 1
        self._send()

    def _send(self) -> None:
        """Send the latest bet, for the first time or again."""
        number = self._sent - 1
        if self._transport is not None:
            self._transport.write(b"%b%012x%b" % (self._head, number, self._tails[number % len(self._tails)]))

    def data_received(self, data: bytes) -> None:
        """Go on when the answer is whole."""
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0 or len(self._answer) < end + 4 + content_length(self._answer, end):
            return
        answer, self._answer = self._answer, bytearray()
        if not answer.startswith(b"HTTP/1.1 201"):
            self._not_accepted(answer)
            return
        if self._sent % self._repeat == 0:
            now = time.perf_counter()
            self.taken.append(1e3 * (now - self._started))
            if now >= self._until:
                self._done.set_result(None)
                return
        self._next()

    def _not_accepted(self, answer: bytearray) -> None:
        self._unavailable += 1
        hiccup = self._unavailable <= 1 + MAX_UNAVAILABLE * self._sent
        if answer.startswith(b"HTTP/1.1 503") and hiccup:
            asyncio.get_running_loop().call_later(RETRY_S, self._send)
        else:
            self._fail(f"a bet was answered:\n{answer.decode(errors='replace')}")

    def connection_lost(self, error: Exception | None) -> None:
        """The server must not hang up under load."""
        self._fail(f"the connection was closed: {error}")

    def _fail(self, message: str) -> None:
        if not self._done.done():
            self._done.set_exception(RuntimeError(message))


def _tail(market_id: str, selection: int) -> bytes:
    # 1.01 takes whatever better price is offered now: prices move all the time.
    leg = {"market_id": market_id, "selection_id": selection, "price": "1.01"}
    bet = {"legs": [leg], "stake": "0.01"}
    body = json.dumps(bet).encode()
    return b"\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)


def content_length(answer: bytearray, end: int) -> int:
    """Of an answer whose head ends at `end`; 0 if it does not say."""
    head = bytes(answer[:end]).lower()
    at = head.find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def run(load: Load) -> None:
    """Warm up, then send for the rounds asked for."""
    loop = asyncio.get_running_loop()
    connections = []
    for token in load.tokens:
        _, connection = await loop.create_connection(partial(Connection, load, token), load.host, load.port)
        connections.append(connection)
    for number in range(load.rounds + 1):
        seconds = load.seconds if number else WARM_S
        if number:
            print(json.dumps({"event": "start"}), flush=True)
        started = time.perf_counter()
        count = len(connections)
        each = await asyncio.gather(
            *(c.send_until(started + seconds, place / count) for place, c in enumerate(connections))
        )
        passed = time.perf_counter() - started
        taken = [milliseconds for one in each for milliseconds in one]
        if number:
            figures = {"bets": len(taken), "per_second": len(taken) / passed}
            figures |= {"p50_ms": percentile(taken, 0.50), "p99_ms": percentile(taken, 0.99)}
            print(json.dumps({"event": "end"} | figures), flush=True)


if __name__ == "__main__":
    uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Load)))
