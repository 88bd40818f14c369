"""Accounts, markets and balances over HTTP, and that no tenant reaches anything of another."""

import asyncio
import re
from typing import Any

import msgspec
import pytest

from pyplatform.contracts.sportsbook.markets import markets_key
from pyplatform.contracts.wallet import balance_key
from pyplatform.gateway import api, consumers
from pyplatform.kernel import ids
from pyplatform.projections import Effects

Platform = Any
PERSON = {
    "email": "bea@example.com",
    "password": "a sentence nobody guesses",
    "date_of_birth": "1990-01-01",
    "country": "DE",
    "currency": "EUR",
}


async def test_a_player_registers_logs_in_reads_the_account_and_logs_out(platform: Platform) -> None:
    client, headers = platform.client, {"X-Tenant": platform.ours}
    registered = await client.post("/v1/players", json=PERSON, headers=headers)
    assert registered.status_code == 201
    credentials = {"email": PERSON["email"], "password": PERSON["password"]}
    opened = (await client.post("/v1/sessions", json=credentials, headers=headers)).json()
    assert opened["player_id"] == registered.json()["player_id"]
    assert len(opened["token"]) >= 43
    headers |= {"Authorization": f"Bearer {opened['token']}"}
    me = (await client.get("/v1/me", headers=headers)).json()
    assert (me["player_id"], me["email"], me["currency"]) == (opened["player_id"], PERSON["email"], "EUR")
    assert (await client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    assert (await client.get("/v1/me", headers=headers)).status_code == 401


async def test_what_cannot_become_an_account_is_told_by_name(platform: Platform) -> None:
    async def code(**changes: object) -> tuple[int, str, str | None]:
        response = await platform.client.post(
            "/v1/players", json=PERSON | changes, headers={"X-Tenant": platform.ours}
        )
        return response.status_code, response.json().get("code", ""), response.json().get("field")

    assert await code(password="too short") == (422, "password_refused", "password")
    assert await code(date_of_birth="2020-01-01") == (422, "age_refused", "date_of_birth")
    assert await code(date_of_birth="yesterday") == (422, "invalid_body", "date_of_birth")
    assert await code(country="XX") == (422, "country_refused", "country")
    assert await code(currency="GBP") == (422, "currency_refused", "currency")
    assert await code(brand=9) == (422, "unknown_brand", "brand")
    assert await code(email="nowhere") == (422, "email_invalid", "email")
    assert (await code())[0] == 201
    assert await code() == (409, "registration_refused", None)


async def test_wrong_logins_are_alike_and_then_locked(platform: Platform) -> None:
    await platform.player()
    headers, documents = {"X-Tenant": platform.ours}, []
    for email in ["ann@example.com", "nobody@example.com"]:
        for _ in range(6):
            credentials = {"email": email, "password": "not the password"}
            response = await platform.client.post("/v1/sessions", json=credentials, headers=headers)
            documents.append((response.status_code, response.json()["code"], response.json()["detail"]))
            if response.status_code == 429:
                assert int(response.headers["retry-after"]) == 900
    assert documents[:6] == documents[6:]
    assert [status for status, _, _ in documents[:6]] == [401] * 5 + [429]


async def test_markets_come_from_the_read_models_and_then_from_the_bus(platform: Platform) -> None:
    headers = {"X-Tenant": platform.ours}
    path = f"/v1/markets/1.{platform.ours}"
    found = (await platform.client.get(path, headers=headers)).json()
    assert [s["price"] for s in found["selections"]] == ["2.50", None, None, None, None]
    assert found["selections"][2]["removed"] is True
    await platform.publish(platform.prices(platform.ours, f"1.{platform.ours}", 30_000))
    moved = await platform.until(path, lambda seen: seen["version"] > found["version"], headers)
    assert moved["selections"][0]["price"] == "3.00"
    await platform.publish(platform.market(platform.ours, "1.new"))
    listed = await platform.until("/v1/markets", lambda seen: len(seen["markets"]) == 2, headers)
    assert {market["id"] for market in listed["markets"]} == {f"1.{platform.ours}", "1.new"}


async def test_a_balance_can_be_read_after_ones_own_write(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = await platform.player()
    headers = platform.headers(opened)
    empty = (await platform.client.get("/v1/wallet", headers=headers)).json()
    assert empty == {"currency": "EUR", "available": "0.00", "held": "0.00", "as_of_seq": 0}
    monkeypatch.setattr(api, "WAIT_SECONDS", 60.0)
    reading = asyncio.create_task(platform.client.get("/v1/wallet?min_seq=7", headers=headers))
    await asyncio.sleep(0.1)
    assert not reading.done()
    key = balance_key(platform.ours, ids.text(opened.session.player), "EUR")
    effects = Effects()
    effects.put(key, 7, {"available": 12_340_000, "held": 5_000_000})
    await platform.models.write(effects)
    assert (await reading).json() == {"currency": "EUR", "available": "12.34", "held": "5.00", "as_of_seq": 7}
    monkeypatch.setattr(api, "WAIT_SECONDS", 0.1)
    late = (await platform.client.get("/v1/wallet?min_seq=8", headers=headers)).json()
    assert late["as_of_seq"] == 7
    wrong = await platform.client.get("/v1/wallet?min_seq=-1", headers=headers)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "min_seq")


async def test_it_is_ready_and_says_why_when_it_is_not(platform: Platform) -> None:
    ready = (await platform.client.get("/health/ready")).json()
    assert ready == {"status": "ok", "checks": {"bus": "ok", "valkey": "ok", "markets": "ok"}}


async def test_the_description_is_whole(platform: Platform) -> None:
    described = (await platform.client.get("/v1/openapi.json")).json()
    text = msgspec.json.encode(described).decode()
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names == set(described["components"]["schemas"])
    operation_ids = [op["operationId"] for item in described["paths"].values() for op in item.values()]
    assert len(operation_ids) == len(set(operation_ids))
    for path, item in described["paths"].items():
        for operation in item.values():
            declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
            assert declared == set(re.findall(r"\{(\w+)\}", path))
            assert operation["summary"]
    served = {(route.method.lower(), route.path) for route in platform.app.router.routes} | {
        ("get", "/v1/stream")
    }
    assert {(method, path) for path, item in described["paths"].items() for method in item} == served
    place = described["paths"]["/v1/bets"]["post"]
    assert {"201", "400", "401", "404", "409", "413", "415", "422", "503"} <= set(place["responses"])


async def test_waiting_for_a_balance_asks_ever_less_often(platform: Platform) -> None:
    headers = platform.headers(await platform.player())
    await platform.models.client.config_resetstat()
    await asyncio.gather(
        *(platform.client.get(f"/v1/wallet?min_seq={2**62}", headers=headers) for _ in range(5))
    )
    calls = (await platform.models.client.info("commandstats"))["cmdstat_hgetall"]["calls"]
    assert calls <= 5 * 12


async def test_silent_markets_are_suspended_whatever_the_read_models_say(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "QUIET_SECONDS", 2.5)
    key = markets_key(platform.theirs)
    await platform.models.client.delete(key)
    await platform.models.client.set(key, "not a set")  # the second look, after two seconds, breaks over it
    headers = {"X-Tenant": platform.ours}
    await platform.until("/v1/markets", lambda found: found["markets"][0]["status"] == "suspended", headers)
    await platform.models.client.delete(key)
