"""HTTP of settlement and cash-out: what staff and players send, and what they are told."""

from typing import Any

from pyplatform.kernel import ids
from pyplatform.sportsbook.settlement.record import Origin, SettlementRecord
from pyplatform.sportsbook.settlement.resolution import Placing, Resolution

Platform = Any
RESULT = {"version": 0, "winners": [11], "removed": [{"selection_id": 22, "pence": 20}]}


async def test_staff_enter_results_and_are_told_what_became_of_them(platform: Platform) -> None:
    staff = platform.headers(await platform.member("settlement"))
    client, address = platform.client, "/v1/settlement/markets/1.known/result"
    done = await client.post(address, json=RESULT, headers=staff)
    assert (done.status_code, done.json()) == (200, {"revision": 1, "proposal_id": None})
    request = platform.settling.requests[-1]
    assert (request.kind, request.expected, request.roles) == ("settlement.result", 0, ("settlement",))
    stale = await client.post(address, json=RESULT | {"version": 7}, headers=staff)
    assert (stale.status_code, stale.json()["code"], stale.json()["current_version"]) == (
        409,
        "stale_revision",
        "1",
    )
    big = await client.post("/v1/settlement/markets/1.big/result", json=RESULT, headers=staff)
    assert big.json()["proposal_id"]
    none = await client.post("/v1/settlement/markets/1.x/take-back", json={"version": 0}, headers=staff)
    assert (none.status_code, none.json()["code"]) == (422, "no_results")
    for wrong in ({"version": 0, "winners": []}, {"version": -1, "winners": [1]}, {"winners": [1]}):
        assert (await client.post(address, json=wrong, headers=staff)).status_code == 422


async def test_staff_say_who_was_placed_and_read_it_back(platform: Platform) -> None:
    staff = platform.headers(await platform.member("settlement"))
    client, address = platform.client, "/v1/settlement/markets/1.known/placings"
    placed = [{"selection_id": 22, "position": 2}, {"selection_id": 33, "position": 3, "tied": 2}]
    done = await client.post(address, json={"version": 0, "placed": placed}, headers=staff)
    assert (done.status_code, platform.settling.requests[-1].kind) == (200, "settlement.place")
    for wrong in ([], [{"selection_id": 22, "position": 0}], [{"selection_id": 22}]):
        refused = await client.post(address, json={"version": 0, "placed": wrong}, headers=staff)
        assert refused.status_code == 422
    told = Resolution("1.7", 1, (), (11,), True, placed=(Placing(22, 2),), starting=((11, 25_000),))
    origin = Origin("staff", "staff:ada", ids.uuid7())
    await SettlementRecord(platform.pool).record(platform.ours, "1.7", lambda _: told, origin)
    view = (await client.get("/v1/settlement/markets/1.7", headers=staff)).json()["revisions"][0]
    assert view["placed"] == [{"selection_id": 22, "position": 2, "tied": 1}]
    assert view["starting"] == {"11": "2.50"}


async def test_staff_list_what_waits_the_oldest_first_and_page_by_page(platform: Platform) -> None:
    staff, trader = [
        platform.headers(await platform.member(role, name=role)) for role in ("settlement", "trader")
    ]
    client, address = platform.client, "/v1/settlement/waiting"
    found = await client.get(address, headers=staff)
    row = {
        "market_id": "1.known",
        "event_id": "e",
        "why": "placings",
        "since": "2026-03-14T15:30:00Z",
        "bets": 3,
        "stakes": {"EUR": "30.50", "JPY": "9"},
    }
    assert (found.status_code, found.json()) == (200, {"markets": [row], "next": ""})
    assert (await client.get(address, headers=trader)).json() == found.json()
    request = platform.settling.requests[-1]
    assert (request.tenant, request.kind, request.roles) == (platform.ours, "settlement.waiting", ("trader",))
    for query in ("before=2026-03-14T15:30:00Z", "after=1773502200000000000:1.known"):
        assert (await client.get(f"{address}?{query}", headers=staff)).json()["markets"] == []
    for query in ("limit=0", "limit=201", "after=x:1", f"after={'x' * 101}", "before=noon"):
        refused = await client.get(f"{address}?{query}", headers=staff)
        assert (refused.status_code, refused.json()["field"]) == (422, query.partition("=")[0])
    player = platform.headers(await platform.player())
    assert (await client.get(address, headers=player)).status_code == 403
    assert (await client.get(address, headers=staff | {"X-Tenant": platform.theirs})).status_code == 401


async def test_traders_may_look_and_players_may_not(platform: Platform) -> None:
    trader = platform.headers(await platform.member("trader"))
    player = platform.headers(await platform.player())
    client = platform.client
    assert (await client.get("/v1/settlement/runs", headers=trader)).json() == {"runs": []}
    assert (await client.get("/v1/settlement/runs", headers=player)).status_code == 403
    address = "/v1/settlement/markets/1.known/void"
    assert (await client.post(address, json={"version": 0}, headers=trader)).status_code == 403


async def test_the_record_of_a_market_is_read_with_its_runs(platform: Platform) -> None:
    record = SettlementRecord(platform.pool)
    told = Resolution("1.5", 1, (22,), (11,), closed=True)
    origin = Origin("staff", "staff:ada", ids.uuid7(), note="photo finish")
    await record.record(platform.ours, "1.5", lambda _: told, origin)
    await record.propose(platform.ours, told, {"EUR": 12_340_000}, origin)
    staff = platform.headers(await platform.member("settlement"))
    view = (await platform.client.get("/v1/settlement/markets/1.5", headers=staff)).json()
    assert (view["version"], view["revisions"][0]["winners"], view["runs"][0]["state"]) == (
        1,
        [11],
        "running",
    )
    assert view["proposals"][0]["at_risk"] == {"EUR": "12.34"}
    missing = await platform.client.get("/v1/settlement/markets/1.6", headers=staff)
    assert (missing.status_code, missing.json()["code"]) == (404, "no_results")
    runs = (await platform.client.get("/v1/settlement/runs?state=running", headers=staff)).json()["runs"]
    assert [run["market_id"] for run in runs] == ["1.5"]


async def test_a_player_is_quoted_and_sells_a_part_of_a_bet_once(platform: Platform) -> None:
    player = platform.headers(await platform.player())
    client, address = platform.client, f"/v1/bets/{ids.text(platform.settling.bet)}/cash-out"
    quote = (await client.get(f"{address}?part=0.5", headers=player)).json()
    assert (quote["amount"], quote["part"], quote["legs"][0]["price"]) == ("14.25", "0.5", "2.00")
    for part in ("0", "1.5", "x", "0.1234567"):
        assert (await client.get(f"{address}?part={part}", headers=player)).status_code == 422
    order, keyed = {"quote_id": quote["quote_id"]}, player | {"Idempotency-Key": "k"}
    sold = await client.post(address, json=order, headers=keyed)
    assert (sold.status_code, sold.json()["amount"], sold.json()["part"]) == (200, "14.25", "0.333333")
    again = await client.post(address, json=order, headers=keyed)
    assert (again.json(), again.headers["idempotency-replayed"]) == (sold.json(), "true")
    for quote_id, code, amount in (("moved", "price_changed", "13.00"), ("gone", "unknown_quote", None)):
        headers = player | {"Idempotency-Key": quote_id}
        refused = await client.post(address, json={"quote_id": quote_id}, headers=headers)
        assert (refused.status_code, refused.json()["code"], refused.json().get("amount")) == (
            422,
            code,
            amount,
        )
    for other in (ids.text(ids.uuid7()), "nonsense"):
        missing = await client.get(f"/v1/bets/{other}/cash-out", headers=player)
        assert (missing.status_code, missing.json()["code"]) == (404, "unknown_bet")
