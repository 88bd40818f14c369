"""What players see: the markets of one tenant as they come over the platform's price stream."""

import asyncio
import random

import msgspec

from pyplatform.client import AsyncClient
from pyplatform.client.calls import markets
from pyplatform.client.stream import Stream
from pyplatform.client.types.shared import MarketView
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
        self._followed: set[str] = set()
        self._subscriptions: asyncio.Queue[list[str]] = asyncio.Queue()
        self.views: dict[str, MarketView] = {}
        """The markets that are followed, as they were last described."""
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
            await stream.subscribe(f"market:{market_id}" for market_id in await self._subscriptions.get())

    async def discover(self, most: int, every_s: float) -> None:
        """Follow markets as they appear in the catalogue, at most so many, until cancelled."""
        while True:
            listed = await self._client.send(markets.list_markets())
            new = [market.id for market in listed.markets if market.id not in self._followed]
            if found := new[: most - len(self._followed)]:
                self._followed.update(found)
                self._subscriptions.put_nowait(found)
            await asyncio.sleep(every_s)

    def _take(self, message: Heard) -> None:
        self.messages += 1
        match message:
            case PriceChange(market_id=market_id, status=status, prices=prices):
                self._prices[market_id] = prices if status == "open" else {}
            case MarketState(market=view):
                offered = {str(s.id): s.price for s in view.selections if s.price is not None}
                self._prices[view.id] = offered if view.status == "open" else {}
                self.views[view.id] = view
            case Trouble(code=code, detail=detail, topic=topic):
                if not topic:
                    raise PlatformError(f"the price stream answered {code}: {detail}")
                # A gateway that has just begun does not know all of them yet.
                self._followed.discard(topic.removeprefix("market:"))

    def open_prices(self) -> dict[str, dict[str, str]]:
        """The open markets that have prices: by market, the prices by selection."""
        return {market_id: prices for market_id, prices in sorted(self._prices.items()) if prices}

    def pick(self, chance: random.Random) -> Offer | None:
        """Choose a selection as a punter would, the shorter its price the more often; None if nothing is open."""
        offered = self.open_prices()
        if not offered:
            return None
        market_id = chance.choice(list(offered))
        prices = offered[market_id]
        selections = sorted(prices, key=int)
        weights = [1.0 / float(prices[selection]) for selection in selections]
        selection = chance.choices(selections, weights)[0]
        return Offer(market_id, int(selection), prices[selection])
