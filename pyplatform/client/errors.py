"""What can go wrong with a call, as exceptions that carry the platform's problem."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457: `code` is stable and meant for programs, `detail` for people; `field` names what is wrong."""

    type: str = ""
    title: str = ""
    status: int = 0
    detail: str = ""
    code: str = ""
    correlation_id: str = ""
    field: str = ""


class ApiError(Exception):
    """The platform refused a call; `members` is the whole problem, further members included."""

    def __init__(self, problem: Problem, members: Mapping[str, Any], retry_after: float) -> None:
        super().__init__(f"{problem.code}: {problem.detail}")
        self.problem, self.members, self.retry_after = problem, members, retry_after

    @property
    def code(self) -> str:
        """The stable name of what is wrong."""
        return self.problem.code

    @property
    def field(self) -> str:
        """What of the request it is about, "" if it is no single thing."""
        return self.problem.field


class BadRequest(ApiError):  # noqa: N818 - named as the standard names them
    """400 and others: the request cannot be what was meant."""


class Unauthenticated(ApiError):  # noqa: N818
    """401: no session, or one that has ended; log in again."""


class Forbidden(ApiError):  # noqa: N818
    """403: the session lacks the role."""


class NotFound(ApiError):  # noqa: N818
    """404: there is no such thing, here."""


class Conflict(ApiError):  # noqa: N818
    """409: the key was used for something else, or somebody was faster."""


class Refused(ApiError):  # noqa: N818
    """422: understood, and refused; for a bet this is the answer."""


class TooManyAttempts(ApiError):  # noqa: N818
    """429: wait `retry_after` seconds."""


class ServerFault(ApiError):  # noqa: N818
    """500: a bug of the platform; report the correlation id."""


class Unavailable(ApiError):  # noqa: N818
    """503: a part is away. What became of the request may be unknown: send the same call again."""


class NoAnswer(Exception):  # noqa: N818
    """No answer came at all. What became of the request is unknown: send the same call again."""


class Unreadable(Exception):  # noqa: N818
    """An answer that is not what the API describes: the other end is another version, or no platform."""


_BY_STATUS: dict[int, type[ApiError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    422: Refused,
    429: TooManyAttempts,
    503: Unavailable,
}


def error_of(status: int, content: bytes, retry_after: str) -> ApiError:
    """The exception for an answer with an error's status, whoever on the way gave it."""
    try:
        members = msgspec.json.decode(content, type=dict[str, Any])
        problem = msgspec.convert(members, Problem)
    except msgspec.DecodeError:
        members, problem = {}, Problem(status=status, code=f"http_{status}", detail="no problem document")
    kind = _BY_STATUS.get(status, ServerFault if status >= 500 else BadRequest)
    return kind(problem, members, float(retry_after) if retry_after.isdigit() else 0.0)
