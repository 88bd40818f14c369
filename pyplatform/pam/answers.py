"""What players' and staff's operations have in common: where a request comes from, how a refusal is answered."""

from typing import Final

from pyplatform.http.message import Request
from pyplatform.http.problems import Problem
from pyplatform.pam.model import Origin, Refused

_STATUS: Final = {
    "invalid_credentials": 401,
    "unknown_staff": 404,
    "registration_refused": 409,
    "name_taken": 409,
    "own_roles": 409,
    "too_many_attempts": 429,
}


def origin_of(request: Request) -> Origin:
    """The request as the cause of events."""
    return Origin(request.correlation, request.traceparent, request.address)


def problem_of(refused: Refused) -> Problem:
    """The refusal as a problem; 422 unless its code has a status of its own."""
    headers = [("retry-after", str(refused.retry_after))] if refused.retry_after else []
    members = {"field": refused.field} if refused.field else {}
    return Problem(_STATUS.get(refused.code, 422), refused.code, refused.detail, headers, **members)
