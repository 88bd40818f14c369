"""Placing bets over HTTP: what is accepted, replayed, refused, in conflict; what never leaves the gateway."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from pyplatform.contracts.sportsbook.mybets import PlacedBet, PlacedLeg, bet_key, bets_key, month_of
from pyplatform.eventstore import tenant_transaction
from pyplatform.kernel import ids
from pyplatform.kernel.time import now_ns
from pyplatform.projections import Effects

Platform = Any


def bet(platform: Platform, **changes: object) -> dict[str, object]:
    """A single; what belongs to a leg changes the leg, the rest the bet."""
    leg: dict[str, object] = {"market_id": f"1.{platform.ours}", "selection_id": 1, "price": "2.50"}
    leg |= {name: value for name, value in changes.items() if name in leg}
    return {"legs": [leg], "stake": "10.00"} | {n: value for n, value in changes.items() if n not in leg}


def problem(response: httpx.Response) -> tuple[int, str, str | None]:
    assert response.headers["content-type"] == "application/problem+json"
    document = response.json()
    return response.status_code, document["code"], document.get("field")


async def test_a_bet_is_accepted_and_a_retry_gets_the_first_answer(platform: Platform) -> None:
    opened = await platform.player()
    headers = platform.headers(opened, key="first")
    first = await platform.client.post("/v1/bets", json=bet(platform), headers=headers)
    assert first.status_code == 201
    document = first.json()
    assert (document["type"], document["status"], document["lines"]) == ("SINGLE", "accepted", 1)
    assert document["legs"][0]["price"] == "2.50"
    assert (document["stake"], document["currency"], document["potential_return"]) == (
        "10.00",
        "EUR",
        "25.00",
    )
    assert "idempotency-replayed" not in first.headers
    again = await platform.client.post("/v1/bets", json=bet(platform), headers=headers)
    assert (again.status_code, again.json()) == (201, document)
    assert again.headers["idempotency-replayed"] == "true"
    sent = platform.owner.attempts[0]
    assert (sent.tenant, sent.player, sent.key) == (platform.ours, opened.session.player, "first")
    assert (sent.legs[0].price_e4, sent.stake) == (25_000, 10_000_000)
    assert (sent.session_id, sent.legs[0].event_id) == (opened.session.session_id, "e")
    assert sent.traceparent == first.headers["traceparent"]
    assert len(sent.correlation) == 16


async def test_a_refusal_has_a_code_and_is_replayed_alike(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="moved")
    first = await platform.client.post("/v1/bets", json=bet(platform, selection_id=2), headers=headers)
    assert problem(first) == (422, "price_changed", None)
    moved = {"leg": 0, "market_id": f"1.{platform.ours}", "selection_id": 2, "price": "2.40"}
    assert first.json()["legs"] == [moved]
    again = await platform.client.post("/v1/bets", json=bet(platform, selection_id=2), headers=headers)
    assert again.headers["idempotency-replayed"] == "true"
    volatile = {"correlation_id"}
    assert {k: v for k, v in again.json().items() if k not in volatile} == {
        k: v for k, v in first.json().items() if k not in volatile
    }
    removed = await platform.client.post(
        "/v1/bets", json=bet(platform, selection_id=3), headers={**headers, "Idempotency-Key": "removed"}
    )
    assert problem(removed) == (422, "selection_removed", None)


async def test_a_key_used_for_another_bet_is_a_conflict(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="k")
    assert (await platform.client.post("/v1/bets", json=bet(platform), headers=headers)).status_code == 201
    other = await platform.client.post("/v1/bets", json=bet(platform, stake="11.00"), headers=headers)
    assert problem(other) == (409, "idempotency_conflict", "stake")


async def test_a_delayed_bet_is_answered_when_it_is_decided(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="live")
    response = await platform.client.post("/v1/bets", json=bet(platform, selection_id=4), headers=headers)
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"stake": "0"}, (422, "stake_not_positive", "stake")),
        ({"stake": "-1"}, (422, "stake_not_positive", "stake")),
        ({"stake": "1.001"}, (422, "stake_decimals", "stake")),
        ({"stake": "lots"}, (422, "stake_invalid", "stake")),
        ({"stake": 10}, (422, "invalid_body", "stake")),
        ({"stake": "1" * 41}, (422, "invalid_body", "stake")),
        ({"price": "1.00"}, (422, "price_out_of_range", "legs[0].price")),
        ({"price": "1.009"}, (422, "price_out_of_range", "legs[0].price")),
        ({"price": "2.00001"}, (422, "price_decimals", "legs[0].price")),
        ({"price": "evens"}, (422, "price_invalid", "legs[0].price")),
        ({"price": 2.5}, (422, "invalid_body", "legs[0].price")),
        ({"selection_id": "1"}, (422, "invalid_body", "legs[0].selection_id")),
        ({"selection_id": -1}, (422, "invalid_body", "legs[0].selection_id")),
        ({"selection_id": 2**70}, (422, "invalid_body", "legs[0].selection_id")),
        ({"market_id": "1.unknown"}, (404, "unknown_market", "legs[0].market_id")),
        ({"market_id": None}, (422, "invalid_body", "legs[0].market_id")),
        ({"free_bet": True}, (422, "invalid_body", "free_bet")),
        ({"free_bet_id": "mine"}, (422, "free_bet_invalid", "free_bet_id")),
        ({"legs": []}, (422, "invalid_body", "legs")),
        ({"stake": None}, (422, "stake_missing", "stake")),
        ({"total_stake": "1.00"}, (422, "stake_twice", "total_stake")),
        ({"type": "YANKEE"}, (422, "legs_invalid", "legs")),
        ({"type": "PARLAY"}, (422, "invalid_body", "type")),
        ({"sizes": [1]}, (422, "sizes_invalid", "sizes")),
        ({"type": "SYSTEM", "sizes": [2]}, (422, "sizes_invalid", "sizes")),
        ({"sizes": [0]}, (422, "invalid_body", "sizes[0]")),
        ({"type": "SAME_GAME"}, (422, "legs_invalid", "legs")),
        ({"price_policy": "SOMETIMES"}, (422, "invalid_body", "price_policy")),
        ({"price_policy": "WITHIN"}, (422, "tolerance_invalid", "tolerance")),
        ({"price_policy": "WITHIN", "tolerance": "nan"}, (422, "tolerance_invalid", "tolerance")),
        ({"price_policy": "WITHIN", "tolerance": "1.5"}, (422, "tolerance_invalid", "tolerance")),
        ({"tolerance": "0.05"}, (422, "tolerance_unexpected", "tolerance")),
    ],
)
async def test_a_bad_bet_is_refused_by_name_and_nothing_is_sent_on(
    platform: Platform, changes: dict[str, object], expected: tuple[int, str, str]
) -> None:
    headers = platform.headers(await platform.player(), key="bad")
    response = await platform.client.post("/v1/bets", json=bet(platform, **changes), headers=headers)
    assert problem(response) == expected
    assert platform.owner.attempts == []
    assert (await platform.client.post("/v1/bets", json=bet(platform), headers=headers)).status_code == 201


def legs(platform: Platform, *selections: int, **changes: object) -> dict[str, object]:
    """A slip on selections of our market; the owner here does not mind that they are of one event."""
    chosen = [{"market_id": f"1.{platform.ours}", "selection_id": one, "price": "2.50"} for one in selections]
    return {"legs": chosen, "stake": "1.00"} | changes


async def test_a_system_is_sent_on_with_the_stake_of_all_its_lines(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="system")
    slip = legs(platform, 1, 1, 1, type="TRIXIE", price_policy="WITHIN", tolerance="0.05")
    response = await platform.client.post("/v1/bets", json=slip, headers=headers)
    document = response.json()
    assert (response.status_code, document["lines"], document["stake"]) == (201, 4, "4.00")
    assert document["potential_return"] == "34.38"  # 3 x 2.5^2 + 2.5^3 = 34.375
    sent = platform.owner.attempts[0]
    assert (sent.bet_type, sent.stake, sent.tolerance_bp) == ("TRIXIE", 4_000_000, 500)
    each_way = legs(platform, 1, type="SINGLE", each_way=True, stake="1.00")
    response = await platform.client.post(
        "/v1/bets", json=each_way, headers={**headers, "Idempotency-Key": "each-way"}
    )
    assert response.json()["stake"] == "2.00"


async def test_thirty_legs_are_too_many_and_a_refusal_names_the_legs(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="many")
    many = await platform.client.post("/v1/bets", json=legs(platform, *[1] * 30), headers=headers)
    assert problem(many) == (422, "too_many_legs", "legs")
    moved = await platform.client.post("/v1/bets", json=legs(platform, 1, 2), headers=headers)
    assert problem(moved) == (422, "price_changed", None)
    assert [(leg["leg"], leg["price"]) for leg in moved.json()["legs"]] == [(1, "2.40")]
    large = await platform.client.post(
        "/v1/bets", json=legs(platform, 7), headers={**headers, "Idempotency-Key": "large"}
    )
    assert problem(large) == (422, "stake_too_high", None)
    assert large.json()["max_stake"] == "5.00"


async def test_a_bet_that_a_trader_is_asked_about_is_answered_202(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="big")
    response = await platform.client.post("/v1/bets", json=legs(platform, 6), headers=headers)
    assert (response.status_code, response.json()["status"]) == (202, "referred")


async def test_a_quote_needs_no_key_and_tells_lines_prices_and_limits(platform: Platform) -> None:
    headers = platform.headers(await platform.player())
    response = await platform.client.post("/v1/bets/quote", json=legs(platform, 1, 1), headers=headers)
    quote = response.json()
    assert (response.status_code, quote["code"], quote["type"]) == (200, None, "ACCA")
    assert (quote["stake"], quote["potential_return"], quote["max_stake"]) == ("1.00", "6.25", "500.00")
    assert (quote["delay"], quote["referral_above"]) == (5, "100.00")
    assert platform.owner.attempts == []


async def test_my_bets_are_mine(platform: Platform) -> None:
    opened, other = await platform.player(), await platform.player(email="bob@example.com")
    assert (await platform.client.get("/v1/bets", headers=platform.headers(opened))).json() == {
        "bets": [],
        "next": "",
    }
    bet_id, player = ids.text(ids.uuid7()), ids.text(opened.session.player)
    leg = PlacedLeg("e", f"1.{platform.ours}", 1, 25_000, False, 3, 5)
    placed = PlacedBet(bet_id, player, "SINGLE", (leg,), (), True, 2_000_000, "EUR", now_ns())
    effects = Effects()
    effects.add(bets_key(platform.ours, player, month_of(placed.at)), bet_id)
    fields: dict[str, bytes | str | int] = {"placed": msgspec.msgpack.encode(placed), "state": "open"}
    effects.put(bet_key(platform.ours, bet_id), 7, fields)
    await platform.models.write(effects)
    path = f"/v1/bets/{bet_id}"
    mine = (await platform.client.get(path, headers=platform.headers(opened))).json()
    assert (mine["status"], mine["stake"], mine["as_of_seq"]) == ("open", "2.00", 7)
    assert mine["legs"][0]["each_way"] == "1/5 1-2-3"
    listed = (await platform.client.get("/v1/bets?status=open", headers=platform.headers(opened))).json()
    assert listed["bets"] == [mine]
    theirs = await platform.client.get(path, headers=platform.headers(other))
    assert problem(theirs) == (404, "unknown_bet", "bet_id")
    wrong = await platform.client.get("/v1/bets?before=yesterday", headers=platform.headers(opened))
    assert problem(wrong) == (422, "invalid_query", "before")


async def test_a_request_that_is_no_bet_is_refused(platform: Platform) -> None:
    headers = platform.headers(await platform.player())
    client = platform.client
    assert problem(await client.post("/v1/bets", json=bet(platform), headers=headers)) == (
        400,
        "idempotency_key_missing",
        "Idempotency-Key",
    )
    headers |= {"Idempotency-Key": "k", "Content-Type": "application/json"}
    assert problem(await client.post("/v1/bets", content=b'{"market', headers=headers))[:2] == (
        400,
        "malformed_json",
    )
    big = await client.post("/v1/bets", content=b'{"x":"' + b"x" * 10_000_000, headers=headers)
    assert problem(big)[:2] == (413, "body_too_large")
    assert platform.owner.attempts == []


async def test_a_market_of_another_tenant_does_not_exist(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="k")
    theirs = bet(platform, market_id=f"1.{platform.theirs}")
    response = await platform.client.post("/v1/bets", json=theirs, headers=headers)
    assert problem(response) == (404, "unknown_market", "legs[0].market_id")


async def test_dead_tokens_place_nothing(platform: Platform) -> None:
    async def attempt(headers: dict[str, str]) -> tuple[int, str, str | None]:
        return problem(await platform.client.post("/v1/bets", json=bet(platform), headers=headers))

    expired = await platform.player()
    async with tenant_transaction(platform.pool, platform.ours) as connection:
        await connection.execute("update pam.session set expires_at = now() - interval '1 second'")
    assert await attempt(platform.headers(expired, key="k")) == (401, "unauthenticated", None)
    ended = await platform.player()
    headers = platform.headers(ended, key="k")
    assert (await platform.client.post("/v1/bets", json=bet(platform), headers=headers)).status_code == 201
    assert (await platform.client.delete("/v1/sessions/current", headers=headers)).status_code == 204
    assert await attempt(headers) == (401, "unauthenticated", None)
    replaced = await platform.player()
    await platform.player()
    assert await attempt(platform.headers(replaced, key="k")) == (401, "unauthenticated", None)


async def test_an_unknown_outcome_tells_the_client_to_send_it_again(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="k")
    unclear = await platform.client.post("/v1/bets", json=bet(platform, selection_id=5), headers=headers)
    assert problem(unclear)[:2] == (503, "unavailable")
    assert unclear.headers["retry-after"] == "1"
    market = platform.market(platform.ours, "1.orphan", owner="nobody")
    await platform.publish(market)
    await platform.until("/v1/markets/1.orphan", lambda found: found.get("id") == "1.orphan", headers)
    absent = await platform.client.post("/v1/bets", json=bet(platform, market_id="1.orphan"), headers=headers)
    assert problem(absent)[:2] == (503, "unavailable")
    assert "same" in absent.json()["detail"]


@pytest.mark.parametrize("hears_all_after", [2.0])
async def test_a_new_gateway_denies_no_market_before_it_can_know_them_all(platform: Platform) -> None:
    headers = platform.headers(await platform.player(), key="k")
    unknown = bet(platform, market_id="1.unknown")
    first = await platform.client.post("/v1/bets", json=unknown, headers=headers)
    assert problem(first)[:2] == (503, "unavailable")
    async with asyncio.timeout(60):
        while (
            later := await platform.client.post("/v1/bets", json=unknown, headers=headers)
        ).status_code == 503:
            await asyncio.sleep(0.1)
    assert problem(later)[:2] == (404, "unknown_market")


async def test_bets_of_many_players_share_frames(platform: Platform) -> None:
    players = [await platform.player(email=f"player{n}@example.com") for n in range(8)]
    keys = [(player, str(n)) for player in players for n in range(10)]
    responses = await asyncio.gather(
        *(
            platform.client.post("/v1/bets", json=bet(platform), headers=platform.headers(player, key=key))
            for player, key in keys
        )
    )
    assert {response.status_code for response in responses} == {201}
    assert len({response.json()["bet_id"] for response in responses}) == 80
    assert {(a.player, a.key) for a in platform.owner.attempts} == {(p.session.player, k) for p, k in keys}
