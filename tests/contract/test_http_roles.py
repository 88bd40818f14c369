"""Who may call a route: players, and staff by their roles; the description tells the same."""

from collections.abc import AsyncIterator
from typing import Final

import httpx
import msgspec
import pytest

from pyplatform.apidoc.serve import add_documentation
from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.http.app import App
from pyplatform.http.message import Request
from pyplatform.http.server import serving
from pyplatform.kernel import ids

STAFF: Final[dict[str, frozenset[Role]]] = {
    "trader": frozenset({"trader"}),
    "admin": frozenset({"admin"}),
    "both": frozenset({"trader", "settlement"}),
    "none": frozenset(),
}


class Caller(msgspec.Struct):
    name: str


class Sessions:
    """Knows one player's token, and those of staff by what they may do, all of one tenant."""

    async def resolve(self, tenant: str, token: str) -> Session | StaffSession | None:
        if tenant != "aurora":
            return None
        if token in STAFF:
            return StaffSession("aurora", token.encode().ljust(16, b"-"), b"t" * 16, STAFF[token], 2**62)
        return Session("aurora", 1, b"p" * 16, b"s" * 16, "EUR", 2**62) if token == "player" else None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = App("Roles", "1.0", tenants={"aurora", "borealis"}, sessions=Sessions())

    @app.get("/account", auth="player")
    async def account(request: Request) -> Caller:
        """Look at an account."""
        return Caller(request.session.player.decode())

    @app.get("/desk", auth="trader")
    async def desk(request: Request) -> Caller:
        """Look at the desk."""
        return Caller(request.staff.actor)

    @app.get("/office", auth=("settlement", "admin"))
    async def office() -> Caller:
        """Look at the office."""
        return Caller("office")

    @app.get("/door")
    async def door() -> Caller:
        """Look at the door."""
        return Caller("door")

    add_documentation(app)
    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}") as connected,
    ):
        yield connected


@pytest.mark.parametrize(
    ("token", "account", "desk", "office"),
    [
        ("player", 200, 403, 403),
        ("trader", 403, 200, 403),
        ("admin", 403, 403, 200),
        ("both", 403, 200, 200),
        ("none", 403, 403, 403),
        ("nobody", 401, 401, 401),
    ],
)
async def test_a_route_is_for_those_who_have_its_role(
    client: httpx.AsyncClient, token: str, account: int, desk: int, office: int
) -> None:
    headers = {"X-Tenant": "aurora", "Authorization": f"Bearer {token}"}
    for path, status in {"/account": account, "/desk": desk, "/office": office, "/door": 200}.items():
        answer = await client.get(path, headers=headers)
        assert answer.status_code == status, path
        if status != 200:
            assert answer.json()["code"] == {401: "unauthenticated", 403: "forbidden"}[status]
        elsewhere = await client.get(path, headers={**headers, "X-Tenant": "borealis"})
        assert elsewhere.status_code == (200 if path == "/door" else 401), path


async def test_a_handler_learns_who_acts(client: httpx.AsyncClient) -> None:
    headers = {"X-Tenant": "aurora", "Authorization": "Bearer both"}
    found = (await client.get("/desk", headers=headers)).json()["name"]
    assert found == f"staff:{ids.text(b'both'.ljust(16, b'-'))}"
    headers["Authorization"] = "Bearer player"
    assert (await client.get("/account", headers=headers)).json()["name"] == "p" * 16


async def test_the_description_tells_who_may_call(client: httpx.AsyncClient) -> None:
    described = (await client.get("/v1/openapi.json")).json()
    paths = described["paths"]
    assert paths["/account"]["get"]["security"] == [{"player": []}]
    assert paths["/desk"]["get"]["security"] == [{"staff": ["trader"]}]
    assert paths["/office"]["get"]["security"] == [{"staff": ["admin"]}, {"staff": ["settlement"]}]
    assert "security" not in paths["/door"]["get"]
    assert {"401", "403"} <= set(paths["/desk"]["get"]["responses"])
    assert set(described["components"]["securitySchemes"]) == {"player", "staff"}
