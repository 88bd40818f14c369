"""From the answers of a desk to those of HTTP."""

from typing import Any, Final, TypeVar

import msgspec

from pyplatform.contracts.sportsbook.desk import ANY_VERSION, StaffAnswer, StaffOutcome
from pyplatform.http.message import REPLAYED, Reply, Request
from pyplatform.http.problems import Problem, unavailable
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.desk.client import DeskClient

_NOT_FOUND: Final = frozenset(
    {"unknown_market", "unknown_event", "unknown_target", "unknown_proposal", "unknown_referral"}
)
Answer = TypeVar("Answer")
Body = TypeVar("Body")


async def ask(
    desk: DeskClient, request: Request, kind: str, body: Any, version: int = ANY_VERSION
) -> StaffAnswer:
    """Ask as the request's member of staff; raises the Problem that the answer tells of."""
    answer = await desk.ask(
        request.staff,
        kind,
        body,
        expected=version,
        correlation=request.correlation,
        traceparent=request.traceparent,
        key=request.idempotency_key,
    )
    return done(answer)


async def ask_all(desk: DeskClient, request: Request, kind: str, body: Any) -> list[StaffAnswer]:
    """Ask all owners of events."""
    return [done(answer) for answer in await desk.ask_all(request.staff, kind, body)]


def done(answer: StaffAnswer) -> StaffAnswer:
    """The answer if it is one; the Problem it tells of else."""
    members = {"field": answer.field} if answer.field else {}
    match answer.outcome:
        case StaffOutcome.DONE:
            return answer
        case StaffOutcome.CONFLICT if answer.code == "idempotency_conflict":
            raise Problem(409, answer.code, answer.detail, (), **members)
        case StaffOutcome.CONFLICT:
            raise Problem(409, answer.code, answer.detail, (), current_version=str(answer.version), **members)
        case StaffOutcome.FORBIDDEN:
            raise Problem(403, answer.code, answer.detail)
        case StaffOutcome.UNAVAILABLE:
            raise unavailable(
                "whether the command was recorded is not known yet; send it again with the same Idempotency-Key, or "
                "look at its target first"
            )
        case StaffOutcome.REFUSED:
            raise Problem(
                404 if answer.code in _NOT_FOUND else 422, answer.code, answer.detail, (), **members
            )


def replied(answer: StaffAnswer, body: Body) -> Reply[Body]:
    """The reply to a command, marked if it was answered before."""
    return Reply(body, headers=(REPLAYED,) if answer.replayed else ())


def told(answer: StaffAnswer, kind: type[Answer]) -> Answer:
    """The data of an answer."""
    try:
        return msgspec.msgpack.decode(answer.data, type=kind)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the desk answered what cannot be read: {error}") from error
