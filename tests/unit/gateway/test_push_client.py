"""One client of the push: the latest value wins, nobody waits for the slow, nobody holds more than may be."""

import asyncio
from collections.abc import Generator
from time import monotonic

import msgspec
import pytest

from pyplatform.gateway.push import hub as hubs
from pyplatform.gateway.push.client import MAX_NOTES, MAX_WAITING, Client
from pyplatform.gateway.push.frames import MAX_TOPICS
from pyplatform.gateway.push.hub import MAX_OF_SESSION
from tests.unit.gateway.pushing import (
    Room,
    Sink,
    event,
    listener,
    sent,
    session,
)


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
    await asyncio.wait_for(client.pump(), 60)
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
    await asyncio.wait_for(pump, 60)
    assert sink.messages[-1]["code"] == "silent"
    assert room.hub.cut.value == 1


async def test_who_is_told_a_lot_and_only_listens_is_asked_too_and_once(room: Room) -> None:
    client, sink = listener()
    room.hub.join(client)
    pump = asyncio.create_task(client.pump())
    client.note("{}")
    await asyncio.sleep(0.01)
    client.heard_at = client.asked_at = monotonic() - hubs.PING_SECONDS - 1
    for _ in range(2):
        room.hub.tick()
        await asyncio.sleep(0.01)
    assert sink.messages == [{}, {"type": "ping"}]
    client.end()
    await pump


async def test_the_end_of_a_session_ends_its_connections(room: Room) -> None:
    (ending, sink), (staying, _) = listener(), listener(b"o" * 16)
    room.hub.join(ending)
    room.hub.join(staying)
    pump = asyncio.create_task(ending.pump())
    staying_pump = asyncio.create_task(staying.pump())
    room.hub.end_session(b"s" * 16, '{"type":"error"}')
    await asyncio.wait_for(pump, 60)
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
