"""Prices as they were, over HTTP: page by page, thinned out, cached, hidden from whom they are hidden."""

from typing import Any

from msgspec.structs import replace

from pyplatform.contracts.sportsbook.markets import MarketStatus, Prices
from pyplatform.sportsbook.history.store import PriceWriter

Platform = Any
BASE = 1_800_000_000_000_000
"""Microseconds."""
STEP = 250_000


async def test_the_past_of_a_market_is_read_page_by_page_and_thinned_out(platform: Platform) -> None:
    market_id, player = f"1.{platform.ours}", await platform.player()
    path, headers = f"/v1/markets/{market_id}/history", platform.headers(player)
    empty = await platform.client.get(path, headers=headers)
    assert (empty.status_code, empty.json()["points"]) == (200, [])
    writer = PriceWriter(platform.settings.postgres_url, platform.ours)
    known = [
        Prices(
            platform.ours, market_id, BASE + n * STEP, MarketStatus.OPEN, {1: 20_000 + n}, 0, 10**15 * n, 7
        )
        for n in range(25)
    ]
    await writer.write(known)
    await writer.close()
    got: list[dict[str, Any]] = []
    after: int | None = 0
    while after is not None:
        page = (await platform.client.get(path, headers=headers, params={"limit": 10, "after": after})).json()
        assert len(page["points"]) <= 10
        got += page["points"]
        after = page["next"]
    assert [point["version"] for point in got] == [one.version for one in known]
    assert got[1] == {
        "at": "2027-01-15T08:00:00.250000Z",
        "version": BASE + STEP,
        "status": "open",
        "terms_version": 7,
        "caused_at": "1970-01-12T13:46:40Z",
        "prices": {"1": "2.0001"},
    }
    assert got[0]["caused_at"] is None
    thin = (await platform.client.get(path, headers=headers, params={"step": 1, "limit": 3})).json()
    assert [point["version"] for point in thin["points"]] == [BASE + n * STEP for n in (3, 7, 11)]
    rest = await platform.client.get(path, headers=headers, params={"step": 1, "after": thin["next"]})
    assert [point["version"] for point in rest.json()["points"]] == [
        BASE + n * STEP for n in (15, 19, 23, 24)
    ]
    span = {"since": "2027-01-15T08:00:01Z", "until": "2027-01-15T08:00:02Z"}
    part = await platform.client.get(path, headers=headers, params=span)
    assert [point["version"] for point in part.json()["points"]] == [BASE + n * STEP for n in range(4, 8)]
    again = {**headers, "If-None-Match": part.headers["etag"]}
    assert (await platform.client.get(path, headers=again, params=span)).status_code == 304
    wrong = await platform.client.get(path, headers=headers, params={"step": -1})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "step")


async def test_the_past_is_for_callers_of_the_tenant_and_of_hidden_markets_for_staff(
    platform: Platform,
) -> None:
    market_id = f"1.{platform.ours}"
    path = f"/v1/markets/{market_id}/history"
    assert (await platform.client.get(path, headers={"X-Tenant": platform.ours})).status_code == 401
    player, stranger = await platform.player(), await platform.player(tenant=platform.theirs)
    refused = await platform.client.get(path, headers=platform.headers(stranger))
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_market")
    await platform.publish(replace(platform.market(platform.ours, market_id), hidden=True))
    await platform.until(
        f"/v1/markets/{market_id}", lambda found: found.get("status") == 404, {"X-Tenant": platform.ours}
    )
    assert (await platform.client.get(path, headers=platform.headers(player))).status_code == 404
    trader = await platform.member("trader")
    assert (await platform.client.get(path, headers=platform.headers(trader))).status_code == 200
