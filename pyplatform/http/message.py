"""What a handler receives and returns."""

from typing import Final, Generic, TypeVar

import msgspec
from granian._granian import RSGIHeaders
from granian.rsgi import Scope

from pyplatform.contracts.pam import Session, StaffSession
from pyplatform.http.address import Networks, client_address
from pyplatform.kernel import ids

T = TypeVar("T")
_NOBODY = Session("", 0, b"", b"", "", 0)
_NO_STAFF = StaffSession("", b"", b"", frozenset(), 0)


class Request:
    """One request: who sends it, under which ids.

    `tenant` and `idempotency_key` are set on routes that demand them, `session` on those for players and `staff` on
    those for staff. `correlation` is 16 bytes, taken from a UUID in `X-Correlation-Id` or new, `correlation_id` its
    text; `traceparent` names our server span.
    `route` is the operation found, such as "POST /v1/bets" (the method alone before).
    """

    def __init__(self, scope: Scope, proxies: Networks = ()) -> None:
        self._peer, self._proxies = scope.client, proxies
        self.headers: RSGIHeaders = scope.headers
        self.query_string: str = scope.query_string
        self.correlation = _correlation(self.headers.get("x-correlation-id"))
        self.correlation_id = ids.text(self.correlation)
        self.traceparent = self.tenant = self.idempotency_key = ""
        self.session, self.staff = _NOBODY, _NO_STAFF
        self.route = scope.method

    @property
    def address(self) -> str:
        """IP address of the client, as told by the connection and by proxies of ours."""
        forwarded = ",".join(self.headers.get_all("x-forwarded-for"))  # type: ignore[attr-defined]
        return client_address(self._peer, forwarded, self._proxies)


class Reply(msgspec.Struct, Generic[T], frozen=True):
    """A body with another status than the route's, or with further headers."""

    body: T
    status: int = 0
    headers: tuple[tuple[str, str], ...] = ()


REPLAYED: Final = ("idempotency-replayed", "true")
"""The header of an answer that was given before, to the same request with the same key."""


class Page(msgspec.Struct, frozen=True):
    """A body that is not made from a struct: bytes of a media type."""

    content: bytes
    media_type: str


def _correlation(given: str | None) -> bytes:
    if given is not None:
        try:
            return ids.parse(given)
        except ValueError:
            pass  # a foreign id must not cost anyone their bet
    return ids.uuid7()
