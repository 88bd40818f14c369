"""What players see: the markets of one tenant as they come over the platform's price stream."""

import asyncio
import random

import msgspec

from pyplatform.client import AsyncClient
from pyplatform.client.stream import Stream
from pyplatform.client.types.stream import Heard, MarketState, PriceChange, Trouble
from pyplatform.kernel.errors import PlatformError


class Offer(msgspec.Struct, frozen=True):
    """A selection on the screen and its price, as text."""

    market_id: str
    selection_id: int
    price: str


class Screen:
    """Latest prices of one tenant, kept by one connection its players share."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = client
        self._prices: dict[str, dict[str, str]] = {}
        self.subscriptions: asyncio.Queue[list[str]] = asyncio.Queue()
        self.messages = 0

    async def run(self) -> None:
        """Follow the stream until cancelled."""
        async with self._client.stream() as stream:
            asking = asyncio.create_task(self._ask(stream))
            try:
                async for message in stream:
                    self._take(message)
            finally:
                asking.cancel()

    async def _ask(self, stream: Stream) -> None:
        while True:
            await stream.subscribe(await self.subscriptions.get())

    def _take(self, message: Heard) -> None:
        self.messages += 1
        match message:
            case PriceChange(market_id=market_id, status=status, prices=prices):
                self._prices[market_id] = prices if status == "open" else {}
            case MarketState(market=view):
                offered = {str(s.id): s.price for s in view.selections if s.price is not None}
                self._prices[view.id] = offered if view.status == "open" else {}
            case Trouble(code=code, detail=detail):
                raise PlatformError(f"the price stream answered {code}: {detail}")

    def pick(self, chance: random.Random) -> Offer | None:
        """Choose a selection as a punter would, the shorter its price the more often; None if nothing is open."""
        open_markets = [market_id for market_id, prices in sorted(self._prices.items()) if prices]
        if not open_markets:
            return None
        market_id = chance.choice(open_markets)
        prices = self._prices[market_id]
        selections = sorted(prices, key=int)
        weights = [1.0 / float(prices[selection]) for selection in selections]
        selection = chance.choices(selections, weights)[0]
        return Offer(market_id, int(selection), prices[selection])
