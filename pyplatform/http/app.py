"""The application: declares routes, answers RSGI requests, one server span and one line in the log each."""

from collections.abc import Callable, Collection
from contextlib import suppress
from functools import partialmethod
from http import HTTPStatus
from time import monotonic_ns
from typing import Any, Final, Unpack

import msgspec
from granian._granian import RSGIHTTPProtocol, RSGIProtocolClosed, RSGIWebsocketProtocol
from granian.rsgi import Scope

from pyplatform.contracts.pam import SessionPort
from pyplatform.http import guards
from pyplatform.http.address import Networks
from pyplatform.http.caching import Encoded, is_known, tag_of
from pyplatform.http.message import Page, Reply, Request
from pyplatform.http.problems import MEDIA_TYPE, Problem, unavailable
from pyplatform.http.routing import Handler, Options, Route, Router
from pyplatform.http.websocket import Messages, Socket, SocketHandler, WebSocket
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import Counter, correlated, get_logger, span

BODY_LIMIT: Final = 64 * 1024
_encode = msgspec.json.Encoder().encode
_log = get_logger("http")


class App:
    """An HTTP application. `tenants` are the slugs `X-Tenant` may name; `sessions` resolves bearer tokens; what
    connections from the networks `proxies` say of the client's address is believed.

    At most `max_in_flight` requests are worked on at once, three quarters of them of one tenant where there are
    several, so that the others are served while its wallet hangs; what comes on top is told to come back (503).
    """

    def __init__(
        self,
        title: str,
        version: str,
        *,
        tenants: Collection[str] = (),
        sessions: SessionPort | None = None,
        proxies: Networks = (),
        max_in_flight: int = 2048,
    ) -> None:
        self.title, self.version = title, version
        self.router = Router()
        self.sockets: dict[str, Socket] = {}
        self.open_sockets: set[WebSocket] = set()
        self.in_flight = 0
        self.requests = Counter("http.server.requests", "requests received")
        self.failures = Counter(
            "http.server.failures", "requests and connections that ended in a bug of ours"
        )
        self._sessions, self._proxies, self._max_in_flight = sessions, proxies, max_in_flight
        self._share = max_in_flight * 3 // 4 if len(tenants) > 1 else max_in_flight
        # Bound once: a logger of a module is made anew for every line.
        self._of_tenant, self._log = dict.fromkeys(tenants, 0), get_logger("http").bind()

    def route(self, method: str, path: str, **options: Unpack[Options]) -> Callable[[Handler], Handler]:
        """Declare an operation; see `Options`."""

        def declare(handler: Handler) -> Handler:
            self.router.add(Route(method, path, handler, options))
            return handler

        return declare

    get = partialmethod(route, "GET")
    post = partialmethod(route, "POST")
    put = partialmethod(route, "PUT")
    delete = partialmethod(route, "DELETE")

    def websocket(
        self, path: str, receives: Messages = (), sends: Messages = ()
    ) -> Callable[[SocketHandler], SocketHandler]:
        """Declare a WebSocket; the handler accepts it and lives as long as the connection.

        `receives` and `sends` are the types of the messages it takes and gives, for the documentation.
        """

        def declare(handler: SocketHandler) -> SocketHandler:
            self.sockets[path] = Socket(handler, tuple(receives), tuple(sends))
            return handler

        return declare

    async def __rsgi__(self, scope: Scope, protocol: RSGIHTTPProtocol | RSGIWebsocketProtocol) -> None:
        """Entry point of the server."""
        if isinstance(protocol, RSGIWebsocketProtocol):
            await self._converse(scope, protocol)
            return
        request = Request(scope, self._proxies)
        self.requests.value += 1
        with suppress(RSGIProtocolClosed), correlated(request.correlation_id):  # closed: the client has left
            await self._answer(scope, protocol, request)

    async def _answer(self, scope: Scope, protocol: RSGIHTTPProtocol, request: Request) -> None:
        began = monotonic_ns()
        with span(scope.method, request.headers.get("traceparent") or "", "server") as server_span:
            request.traceparent = server_span.traceparent
            route, answer = await self._decide(scope, protocol, request)
            server_span.rename(request.route)
            if route is None or isinstance(answer, Problem):
                status = answer.status
                if status >= 500:
                    server_span.fail(answer.code)
                _refuse(protocol, request, answer)
            else:
                status = _reply(protocol, request, route, answer)
            if server_span.recording:
                server_span.set("http.request.method", scope.method)
                server_span.set("http.response.status_code", status)
                server_span.set("pyplatform.correlation_id", request.correlation_id)
        write = self._log.debug if scope.path.startswith("/health/") else self._log.info
        took = (monotonic_ns() - began) / 1e6
        write("request", route=request.route, status=status, took_ms=took, tenant=request.tenant)

    async def _decide(
        self, scope: Scope, protocol: RSGIHTTPProtocol, request: Request
    ) -> tuple[Route | None, Any]:
        """The route and what to answer: the handler's result or a Problem."""
        try:
            raw = await guards.read_body(scope, protocol, BODY_LIMIT)
            # Counted only now: who sends a body slowly holds a connection, and nobody else's place.
            if self.in_flight >= self._max_in_flight:
                raise unavailable("too many requests at once; send the same request again", "overloaded")
            route, captured = self.router.find(scope.method, scope.path)
        except Problem as problem:
            return None, problem
        request.route = route.name
        self.in_flight += 1
        try:
            return route, await self._work(route, request, captured, raw)
        finally:
            self.in_flight -= 1

    async def _work(self, route: Route, request: Request, captured: dict[str, str], raw: bytes) -> Any:
        """The handler's answer, or the Problem that came instead."""
        try:
            if route.tenant:
                request.tenant = self._take_place(request)
            await self._identify(route, request)
            return await route.handler(**route.arguments(request, captured, raw))
        except Problem as problem:
            return problem
        except Unavailable as error:
            _log.warning("unavailable", route=route.name, reason=str(error))
            return unavailable("a part of the platform did not answer; send the same request again")
        except Exception:  # noqa: BLE001 - logged; the client is told that it is our fault
            self.failures.value += 1
            _log.exception("request failed", route=route.name)
            return Problem(500, "internal_error", "our fault, and logged; quote the correlation id")
        finally:
            if request.tenant:
                self._of_tenant[request.tenant] -= 1

    def _take_place(self, request: Request) -> str:
        """The tenant named by the request, which holds one of its places from now on."""
        tenant: str | None = request.headers.get("x-tenant")
        if tenant is None:
            raise Problem(400, "tenant_missing", "name the tenant in the header X-Tenant", field="X-Tenant")
        if tenant not in self._of_tenant:
            raise Problem(404, "unknown_tenant", "X-Tenant names no tenant here", field="X-Tenant")
        if self._of_tenant[tenant] >= self._share:
            raise unavailable("too many requests at once; send the same request again", "overloaded")
        self._of_tenant[tenant] += 1
        return tenant

    async def _identify(self, route: Route, request: Request) -> None:
        """Session and idempotency key, as the route demands them."""
        if route.auth and self._sessions is not None:
            await guards.identify(request, self._sessions, route.auth)
        if route.idempotent is True or (route.idempotent and "idempotency-key" in request.headers):
            request.idempotency_key = guards.idempotency_key(request.headers)

    async def _converse(self, scope: Scope, protocol: RSGIWebsocketProtocol) -> None:
        declared = self.sockets.get(scope.path)
        if declared is None:
            protocol.close(404)
            return
        socket = WebSocket(scope, protocol)
        self.open_sockets.add(socket)
        try:
            with suppress(RSGIProtocolClosed):
                await declared.handler(socket)
        except Exception:  # noqa: BLE001 - logged; the client sees the connection end
            self.failures.value += 1
            _log.exception("websocket failed", path=scope.path)
        finally:
            self.open_sockets.discard(socket)
            socket.close()


def _reply(protocol: RSGIHTTPProtocol, request: Request, route: Route, answer: Any) -> int:
    """Send what a handler returned; the status sent."""
    status = route.status
    headers = [
        *route.cache,
        ("x-correlation-id", request.correlation_id),
        ("traceparent", request.traceparent),
    ]
    if isinstance(answer, Reply):
        status = answer.status or status
        headers += answer.headers
        answer = answer.body
    if answer is None:
        protocol.response_empty(status, headers)
        return status
    media_type = "application/json"
    if isinstance(answer, Page):
        content, media_type = answer.content, answer.media_type
    else:
        content = answer.content if isinstance(answer, Encoded) else _encode(answer)
    if route.cached and status == HTTPStatus.OK:
        tag = answer.tag if isinstance(answer, Encoded) else tag_of(content)
        headers.append(("etag", tag))
        if is_known(request.headers.get("if-none-match"), tag):
            protocol.response_empty(HTTPStatus.NOT_MODIFIED, headers)
            return HTTPStatus.NOT_MODIFIED
    headers.append(("content-type", media_type))
    protocol.response_bytes(status, headers, content)
    return status


def _refuse(protocol: RSGIHTTPProtocol, request: Request, problem: Problem) -> None:
    headers = [
        ("content-type", MEDIA_TYPE),
        ("cache-control", "no-store"),
        ("x-correlation-id", request.correlation_id),
        *problem.headers,
    ]
    protocol.response_bytes(problem.status, headers, problem.encode(request.correlation_id))
