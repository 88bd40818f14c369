"""The way to the desks of the owners of events."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

import msgspec

from pyplatform.bus import Bus, LeaseClient
from pyplatform.contracts.pam import StaffSession
from pyplatform.contracts.sportsbook.bets import locate_subject
from pyplatform.contracts.sportsbook.desk import (
    ANY_VERSION,
    StaffAnswer,
    StaffOutcome,
    StaffRequest,
    staff_subject,
)
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import uuid7

ANSWER_S: Final = 5.0
_ELSEWHERE: Final = frozenset({"unknown_market", "unknown_event", "unknown_target", "unknown_referral"})
_answer: Final = msgspec.msgpack.Decoder(StaffAnswer)


class DeskClient:
    """Asks and commands as a member of staff.

    An owner of events knows its own events only: what one does not know is asked of the next.
    """

    def __init__(self, bus: Bus, owners: Sequence[str]) -> None:
        self._owners = [
            LeaseClient(bus, locate_subject(owner), partial(staff_subject, owner), ANSWER_S)
            for owner in owners
        ]

    async def ask(
        self,
        staff: StaffSession,
        kind: str,
        body: Any,
        *,
        expected: int = ANY_VERSION,
        correlation: bytes = b"",
        traceparent: str = "",
        key: str = "",
    ) -> StaffAnswer:
        """The answer of the owner that knows what it is about; raises Unavailable when one did not answer.

        Whether the command was recorded is unknown then: send it again with the same `key`, or without one look at its
        target first.
        """
        frame = _frame(staff, kind, body, expected, correlation, traceparent, key)
        found = StaffAnswer(StaffOutcome.UNAVAILABLE, "unavailable", "there is no owner of events")
        for owner in self._owners:
            found = _read(await owner.request(frame))
            if found.code not in _ELSEWHERE:
                break
        return found

    async def ask_all(self, staff: StaffSession, kind: str, body: Any) -> list[StaffAnswer]:
        """The answers of all owners, in their order; raises Unavailable when one did not answer."""
        frame = _frame(staff, kind, body, ANY_VERSION, b"", "")
        return [_read(await owner.request(frame)) for owner in self._owners]


def _frame(
    staff: StaffSession,
    kind: str,
    body: Any,
    expected: int,
    correlation: bytes,
    traceparent: str,
    key: str = "",
) -> bytes:
    roles = tuple(sorted(staff.roles))
    encoded = msgspec.msgpack.encode(body)
    request = StaffRequest(
        staff.tenant, staff.actor, roles, kind, expected, correlation or uuid7(), traceparent, encoded, key
    )
    return msgspec.msgpack.encode(request)


def _read(reply: bytes) -> StaffAnswer:
    try:
        return _answer.decode(reply)
    except msgspec.DecodeError as error:
        raise Unavailable(f"the owner of the events answered what cannot be read: {error}") from error
