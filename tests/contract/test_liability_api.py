"""Liability over HTTP and the stream: for staff of the tenant, from the owners' reports, the newest of each."""

from typing import Any

import msgspec

from pyplatform.contracts.sportsbook.desk import MarketExposure, RunnerExposure
from pyplatform.contracts.sportsbook.liability import Exposure, liability_subject
from pyplatform.contracts.sportsbook.markets import MarketStatus
from tests.contract.test_stream_api import connect, follow, receive

Platform = Any


def report(platform: Platform, version: int, if_wins: int, currency: str = "EUR") -> Exposure:
    """A report on our market: one bet of 10, and what is lost if Runner 1 wins."""
    runners = [RunnerExposure(1, "Runner 1", 25_000, if_wins), RunnerExposure(2, "Runner 2", 0, -10_000_000)]
    market = MarketExposure(
        platform.ours,
        f"1.{platform.ours}",
        "WIN",
        "Race",
        MarketStatus.OPEN,
        False,
        currency,
        10_000_000,
        max(0, if_wins),
        runners,
    )
    return Exposure(version, "e", 1, market)


async def tell(platform: Platform, exposure: Exposure) -> None:
    subject = liability_subject(exposure.market.tenant, exposure.market.market_id)
    await platform.bus.publish(subject, msgspec.msgpack.encode(exposure))


async def test_traders_read_and_follow_liability_by_event_market_and_selection(platform: Platform) -> None:
    trader = await platform.member("trader")
    headers, market_id = platform.headers(trader), f"1.{platform.ours}"
    path = f"/v1/trading/liability/markets/{market_id}"
    assert (await platform.client.get(path, headers=headers)).json() == {"totals": [], "markets": []}
    await tell(platform, report(platform, 5, 15_000_000))
    await tell(platform, report(platform, 6, 3_000_000, "SEK"))
    await tell(platform, report(platform, 4, 99_000_000))
    found = await platform.until(path, lambda found: len(found["totals"]) == 2, headers)
    assert found["totals"] == [
        {"currency": "EUR", "stakes": "10.00", "worst_case": "15.00"},
        {"currency": "SEK", "stakes": "10.00", "worst_case": "3.00"},
    ]
    assert found["markets"][0]["selections"] == [
        {"id": 1, "name": "Runner 1", "price": "2.50", "if_wins": "15.00"},
        {"id": 2, "name": "Runner 2", "price": None, "if_wins": "-10.00"},
    ]
    answer = await platform.client.get("/v1/trading/liability/events/e", headers=headers)
    assert answer.json() == found
    assert answer.headers["cache-control"] == "private, no-cache"
    again = {**headers, "If-None-Match": answer.headers["etag"]}
    assert (await platform.client.get("/v1/trading/liability/events/e", headers=again)).status_code == 304
    connection = await connect(platform, trader.token, platform.ours)
    await receive(connection)
    await follow(connection, f"liability:market:{market_id}", "liability:event:e")
    told = [await receive(connection) for _ in range(4)]
    assert [one["type"] for one in told] == ["subscribed", "liability"] * 2
    assert told[1]["markets"] == told[3]["markets"] == found["markets"]
    await tell(platform, report(platform, 7, 40_000_000))
    changes = [await receive(connection) for _ in range(2)]
    assert {change["topic"] for change in changes} == {f"liability:market:{market_id}", "liability:event:e"}
    for change in changes:
        assert change["type"] == "liability_changed"
        assert change["market"]["worst_case"] == "40.00"
        assert change["totals"][0]["worst_case"] == "40.00"
    await connection.close()


async def test_liability_is_for_staff_of_its_tenant(platform: Platform) -> None:
    await tell(platform, report(platform, 5, 15_000_000))
    player = await platform.player()
    stranger = await platform.member("trader", tenant=platform.theirs)
    path = f"/v1/trading/liability/markets/1.{platform.ours}"
    assert (await platform.client.get(path, headers=platform.headers(player))).status_code == 403
    refused = await platform.client.get(path, headers=platform.headers(stranger))
    assert (refused.status_code, refused.json()["code"]) == (404, "unknown_market")
    for who, tenant, topics in (
        (player, platform.ours, {"liability:event:e": "forbidden"}),
        (
            stranger,
            platform.theirs,
            {
                f"liability:market:1.{platform.ours}": "unknown_market",
                "liability:event:e": "unknown_event",
                "liability:e": "unknown_topic",
            },
        ),
    ):
        connection = await connect(platform, who.token, tenant)
        await receive(connection)
        for topic, code in topics.items():
            await follow(connection, topic)
            assert ((trouble := await receive(connection))["code"], trouble["topic"]) == (code, topic)
        await connection.close()
