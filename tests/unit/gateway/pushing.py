"""Markets, clients and a hub over copies, for the tests of the push."""

import asyncio
from contextlib import suppress

import msgspec

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.markets import Event, Group, Market, MarketStatus, Prices, Selection
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.push.client import Client
from pyplatform.gateway.push.frames import Wish
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.markets import MarketPush, sources
from pyplatform.gateway.push.topics import Refused

OPEN, SUSPENDED = MarketStatus.OPEN, MarketStatus.SUSPENDED


def market(tenant: str, version: int, market_id: str = "1.1", status: MarketStatus = OPEN) -> Market:
    runners = [Selection(7, "Seven"), Selection(8, "Eight")]
    return Market(
        tenant, market_id, "e", "Event", "WIN", 1, 10**18, False, status, version, runners, "trading"
    )


def prices(
    tenant: str, version: int, price: int, market_id: str = "1.1", status: MarketStatus = OPEN
) -> Prices:
    return Prices(tenant, market_id, version, status, {7: price}, 0, 0)


def session(tenant: str, name: bytes = b"s" * 16) -> Session:
    return Session(tenant, 1, b"p" * 16, name, "EUR", 2**62)


class Sink:
    """A client's side that takes messages only while its gate is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.messages: list[dict[str, object]] = []

    async def send(self, text: str) -> None:
        await self.gate.wait()
        self.messages.append(msgspec.json.decode(text))


class Room:
    """Copies of two tenants' markets with a hub over them; `move` changes the price of a market."""

    def __init__(self, copy: MarketCopy) -> None:
        self.copy, self.events = copy, EventCopy(["aurora", "borealis"], copy)
        for tenant in ("aurora", "borealis"):
            self.events.put(event(tenant, 1))
        self.hub = Hub(sources(copy, self.events))
        self.push = MarketPush(self.hub, copy, self.events, ["aurora", "borealis"])

    def move(self, version: int, price: int = 0, market_id: str = "1.1", tenant: str = "aurora") -> None:
        change = prices(tenant, version, price or 10_000 + version, market_id)
        assert self.copy.put_prices(change)
        self.push.prices_changed(change)

    def define(self, version: int, market_id: str = "1.1", *, hidden: bool = False) -> None:
        changed = msgspec.structs.replace(market("aurora", version, market_id), hidden=hidden)
        assert self.copy.put_market(changed)
        self.push.market_changed("aurora", market_id)

    def follow(self, client: Client, topic: str, after: int | None = None, epoch: str = "") -> Refused | None:
        return self.hub.subscribe(client, Wish(topic, after), epoch or self.hub.epoch)


def event(tenant: str, version: int, *, in_play: bool = False, hidden: bool = False) -> Event:
    sport, category, competition = (Group(name, name.title()) for name in ("soccer", "europe", "cup"))
    return Event(
        tenant,
        "e",
        "Event",
        {},
        sport,
        category,
        competition,
        1,
        10**18,
        in_play,
        hidden,
        version,
        ["1.1"],
        "o",
    )


async def sent(client: Client) -> None:
    """Let a client's pump send what waits."""
    pump = asyncio.create_task(client.pump())
    while client.waiting:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    pump.cancel()
    with suppress(asyncio.CancelledError):
        await pump


def listener(name: bytes = b"s" * 16) -> tuple[Client, Sink]:
    sink = Sink()
    sink.gate.set()
    return Client(session("aurora", name), sink.send), sink
