"""More than is worked on at once: told to come back, and nobody's hanging requests take the places of others."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from pyplatform.http.app import App
from pyplatform.http.message import Request
from pyplatform.http.server import serving


class Served(msgspec.Struct):
    """For whom a request was worked on."""

    tenant: str


@pytest.fixture
def may_end() -> asyncio.Event:
    """Requests that are worked on end when it is set."""
    return asyncio.Event()


@pytest.fixture
async def client(may_end: asyncio.Event) -> AsyncIterator[httpx.AsyncClient]:
    app = App("Things", "1.0", tenants={"aurora", "borealis"}, max_in_flight=4)

    @app.get("/slow", tenant=False)
    @app.get("/ours")
    async def slow(request: Request) -> Served:
        """Take a while."""
        await may_end.wait()
        return Served(request.tenant)

    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}", timeout=60) as client,
    ):
        yield client


async def refused(asked: list[asyncio.Task[httpx.Response]], count: int) -> None:
    """Wait until so many are answered, though none of those worked on has ended."""
    async with asyncio.timeout(60):
        while sum(task.done() for task in asked) < count:
            await asyncio.sleep(0.01)


async def test_what_is_too_much_at_once_is_told_to_come_back(
    client: httpx.AsyncClient, may_end: asyncio.Event
) -> None:
    asked = [asyncio.create_task(client.get("/slow")) for _ in range(6)]
    await refused(asked, 2)
    may_end.set()
    responses = await asyncio.gather(*asked)
    assert sorted(response.status_code for response in responses) == [200] * 4 + [503] * 2
    late = next(response for response in responses if response.status_code == 503)
    assert late.json()["code"] == "overloaded"
    assert "retry-after" in late.headers
    assert late.headers["cache-control"] == "no-store"


async def test_a_tenant_whose_requests_hang_leaves_places_for_the_others(
    client: httpx.AsyncClient, may_end: asyncio.Event
) -> None:
    hanging = [asyncio.create_task(client.get("/ours", headers={"X-Tenant": "aurora"})) for _ in range(4)]
    await refused(hanging, 1)
    other = asyncio.create_task(client.get("/ours", headers={"X-Tenant": "borealis"}))
    beyond = await client.get("/ours", headers={"X-Tenant": "aurora"})
    may_end.set()
    assert (await other).json() == {"tenant": "borealis"}
    assert sorted(response.status_code for response in await asyncio.gather(*hanging)) == [200] * 3 + [503]
    assert beyond.status_code == 503
    assert (await client.get("/ours", headers={"X-Tenant": "aurora"})).status_code == 200


async def test_who_sends_slowly_takes_nobodys_place(
    client: httpx.AsyncClient, may_end: asyncio.Event
) -> None:
    may_end.set()
    slow = [await asyncio.open_connection(client.base_url.host, client.base_url.port) for _ in range(8)]
    for _, writer in slow:
        writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    await asyncio.sleep(0.2)
    assert (await client.get("/slow")).status_code == 200
    for _, writer in slow:
        writer.transport.abort()
