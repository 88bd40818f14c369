"""What may be kept of an answer: policies, tags, and 304 for who has it already."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from pyplatform.apidoc.openapi import document
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE, Encoded, is_known, public, tag_of
from pyplatform.http.problems import Problem
from pyplatform.http.server import serving


class Thing(msgspec.Struct):
    name: str


class Language(msgspec.Struct, rename={"accept_language": "accept-language"}):
    accept_language: str = "en"


class Things:
    name = "one"


@pytest.fixture
def app() -> App:
    app = App("Things", "1.0", tenants={"aurora", "borealis"})

    @app.get("/encoded", cache=public(max_age=1, stale=5))
    async def encoded(headers: Language) -> Encoded[Thing]:
        """Read what was encoded before."""
        return Encoded(Thing(Things.name))

    @app.get("/plain", cache=PRIVATE, tenant=False)
    async def plain() -> Thing:
        """Read for oneself."""
        if Things.name == "gone":
            raise Problem(404, "gone", "it is gone")
        return Thing(Things.name)

    @app.get("/kept-by-nobody", tenant=False)
    async def fresh() -> Thing:
        """Read anew."""
        return Thing(Things.name)

    return app


@pytest.fixture
async def client(app: App) -> AsyncIterator[httpx.AsyncClient]:
    Things.name = "one"
    async with (
        serving(app) as running,
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{running.port}", headers={"X-Tenant": "aurora"}
        ) as connected,
    ):
        yield connected


@pytest.mark.parametrize("path", ["/encoded", "/plain"])
async def test_who_has_the_answer_is_told_so_until_it_changes(client: httpx.AsyncClient, path: str) -> None:
    first = await client.get(path)
    assert (first.status_code, first.json()) == (200, {"name": "one"})
    tag = first.headers["etag"]
    assert tag == tag_of(first.content)
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get(path, headers={"If-None-Match": sent})
        assert (again.status_code, again.content) == (304, b"")
        for name in ("etag", "cache-control", "vary"):
            assert again.headers.get(name) == first.headers.get(name)
        assert "content-type" not in again.headers
    assert (await client.get(path, headers={"If-None-Match": '"other"'})).status_code == 200
    Things.name = "two"
    changed = await client.get(path, headers={"If-None-Match": tag})
    assert (changed.status_code, changed.json()) == (200, {"name": "two"})
    assert changed.headers["etag"] != tag


async def test_each_route_tells_its_policy_and_what_the_answer_depends_on(client: httpx.AsyncClient) -> None:
    headers = (await client.get("/encoded")).headers
    assert headers["cache-control"] == "public, max-age=1, stale-while-revalidate=5, stale-if-error=5"
    assert headers["vary"] == "X-Tenant, accept-language"
    headers = (await client.get("/plain")).headers
    assert headers["cache-control"] == "private, no-cache"
    headers = (await client.get("/kept-by-nobody")).headers
    assert headers["cache-control"] == "no-store"
    assert "etag" not in headers


async def test_a_refusal_is_never_kept(client: httpx.AsyncClient) -> None:
    Things.name = "gone"
    refused = await client.get("/plain", headers={"If-None-Match": "*"})
    assert (refused.status_code, refused.headers["cache-control"]) == (404, "no-store")
    assert "etag" not in refused.headers
    unknown = await client.get("/encoded", headers={"X-Tenant": "nobody"})
    assert (unknown.status_code, unknown.headers["cache-control"]) == (404, "no-store")


async def test_head_is_get_without_a_body(client: httpx.AsyncClient) -> None:
    whole, head = await client.get("/encoded"), await client.head("/encoded")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert (await client.head("/nowhere")).status_code == 404


def test_the_description_tells_of_304(app: App) -> None:
    paths = document(app)["paths"]
    described = paths["/plain"]["get"]["responses"]
    assert "content" not in described["304"]
    assert set(described["200"]["headers"]) == {"ETag", "Cache-Control"}
    assert "If-None-Match" in {parameter["name"] for parameter in paths["/plain"]["get"]["parameters"]}
    assert "304" not in paths["/kept-by-nobody"]["get"]["responses"]


def test_a_list_of_tags_is_read_as_the_standard_says() -> None:
    assert is_known('W/"a", "b"', '"a"')
    assert not is_known(None, '"a"')
    assert not is_known('"ab"', '"a"')
    assert not is_known("", '"a"')
