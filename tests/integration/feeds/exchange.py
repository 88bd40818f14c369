"""A stand-in for Betfair's stream: TLS, one JSON object a CRLF line both ways, images, deltas, clocks and refusals.

It keeps books of its own, so that a client's can be compared with them after any loss.
"""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any

from tests.integration.feeds import certificate

APP_KEY, SESSION = "app-key-8d1f", "session-token-41c7"
Change = tuple[str, int, str, float, float]
"""Market, runner, ladder, price and size."""


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.authenticated = False
        self.market_id: int | None = None
        self.order_id: int | None = None

    def send(self, message: dict[str, Any]) -> None:
        self.writer.write(json.dumps(message, separators=(",", ":")).encode() + b"\r\n")


class Exchange:
    def __init__(self, certificate_path: Path, key_path: Path) -> None:
        self._context = certificate.server_context(certificate_path, key_path)
        self._tasks: set[asyncio.Task[None]] = set()
        self.books: dict[str, dict[int, dict[str, dict[float, float]]]] = {}
        self.changes: list[Change] = []
        self.oldest_clock = 0
        """Clocks before it are invalid."""
        self.requests: list[dict[str, Any]] = []
        self.clients: list[Client] = []
        self.refuse: list[str] = []
        """Error codes with which the next authentications are refused."""
        self.refuse_subscription: list[str] = []
        self.segments = 1
        self.stop_after_segments: int | None = None
        """Cut the connection after so many segments of the next image."""
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def cut(self) -> None:
        for client in self.clients:
            client.writer.transport.abort()
        self.clients.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        client = Client(reader, writer)
        self.clients.append(client)
        client.send({"op": "connection", "connectionId": "101-010101-1"})
        try:
            while line := await reader.readline():
                assert line.endswith(b"\r\n")
                request = json.loads(line)
                self.requests.append(request)
                if not self._answer(client, request):
                    await writer.drain()
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if client in self.clients:
                self.clients.remove(client)
            writer.close()
            self._tasks.discard(task)

    def _answer(self, client: Client, request: dict[str, Any]) -> bool:
        """Answer a request; False to close the connection."""
        match request["op"]:
            case "authentication":
                known = (request["appKey"], request["session"]) == (APP_KEY, SESSION)
                error = (
                    self.refuse.pop(0) if self.refuse else None if known else "INVALID_SESSION_INFORMATION"
                )
                client.authenticated = error is None
                return self._status(client, request, error)
            case "marketSubscription" | "orderSubscription":
                return self._subscribe(client, request)
        return self._status(client, request, "INVALID_REQUEST")

    def _status(self, client: Client, request: dict[str, Any], error: str | None) -> bool:
        closed = error not in (None, "SUBSCRIPTION_LIMIT_EXCEEDED")
        status = {"op": "status", "id": request["id"], "statusCode": "FAILURE" if error else "SUCCESS"}
        if error:
            # Servers repeat what they were sent.
            message = f"{error}: appKey {request.get('appKey')} session {request.get('session')}"
            status |= {"errorCode": error, "errorMessage": message}
        client.send(status | {"connectionClosed": closed, "connectionsAvailable": 9})
        return not closed

    def _subscribe(self, client: Client, request: dict[str, Any]) -> bool:
        clock = int(request["clk"]) if "clk" in request else None
        if not client.authenticated:
            return self._status(client, request, "NOT_AUTHORIZED")
        if self.refuse_subscription:
            return self._status(client, request, self.refuse_subscription.pop(0))
        if clock is not None and (clock < self.oldest_clock or request.get("initialClk") != "first"):
            return self._status(client, request, "INVALID_CLOCK")
        self._status(client, request, None)
        if request["op"] == "orderSubscription":
            client.order_id = request["id"]
            client.send(self._envelope("ocm", request["id"], "SUB_IMAGE") | {"initialClk": "first"})
            return True
        client.market_id = request["id"]
        if clock is None:
            return self._image(client)
        client.send(self._envelope("mcm", request["id"], "RESUB_DELTA") | {"mc": self._since(clock)})
        return True

    def _image(self, client: Client) -> bool:
        markets = [
            {
                "id": market,
                "img": True,
                "rc": [{"id": runner, **_ladders(sides)} for runner, sides in runners.items()],
            }
            for market, runners in self.books.items()
        ]
        count = max(1, min(self.segments, len(markets)))
        kinds = ["SEG_START", *["SEG"] * (count - 2), "SEG_END"] if count > 1 else [None]
        for number, kind in enumerate(kinds):
            message = self._envelope("mcm", client.market_id, "SUB_IMAGE") | {"mc": markets[number::count]}
            if kind is not None:
                message["segmentType"] = kind
            if number == 0:
                message["initialClk"] = "first"
            if self.stop_after_segments == number:
                self.stop_after_segments = None
                return False
            client.send(message)
        return True

    def _envelope(self, op: str, request: int | None, kind: str | None = None) -> dict[str, Any]:
        message = {
            "op": op,
            "id": request,
            "clk": str(len(self.changes)),
            "pt": 1_700_000_000_000 + len(self.changes),
        }
        return message | ({"ct": kind, "heartbeatMs": 500, "conflateMs": 0} if kind else {})

    def _since(self, clock: int) -> list[dict[str, Any]]:
        touched = {change[:4] for change in self.changes[clock:]}
        return [
            {
                "id": market,
                "rc": [{"id": runner, side: [[price, self.books[market][runner][side].get(price, 0)]]}],
            }
            for market, runner, side, price in sorted(touched)
        ]

    def change(self, market: str, runner: int, side: str, price: float, size: float) -> None:
        """Change a book and tell it to every client."""
        ladder = self.books.setdefault(market, {}).setdefault(runner, {"atb": {}, "atl": {}})[side]
        if size:
            ladder[price] = size
        else:
            ladder.pop(price, None)
        self.changes.append((market, runner, side, price, size))
        self.tell({"mc": [{"id": market, "rc": [{"id": runner, side: [[price, size]]}]}]})

    def trade(self, seed: int, count: int) -> None:
        """So many changes by chance, in few markets and prices, that they meet again."""
        random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        for _ in range(count):
            size = random.choice([0, 0, 2.5, 10, 31.4])
            self.change(
                f"1.{random.randrange(3)}",
                random.randrange(4),
                random.choice(["atb", "atl"]),
                random.randrange(2, 7),
                size,
            )

    def tell(self, message: dict[str, Any]) -> None:
        for client in self.clients:
            if client.market_id is not None:
                client.send(self._envelope("mcm", client.market_id) | message)

    def heartbeat(self) -> None:
        for client in self.clients:
            if client.market_id is not None:
                client.send(self._envelope("mcm", client.market_id, "HEARTBEAT"))

    def expected(self) -> dict[str, dict[int, dict[str, list[list[float]]]]]:
        """All that is in any book."""
        return {
            market: {runner: _ladders(sides) for runner, sides in runners.items() if any(sides.values())}
            for market, runners in self.books.items()
        }


def _ladders(sides: dict[str, dict[float, float]]) -> dict[str, list[list[float]]]:
    return {side: [[price, size] for price, size in sorted(levels.items())] for side, levels in sides.items()}
