"""Traders over HTTP: from a request through the bus to the owner's desk and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import httpx

from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.http.app import App
from pyplatform.http.server import serving
from pyplatform.kernel import ids
from pyplatform.kernel.tenancy import Tenant
from pyplatform.sportsbook.desk.api import routes
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.desk.customers_api import routes as customer_routes
from tests.integration.sportsbook.conftest import FIRST, MARKET, SECOND, definition, prices
from tests.integration.sportsbook.desk.conftest import OTHER, DeskOwner, NewOwner

ROLES: Final[dict[str, frozenset[Role]]] = {
    "trader": frozenset({"trader"}),
    "settlement": frozenset({"settlement"}),
}


class Sessions:
    """Knows a token for every role."""

    async def resolve(self, tenant: str, token: str) -> Session | StaffSession | None:
        return StaffSession(tenant, token.encode().ljust(16), b"t" * 16, ROLES[token], 2**62)


class Trader:
    """Sends requests as a member of staff."""

    def __init__(self, client: httpx.AsyncClient, tenant: str) -> None:
        self._client, self._tenant = client, tenant
        self.replays: list[bool] = []

    async def __call__(
        self, method: str, path: str, body: Any = None, status: int = 200, role: str = "trader", key: str = ""
    ) -> Any:
        headers = {"X-Tenant": self._tenant, "Authorization": f"Bearer {role}"}
        headers |= {"Idempotency-Key": key} if key else {}
        address = path if path.startswith("/") else f"/v1/trading/{path}"
        answer = await self._client.request(method, address, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        self.replays.append(answer.headers.get("idempotency-replayed") == "true")
        return answer.json()


@asynccontextmanager
async def trading(owner: DeskOwner, *others: DeskOwner) -> AsyncIterator[Trader]:
    app = App("Trading", "1.0", tenants={owner.tenant}, sessions=Sessions())
    desk = DeskClient(owner.bus, [one.trading.owner for one in (owner, *others)])
    customer_routes(app, desk)
    routes(app, desk, {owner.tenant: Tenant(owner.tenant, "EUR", 500)})
    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}") as client,
    ):
        yield Trader(client, owner.tenant)


async def test_a_trader_suspends_prices_and_resumes_by_what_the_market_says(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        seen = await call("GET", f"markets/{MARKET}")
        assert (seen["status"], seen["version"], seen["worst_case"]) == ("open", 0, "0.000005")
        assert {runner["id"] for runner in seen["runners"]} == {11, 22, 33}
        held = await call("POST", "suspend", {"target": "event:e1", "reason": "VAR"})
        assert held == {"version": 1, "position": 1}
        assert owner.status() is MarketStatus.SUSPENDED
        order = {"version": 0, "prices": {str(FIRST): "1.5"}}
        assert (await call("PUT", f"markets/{MARKET}/prices", order))["version"] == 1
        conflict = await call("PUT", f"markets/{MARKET}/prices", order | {"prices": {"22": "4"}}, 409)
        assert (conflict["code"], conflict["field"], conflict["current_version"]) == (
            "version_conflict",
            "version",
            "1",
        )
        assert "trading.prices_set" in conflict["detail"]
        await call("POST", "resume", {"target": "event:e1"})
        now = await call("GET", f"markets/{MARKET}")
        assert (now["status"], now["version"], now["holding"]) == ("open", 1, [])
        assert now["runners"][0]["price"] == now["runners"][0]["by_hand"] == "1.50"


async def test_a_command_with_a_key_is_applied_once(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        order = {"version": 0, "margin_bp": 700}
        first = await call("PUT", f"markets/{MARKET}/margin", order, key="m-1")
        assert await call("PUT", f"markets/{MARKET}/margin", order, key="m-1") == first
        assert call.replays == [False, True]
        other = await call("PUT", f"markets/{MARKET}/margin", order | {"margin_bp": 800}, 409, key="m-1")
        assert (other["code"], other["field"]) == ("idempotency_conflict", "Idempotency-Key")
        bad = await call("PUT", f"markets/{MARKET}/margin", order, 400, key="no spaces here")
        assert bad["code"] == "idempotency_key_invalid"


async def test_customers_are_taken_more_or_less_by_factor_and_group(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        player, other = ids.text(ids.uuid7()), ids.text(ids.uuid7())
        await call("PUT", "/v1/customers/groups/sharp", {"version": 0, "factor": "0.25"})
        await call(
            "PUT", f"/v1/customers/{player}", {"version": 0, "group": "sharp", "reason": "beats the close"}
        )
        await call("PUT", f"/v1/customers/{other}", {"version": 0, "factor": "2"})
        listed = await call("GET", "/v1/customers?limit=1")
        assert [(one["player_id"], one["counts"]) for one in listed["customers"]] == [(player, "0.25")]
        assert listed["groups"] == [{"group": "sharp", "factor": "0.25", "version": 1}]
        rest = await call("GET", f"/v1/customers?after={listed['next']}")
        assert [(one["factor"], one["counts"]) for one in rest["customers"]] == [("2", "2")]
        state = owner.trading.desks[owner.tenant]
        assert state.factor_e4(ids.parse(player)) == 2_500
        await call("PUT", "/v1/customers/groups/sharp", {"version": 1, "factor": None})
        assert state.factor_e4(ids.parse(player)) == 10_000
        assert state.factor_e4(ids.uuid7()) == 10_000
        conflict = await call("PUT", f"/v1/customers/{player}", {"version": 0, "factor": "1"}, 409)
        assert conflict["code"] == "version_conflict"
        bad = await call("PUT", f"/v1/customers/{player}", {"version": 1, "factor": "101"}, 422)
        assert bad["field"] == "factor"
        unknown = await call("PUT", "/v1/customers/nobody", {"version": 0}, 422)
        assert unknown["field"] == "player_id"
        unnamed = await call("PUT", "/v1/customers/groups/%00", {"version": 0, "factor": "1"}, 422)
        assert unnamed["field"] == "group"
    async with new_owner() as again:
        assert again.trading.desks[again.tenant].factor_e4(ids.parse(other)) == 20_000


async def test_terms_travel_in_decimals_and_are_versioned_together(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        rule = {
            "version": 0,
            "scope": {"market_type": "WIN", "within_s": 0},
            "values": {
                "max_stake": "250.00",
                "min_price": "1.05",
                "ladder": [["1.01", "2", "0.01"], ["2", "1000", "0.05"]],
            },
        }
        assert (await call("PUT", "terms", rule))["version"] == 1
        shown = await call("GET", "terms")
        assert [one["values"] for one in shown["rules"]] == [
            {
                "max_stake": "250.00",
                "min_price": "1.05",
                "ladder": [["1.01", "2.00", "0.01"], ["2.00", "1000.00", "0.05"]],
            }
        ]
        assert shown["base"]["margin_bp"] == 500
        refused = await call("PUT", "terms", rule | {"version": 1, "values": {"max_stake": "1.001"}}, 422)
        assert refused["field"] == "values.max_stake"
        refused = await call("PUT", "terms", rule | {"version": 1, "values": {"min_margin_bp": 900}}, 422)
        assert (refused["code"], refused["field"]) == ("invalid_terms", "values.min_margin_bp")


async def test_the_trail_tells_who_did_what(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        await call("PUT", f"markets/{MARKET}/margin", {"version": 0, "margin_bp": 900, "reason": "derby"})
        await call(
            "PUT",
            "catalogue",
            {
                "version": 0,
                "target": "event:e1",
                "names": {"de": "Rennen"},
                "starts_at": "2031-01-01T00:00:00Z",
            },
        )
        trail = await call("GET", "audit?limit=1")
        assert (trail["acts"][0]["kind"], trail["next"]) == ("catalogue.edited", 2)
        rest = await call("GET", "audit?before=2", role="settlement")
        (act,) = rest["acts"]
        assert (act["actor"][:6], act["before"], act["after"], act["reason"], rest["next"]) == (
            "staff:",
            None,
            900,
            "derby",
            0,
        )
        edit = {"version": 0, "target": "event:e1", "starts_at": "0207-09-30T14:41:04Z"}
        refused = await call("PUT", "catalogue", edit, 422)
        assert (refused["code"], refused["field"]) == ("time_out_of_range", "starts_at")
        events = await call("GET", "events")
        assert events["events"][0]["names"] == {"de": "Rennen"}
        assert events["events"][0]["starts_at"] == "2031-01-01T00:00:00Z"


async def test_models_and_sources_are_chosen_over_http(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        model = {"type": "football", "home_rate": 1.4, "away_rate": 1.2, "minute": 30.0}
        await call("PUT", "events/e1/model", {"version": 0, "model": model})
        source = {"type": "model", "outcomes": {"11": "home", "22": "draw", "33": "away"}}
        await call("PUT", f"markets/{MARKET}/source", {"version": 0, "source": source})
        shown = await call("GET", f"markets/{MARKET}")
        assert shown["source"]["type"] == "model"
        assert abs(sum(runner["chance"] for runner in shown["runners"]) - 1) < 1e-9
        wrong = source | {"outcomes": {"11": "home", "22": "draw", "33": "corner"}}
        refused = await call("PUT", f"markets/{MARKET}/source", {"version": 1, "source": wrong}, 422)
        assert (refused["code"], refused["field"]) == ("unknown_outcome", "source.outcomes.33")


async def test_what_cannot_be_is_told_with_its_field_and_status(new_owner: NewOwner) -> None:
    async with new_owner() as owner, trading(owner) as call:
        missing = await call("GET", "markets/9.9", status=404)
        assert (missing["code"], missing["field"]) == ("unknown_market", "market_id")
        assert (await call("GET", "markets?event_id=nothing", status=404))["code"] == "unknown_event"
        assert (await call("POST", "suspend", {"target": "event:nothing"}, 404))["code"] == "unknown_target"
        assert (await call("POST", "resume", {"target": "all"}, 422))["code"] == "not_suspended"
        await call("POST", "suspend", {"target": "all"}, 403, role="settlement")
        order = {"version": 0, "prices": {str(SECOND): "4.005"}}
        refused = await call("PUT", f"markets/{MARKET}/prices", order, 422)
        assert (refused["code"], refused["field"]) == ("price_off_ladder", f"prices.{SECOND}")
        order["prices"] = {str(SECOND): "0.5"}
        assert (await call("PUT", f"markets/{MARKET}/prices", order, 422))["field"] == f"prices.{SECOND}"


async def test_events_of_several_owners_are_one_desk(new_owner: NewOwner) -> None:
    async with new_owner() as one, new_owner() as two, trading(one, two) as call:
        for line in (definition(), prices()):
            two.feed(line.replace(MARKET.encode(), OTHER.encode()).replace(b'"e1"', b'"e2"'))
        two.trading.events.forget(two.market)
        del two.trading.markets[MARKET]
        first = await call("GET", "markets?limit=1")
        rest = await call("GET", f"markets?limit=1&after={first['next']}")
        assert [page["markets"][0]["id"] for page in (first, rest)] == [MARKET, OTHER]
        assert rest["next"] == ""
        assert [event["id"] for event in (await call("GET", "events"))["events"]] == ["e1", "e2"]
        assert (await call("GET", f"markets/{OTHER}"))["event_id"] == "e2"
        await call("PUT", f"markets/{OTHER}/margin", {"version": 0, "margin_bp": 700})
        assert two.trading.markets[OTHER].offers[two.tenant].standing.margin_bp == 700
        await call("POST", "suspend", {"target": "event:e2"})
        assert two.trading.markets[OTHER].status_of(two.tenant) is MarketStatus.SUSPENDED
        assert one.status() is MarketStatus.OPEN
        assert (await call("GET", "markets/9.9", status=404))["code"] == "unknown_market"
