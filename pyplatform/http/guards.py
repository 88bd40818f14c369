"""What is asked of a request before its handler sees it: size, tenant, session, idempotency key."""

import asyncio
import re
from typing import Final

from granian._granian import RSGIHeaders, RSGIHTTPProtocol
from granian.rsgi import Scope

from pyplatform.contracts.pam import Role, Session, SessionPort, StaffSession
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem, unauthenticated

BODY_SECONDS: Final = 10.0
"""A body that has not arrived by then is given up (408)."""
DRAIN_LIMIT: Final = 32 * 1024 * 1024
"""Of a body that is too large this much is read and thrown away, so that the client gets to read our answer."""
_KEY: Final = re.compile(r"[A-Za-z0-9._:~-]{1,64}")


async def read_body(scope: Scope, protocol: RSGIHTTPProtocol, limit: int) -> bytes:
    """The body, or a 413; one that is too large is never held."""
    length = scope.headers.get("content-length")
    if length is None and "transfer-encoding" not in scope.headers and scope.http_version == "1.1":
        return b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            if length is not None and int(length) <= limit:
                if len(body := await protocol()) == int(length):
                    return body
                raise Problem(400, "body_incomplete", "the connection ended before the body did")
            if length is not None and "expect" in scope.headers:
                raise _too_large(limit)  # the client waits for our word before it sends
            return await _read_chunks(protocol, limit)
    except TimeoutError:
        raise Problem(408, "body_timeout", f"the body did not arrive within {BODY_SECONDS:g} s") from None


async def _read_chunks(protocol: RSGIHTTPProtocol, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in protocol:
        size += len(chunk)
        if size <= limit:
            chunks.append(chunk)
        elif size > DRAIN_LIMIT:
            break
    if size > limit:
        raise _too_large(limit)
    return b"".join(chunks)


def _too_large(limit: int) -> Problem:
    return Problem(413, "body_too_large", f"a body may have at most {limit} bytes")


def bearer(headers: RSGIHeaders) -> str:
    """Token of `Authorization: Bearer …`; 401 when there is none."""
    scheme, _, token = (headers.get("authorization") or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise unauthenticated("send the token of your session as `Authorization: Bearer <token>`")
    return token.strip()


async def identify(request: Request, sessions: SessionPort, roles: frozenset[Role]) -> None:
    """Set who is calling; 401 without a live session of the tenant, 403 when the caller has none of `roles`."""
    caller = await sessions.resolve(request.tenant, bearer(request.headers))
    held: frozenset[Role]
    match caller:
        case None:
            raise unauthenticated("this session is unknown or has ended; log in again")
        case Session():
            request.session, held = caller, frozenset({"player"})
        case StaffSession():
            request.staff, held = caller, caller.roles
    if not held & roles:
        raise Problem(403, "forbidden", f"this is for callers with the role {' or '.join(sorted(roles))}")


def idempotency_key(headers: RSGIHeaders) -> str:
    """The `Idempotency-Key`; 400 when it is missing, too long or has other characters."""
    key: str | None = headers.get("idempotency-key")
    if key is None or not _KEY.fullmatch(key):
        code = "idempotency_key_missing" if key is None else "idempotency_key_invalid"
        detail = "send Idempotency-Key: 1 to 64 of A-Z a-z 0-9 . _ : ~ -, and the same again for a retry"
        raise Problem(400, code, detail, field="Idempotency-Key")
    return key
