"""Visitors of a World Cup evening: `python -m bench.world_cup_load`, its `Evening` as JSON on stdin.

Of a hundred requests 95 read (markets, events, lists, half of them asking whether what they have is still true), 4
subscribe to the prices of a market over a WebSocket, one bets. Every connection keeps one request under way. A line of
JSON goes out before and after each round, and before and after a while in which nobody asks and prices are pushed on. A
refused bet is an answer; anything else unexpected ends the load.
"""

import asyncio
import json
import random
import secrets
import sys
import time
from functools import partial

import msgspec
import uvloop

from bench.accounting import percentile
from bench.http_load import content_length
from pyplatform.client import AsyncClient
from pyplatform.client.stream import Stream
from pyplatform.client.types.stream import MarketState

WARM_S = 2.0
SUBSCRIPTIONS, BETS = 0.04, 0.01
LISTS, EVENTS = 0.15, 0.30
"""Shares of the reads; the rest are of one market."""
AGAIN = 0.5
"""Share of the reads that name what they have."""
FOLLOWED = 10
"""Markets a visitor follows at most: one more takes the place of the first."""
QUIET_S = 4.0
PATIENCE_S = 10.0


class Evening(msgspec.Struct, frozen=True):
    """Where to go: a connection a (gateway's port, token), in turns; `markets` are (event, market, selections)."""

    host: str
    ports: list[int]
    tenant: str
    tokens: list[str]
    markets: list[tuple[str, str, list[int]]]
    seconds: float
    rounds: int


class Wire(asyncio.Protocol):
    """One kept-alive HTTP connection with at most one request under way."""

    def __init__(self) -> None:
        self._answer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to the server."""
        self._transport = transport  # type: ignore[assignment]

    async def ask(self, request: bytes) -> bytes:
        """Send a request; returns the head of its answer."""
        self._done = asyncio.get_running_loop().create_future()
        if self._transport is not None:
            self._transport.write(request)
        return await self._done

    def data_received(self, data: bytes) -> None:
        """Tell when the answer is whole."""
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        whole = self._answer[9:12] == b"304" or len(self._answer) >= end + 4 + content_length(
            self._answer, end
        )
        if whole:
            head, self._answer = bytes(self._answer[:end]), bytearray()
            self._done.set_result(head)

    def connection_lost(self, error: Exception | None) -> None:
        """The server must not hang up under load."""
        if not self._done.done():
            self._done.set_exception(RuntimeError(f"the connection was closed: {error}"))


class Visitor:
    """One visitor: a connection for requests, and one for prices."""

    def __init__(self, evening: Evening, number: int) -> None:
        self._evening, self._number = evening, number
        self._port = evening.ports[number % len(evening.ports)]
        self._token = evening.tokens[number % len(evening.tokens)]
        self._chance = random.Random(number)  # noqa: S311 - a load that can be repeated
        self._tags: dict[str, bytes] = {}
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._followed: list[str] = []
        self._stream: Stream
        self._wire: Wire
        self.taken: dict[str, list[float]] = {"read": [], "subscription": [], "bet": []}

    async def arrive(self) -> None:
        """Connect."""
        loop = asyncio.get_running_loop()
        host = self._evening.host
        _, self._wire = await loop.create_connection(partial(Wire), host, self._port)
        client = AsyncClient(f"http://{host}:{self._port}", self._evening.tenant, token=self._token)
        self._stream = client.stream()
        await self._stream.__aenter__()
        self._hearing = asyncio.create_task(self._hear())

    async def _hear(self) -> None:
        async for message in self._stream:
            if isinstance(message, MarketState) and (told := self._waiting.pop(message.market.id, None)):
                told.set_result(None)

    async def stay(self, until: float) -> None:
        """Ask for one thing after the other."""
        self.taken = {kind: [] for kind in self.taken}
        while (started := time.perf_counter()) < until:
            drawn = self._chance.random()
            if drawn < BETS:
                kind, work = "bet", self._bet()
            elif drawn < BETS + SUBSCRIPTIONS:
                kind, work = "subscription", self._subscribe()
            else:
                kind, work = "read", self._read()
            await work
            self.taken[kind].append(1e3 * (time.perf_counter() - started))

    def _head(self, method: str, path: str) -> str:
        return (
            f"{method} {path} HTTP/1.1\r\nhost: {self._evening.host}\r\nx-tenant: {self._evening.tenant}\r\n"
        )

    async def _read(self) -> None:
        event, market, _ = self._chance.choice(self._evening.markets)
        drawn = self._chance.random()
        path = f"/v1/markets/{market}"
        if drawn < LISTS:
            path = self._chance.choice(
                ("/v1/sports", "/v1/events?sport=football&limit=20", "/v1/events?limit=20")
            )
        elif drawn < LISTS + EVENTS:
            path = f"/v1/events/{event}"
        request = self._head("GET", path).encode()
        if path in self._tags and self._chance.random() < AGAIN:
            request += b"if-none-match: " + self._tags[path] + b"\r\n"
        head = await self._wire.ask(request + b"\r\n")
        if head[9:12] not in (b"200", b"304"):
            raise RuntimeError(f"{path} was answered:\n{head.decode(errors='replace')}")
        at = head.lower().find(b"\r\netag:")
        if at >= 0:
            self._tags[path] = head[at + 7 :].split(b"\r\n", 1)[0].strip()

    async def _subscribe(self) -> None:
        _, market, _ = self._chance.choice(self._evening.markets)
        told = self._waiting[market] = asyncio.get_running_loop().create_future()
        if market in self._followed:
            self._followed.remove(market)
            await self._stream.unsubscribe([f"market:{market}"])
        self._followed.append(market)
        if len(self._followed) > FOLLOWED:
            await self._stream.unsubscribe([f"market:{self._followed.pop(0)}"])
        await self._stream.subscribe([f"market:{market}"])
        async with asyncio.timeout(PATIENCE_S):
            await told

    async def _bet(self) -> None:
        _, market, selections = self._chance.choice(self._evening.markets)
        leg = {"market_id": market, "selection_id": self._chance.choice(selections), "price": "1.01"}
        body = json.dumps({"legs": [leg], "stake": "0.10"}).encode()
        run = secrets.token_hex(16)
        key = f"{run[:8]}-{run[8:12]}-7{run[13:16]}-8{run[17:20]}-{run[20:]}"
        head = self._head("POST", "/v1/bets") + (
            f"authorization: Bearer {self._token}\r\ncontent-type: application/json\r\n"
            f"idempotency-key: {key}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        answered = await self._wire.ask(head.encode() + body)
        if answered[9:12] not in (b"201", b"422", b"503"):
            raise RuntimeError(f"a bet was answered:\n{answered.decode(errors='replace')}")


async def run(evening: Evening) -> None:
    """Warm up, then visit for the rounds asked for."""
    visitors = [Visitor(evening, number) for number in range(len(evening.tokens))]
    for visitor in visitors:
        await visitor.arrive()
    for number in range(evening.rounds + 1):
        if number:
            print(json.dumps({"event": "start"}), flush=True)
        started = time.perf_counter()
        until = started + (evening.seconds if number else WARM_S)
        await asyncio.gather(*(visitor.stay(until) for visitor in visitors))
        passed = time.perf_counter() - started
        if number:
            print(json.dumps({"event": "end"} | _figures(visitors, passed)), flush=True)
        else:
            print(json.dumps({"event": "quiet"}), flush=True)
            await asyncio.sleep(QUIET_S)
            print(json.dumps({"event": "quiet"}), flush=True)


def _figures(visitors: list[Visitor], passed: float) -> dict[str, float]:
    by_kind = {kind: [ms for one in visitors for ms in one.taken[kind]] for kind in visitors[0].taken}
    everything = [ms for taken in by_kind.values() for ms in taken]
    figures = {"bets": len(everything), "per_second": len(everything) / passed}
    figures |= {"p50_ms": percentile(everything, 0.50), "p99_ms": percentile(everything, 0.99)}
    for kind, taken in by_kind.items():
        figures[f"{kind}s"] = len(taken)
        figures[f"{kind}_p99_ms"] = percentile(taken, 0.99) if taken else 0.0
    # `bets` counts requests for whoever divides CPU time by it.
    figures["bets"] = len(everything)
    return figures


if __name__ == "__main__":
    uvloop.run(run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Evening)))
