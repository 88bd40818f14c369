"""WebSocket clients cheap enough not to be what is measured: `python -m bench.push_load`, `Pushes` as JSON on stdin.

All follow one market. A price's version is the microsecond at which the feed had its bytes in hand, by the clock of
this machine, so every message tells how old it is. One line of JSON goes out before and after each round.
"""

import asyncio
import base64
import json
import os
import sys
import time
from functools import partial

import msgspec
import uvloop

from bench.accounting import percentile

WARM_S = 2.0
_PRICES = b'"type":"prices"'
_VERSION = b'"version":'


class Pushes(msgspec.Struct, frozen=True):
    """Who listens to what where."""

    host: str
    port: int
    tenant: str
    tokens: list[str]
    market_id: str
    clients: int
    seconds: float
    rounds: int


class Listener(asyncio.Protocol):
    """One connection that follows a market and notes how old its prices are, in milliseconds."""

    def __init__(self, pushes: Pushes, token: str) -> None:
        self._pushes, self._token = pushes, token
        self._received = bytearray()
        self._upgraded = False
        self.ages: list[float] = []
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands and subscribe in one go."""
        key, of = base64.b64encode(os.urandom(16)).decode(), self._pushes
        head = (
            f"GET /v1/stream HTTP/1.1\r\nHost: {of.host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"X-Tenant: {of.tenant}\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        )
        wish = {"type": "subscribe", "topics": [{"topic": f"market:{of.market_id}"}]}
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self._transport.write(head.encode())
        self._transport.write(_masked(msgspec.json.encode(wish)))

    def data_received(self, data: bytes) -> None:
        """Read whole frames; the server masks none and sends none in parts."""
        now = time.time_ns() / 1e3
        received = self._received
        received += data
        if not self._upgraded:
            end = received.find(b"\r\n\r\n")
            if end < 0:
                return
            if b" 101 " not in received[:20]:
                raise RuntimeError(bytes(received[:200]).decode(errors="replace"))
            self._upgraded = True
            del received[: end + 4]
        while len(received) >= 4:
            length, start = received[1], 2
            if length == 126:
                length, start = int.from_bytes(received[2:4]), 4
            elif length == 127:
                length, start = int.from_bytes(received[2:10]), 10
            if len(received) < start + length:
                return
            frame = bytes(received[start : start + length])
            del received[: start + length]
            self._heard(frame, now)

    def _heard(self, frame: bytes, now: float) -> None:
        if _PRICES in frame:
            at = frame.index(_VERSION) + len(_VERSION)
            self.ages.append((now - int(frame[at : frame.index(b",", at)])) / 1e3)
        elif b'"type":"ping"' in frame:
            self._transport.write(_masked(b'{"type":"pong"}'))

    def connection_lost(self, error: Exception | None) -> None:
        """The server must not hang up on who reads."""
        self.lost = True


def _masked(text: bytes) -> bytes:
    """A text frame as a client sends it, with a mask of zeros."""
    length = bytes([0x80 | len(text)]) if len(text) < 126 else bytes([0xFE]) + len(text).to_bytes(2)
    return b"\x81" + length + bytes(4) + text


async def run(pushes: Pushes) -> None:
    """Connect all, warm up, then listen for the rounds asked for."""
    loop = asyncio.get_running_loop()
    listeners = []
    for number in range(pushes.clients):
        token = pushes.tokens[number % len(pushes.tokens)]
        _, listener = await loop.create_connection(partial(Listener, pushes, token), pushes.host, pushes.port)
        listeners.append(listener)
    await asyncio.sleep(WARM_S)
    for _ in range(pushes.rounds):
        print(json.dumps({"event": "start"}), flush=True)
        for listener in listeners:
            listener.ages.clear()
        started = time.perf_counter()
        await asyncio.sleep(pushes.seconds)
        passed = time.perf_counter() - started
        ages = [age for listener in listeners for age in listener.ages]
        if any(listener.lost or not listener.ages for listener in listeners):
            message = "a listener was hung up on, or heard nothing"
            raise RuntimeError(message)
        figures = {"bets": len(ages), "per_second": len(ages) / passed}
        figures |= {"p50_ms": percentile(ages, 0.50), "p99_ms": percentile(ages, 0.99)}
        print(json.dumps({"event": "end"} | figures), flush=True)


if __name__ == "__main__":
    uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Pushes)))
