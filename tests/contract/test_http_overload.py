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
async def client() -> AsyncIterator[httpx.AsyncClient]:
    app = App("Things", "1.0", tenants={"aurora", "borealis"}, max_in_flight=4)

    @app.get("/slow", tenant=False)
    @app.get("/ours")
    async def slow(request: Request) -> Served:
        """Take a while."""
        await asyncio.sleep(0.5)
        return Served(request.tenant)

    async with (
        serving(app) as running,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{running.port}") as client,
    ):
        yield client


async def test_what_is_too_much_at_once_is_told_to_come_back(client: httpx.AsyncClient) -> None:
    responses = await asyncio.gather(*(client.get("/slow") for _ in range(6)))
    assert sorted(response.status_code for response in responses) == [200] * 4 + [503] * 2
    refused = next(response for response in responses if response.status_code == 503)
    assert refused.json()["code"] == "overloaded"
    assert "retry-after" in refused.headers
    assert refused.headers["cache-control"] == "no-store"


async def test_a_tenant_whose_requests_hang_leaves_places_for_the_others(client: httpx.AsyncClient) -> None:
    hanging = [asyncio.create_task(client.get("/ours", headers={"X-Tenant": "aurora"})) for _ in range(4)]
    await asyncio.sleep(0.1)
    other = await client.get("/ours", headers={"X-Tenant": "borealis"})
    assert other.json() == {"tenant": "borealis"}
    assert sorted(response.status_code for response in await asyncio.gather(*hanging)) == [200] * 3 + [503]
    assert (await client.get("/ours", headers={"X-Tenant": "aurora"})).status_code == 200


async def test_who_sends_slowly_takes_nobodys_place(client: httpx.AsyncClient) -> None:
    slow = [await asyncio.open_connection(client.base_url.host, client.base_url.port) for _ in range(8)]
    for _, writer in slow:
        writer.write(b"GET /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
    await asyncio.sleep(0.2)
    assert (await client.get("/slow")).status_code == 200
    for _, writer in slow:
        writer.transport.abort()
