"""Every operation, walked by players and by staff: none reaches anything of another tenant, none a role it lacks."""

import re
from collections.abc import Iterator, Set
from typing import Any

import msgspec

from pyplatform.apps.web import describe
from pyplatform.http.routing import Route
from pyplatform.kernel import ids
from pyplatform.pam.staff import ROLES

Platform = Any
PASSWORD = "a sentence nobody guesses"
PERSON = {
    "email": "bea@example.com",
    "password": PASSWORD,
    "date_of_birth": "1990-01-01",
    "country": "DE",
    "currency": "EUR",
}
DOCUMENT = describe("openapi")
ENDS_THE_SESSION = ("/v1/sessions/current", "/v1/staff/sessions/current")


def operations(platform: Platform) -> Iterator[Route]:
    return (route for route in platform.app.router.routes if route.tenant)


def their_path(route: Route, platform: Platform, their: dict[str, str]) -> str:
    """The path of something of theirs: a member of their staff, a player, or their market."""
    return re.sub(r"\{(\w+)\}", lambda m: their.get(m[1], f"1.{platform.theirs}"), route.path)


def body_of(route: Route, platform: Platform) -> bytes:
    """A body that would be good if everything it names were ours: the document's example if nothing better is here."""
    slip = {
        "legs": [{"market_id": f"1.{platform.theirs}", "selection_id": 1, "price": "2.50"}],
        "stake": "1.00",
    }
    target = f"market:1.{platform.theirs}"
    bodies: dict[str, Any] = {
        "POST /v1/bets": slip,
        "POST /v1/bets/quote": slip,
        "POST /v1/trading/suspend": {"target": target},
        "POST /v1/trading/resume": {"target": target},
        "POST /v1/players": PERSON,
        "POST /v1/sessions": {"email": "theirs@example.com", "password": PASSWORD},
        "POST /v1/staff/sessions": {"name": "theo", "password": PASSWORD},
        "POST /v1/staff": {"name": "tess", "password": PASSWORD, "roles": ["trader"]},
        "PUT /v1/staff/{staff_id}/roles": {"roles": ["trader"]},
    }
    if route.body is None:
        return b""
    operation = DOCUMENT["paths"][route.path][route.method.lower()]
    example = operation["requestBody"]["content"]["application/json"]["example"]
    return msgspec.json.encode(bodies.get(route.name, example))


class Walker:
    """Sends one operation, aimed at something of the other tenant, as whoever is asked for."""

    def __init__(self, platform: Platform, route: Route, their: dict[str, str]) -> None:
        self._client, self.route = platform.client, route
        self.path, self._body = their_path(route, platform, their), body_of(route, platform)
        self._secrets = (platform.theirs, *their.values(), "theo")

    async def ask(self, headers: dict[str, str]) -> Any:
        common = {"Idempotency-Key": "k", "Content-Type": "application/json"}
        return await self._client.request(
            self.route.method, self.path, content=self._body, headers=common | headers
        )

    async def as_ours(self, headers: dict[str, str], roles: Set[str]) -> None:
        """Who has the role gets nothing of theirs, who has not is told so."""
        if self.route.auth and not roles & self.route.auth:
            assert (await self.ask(headers)).status_code == 403, self.route.name
        elif self.route.path not in ENDS_THE_SESSION:
            answer = await self.ask(headers)
            assert answer.status_code < 500, (self.route.name, answer.text)
            assert answer.status_code >= 400 or self.path == self.route.path, (self.route.name, answer.text)
            assert not [name for name in self._secrets if name in answer.text], self.route.name

    async def as_nobodys(self, headers: dict[str, str]) -> None:
        """A tenant that is wrong or missing is refused, whoever asks."""
        unnamed = {name: value for name, value in headers.items() if name != "X-Tenant"}
        assert (await self.ask(unnamed)).status_code == 400, self.route.name
        for tenant in ("nobody", ""):
            assert (await self.ask(unnamed | {"X-Tenant": tenant})).status_code == 404, self.route.name


async def test_every_operation_keeps_tenants_and_roles_apart(platform: Platform) -> None:
    player, theirs = await platform.player(), await platform.player(platform.theirs, "theirs@example.com")
    staff = await platform.member(*ROLES)
    their_staff = await platform.member(*ROLES, tenant=platform.theirs, name="theo")
    routes = list(operations(platform))
    their = {"staff_id": ids.text(their_staff.session.staff), "player_id": ids.text(theirs.session.player)}
    for route in routes:
        walker = Walker(platform, route, their)
        for caller, roles in ((player, {"player"}), (staff, set(ROLES))):
            await walker.as_ours(platform.headers(caller), roles)
            await walker.as_nobodys(platform.headers(caller))
            if route.auth:
                crossing = await walker.ask(platform.headers(caller, tenant=platform.theirs))
                assert crossing.status_code == 401, route.name
        if route.auth:
            assert (await walker.ask({"X-Tenant": platform.ours})).status_code == 401, route.name
    assert len(routes) >= 26
    assert platform.owner.attempts == []
    actors = {(request.tenant, request.actor) for request in platform.desk.requests}
    assert actors == {(platform.ours, staff.session.actor)}
    assert {"events", "market", "set_prices", "suspend", "set_terms"} <= {
        r.kind for r in platform.desk.requests
    }
    for caller, path in ((theirs, "/v1/me"), (their_staff, "/v1/staff/me")):
        assert (await platform.client.get(path, headers=platform.headers(caller))).status_code == 200
    listed = await platform.client.get("/v1/staff", headers=platform.headers(their_staff))
    assert [(member["name"], len(member["roles"])) for member in listed.json()["members"]] == [("theo", 3)]


async def test_a_role_of_one_tenant_is_none_of_another(platform: Platform) -> None:
    ours, theirs = await platform.member("admin"), await platform.member("trader", tenant=platform.theirs)
    headers = platform.headers(theirs) | {"X-Tenant": platform.ours}
    assert (await platform.client.get("/v1/staff", headers=headers)).status_code == 401
    assert (await platform.client.get("/v1/staff", headers=platform.headers(theirs))).status_code == 403
    found = (await platform.client.get("/v1/staff", headers=platform.headers(ours))).json()
    assert [member["staff_id"] for member in found["members"]] == [ids.text(ours.session.staff)]
