"""The desk: commands of staff, recorded before they take effect, and taken over in the order of their record.

Every owner of events folds the same stream of a tenant, whichever of them recorded it. A command says which version of
its target it was meant for, so of two traders who edit one market at a time the second is told what the first did.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import (
    ANY_VERSION,
    Role,
    StaffAnswer,
    StaffOutcome,
    StaffRequest,
)
from pyplatform.eventstore import Event, VersionConflict, append, history, read, tenant_transaction
from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.desk.keys import AnsweredBefore, answered, keep
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.telemetry import correlated, get_logger

STREAM: Final = "sportsbook"
"""The sportsbook's stream in the event store."""
NOT_FOLDED: Final = ("market.resolved",)
"""Results, of which feeds send thousands a day: they say nothing that the desk keeps."""
PAGE: Final = 1000
END: Final = 2**62
CORRELATION_BYTES: Final = 16
MOST_KEY: Final = 64
MOST_TRIES: Final = 3
"""A command that minds no version is decided anew so often when another owner was faster."""

_AT: Final = re.compile(r" - at `\$\.?([^`]*)`$")

log = get_logger("sportsbook.desk")


class Refused(Exception):  # noqa: N818 - it names what happened
    """Raised by a command's handler: why it is refused, in a stable code and in words; `field` is what is wrong."""

    def __init__(self, code: str, detail: str, field: str = "") -> None:
        super().__init__(detail)
        self.code, self.detail, self.field = code, detail, field


@dataclass(frozen=True, slots=True)
class Change:
    """What a command changes: the kind of its event, the target, and the event's data, None if all holds already."""

    kind: str
    target: str
    data: Any


Handler = Callable[[StaffRequest, Any], Awaitable[StaffAnswer]]
Decide = Callable[[StaffRequest, Any], Change]
"""Decides on a command by what holds now; raises Refused."""
Effect = Callable[[Envelope], Awaitable[None]]
"""Told of every event of every tenant, in order, once it has been folded into the tenant's state."""


class Desk:
    """Takes the commands of staff for the tenants whose states it is given.

    `recorded` tells the other owners of a tenant's events that there is something to read.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        states: dict[str, DeskState],
        recorded: Callable[[str], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._states = states
        self._recorded = recorded
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._handlers: dict[str, tuple[Any, frozenset[str], Handler]] = {}
        self._requests = msgspec.msgpack.Decoder(StaffRequest)
        self.effects: list[Effect] = []

    def answers(
        self, kind: str, body: type, handler: Handler, roles: Iterable[Role] = (Role.TRADER,)
    ) -> None:
        """Have `handler` answer requests of a kind, sent by who has one of the roles or is an admin."""
        decoder: msgspec.msgpack.Decoder[Any] = msgspec.msgpack.Decoder(body)
        self._handlers[kind] = decoder, frozenset({Role.ADMIN, *roles}), handler

    def commands(self, kind: str, body: type, decide: Decide, roles: Iterable[Role] = (Role.TRADER,)) -> None:
        """Have commands of a kind decided on, recorded and taken over."""

        async def handler(request: StaffRequest, command: Any) -> StaffAnswer:
            return await self.execute(request, lambda: decide(request, command))

        self.answers(kind, body, handler, roles)

    async def on_request(self, frame: bytes) -> bytes:
        """Answer one request; never raises for what its sender did wrong."""
        try:
            request = self._requests.decode(frame)
        except msgspec.DecodeError as error:
            return msgspec.msgpack.encode(StaffAnswer(StaffOutcome.REFUSED, "malformed", str(error)))
        sound = len(request.correlation) == CORRELATION_BYTES and len(request.key) <= MOST_KEY
        if not (sound and request.actor):
            wrong = "actor" if not request.actor else "key" if len(request.key) > MOST_KEY else "correlation"
            refused = StaffAnswer(StaffOutcome.REFUSED, "malformed", f"{wrong} is not one", wrong)
            return msgspec.msgpack.encode(refused)
        with correlated(request.correlation.hex()):
            answer = await self._answer(request)
        return msgspec.msgpack.encode(answer)

    async def _answer(self, request: StaffRequest) -> StaffAnswer:
        known = self._handlers.get(request.kind)
        if known is None or request.tenant not in self._states:
            return StaffAnswer(StaffOutcome.REFUSED, "unknown_command", "there is no such command or tenant")
        decoder, roles, handler = known
        if not roles.intersection(request.roles):
            needed = ", ".join(sorted(roles))
            return StaffAnswer(StaffOutcome.FORBIDDEN, "forbidden", f"{request.kind} is for {needed}")
        try:
            body = decoder.decode(request.body)
        except msgspec.DecodeError as error:
            at = _AT.search(str(error))
            return StaffAnswer(StaffOutcome.REFUSED, "invalid_command", str(error), at.group(1) if at else "")
        try:
            return await handler(request, body)
        except Refused as refused:
            return StaffAnswer(StaffOutcome.REFUSED, refused.code, refused.detail, refused.field)
        except Unavailable as error:
            log.warning("command not recorded, or not known to be", kind=request.kind, error=str(error))
            return StaffAnswer(StaffOutcome.UNAVAILABLE, "unavailable", str(error))

    async def execute(self, request: StaffRequest, decide: Callable[[], Change]) -> StaffAnswer:
        """Decide, record, take over; the answer tells the target's version after it.

        Raises Refused as `decide` does, and Unavailable when it is not known whether the command was recorded.
        """
        state = self._states[request.tenant]
        async with self._locks[request.tenant]:
            for _ in range(MOST_TRIES):
                known = await answered(self._pool, request)
                if known is not None:
                    await self._read_on(request.tenant)
                    return known
                change = decide()
                version = state.version(change.target)
                if change.data is None:
                    return await self._nothing_to_do(request, version)
                if request.expected not in {ANY_VERSION, version}:
                    return self._conflict(state, change.target, request.expected)
                try:
                    envelope = await self._record(request, change, version)
                except AnsweredBefore:
                    continue
                except VersionConflict:
                    await self._learn(request.tenant, change.target)
                    continue
                await self._fold(request.tenant, [envelope])
                return StaffAnswer(StaffOutcome.DONE, version=envelope.seq, position=envelope.position)
        raise Unavailable("other owners of events were faster each time: send it again")

    async def _nothing_to_do(self, request: StaffRequest, version: int) -> StaffAnswer:
        """All holds already; sent again later, when it may not, the command must not undo what came after."""
        answer = StaffAnswer(
            StaffOutcome.DONE, version=version, position=self._states[request.tenant].position
        )
        if request.key:
            async with tenant_transaction(self._pool, request.tenant) as connection:
                await keep(connection, request, answer)
        return answer

    def _conflict(self, state: DeskState, target: str, expected: int) -> StaffAnswer:
        now = state.of(target)
        when = datetime.fromtimestamp(now.at / 1e9, UTC).isoformat(timespec="milliseconds")
        last = f"{now.actor} did {now.kind} at {when}" if now.version else "it was never changed"
        detail = f"{target} is at version {now.version}, not {expected}: {last}; look at it and decide again"
        return StaffAnswer(
            StaffOutcome.CONFLICT, "version_conflict", detail, "version", now.version, state.position
        )

    async def _record(self, request: StaffRequest, change: Change, version: int) -> Envelope:
        event = Event(
            type=change.kind,
            aggregate=change.target,
            data=change.data,
            brand=0,
            actor=request.actor,
            correlation=request.correlation,
            traceparent=request.traceparent,
        )
        async with tenant_transaction(self._pool, request.tenant) as connection:
            (envelope,) = await append(connection, request.tenant, STREAM, event, expected=version)
            done = StaffAnswer(StaffOutcome.DONE, version=envelope.seq, position=envelope.position)
            await keep(connection, request, done)
        return envelope

    async def _fold(self, tenant: str, events: list[Envelope]) -> None:
        state = self._states[tenant]
        if events[0].position > state.position + 1:
            # Another owner recorded something in between.
            await self._read_on(tenant)
        for event in events:
            if state.apply(event):
                for effect in self.effects:
                    await effect(event)
        await self._recorded(tenant)

    async def catch_up(self, tenant: str) -> None:
        """Take over whatever other owners have recorded; raises Unavailable when it cannot be read."""
        async with self._locks[tenant]:
            await self._read_on(tenant)

    async def _learn(self, tenant: str, target: str) -> None:
        """Learn at which version a target is: another owner, or an event that is not folded, was in between."""
        await self._read_on(tenant)
        async with tenant_transaction(self._pool, tenant) as connection:
            for last in await history(connection, tenant, STREAM, END, 1, target):
                self._states[tenant].learn(last)

    async def _read_on(self, tenant: str) -> None:
        state = self._states[tenant]
        while True:
            async with tenant_transaction(self._pool, tenant) as connection:
                events = await read(connection, tenant, STREAM, state.position, PAGE, NOT_FOLDED)
            for event in events:
                state.apply(event)
                for effect in self.effects:
                    await effect(event)
            if len(events) < PAGE:
                return
