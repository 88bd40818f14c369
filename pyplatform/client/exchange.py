"""From a call to a request and from an answer to its body: what both clients share. No I/O."""

from random import uniform
from typing import Any, Final, Generic, TypeVar

import httpx
import msgspec

from pyplatform.client.call import Call
from pyplatform.client.errors import NoAnswer, Unavailable, Unreadable, error_of

T = TypeVar("T")
TIMEOUT: Final = 30.0
"""Seconds; a bet in play may wait out a delay of 20 before it is answered."""


class Retry(msgspec.Struct, frozen=True):
    """How often a repeatable call is sent, at most, and how long is waited in between (seconds).

    The wait doubles from `first` to `longest`, half of it by chance; a `Retry-After` of the platform counts if longer.
    """

    sends: int = 5
    first: float = 0.2
    longest: float = 5.0


class Answer(msgspec.Struct, Generic[T], frozen=True):
    """A good answer: `replayed` tells that a call with this key was answered before."""

    body: T
    status: int
    replayed: bool
    correlation_id: str


class Attempts:
    """The sends of one call."""

    def __init__(self, call: Call[Any], retry: Retry) -> None:
        self._call, self._retry, self._sent = call, retry, 0

    def pause(self, error: Unavailable | NoAnswer) -> float:
        """Seconds to wait before the same is sent again; raises `error` when it is not to be."""
        self._sent += 1
        if not self._call.repeatable or self._sent >= self._retry.sends:
            raise error
        pause: float = min(self._retry.longest, self._retry.first * 2 ** (self._sent - 1))
        pause *= uniform(0.5, 1.0)  # noqa: S311 - to spread clients, not to hide anything
        return max(pause, error.retry_after if isinstance(error, Unavailable) else 0.0)


def request_of(
    http: httpx.Client | httpx.AsyncClient, url: str, call: Call[Any], tenant: str, token: str
) -> httpx.Request:
    """The request of a call by a caller."""
    headers = {"X-Tenant": tenant, "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if call.key:
        headers["Idempotency-Key"] = call.key
    content = None
    if call.body is not None:
        headers["Content-Type"] = "application/json"
        content = msgspec.json.encode(call.body)
    # What says nothing is left out: an edge keeps one answer for one address.
    query = {
        name: msgspec.to_builtins(value) for name, value in call.query.items() if value not in (None, "")
    }
    address = f"{url.rstrip('/')}{call.path}"
    return http.build_request(call.method, address, params=query, headers=headers, content=content)


def answer_of(call: Call[T], response: httpx.Response) -> Answer[T]:
    """The body of a good answer; raises the error that a bad one is."""
    if not response.is_success:
        raise error_of(response.status_code, response.content, response.headers.get("retry-after", ""))
    try:
        body = msgspec.json.decode(response.content or b"null", type=call.result)
    except msgspec.DecodeError as error:
        raise Unreadable(f"{call.method} {call.path} was answered with something else: {error}") from error
    replayed = response.headers.get("idempotency-replayed") == "true"
    return Answer(body, response.status_code, replayed, response.headers.get("x-correlation-id", ""))


def no_answer(call: Call[Any], error: httpx.TransportError) -> NoAnswer:
    """What a broken connection means for a call."""
    return NoAnswer(f"no answer to {call.method} {call.path}: {error or type(error).__name__}")
