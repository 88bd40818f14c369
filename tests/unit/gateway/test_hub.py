"""The fan-out: the latest value wins, nobody waits for a slow client, nobody sees another tenant's prices."""

import asyncio

import msgspec
import pytest

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.markets import Market, MarketStatus, Prices, Selection
from pyplatform.gateway.hub import MAX_MARKETS, MAX_NOTES, MAX_OF_SESSION, Client, Hub
from pyplatform.gateway.markets import MarketCopy

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


@pytest.fixture
def copy() -> MarketCopy:
    copy = MarketCopy(["aurora", "borealis"])
    for tenant in ("aurora", "borealis"):
        copy.put_market(market(tenant, 1))
        copy.put_prices(prices(tenant, 2, 20_000 if tenant == "aurora" else 30_000))
    return copy


def test_only_what_is_newer_is_taken(copy: MarketCopy) -> None:
    assert not copy.put_prices(prices("aurora", 2, 99_000))
    assert not copy.put_market(market("aurora", 1))
    assert not copy.put_market(market("stranger", 9))
    view = copy.view("aurora", "1.1")
    assert view is not None
    assert [(s.id, s.price) for s in view.selections] == [(7, "2.00"), (8, None)]
    assert copy.put_market(market("aurora", 3, status=SUSPENDED))
    assert (changed := copy.view("aurora", "1.1")) is not None
    assert (changed.status, changed.version) == (SUSPENDED, 3)
    assert copy.put_prices(prices("aurora", 4, 21_000))
    assert (open_again := copy.view("aurora", "1.1")) is not None
    assert (open_again.status, open_again.version) == (OPEN, 4)


def test_prices_before_their_market_are_kept(copy: MarketCopy) -> None:
    assert copy.put_prices(prices("aurora", 5, 40_000, "1.2"))
    assert copy.view("aurora", "1.2") is None
    assert len(msgspec.json.decode(copy.encoded_list("aurora").content)["markets"]) == 1
    copy.put_market(market("aurora", 4, "1.2"))
    assert (view := copy.view("aurora", "1.2")) is not None
    assert view.selections[0].price == "4.00"


async def test_a_stalled_client_gets_the_latest_and_the_others_do_not_wait(copy: MarketCopy) -> None:
    hub, slow, quick = Hub(copy), Sink(), Sink()
    clients = [Client(session("aurora"), slow.send), Client(session("aurora", b"t" * 16), quick.send)]
    pumps = [asyncio.create_task(client.pump()) for client in clients]
    quick.gate.set()
    for client in clients:
        assert hub.join(client)
        assert hub.subscribe(client, "1.1") == ""
    await asyncio.sleep(0)
    for version in range(3, 1003):
        change = prices("aurora", version, 10_000 + version)
        assert copy.put_prices(change)
        hub.prices_changed(change)
        await asyncio.sleep(0)
    slow.gate.set()
    await asyncio.sleep(0.01)
    assert [m["type"] for m in slow.messages] == ["market", "prices"]
    assert slow.messages[-1] == {
        "type": "prices",
        "market_id": "1.1",
        "version": 1002,
        "status": "open",
        "prices": {"7": "1.1002"},
    }
    assert quick.messages[-1] == slow.messages[-1]
    assert len(quick.messages) > 500
    assert hub.messages.value == 1000
    for client, pump in zip(clients, pumps, strict=True):
        client.end()
        await pump
        hub.leave(client)
    assert hub.count == 0


async def test_a_client_hears_its_own_tenant_only(copy: MarketCopy) -> None:
    hub, sink = Hub(copy), Sink()
    sink.gate.set()
    client = Client(session("aurora"), sink.send)
    hub.join(client)
    hub.subscribe(client, "1.1")
    change = prices("borealis", 9, 50_000)
    copy.put_prices(change)
    hub.prices_changed(change)
    client.end()
    await client.pump()
    assert len(sink.messages) == 1
    assert '"2.00"' in msgspec.json.encode(sink.messages).decode()


async def test_what_a_client_may_hold_is_bounded(copy: MarketCopy) -> None:
    hub, sink = Hub(copy), Sink()
    client = Client(session("aurora"), sink.send)
    hub.join(client)
    assert hub.subscribe(client, "1.9") == "unknown_market"
    for number in range(MAX_MARKETS):
        copy.put_market(market("aurora", 1, f"2.{number}"))
        assert hub.subscribe(client, f"2.{number}") == ""
    assert hub.subscribe(client, "1.1") == "too_many_markets"
    assert hub.subscribe(client, "2.0") == ""
    hub.unsubscribe(client, "2.0")
    assert hub.subscribe(client, "1.1") == ""
    for _ in range(MAX_NOTES + 10):
        client.note("{}")
    sink.gate.set()
    await asyncio.wait_for(client.pump(), 1)
    assert len(sink.messages) == MAX_NOTES + MAX_MARKETS


async def test_the_end_of_a_session_ends_its_connections(copy: MarketCopy) -> None:
    hub, sink, other = Hub(copy), Sink(), Sink()
    ending, staying = Client(session("aurora"), sink.send), Client(session("aurora", b"o" * 16), other.send)
    sink.gate.set()
    hub.join(ending)
    hub.join(staying)
    pump = asyncio.create_task(ending.pump())
    staying_pump = asyncio.create_task(staying.pump())
    hub.end_session(b"s" * 16, '{"type":"error"}')
    await asyncio.wait_for(pump, 1)
    assert sink.messages == [{"type": "error"}]
    assert not staying_pump.done()
    staying_pump.cancel()


async def test_one_player_does_not_take_the_places_of_all(copy: MarketCopy) -> None:
    hub, sink = Hub(copy), Sink()
    mine = [Client(session("aurora"), sink.send) for _ in range(MAX_OF_SESSION + 1)]
    assert [hub.join(client) for client in mine] == [True] * MAX_OF_SESSION + [False]
    assert hub.join(Client(session("aurora", b"o" * 16), sink.send))
    hub.leave(mine[0])
    assert hub.join(mine[-1])
