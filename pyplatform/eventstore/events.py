"""Recording domain events, in the transaction that changes the state they tell of."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg
import msgspec

from pyplatform.kernel.envelope import Envelope
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.ids import uuid7
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import current_traceparent

_ADVANCE: Final = """
insert into eventstore.head as head (tenant, stream, position) values ($1, $2, $3)
on conflict (tenant, stream) do update set position = head.position + excluded.position
returning position
"""
# One step down the index for each aggregate: max() with a group would read every event of it, under the head's lock.
_LAST: Final = """
select name as aggregate, last.seq from unnest($3::text[]) as name cross join lateral (
    select seq from eventstore.event
    where tenant = $1 and stream = $2 and aggregate = name order by seq desc limit 1
) as last
"""
_COLUMNS: Final = (
    "tenant, stream, position, id, type, version, brand, aggregate, seq, at, actor, "
    "correlation, causation, traceparent, data"
)
_INSERT: Final = f"""
insert into eventstore.event ({_COLUMNS})
select $1, $2, * from unnest(
    $3::bigint[], $4::uuid[], $5::text[], $6::int[], $7::int[], $8::text[], $9::bigint[], $10::bigint[],
    $11::text[], $12::bytea[], $13::bytea[], $14::text[], $15::bytea[]
)
"""  # noqa: S608 - the columns are ours
_READ: Final = f"""
select {_COLUMNS} from eventstore.event
where tenant = $1 and stream = $2 and position > $3 and type <> all($5::text[]) order by position limit $4
"""  # noqa: S608
_HISTORY: Final = f"""
select {_COLUMNS} from eventstore.event
where tenant = $1 and stream = $2 and position < $3 order by position desc limit $4
"""  # noqa: S608
_HISTORY_OF: Final = f"""
select {_COLUMNS} from eventstore.event
where tenant = $1 and stream = $2 and aggregate = $5 and position < $3 order by seq desc limit $4
"""  # noqa: S608


class VersionConflict(PlatformError):  # noqa: N818 - it names what happened
    """The aggregate has changed since it was read: read it again and decide again."""


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened, about to be recorded.

    `aggregate` names what it happened to, `actor` who did it ("player:…", "staff:…", "system"). `data` is any value
    msgspec can encode; personal data has no place in it. The traceparent is that of the span around, unless given.
    """

    type: str
    aggregate: str
    data: Any
    brand: int
    actor: str
    correlation: bytes
    version: int = 1
    causation: bytes = b""
    traceparent: str = msgspec.field(default_factory=current_traceparent)
    id: bytes = msgspec.field(default_factory=uuid7)
    at: int = msgspec.field(default_factory=now_ns)


async def append(
    connection: asyncpg.Connection, tenant: str, stream: str, *events: Event, expected: int | None = None
) -> list[Envelope]:
    """Record events in the caller's tenant transaction, under the next positions of the tenant's `stream`.

    `expected` is the sequence number the (one) aggregate must have before, 0 for a new one; raises VersionConflict
    if it has another. Appends to a stream take turns until their transactions end, so append last.
    """
    if not events:
        return []
    last = await connection.fetchval(_ADVANCE, tenant, stream, len(events))
    names = list({event.aggregate for event in events})
    rows = await connection.fetch(_LAST, tenant, stream, names)
    seqs = Counter({row["aggregate"]: row["seq"] for row in rows})
    if expected is not None:
        if len(names) != 1:
            raise ValueError("an expected version needs events of exactly one aggregate")
        if seqs[names[0]] != expected:
            raise VersionConflict(f"{names[0]} is at version {seqs[names[0]]}, not {expected}: read it again")
    envelopes = []
    for position, event in enumerate(events, last - len(events) + 1):
        seqs[event.aggregate] += 1
        envelopes.append(_envelope(event, tenant, stream, position, seqs[event.aggregate]))
    await connection.execute(_INSERT, tenant, stream, *_columns(envelopes))
    return envelopes


async def read(
    connection: asyncpg.Connection,
    tenant: str,
    stream: str,
    after: int,
    limit: int,
    besides: Sequence[str] = (),
) -> list[Envelope]:
    """Events of a stream with positions above `after`, in order; those of the types `besides` are left out."""
    rows = await connection.fetch(_READ, tenant, stream, after, limit, list(besides))
    return _envelopes(rows)


async def history(
    connection: asyncpg.Connection, tenant: str, stream: str, before: int, limit: int, aggregate: str = ""
) -> list[Envelope]:
    """Events of a stream, or of one aggregate in it, with positions below `before`, the newest first."""
    if aggregate:
        return _envelopes(await connection.fetch(_HISTORY_OF, tenant, stream, before, limit, aggregate))
    return _envelopes(await connection.fetch(_HISTORY, tenant, stream, before, limit))


def _envelopes(rows: Sequence[asyncpg.Record]) -> list[Envelope]:
    return [Envelope(**{**row, "id": row["id"].bytes}) for row in rows]


def _envelope(event: Event, tenant: str, stream: str, position: int, seq: int) -> Envelope:
    return Envelope(
        id=event.id,
        type=event.type,
        version=event.version,
        tenant=tenant,
        brand=event.brand,
        stream=stream,
        position=position,
        aggregate=event.aggregate,
        seq=seq,
        at=event.at,
        actor=event.actor,
        correlation=event.correlation,
        causation=event.causation,
        traceparent=event.traceparent,
        data=msgspec.msgpack.encode(event.data),
    )


def _columns(envelopes: Sequence[Envelope]) -> list[list[Any]]:
    rows = [
        (
            one.position,
            UUID(bytes=one.id),
            one.type,
            one.version,
            one.brand,
            one.aggregate,
            one.seq,
            one.at,
            one.actor,
            one.correlation,
            one.causation,
            one.traceparent,
            one.data,
        )
        for one in envelopes
    ]
    return [list(column) for column in zip(*rows, strict=True)]
