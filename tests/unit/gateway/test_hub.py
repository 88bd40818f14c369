"""The fan-out: everybody hears what they follow of their tenant, and may come back for what they missed."""

import msgspec
import pytest

from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.push import hub as hubs
from tests.unit.gateway.pushing import OPEN, SUSPENDED, Room, event, listener, market, prices, sent


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
