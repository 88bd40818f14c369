"""The fan-out: the latest value wins, nobody waits for a slow client, nobody sees another tenant's prices."""

import asyncio
from collections.abc import Generator
from contextlib import suppress

import msgspec
import pytest

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.markets import Event, Group, Market, MarketStatus, Prices, Selection
from pyplatform.gateway.events import EventCopy
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.push import hub as hubs
from pyplatform.gateway.push.client import MAX_NOTES, MAX_WAITING, Client
from pyplatform.gateway.push.frames import MAX_TOPICS, Wish
from pyplatform.gateway.push.hub import MAX_OF_SESSION, Hub
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


@pytest.fixture
def room(copy: MarketCopy) -> Room:
    return Room(copy)


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


async def test_a_stalled_client_gets_the_latest_and_the_others_do_not_wait(room: Room) -> None:
    slow, quick = Sink(), Sink()
    clients = [Client(session("aurora"), slow.send), Client(session("aurora", b"t" * 16), quick.send)]
    pumps = [asyncio.create_task(client.pump()) for client in clients]
    quick.gate.set()
    for client in clients:
        assert room.hub.join(client)
        assert room.follow(client, "market:1.1") is None
    await asyncio.sleep(0)
    for version in range(3, 1003):
        room.move(version)
        await asyncio.sleep(0)
    slow.gate.set()
    await asyncio.sleep(0.01)
    # It had begun to take the first message; the snapshot was made when its turn came, and has everything.
    assert [m["type"] for m in slow.messages] == ["subscribed", "market"]
    assert slow.messages[-1]["seq"] == quick.messages[-1]["seq"] == 1000
    assert quick.messages[-1] == {
        "type": "prices",
        "topic": "market:1.1",
        "seq": 1000,
        "market_id": "1.1",
        "version": 1002,
        "status": "open",
        "prices": {"7": "1.1002"},
    }
    assert len(quick.messages) > 500
    assert room.hub.messages.value == 1000
    for client, pump in zip(clients, pumps, strict=True):
        client.end()
        await pump
        room.hub.leave(client)
    assert room.hub.count == 0


async def test_a_client_hears_its_own_tenant_only(room: Room) -> None:
    client, sink = listener()
    room.hub.join(client)
    for topic in ("market:1.1", "event:e", "sport:soccer"):
        assert room.follow(client, topic) is None
    room.move(9, 50_000, tenant="borealis")
    changed = event("borealis", 2, in_play=True)
    assert room.events.put(changed)
    room.push.event_changed(changed)
    await sent(client)
    assert [m["type"] for m in sink.messages if m["type"] != "subscribed"] == ["market", "event", "sport"]
    assert '"2.00"' in msgspec.json.encode(sink.messages).decode()


async def test_an_event_is_followed_with_all_its_markets_and_a_sport_with_its_events(room: Room) -> None:
    client, sink = listener()
    room.hub.join(client)
    for topic in ("event:e", "sport:soccer", "sports"):
        assert room.follow(client, topic) is None
    room.push.tick()
    await sent(client)
    sink.messages.clear()
    room.move(5)
    room.define(6)
    for version, in_play in ((2, True), (3, True)):
        changed = event("aurora", version, in_play=in_play)
        if room.events.put(changed):
            room.push.event_changed(changed)
    room.push.tick()
    await sent(client)
    told = [(m["type"], m["topic"]) for m in sink.messages]
    # The whole market stands for its prices; a new version that says nothing new is not told.
    assert told == [
        ("market", "event:e"),
        ("event_changed", "event:e"),
        ("event_changed", "sport:soccer"),
        ("tree", "sports"),
    ]
    sink.messages.clear()
    room.define(7, hidden=True)
    await sent(client)
    assert [(m["type"], m["topic"], m["id"]) for m in sink.messages] == [
        ("gone", "event:e", "1.1"),
        ("gone", "sport:soccer", "e"),
    ]


async def test_who_comes_back_hears_what_it_missed_or_that_it_missed_too_much(room: Room) -> None:
    client, sink = listener()
    room.hub.join(client)
    room.follow(client, "event:e")
    await sent(client)
    last = sink.messages[-1]["seq"]
    room.hub.leave(client)
    for version in range(3, 13):
        room.move(version)
    again, sink = listener(b"t" * 16)
    room.hub.join(again)
    room.follow(again, "event:e", last)  # type: ignore[arg-type]
    await sent(again)
    assert [m.get("why", m.get("version")) for m in sink.messages] == ["resumed", 12]
    for after, epoch in ((10, "another"), (10**9, ""), (0, "another")):
        sink.messages.clear()
        room.follow(again, "event:e", after, epoch)
        await sent(again)
        assert [m.get("why", m["type"]) for m in sink.messages] == ["gap", "event"], (after, epoch)


async def test_a_dropped_topic_is_no_other_when_it_is_made_again(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, sink = listener()
    room.hub.join(client)
    room.follow(client, "market:1.1")
    for version in range(3, 8):
        room.move(version)
    await sent(client)
    room.hub.unsubscribe(client, "market:1.1")
    room.hub.tick()
    assert room.hub.topics == 1, "it lingers for those who come back"
    monkeypatch.setattr(hubs, "LINGER_SECONDS", -1.0)
    room.hub.tick()
    assert room.hub.topics == 0
    room.move(9)
    sink.messages.clear()
    room.follow(client, "market:1.1", 3)
    await sent(client)
    assert [m.get("why", m["type"]) for m in sink.messages] == ["gap", "market"]


async def test_a_client_too_slow_for_a_topic_is_told_and_begins_anew(room: Room) -> None:
    client, sink = listener()
    room.hub.join(client)
    names = [f"3.{number}" for number in range(MAX_WAITING + 10)]
    whole = msgspec.structs.replace(event("aurora", 2), markets=["1.1", *names])
    room.events.put(whole)
    room.follow(client, "event:e")
    await sent(client)
    sink.messages.clear()
    for number, name in enumerate(names):
        room.define(number + 10, name)
        assert client.waiting <= MAX_WAITING
    await sent(client)
    assert [m.get("why", m["type"]) for m in sink.messages] == ["overflow", "event"]
    assert len(sink.messages[-1]["markets"]) == len(names) + 1  # type: ignore[arg-type]


async def test_what_a_client_may_hold_is_bounded(room: Room) -> None:
    client, sink = listener()
    sink.gate.clear()
    room.hub.join(client)
    for topic, code in (
        ("market:1.9", "unknown_market"),
        ("event:x", "unknown_event"),
        ("sport:x", "unknown_sport"),
        ("sports:x", "unknown_topic"),
        ("nonsense", "unknown_topic"),
    ):
        refused = room.follow(client, topic)
        assert refused is not None
        assert refused.code == code
    for number in range(MAX_TOPICS):
        room.define(1, f"2.{number}")
        assert room.follow(client, f"market:2.{number}") is None
    assert (refused := room.follow(client, "market:1.1")) is not None
    assert refused.code == "too_many_topics"
    assert room.follow(client, "market:2.0") is None
    room.hub.unsubscribe(client, "market:2.0")
    assert room.follow(client, "market:1.1") is None
    for _ in range(MAX_NOTES + 10):
        client.note("{}")
    sink.gate.set()
    await asyncio.wait_for(client.pump(), 1)
    assert len(sink.messages) == MAX_NOTES + 2 * MAX_TOPICS


async def test_the_quiet_are_asked_and_the_silent_let_go(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    client, sink = listener()
    room.hub.join(client)
    pump = asyncio.create_task(client.pump())
    room.hub.tick()
    await asyncio.sleep(0)
    assert sink.messages == []
    monkeypatch.setattr(hubs, "PING_SECONDS", -1.0)
    room.hub.tick()
    await asyncio.sleep(0.01)
    assert sink.messages == [{"type": "ping"}]
    monkeypatch.setattr(hubs, "SILENT_SECONDS", -1)
    room.hub.tick()
    await asyncio.wait_for(pump, 1)
    assert sink.messages[-1]["code"] == "silent"
    assert room.hub.cut.value == 1


async def test_the_end_of_a_session_ends_its_connections(room: Room) -> None:
    (ending, sink), (staying, _) = listener(), listener(b"o" * 16)
    room.hub.join(ending)
    room.hub.join(staying)
    pump = asyncio.create_task(ending.pump())
    staying_pump = asyncio.create_task(staying.pump())
    room.hub.end_session(b"s" * 16, '{"type":"error"}')
    await asyncio.wait_for(pump, 1)
    assert sink.messages == [{"type": "error"}]
    assert not staying_pump.done()
    staying_pump.cancel()


async def test_one_player_does_not_take_the_places_of_all(room: Room) -> None:
    mine = [listener()[0] for _ in range(MAX_OF_SESSION + 1)]
    assert [room.hub.join(client) for client in mine] == [True] * MAX_OF_SESSION + [False]
    assert room.hub.join(listener(b"o" * 16)[0])
    room.hub.leave(mine[0])
    assert room.hub.join(mine[-1])


class Flight:
    """A message under way that arrives when it is told to."""

    def __init__(self) -> None:
        self.arrived = asyncio.get_running_loop().create_future()

    def done(self) -> bool:
        return self.arrived.done()

    def __await__(self) -> Generator[None, None, None]:
        yield from self.arrived.__await__()


async def test_what_comes_while_nothing_waits_is_sent_at_once_and_in_order(room: Room) -> None:
    flights: list[tuple[str, Flight]] = []
    sink = Sink()
    sink.gate.set()

    def at_once(text: str) -> Flight:
        flights.append((text, Flight()))
        return flights[-1][1]

    client = Client(session("aurora"), sink.send, at_once)
    assert room.hub.join(client)
    pump = asyncio.create_task(client.pump())
    room.follow(client, "market:1.1")
    await asyncio.sleep(0.01)
    assert [m["type"] for m in sink.messages] == ["subscribed", "market"]
    assert not flights, "a snapshot takes the pump"
    for version in range(3, 8):
        room.move(version)
    await asyncio.sleep(0.01)
    assert len(flights) == 1, "the others wait until the first is written"
    assert len(sink.messages) == 2
    flights[0][1].arrived.set_result(None)
    await asyncio.sleep(0.01)
    assert [m["version"] for m in sink.messages[2:]] == [7], "and are overtaken meanwhile"
    room.move(8)
    assert msgspec.json.decode(flights[1][0])["version"] == 8
    client.cut()
    await asyncio.gather(pump, return_exceptions=True)


async def test_a_client_that_breaks_while_it_is_told_harms_nobody(room: Room) -> None:
    def at_once(_: str) -> Flight:
        raise RuntimeError("the connection is gone")

    sink = Sink()
    sink.gate.set()
    broken, (sound, told) = Client(session("aurora"), sink.send, at_once), listener(b"o" * 16)
    pumps = []
    for client in (broken, sound):
        assert room.hub.join(client)
        pumps.append(asyncio.create_task(client.pump()))
        room.follow(client, "market:1.1")
    await asyncio.sleep(0.01)
    room.move(3)
    await asyncio.sleep(0.01)
    assert told.messages[-1]["version"] == 3
    assert pumps[0].done()
    assert not pumps[1].done()
    pumps[1].cancel()
