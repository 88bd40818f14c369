"""What players see: the markets of one tenant as they come over the platform's price stream."""

import asyncio
import random
from typing import Annotated, Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from pyplatform.kernel.errors import PlatformError


class Offer(msgspec.Struct, frozen=True):
    """A selection on the screen and its price, as text."""

    market_id: str
    selection_id: int
    price: str


class _Prices(msgspec.Struct, tag="prices"):
    market_id: str
    version: int
    status: str
    prices: dict[int, str]


class _Selection(msgspec.Struct):
    id: int
    price: str | None


class _View(msgspec.Struct):
    id: str
    status: str
    selections: list[_Selection]


class _Market(msgspec.Struct, tag="market"):
    market: _View


class _Welcome(msgspec.Struct, tag="welcome"):
    pass


class _Trouble(msgspec.Struct, tag="error"):
    code: str
    detail: str


_Message = Annotated[_Prices | _Market | _Welcome | _Trouble, "what the stream sends"]


class Screen:
    """Latest prices of one tenant, kept by one connection its players share."""

    def __init__(self, url: str, tenant: str, token: str) -> None:
        self._url = url
        self._login = {"type": "login", "tenant": tenant, "token": token}
        self._prices: dict[str, dict[int, str]] = {}
        self._decoder = msgspec.json.Decoder(_Message)
        self.subscriptions: asyncio.Queue[list[str]] = asyncio.Queue()
        self.messages = 0

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        async with connect(self._url, compression=None) as socket:
            await socket.send(msgspec.json.encode(self._login).decode())
            asking = asyncio.create_task(self._ask(socket))
            try:
                async for text in socket:
                    self._take(self._decoder.decode(text))
            except ConnectionClosed:
                return
            finally:
                asking.cancel()

    async def _ask(self, socket: Any) -> None:
        while True:
            markets = await self.subscriptions.get()
            await socket.send(msgspec.json.encode({"type": "subscribe", "markets": markets}).decode())

    def _take(self, message: _Prices | _Market | _Welcome | _Trouble) -> None:
        self.messages += 1
        match message:
            case _Prices(market_id=market_id, status=status, prices=prices):
                self._prices[market_id] = prices if status == "open" else {}
            case _Market(market=view):
                offered = {s.id: s.price for s in view.selections if s.price is not None}
                self._prices[view.id] = offered if view.status == "open" else {}
            case _Trouble(code=code, detail=detail):
                raise PlatformError(f"the price stream answered {code}: {detail}")

    def pick(self, chance: random.Random) -> Offer | None:
        """Choose a selection as a punter would, the shorter its price the more often; None if nothing is open."""
        open_markets = [market_id for market_id, prices in sorted(self._prices.items()) if prices]
        if not open_markets:
            return None
        market_id = chance.choice(open_markets)
        prices = self._prices[market_id]
        selections = sorted(prices)
        weights = [1.0 / float(prices[selection]) for selection in selections]
        selection = chance.choices(selections, weights)[0]
        return Offer(market_id, selection, prices[selection])
