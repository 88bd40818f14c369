"""Staff over HTTP: sign in, act by role, and an admin who gives roles."""

import asyncio
from typing import Any

import pytest

from pyplatform.http.address import client_address, read_networks
from pyplatform.kernel.errors import PlatformError

Platform = Any
PASSWORD = "a sentence nobody guesses"


async def sign_in(platform: Platform, name: str, password: str = PASSWORD) -> Any:
    return await platform.client.post(
        "/v1/staff/sessions", json={"name": name, "password": password}, headers={"X-Tenant": platform.ours}
    )


async def test_an_admin_adds_a_member_who_signs_in_and_out(platform: Platform) -> None:
    admin = platform.headers(await platform.member("admin", name="ada"))
    new = {"name": "tara", "password": PASSWORD, "roles": ["trader"]}
    added = await platform.client.post("/v1/staff", json=new, headers=admin)
    assert (added.status_code, added.json()["roles"]) == (201, ["trader"])
    again = await platform.client.post("/v1/staff", json=new, headers=admin)
    assert (again.status_code, again.json()["code"], again.json()["field"]) == (409, "name_taken", "name")
    opened = await sign_in(platform, "tara")
    assert opened.status_code == 201
    assert opened.json()["staff_id"] == added.json()["staff_id"]
    assert (opened.json()["roles"], opened.json()["idle_minutes"]) == (["trader"], 15)
    tara = {"X-Tenant": platform.ours, "Authorization": f"Bearer {opened.json()['token']}"}
    me = (await platform.client.get("/v1/staff/me", headers=tara)).json()
    assert me == {"staff_id": added.json()["staff_id"], "roles": ["trader"]}
    assert (await platform.client.get("/v1/staff", headers=tara)).json()["code"] == "forbidden"
    assert (await platform.client.get("/v1/wallet", headers=tara)).json()["code"] == "forbidden"
    path = f"/v1/staff/{added.json()['staff_id']}/roles"
    changed = await platform.client.put(path, json={"roles": ["settlement"]}, headers=admin)
    assert (changed.status_code, changed.json()["roles"]) == (200, ["settlement"])
    assert (await platform.client.get("/v1/staff/me", headers=tara)).status_code == 401
    tara["Authorization"] = f"Bearer {(await sign_in(platform, 'tara')).json()['token']}"
    assert (await platform.client.delete("/v1/staff/sessions/current", headers=tara)).status_code == 204
    assert (await platform.client.get("/v1/staff/me", headers=tara)).status_code == 401


async def test_an_admin_cannot_change_what_is_not_there_or_the_own_roles(platform: Platform) -> None:
    opened = await platform.member("admin", name="ada")
    admin = platform.headers(opened)

    async def code(staff_id: str, roles: list[str]) -> tuple[int, str, str]:
        answer = await platform.client.put(
            f"/v1/staff/{staff_id}/roles", json={"roles": roles}, headers=admin
        )
        return answer.status_code, answer.json()["code"], answer.json()["field"]

    own = (await platform.client.get("/v1/staff/me", headers=admin)).json()["staff_id"]
    assert await code(own, ["admin", "trader"]) == (409, "own_roles", "staff_id")
    assert await code("nobody", ["trader"]) == (404, "unknown_staff", "staff_id")
    unknown = "01890a5d-ac96-774b-bcce-b302099a8057"
    assert await code(unknown, ["trader"]) == (404, "unknown_staff", "staff_id")
    assert await code(unknown, ["player"]) == (422, "role_unknown", "roles")
    assert await code(unknown, ["trader"] * 4) == (422, "invalid_body", "roles")


async def test_a_player_can_guess_no_staff_session(platform: Platform) -> None:
    player = await platform.player()
    headers = platform.headers(player)
    assert (await platform.client.get("/v1/staff/me", headers=headers)).json()["code"] == "forbidden"
    headers["Authorization"] = f"Bearer staff_{player.token}"
    assert (await platform.client.get("/v1/staff/me", headers=headers)).status_code == 401
    assert (await platform.client.get("/v1/me", headers=headers)).status_code == 401


async def test_too_many_sign_ins_from_one_address_are_told_when_to_come_back(platform: Platform) -> None:
    refused = await asyncio.gather(
        *(sign_in(platform, f"name{n}", "not the password at all") for n in range(40))
    )
    statuses = [answer.status_code for answer in refused]
    # One more is let through every two seconds that they take.
    assert 30 <= statuses.count(401) < 40
    assert statuses.count(401) + statuses.count(429) == 40
    for answer in refused:
        if answer.status_code == 429:
            assert answer.json()["code"] == "too_many_attempts"
            assert int(answer.headers["retry-after"]) in {1, 2}
    forged = await asyncio.gather(
        *(
            platform.client.post(
                "/v1/staff/sessions",
                json={"name": f"other{n}", "password": PASSWORD},
                headers={"X-Tenant": platform.ours, "X-Forwarded-For": f"203.0.113.{n}"},
            )
            for n in range(40)
        )
    )
    assert 429 in [answer.status_code for answer in forged], (
        "addresses that anybody may claim count for nothing"
    )


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1:80", "", "192.0.2.1"),
        ("192.0.2.1:80", "203.0.113.9", "192.0.2.1"),
        ("10.1.2.3:80", "203.0.113.9", "203.0.113.9"),
        ("10.1.2.3:80", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("10.1.2.3:80", "198.51.100.7, 203.0.113.9, 10.9.9.9", "203.0.113.9"),
        ("10.1.2.3:80", "198.51.100.7, unknown", "10.1.2.3"),
        ("10.1.2.3:80", "", "10.1.2.3"),
        ("[::ffff:10.1.2.3]:80", "2001:db8::7", "2001:db8::7"),
        ("[fd00::1]:80", "2001:db8::7", "2001:db8::7"),
        ("[2001:db8::1]:80", "2001:db8::7", "2001:db8::1"),
    ],
)
def test_only_our_proxies_are_believed(peer: str, forwarded: str, expected: str) -> None:
    assert client_address(peer, forwarded, read_networks("10.0.0.0/8, fd00::/8")) == expected


def test_a_list_of_networks_must_be_one() -> None:
    assert read_networks("") == ()
    with pytest.raises(PlatformError, match="not a list of networks"):
        read_networks("10.0.0.0/8, somewhere")
