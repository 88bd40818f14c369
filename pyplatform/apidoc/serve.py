"""The documents on the running server, and a page that shows them."""

from importlib.resources import files
from typing import Final

import msgspec

from pyplatform.apidoc import asyncapi, openapi
from pyplatform.http.app import App
from pyplatform.http.caching import public
from pyplatform.http.message import Page

_KEPT: Final = public(max_age=300, stale=86_400)


def add_documentation(app: App) -> None:
    """Add `/v1/openapi.json`, `/v1/asyncapi.json` and `/docs`; call it after the last route."""

    @app.get("/v1/openapi.json", tenant=False, cache=_KEPT)
    async def read_openapi() -> Page:
        """Describe every operation as OpenAPI 3.1."""
        return described

    @app.get("/v1/asyncapi.json", tenant=False, cache=_KEPT)
    async def read_asyncapi() -> Page:
        """Describe the stream, and the messages of the bus, as AsyncAPI 3."""
        return messages

    @app.get("/docs", tenant=False, cache=_KEPT, media_type="text/html")
    async def read_docs() -> Page:
        """Show the operations readably."""
        return page

    page = Page(files(__package__).joinpath("docs.html").read_bytes(), "text/html; charset=utf-8")
    described = Page(msgspec.json.encode(openapi.document(app)), "application/json")
    messages = Page(msgspec.json.encode(asyncapi.document(app)), "application/json")
