"""The tree of sports, lists of events and one event, as they come from the bus and go to an edge."""

from typing import Any

import msgspec

from pyplatform.contracts.sportsbook.markets import Event, Group, MarketStatus, event_subject

Platform = Any
FOOTBALL = Group("1", "Football", {"de": "Fußball"})
TENNIS = Group("5", "Tennis")
CUP, LEAGUE, OPEN = Group("17", "Cup"), Group("8", "League", {"de": "Liga"}), Group("99", "Open")


class Fixtures:
    """Publishes events with a market each, as owners do."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._version = 0

    async def add(
        self, name: str, sport: Group, competition: Group, starts_at: int, tenant: str = "", **changes: Any
    ) -> None:
        tenant, platform = tenant or self._platform.ours, self._platform
        self._version += 1
        market = platform.market(tenant, f"m-{name}")
        status = changes.pop("status", MarketStatus.OPEN)
        await platform.publish(msgspec.structs.replace(market, event_id=name, status=status))
        event = Event(
            tenant,
            name,
            f"Event {name}",
            {"de": f"Spiel {name}"},
            sport,
            Group("c", "World"),
            competition,
            1,
            starts_at * 10**9,
            False,
            False,
            self._version,
            [f"m-{name}"],
            platform.owner.name,
        )
        event = msgspec.structs.replace(event, **changes)
        await platform.bus.publish(event_subject(tenant, name), msgspec.msgpack.encode(event))


async def publish_all(platform: Platform) -> None:
    add = Fixtures(platform).add
    await add("a", FOOTBALL, LEAGUE, 300)
    await add("b", FOOTBALL, CUP, 100, in_play=True)
    await add("c", TENNIS, OPEN, 200)
    await add("d", FOOTBALL, CUP, 400)
    await add("secret", FOOTBALL, CUP, 500, hidden=True)
    await add("over", FOOTBALL, CUP, 50, status=MarketStatus.CLOSED)
    await add("theirs", TENNIS, OPEN, 10, tenant=platform.theirs)
    headers = {"X-Tenant": platform.ours}
    await platform.until("/v1/events", lambda found: len(found["events"]) == 4, headers)


async def test_events_are_listed_by_their_start_and_by_what_they_belong_to(platform: Platform) -> None:
    await publish_all(platform)

    async def listed(query: str = "") -> list[str]:
        answer = await platform.client.get(f"/v1/events{query}", headers={"X-Tenant": platform.ours})
        assert answer.status_code == 200
        assert answer.headers["cache-control"].startswith("public, max-age=1,")
        return [event["id"] for event in answer.json()["events"]]

    assert await listed() == ["b", "c", "a", "d"]
    assert await listed("?sport=1") == ["b", "a", "d"]
    assert await listed("?sport=1&competition=17") == ["b", "d"]
    assert await listed("?in_play=true") == ["b"]
    assert await listed("?in_play=false") == ["c", "a", "d"]
    assert await listed("?sport=7") == []


async def test_pages_follow_each_other_without_a_gap(platform: Platform) -> None:
    await publish_all(platform)
    seen, after = [], ""
    for _ in range(3):
        path = f"/v1/events?limit=2&after={after}"
        page = (await platform.client.get(path, headers={"X-Tenant": platform.ours})).json()
        seen += [event["id"] for event in page["events"]]
        if not (after := page["next"]):
            break
    assert seen == ["b", "c", "a", "d"]


async def test_the_tree_counts_what_is_shown_in_the_language_asked_for(platform: Platform) -> None:
    await publish_all(platform)
    headers = {"X-Tenant": platform.ours}
    answer = await platform.client.get("/v1/sports?language=de", headers=headers)
    assert answer.headers["cache-control"].startswith("public, max-age=10,")
    football, tennis = answer.json()["sports"]
    assert (football["name"], football["events"], football["in_play"]) == ("Fußball", 3, 1)
    assert football["categories"] == [
        {
            "id": "c",
            "name": "World",
            "competitions": [
                {"id": "17", "name": "Cup", "events": 2},
                {"id": "8", "name": "Liga", "events": 1},
            ],
        }
    ]
    assert (tennis["name"], tennis["events"]) == ("Tennis", 1)
    etag = {"If-None-Match": answer.headers["etag"]}
    assert (await platform.client.get("/v1/sports?language=de", headers=headers | etag)).status_code == 304
    assert (await platform.client.get("/v1/sports", headers=headers | etag)).status_code == 200


async def test_an_event_comes_with_its_markets_and_only_to_its_tenant(platform: Platform) -> None:
    await publish_all(platform)
    headers = {"X-Tenant": platform.ours}
    found = (await platform.client.get("/v1/events/a?language=de", headers=headers)).json()
    assert (found["event"]["name"], found["event"]["competition"]) == ("Spiel a", {"id": "8", "name": "Liga"})
    assert [market["id"] for market in found["markets"]] == ["m-a"]
    for name in ("secret", "theirs", "nothing"):
        answer = await platform.client.get(f"/v1/events/{name}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_event")
    wrong = await platform.client.get("/v1/events?limit=1000", headers=headers)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "limit")


async def test_only_a_newer_version_takes_the_place_of_an_event(platform: Platform) -> None:
    fixtures, headers = Fixtures(platform), {"X-Tenant": platform.ours}
    await fixtures.add("a", FOOTBALL, CUP, 300, version=9)
    await platform.until("/v1/events", lambda found: len(found["events"]) == 1, headers)
    await fixtures.add("a", FOOTBALL, CUP, 700, version=8)
    await fixtures.add("z", FOOTBALL, CUP, 900, version=8)
    listed = await platform.until("/v1/events", lambda found: len(found["events"]) == 2, headers)
    assert [event["starts_at"] for event in listed["events"]] == [
        "1970-01-01T00:05:00Z",
        "1970-01-01T00:15:00Z",
    ]
