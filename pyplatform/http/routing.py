"""Routes: what a handler's signature says becomes a plan of decoders, once, when the route is declared."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, TypedDict, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

import msgspec

from pyplatform.contracts.pam import Role
from pyplatform.http.caching import Encoded
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem

MAX_PARAMETERS: Final = 32
Handler = Callable[..., Awaitable[Any]]
_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_FIELD: Final = re.compile(r"field `([^`]+)`")
_AT: Final = re.compile(r" - at `\$\.?([^`]*)`$")


class Options(TypedDict, total=False):
    """What a route demands beyond its handler's signature; nothing of it by default but the tenant."""

    status: int
    """Status of success, 200 by default."""
    also: tuple[int, ...]
    """Further statuses of success with the same body, which the handler gives with a `Reply`."""
    auth: Role | tuple[Role, ...]
    """A bearer token of a live session of a caller with this role, or with one of these."""
    tenant: bool
    """The header X-Tenant."""
    idempotent: bool | Literal["optional"]
    """The header Idempotency-Key; optional where a command can also be told by its version."""
    cache: str
    """Value of Cache-Control; the answer then has an ETag, and who has it already gets a 304. Else nothing is kept."""
    media_type: str
    """Of a `Page`, for the documentation; JSON by default."""
    errors: tuple[int, ...]
    """Statuses of the problems it answers beside the usual ones, for the documentation."""


class Route:
    """One operation. Handler parameters are found by name: `request`, `body`, `query`, `headers`, path names."""

    def __init__(self, method: str, path: str, handler: Handler, options: Options) -> None:
        self.method, self.path, self.handler, self.name = method, path, handler, f"{method} {path}"
        self.status, self.errors = options.get("status", 200), options.get("errors", ())
        self.also = options.get("also", ())
        self.tenant, auth = options.get("tenant", True), options.get("auth", ())
        self.auth: frozenset[Role] = frozenset((auth,) if isinstance(auth, str) else auth)
        self.media_type = options.get("media_type", "application/json")
        self.idempotent = options.get("idempotent", False)
        hints = get_type_hints(handler, include_extras=True)
        result = hints.pop("return")
        while get_origin(result) in (Reply, Encoded):
            result = get_args(result)[0]
        self.result: Any = result
        self.path_types = {name: hints.pop(name) for name in _PARAMETER.findall(path)}
        self.body, self.query, self.headers = (hints.pop(name, None) for name in ("body", "query", "headers"))
        self.wants_request = hints.pop("request", None) is Request
        if hints:
            raise TypeError(f"{self.name}: nothing provides the parameter {', '.join(hints)}")
        for struct in filter(None, (self.body, self.query)):
            if not struct.__struct_config__.forbid_unknown_fields:
                raise TypeError(f"{self.name}: {struct.__name__} must forbid unknown fields")
        self._decoder = None if self.body is None else msgspec.json.Decoder(self.body)
        varies = [*(["X-Tenant"] if self.tenant else []), *_header_names(self.headers)]
        self.cache = [("cache-control", options.get("cache", "no-store")), ("vary", ", ".join(varies))]
        self.cached = "cache" in options
        self.pattern = re.compile(_PARAMETER.sub(r"(?P<\1>[^/]+)", path))

    def arguments(self, request: Request, captured: dict[str, str], raw: bytes) -> dict[str, Any]:
        """Keyword arguments for the handler; a Problem naming the field if the client sent something else."""
        given: dict[str, Any] = {}
        for name, kind in self.path_types.items():
            given[name] = captured[name] if kind is str else _convert(captured[name], kind, name)
        if self.wants_request:
            given["request"] = request
        if self._decoder is not None:
            _require_json(request)
            given["body"] = _decode(self._decoder, raw)
        if self.query is not None:
            if request.query_string.count("&") >= MAX_PARAMETERS:
                raise Problem(422, "invalid_parameter", f"send at most {MAX_PARAMETERS} query parameters")
            pairs = dict(parse_qsl(request.query_string, keep_blank_values=True))
            given["query"] = _convert(pairs, self.query, "query")
        if self.headers is not None:
            sent = {name: request.headers.get(name) for name in _header_names(self.headers)}
            present = {name: value for name, value in sent.items() if value is not None}
            given["headers"] = _convert(present, self.headers, "headers")
        return given


def _header_names(headers: Any) -> tuple[str, ...]:
    return () if headers is None else headers.__struct_encode_fields__


def _require_json(request: Request) -> None:
    media = request.headers.get("content-type") or ""
    if media != "application/json" and media.partition(";")[0].strip().lower() != "application/json":
        raise Problem(415, "unsupported_media_type", "send the body as `Content-Type: application/json`")


def _decode(decoder: "msgspec.json.Decoder[Any]", raw: bytes) -> Any:
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _invalid("invalid_body", error, "body") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(400, "malformed_json", f"the body is not JSON: {error}") from None


def _convert(value: Any, kind: Any, name: str) -> Any:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid("invalid_parameter", error, name) from None


def _invalid(code: str, error: msgspec.ValidationError, whole: str) -> Problem:
    """422 that names the field, which msgspec tells inside its message."""
    text = str(error)
    at = _AT.search(text)
    named = _FIELD.search(text)
    path = at.group(1) if at else ""
    field = ".".join(part for part in (path, named.group(1) if named else "") if part) or whole
    return Problem(422, code, f"{field}: {_AT.sub('', text)}", field=field)


class Router:
    """Finds the route of a request: a dictionary for fixed paths, compiled patterns for the others."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._fixed: dict[str, dict[str, Route]] = {}
        self._patterns: dict[re.Pattern[str], dict[str, Route]] = {}

    def add(self, route: Route) -> None:
        """Add one; raises ValueError if another route has the method and path already."""
        if route.path_types:
            methods = self._patterns.setdefault(route.pattern, {})
        else:
            methods = self._fixed.setdefault(route.path, {})
        if route.method in methods:
            raise ValueError(f"{route.name} is declared twice")
        methods[route.method] = route
        self.routes.append(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        """Route and path parameters; 404 or 405 as a Problem."""
        methods, captured = self._fixed.get(path), {}
        if methods is None:
            for pattern, candidates in self._patterns.items():
                if match := pattern.fullmatch(path):
                    methods, captured = candidates, match.groupdict()
                    break
            else:
                raise Problem(404, "not_found", "there is nothing at this address; /docs lists what there is")
        route = methods.get(method) or (methods.get("GET") if method == "HEAD" else None)
        if route is None:
            allowed = ", ".join(sorted(methods))
            detail = f"this address answers {allowed}"
            raise Problem(405, "method_not_allowed", detail, headers=[("allow", allowed)])
        return route, captured
