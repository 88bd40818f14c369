"""OpenAPI 3.1, made from the routes and their msgspec types."""

import inspect
from collections.abc import Callable
from http import HTTPStatus
from importlib.resources import files
from typing import Any, Final

import msgspec

from pyplatform.http.app import App
from pyplatform.http.message import Page
from pyplatform.http.problems import MEDIA_TYPE, ProblemDocument
from pyplatform.http.routing import Route

_REFERENCE: Final = "#/components/schemas/{name}"


def document(app: App) -> dict[str, Any]:
    """The OpenAPI document of every route declared so far."""
    routes = app.router.routes
    types: list[Any] = [ProblemDocument]
    for route in routes:
        types += [kind for kind in (route.body, route.query, route.headers) if kind is not None]
        types += [] if route.result in (None, type(None), Page) else [route.result]
    schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    by_type = dict(zip(map(repr, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, by_type, components)
    for path, handler in app.sockets.items():
        paths[path] = {"get": {**_heading(handler), "responses": {"101": {"description": "WebSocket"}}}}
    for struct in {kind for route in routes for kind in (route.query, route.headers) if kind is not None}:
        components.pop(by_type[repr(struct)]["$ref"].rpartition("/")[2])  # they are told as parameters
    return {
        "openapi": "3.1.0",
        "info": {"title": app.title, "version": app.version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "player": {"type": "http", "scheme": "bearer", "description": "a player's session"},
                "staff": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "a session of the tenant's staff",
                },
            },
        },
    }


def _heading(handler: Callable[..., object]) -> dict[str, Any]:
    summary, _, description = (inspect.getdoc(handler) or "").partition("\n")
    return {"operationId": handler.__name__, "summary": summary, "description": description.strip()}


def _operation(route: Route, by_type: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    operation = _heading(route.handler)
    if parameters := _parameters(route, by_type, components):
        operation["parameters"] = parameters
    if route.body is not None:
        content = {"application/json": {"schema": by_type[repr(route.body)]}}
        operation["requestBody"] = {"required": True, "content": content}
    if route.auth:
        staff = sorted(route.auth - {"player"})
        operation["security"] = [{"player": []}] if "player" in route.auth else []
        operation["security"] += [{"staff": [role]} for role in staff]
    operation["responses"] = _responses(route, by_type)
    return operation


def _parameters(route: Route, by_type: dict[str, Any], components: dict[str, Any]) -> list[dict[str, Any]]:
    text = {"type": "string"}
    found = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "integer"} if kind is int else text}
        for name, kind in route.path_types.items()
    ]
    if route.tenant:
        found.append({"name": "X-Tenant", "in": "header", "required": True, "schema": text})
    if route.idempotent:
        key = {"type": "string", "pattern": "^[A-Za-z0-9._:~-]{1,64}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": key})
    if route.cached:
        found.append({"name": "If-None-Match", "in": "header", "required": False, "schema": text})
    for place, struct in (("query", route.query), ("header", route.headers)):
        if struct is None:
            continue
        schema = components[by_type[repr(struct)]["$ref"].rpartition("/")[2]]
        required = schema.get("required", ())
        found += [
            {"name": name, "in": place, "required": name in required, "schema": kind}
            for name, kind in schema["properties"].items()
        ]
    return found


def _responses(route: Route, by_type: dict[str, Any]) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.result is Page:
        good["content"] = {"text/html": {"schema": {"type": "string"}}}
    elif repr(route.result) in by_type:
        good["content"] = {"application/json": {"schema": by_type[repr(route.result)]}}
    if route.cached:
        good["headers"] = {name: {"schema": {"type": "string"}} for name in ("ETag", "Cache-Control")}
    problem = {MEDIA_TYPE: {"schema": by_type[repr(ProblemDocument)]}}
    statuses = {*route.errors, 500, 503}
    statuses |= {400, 404} if route.tenant else set()
    statuses |= {401, 403} if route.auth else set()
    statuses |= {400, 413, 415, 422} if route.body is not None else set()
    bad = {str(s): {"description": HTTPStatus(s).phrase, "content": problem} for s in sorted(statuses)}
    known = {"304": {"description": "what If-None-Match names is still right"}} if route.cached else {}
    return {str(route.status): good, **known, **bad}


def add_documentation(app: App) -> None:
    """Add `/openapi.json` and `/docs`; call it after the last route."""

    @app.get("/openapi.json", tenant=False)
    async def openapi() -> Page:
        """Describe every operation as OpenAPI 3.1."""
        return description

    @app.get("/docs", tenant=False)
    async def docs() -> Page:
        """Show the operations readably."""
        return page

    page = Page(files(__package__).joinpath("docs.html").read_bytes(), "text/html; charset=utf-8")
    description = Page(msgspec.json.encode(document(app)), "application/json")
