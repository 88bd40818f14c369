"""OpenAPI 3.1, made from the routes and their msgspec types."""

import inspect
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from pyplatform.apidoc.schemas import Schemas
from pyplatform.http.app import App
from pyplatform.http.message import Page
from pyplatform.http.problems import MEDIA_TYPE, ProblemDocument
from pyplatform.http.routing import Route

_TEXT: Final = {"type": "string"}
_ABOUT: Final = """Errors are problems (RFC 9457): `code` is stable and meant for programs, `detail` for people, `field`
names what is wrong. After a 503, a 429 or no answer at all send the same request again, with the same Idempotency-Key,
when Retry-After has passed: the answer is the first one's. Amounts and prices are decimal text, never numbers."""
_SCHEMES: Final = {
    "player": {"type": "http", "scheme": "bearer", "description": "session of a player (POST /v1/sessions)"},
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "description": "session of the tenant's staff with the role named (POST /v1/staff/sessions)",
    },
}
_PROBLEMS: Final = {
    400: ("tenant_missing", "name the tenant in the header X-Tenant", "X-Tenant"),
    401: ("unauthenticated", "this session is unknown or has ended; log in again", ""),
    403: ("forbidden", "this is for callers with the role trader", ""),
    404: ("unknown_tenant", "X-Tenant names no tenant here", "X-Tenant"),
    408: ("body_timeout", "the body did not arrive within 10 s", ""),
    409: ("conflict", "this contradicts what was done before", ""),
    413: ("body_too_large", "a body may have at most 65536 bytes", ""),
    415: ("unsupported_media_type", "send the body as `Content-Type: application/json`", ""),
    422: ("invalid_parameter", "limit: Expected `int`, got `str`", "limit"),
    429: ("too_many_attempts", "too many attempts; wait 12 s", ""),
    500: ("internal_error", "our fault, and logged; quote the correlation id", ""),
    503: ("unavailable", "a part of the platform did not answer; send the same request again", ""),
}
"""An example of each status: its commonest code."""


def document(app: App) -> dict[str, Any]:
    """The OpenAPI document of every route declared so far."""
    routes = app.router.routes
    types: list[Any] = [ProblemDocument]
    for route in routes:
        types += [kind for kind in (route.body, route.query, route.headers) if kind is not None]
        types += [] if route.result in (None, type(None), Page) else [route.result]
    schemas = Schemas(types)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    for path, socket in app.sockets.items():
        upgraded = {"101": {"description": "WebSocket; /v1/asyncapi.json tells its messages"}}
        paths[path] = {"get": {**heading(socket.handler), "tags": [_tag(path)], "responses": upgraded}}
    for struct in {kind for route in routes for kind in (route.query, route.headers) if kind is not None}:
        schemas.drop(struct)  # told as parameters
    return {
        "openapi": "3.1.0",
        "info": {"title": app.title, "version": app.version, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": schemas.components, "securitySchemes": _SCHEMES},
    }


def heading(handler: Callable[..., object]) -> dict[str, Any]:
    """Name, summary and description of a handler, from its docstring."""
    summary, _, description = (inspect.getdoc(handler) or "").partition("\n")
    return {"operationId": handler.__name__, "summary": summary, "description": description.strip()}


def _tag(path: str) -> str:
    """Operations are shown together by the first word of their path."""
    return next(word for word in path.split("/") if word not in ("", "v1"))


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {**heading(route.handler), "tags": [_tag(route.path)]}
    if parameters := _parameters(route, schemas):
        operation["parameters"] = parameters
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(route.body, schemas)}
    if route.auth:
        operation["security"] = [{"player": []}] if "player" in route.auth else []
        operation["security"] += [{"staff": [role]} for role in sorted(route.auth - {"player"})]
    operation["responses"] = _responses(route, schemas)
    return operation


def _json(kind: Any, schemas: Schemas) -> dict[str, Any]:
    schema = schemas.of(kind)
    return {"application/json": {"schema": schema, "example": schemas.example(schema)}}


def _parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer"} if kind is int else _TEXT,
        }
        for name, kind in route.path_types.items()
    ]
    if route.tenant:
        found.append(_header("X-Tenant", _TEXT, required=True, example="aurora"))
    if route.idempotent:
        key = {"type": "string", "pattern": "^[A-Za-z0-9._:~-]{1,64}$"}
        found.append(
            _header("Idempotency-Key", key, required=route.idempotent is True, example="my-first-bet")
        )
    if route.cached:
        found.append(_header("If-None-Match", _TEXT, required=False, example='"q8W0c5mZb2kX1tJd"'))
    for place, struct in (("query", route.query), ("header", route.headers)):
        if struct is None:
            continue
        schema = schemas.resolved(struct)
        required = schema.get("required", ())
        found += [
            {"name": name, "in": place, "required": name in required, "schema": kind}
            for name, kind in schema["properties"].items()
        ]
    return found


def _header(name: str, schema: dict[str, Any], *, required: bool, example: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "schema": schema, "example": example}


def _responses(route: Route, schemas: Schemas) -> dict[str, Any]:
    good: dict[str, Any] = {"description": HTTPStatus(route.status).phrase}
    if route.result is Page:
        good["content"] = {route.media_type: {"schema": {}}}
    elif route.result in schemas:
        good["content"] = _json(route.result, schemas)
    known = {}
    if route.cached:
        good["headers"] = {name: {"schema": _TEXT} for name in ("ETag", "Cache-Control")}
        known = {"304": {"description": "what If-None-Match names is still right"}}
    statuses = {*route.errors, 500, 503}
    statuses |= {400, 404} if route.tenant else set()
    statuses |= {401, 403} if route.auth else set()
    statuses |= {400, 408, 413, 415, 422} if route.body is not None else set()
    statuses |= {422} if route.query is not None or route.path_types else set()
    statuses |= {400} if route.idempotent else set()
    also = {str(status): good | {"description": HTTPStatus(status).phrase} for status in route.also}
    bad = {str(status): _problem(status, schemas) for status in sorted(statuses)}
    return {str(route.status): good, **also, **known, **bad}


def _problem(status: int, schemas: Schemas) -> dict[str, Any]:
    phrase = HTTPStatus(status).phrase
    code, detail, field = _PROBLEMS.get(status, ("refused", phrase, ""))
    example = {
        "type": f"urn:pyplatform:problem:{code}",
        "title": phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "correlation_id": "01890a5d-ac96-774b-bcce-b302099a8057",
    }
    content = {MEDIA_TYPE: {"schema": schemas.of(ProblemDocument), "example": example}}
    answer: dict[str, Any] = {"description": phrase, "content": content}
    if field:
        example["field"] = field
    if status in (429, 503):
        seconds = {"description": "seconds to wait", "schema": {"type": "integer", "minimum": 0}}
        answer["headers"] = {"Retry-After": seconds}
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"schema": _TEXT}}
    return answer
