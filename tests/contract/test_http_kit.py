"""The HTTP kit on a real server: what a client sent wrong is named, what is ours is hidden, nothing is held."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import msgspec
import pytest
import websockets

from pyplatform.apidoc.openapi import document
from pyplatform.apidoc.serve import add_documentation
from pyplatform.contracts.pam import Session
from pyplatform.http import guards
from pyplatform.http.app import App
from pyplatform.http.health import add_health
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem
from pyplatform.http.server import serve, serving
from pyplatform.http.websocket import WebSocket
from pyplatform.kernel.errors import PlatformError, Unavailable

GOOD = {"name": "Nine", "size": 9}
HEADERS = {"X-Tenant": "aurora", "Authorization": "Bearer good", "Idempotency-Key": "k-1"}


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    size: int


class Page(msgspec.Struct, forbid_unknown_fields=True):
    limit: int = 10


class Client(msgspec.Struct, rename={"user_agent": "user-agent"}):
    user_agent: str


class Sessions:
    """Knows one token, of one tenant."""

    async def resolve(self, tenant: str, token: str) -> Session | None:
        if (tenant, token) != ("aurora", "good"):
            return None
        return Session("aurora", 1, b"p" * 16, b"s" * 16, "EUR", 2**62)


def build() -> App:
    app = App("Things", "1.0", tenants={"aurora", "borealis"}, sessions=Sessions(), max_in_flight=4)

    @app.post("/things", status=201, auth="player", idempotent=True, errors=(409,))
    async def make(request: Request, body: Thing) -> Reply[Thing]:
        """Make a thing.

        With a description.
        """
        if body.name == "taken":
            raise Problem(409, "taken", "there is one already", field="name")
        return Reply(
            body, headers=(("x-key", request.idempotency_key), ("x-player", request.session.player.hex()))
        )

    @app.get("/things/{number}", tenant=False)
    async def read(number: int, query: Page, headers: Client) -> Thing:
        """Read a thing."""
        return Thing(headers.user_agent, number + query.limit)

    @app.get("/broken", tenant=False)
    async def broken() -> Thing:
        """Break."""
        raise LookupError("secret detail")

    @app.get("/away", tenant=False)
    async def away() -> Thing:
        """Wait in vain."""
        raise Unavailable("the part at 10.0.0.1 is away")

    @app.get("/slow", tenant=False)
    async def slow() -> Thing:
        """Take a while."""
        await asyncio.sleep(0.5)
        return Thing("slow", 1)

    @app.delete("/things/{number}", status=204, tenant=False)
    async def drop(number: int) -> None:
        """Drop a thing."""

    @app.websocket("/echo")
    async def echo(connection: WebSocket) -> None:
        """Echo."""
        await connection.accept()
        while (message := await connection.receive()) is not None:
            await connection.send(str(message))

    add_health(app, {"good": lambda: asyncio.sleep(0)})
    add_documentation(app)
    return app


@pytest.fixture
async def app() -> App:
    return build()


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}") as connected,
    ):
        yield connected


def problem(response: httpx.Response, status: int, code: str, field: str | None = None) -> None:
    document = response.json()
    assert (response.status_code, document["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    assert document["status"] == status
    assert document["type"].endswith(code)
    assert document["title"]
    assert document["detail"]
    assert document["correlation_id"] == response.headers["x-correlation-id"]
    assert document.get("field") == field


async def test_a_good_request_reaches_its_handler_and_keeps_its_ids(client: httpx.AsyncClient) -> None:
    correlation, trace = str(uuid4()), "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    response = await client.post(
        "/things", json=GOOD, headers={**HEADERS, "X-Correlation-Id": correlation, "traceparent": trace}
    )
    assert (response.status_code, response.json()) == (201, GOOD)
    assert response.headers["x-key"] == "k-1"
    assert response.headers["x-player"] == (b"p" * 16).hex()
    assert response.headers["x-correlation-id"] == correlation
    assert response.headers["traceparent"][:36] == trace[:36]
    assert response.headers["traceparent"] != trace


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        (b'{"name":"a","size":"9"}', 422, "invalid_body", "size"),
        (b'{"name":"a"}', 422, "invalid_body", "size"),
        (b'{"name":"a","size":9,"colour":1}', 422, "invalid_body", "colour"),
        (b'{"name":"a","size":9.5}', 422, "invalid_body", "size"),
        (b"[]", 422, "invalid_body", "body"),
        (b'{"name":"a","size":9', 400, "malformed_json", None),
        (b"", 400, "malformed_json", None),
        (b'{"name":"\xff","size":9}', 400, "malformed_json", None),
        (b"[" * 5000, 422, "invalid_body", "body"),
        (b'{"name":"taken","size":9}', 409, "taken", "name"),
    ],
)
async def test_a_bad_body_is_refused_by_name(
    client: httpx.AsyncClient, content: bytes, status: int, code: str, field: str | None
) -> None:
    headers = {**HEADERS, "Content-Type": "application/json"}
    problem(await client.post("/things", content=content, headers=headers), status, code, field)


@pytest.mark.parametrize(
    ("changed", "status", "code", "field"),
    [
        ({"X-Tenant": None}, 400, "tenant_missing", "X-Tenant"),
        ({"X-Tenant": "nobody"}, 404, "unknown_tenant", "X-Tenant"),
        ({"X-Tenant": "borealis"}, 401, "unauthenticated", None),
        ({"Authorization": None}, 401, "unauthenticated", None),
        ({"Authorization": "Basic good"}, 401, "unauthenticated", None),
        ({"Authorization": "Bearer bad"}, 401, "unauthenticated", None),
        ({"Idempotency-Key": None}, 400, "idempotency_key_missing", "Idempotency-Key"),
        ({"Idempotency-Key": ""}, 400, "idempotency_key_invalid", "Idempotency-Key"),
        ({"Idempotency-Key": "k" * 65}, 400, "idempotency_key_invalid", "Idempotency-Key"),
        ({"Idempotency-Key": "a b"}, 400, "idempotency_key_invalid", "Idempotency-Key"),
        ({"Content-Type": "text/plain"}, 415, "unsupported_media_type", None),
    ],
)
async def test_a_missing_or_wrong_header_is_refused_by_name(
    client: httpx.AsyncClient, changed: dict[str, str | None], status: int, code: str, field: str | None
) -> None:
    merged = {**HEADERS, "Content-Type": "application/json", **changed}
    sent = {name: value for name, value in merged.items() if value is not None}
    problem(
        await client.post("/things", content=msgspec.json.encode(GOOD), headers=sent), status, code, field
    )


async def test_parameters_are_typed(client: httpx.AsyncClient) -> None:
    response = await client.get("/things/5?limit=7", headers={"User-Agent": "me"})
    assert response.json() == {"name": "me", "size": 12}
    problem(await client.get("/things/x"), 422, "invalid_parameter", "number")
    problem(await client.get("/things/5?limit=x"), 422, "invalid_parameter", "limit")
    problem(await client.get("/things/5?offset=1"), 422, "invalid_parameter", "offset")


async def test_addresses_and_methods_that_do_not_exist(client: httpx.AsyncClient) -> None:
    problem(await client.get("/nowhere"), 404, "not_found")
    response = await client.put("/things/5")
    problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "DELETE, GET"
    assert (await client.delete("/things/5")).status_code == 204


async def test_our_faults_are_told_without_their_details(client: httpx.AsyncClient) -> None:
    response = await client.get("/broken")
    problem(response, 500, "internal_error")
    assert "secret" not in response.text
    response = await client.get("/away")
    problem(response, 503, "unavailable")
    assert "10.0.0.1" not in response.text
    assert response.headers["retry-after"] == "1"


async def test_a_large_body_is_refused_and_never_held(client: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b"x" * 65_536

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    body = bytes(10_000_000)
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(3):
        problem(await client.post("/things", content=body, headers=HEADERS), 413, "body_too_large")
        problem(await client.post("/things", content=pieces(), headers=HEADERS), 413, "body_too_large")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - max(held, before + 10_000) < 8_000
    assert (await client.post("/things", json=GOOD, headers=HEADERS)).status_code == 201


async def test_a_client_that_asks_first_need_not_send_a_large_body(client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write(
        b"POST /things HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000\r\nExpect: 100-continue\r\n\r\n"
    )
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()
    await writer.wait_closed()


async def raw(client: httpx.AsyncClient, *lines: str) -> tuple[int, str]:
    """Send a request as it is written; status and code of the answer."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write("\r\n".join((*lines, "Host: a", "Connection: close", "", "")).encode("latin-1"))
    answer = (await asyncio.wait_for(reader.read(), 60)).decode()
    writer.close()
    await writer.wait_closed()
    head, _, text = answer.partition("\r\n\r\n")
    return int(head.split()[1]), msgspec.json.decode(text)["code"]


async def test_a_body_that_stops_short_is_not_acted_on(
    app: App, client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guards, "BODY_SECONDS", 0.2)
    start = ("POST /things HTTP/1.1", *(f"{name}: {value}" for name, value in HEADERS.items()))
    whole = msgspec.json.encode(GOOD).decode()
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write("\r\n".join((*start, "Host: a", "Content-Length: 100", "", whole)).encode())
    assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 408")
    writer.close()
    await writer.wait_closed()
    _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    writer.write("\r\n".join((*start, "Host: a", "Content-Length: 100", "", whole)).encode())
    await writer.drain()
    writer.transport.abort()
    await asyncio.sleep(0.3)
    async with asyncio.timeout(60):
        while app.in_flight:
            await asyncio.sleep(0.01)
    assert app.failures.value == 0
    assert (await client.post("/things", json=GOOD, headers=HEADERS)).status_code == 201


async def test_strange_requests_are_refused_and_never_our_fault(app: App, client: httpx.AsyncClient) -> None:
    start = "GET /things/5?limit=1{} HTTP/1.1"
    assert await raw(client, start.format("&a=1" * 100)) == (422, "invalid_parameter")
    assert await raw(client, start.format("&%ff=%ff")) == (422, "invalid_parameter")
    assert await raw(client, "GET /things/%ff%00 HTTP/1.1") == (422, "invalid_parameter")
    assert await raw(client, "POST /things HTTP/1.1", "X-Tenant: aur\xffora", "Content-Length: 0") == (
        400,
        "tenant_missing",
    )
    assert app.failures.value == 0


async def test_readiness_tells_which_part_is_missing() -> None:
    async def gone() -> None:
        raise ConnectionError("no route")

    app = App("Things", "1.0")
    add_health(app, {"database": gone, "bus": lambda: asyncio.sleep(0), "cache": lambda: asyncio.sleep(9)})
    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}") as client,
    ):
        assert (await client.get("/health/live")).json() == {"status": "ok", "checks": {}}
        response = await client.get("/health/ready")
        assert response.status_code == 503
        assert response.json()["checks"] == {
            "database": "ConnectionError",
            "bus": "ok",
            "cache": "no answer within 1 s",
        }


async def test_the_description_matches_the_routes(app: App, client: httpx.AsyncClient) -> None:
    described = (await client.get("/v1/openapi.json")).json()
    assert described == msgspec.json.decode(msgspec.json.encode(document(app)))
    operations = {(m.upper(), p) for p, item in described["paths"].items() for m in item}
    assert {(route.method, route.path) for route in app.router.routes} | {("GET", "/echo")} == operations
    make = described["paths"]["/things"]["post"]
    assert make["summary"] == "Make a thing."
    assert {p["name"] for p in make["parameters"]} == {"X-Tenant", "Idempotency-Key"}
    assert {"201", "400", "401", "404", "409", "413", "415", "422", "503"} <= set(make["responses"])
    read = described["paths"]["/things/{number}"]["get"]
    assert {(p["name"], p["in"]) for p in read["parameters"]} == {
        ("number", "path"),
        ("limit", "query"),
        ("user-agent", "header"),
    }
    page = await client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text
    assert "https://" not in page.text


async def test_a_websocket_converses_and_an_unknown_one_is_denied(client: httpx.AsyncClient) -> None:
    address = f"ws://{client.base_url.host}:{client.base_url.port}"
    async with websockets.connect(f"{address}/echo") as connection:
        await connection.send("hello")
        assert await connection.recv() == "hello"
        await connection.send("x" * 100_000)
        with pytest.raises(websockets.ConnectionClosed):
            await connection.recv()
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{address}/nowhere")


async def test_a_taken_port_is_an_error_in_plain_words() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(PlatformError, match=r"cannot listen on 127\.0\.0\.1:.* choose another port"),
    ):
        async with serving(App("Things", "1.0"), port=taken.getsockname()[1]):
            pass


async def test_stopping_finishes_what_is_in_hand_and_frees_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    app, stop = build(), asyncio.Event()
    server = asyncio.create_task(serve(app, "127.0.0.1", port, stop))
    async with httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(retries=8)) as patient:
        await patient.get(f"http://127.0.0.1:{port}/health/live")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        waiting = asyncio.create_task(client.get("/slow"))
        async with websockets.connect(f"ws://127.0.0.1:{port}/echo") as connection:
            async with asyncio.timeout(60):
                while not app.in_flight and not waiting.done():
                    await asyncio.sleep(0.001)
            stop.set()
            assert (await waiting).status_code == 200
            await server
            with pytest.raises(websockets.ConnectionClosed):
                await connection.recv()
        with pytest.raises(httpx.ConnectError):
            await client.get("/slow")


def test_a_route_that_cannot_work_is_refused_when_it_is_declared() -> None:
    class Loose(msgspec.Struct):
        name: str

    async def loose(body: Loose) -> None: ...
    async def odd(other: int) -> None: ...
    async def fine() -> None: ...

    loose.__annotations__["body"] = Loose
    app = App("Things", "1.0")
    with pytest.raises(TypeError, match="must forbid unknown fields"):
        app.post("/loose")(loose)
    with pytest.raises(TypeError, match="nothing provides the parameter other"):
        app.post("/odd")(odd)
    app.get("/fine")(fine)
    with pytest.raises(ValueError, match="declared twice"):
        app.get("/fine")(fine)
