"""Commands of staff that come with a key: applied once, and answered the same when they are sent again.

The answer is kept in the transaction that records what the command changed. What was refused changed nothing: it is
decided anew. After `KEPT` an answer is forgotten, and its key is a new one: whatever is kept makes `FORGOTTEN` older
answers go, so that there are no more than were given in that time.
"""

import hashlib
from datetime import timedelta
from typing import Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.eventstore import tenant_transaction

KEPT: Final = timedelta(days=30)
"""Longer than any client goes on sending a command again."""
FORGOTTEN: Final = 16
_ANSWERED: Final = """
select digest, answer from sportsbook.staff_command where actor = $1 and key = $2 and at >= now() - $3::interval
"""
_KEEP: Final = """
insert into sportsbook.staff_command as known (tenant, actor, key, digest, answer) values ($1, $2, $3, $4, $5)
on conflict (tenant, actor, key) do update set digest = excluded.digest, answer = excluded.answer, at = now()
    where known.at < now() - $6::interval
returning true
"""
# Two that forget the same at a time would wait for each other, so one of them does.
_FORGET: Final = """
delete from sportsbook.staff_command
where (select pg_try_advisory_xact_lock(hashtextextended('sportsbook.staff_command:' || $1, 0)))
    and (tenant, actor, key) in (
        select tenant, actor, key from sportsbook.staff_command
        where tenant = $1 and at < now() - $2::interval order by at limit $3
    )
"""
_answer: Final = msgspec.msgpack.Decoder(StaffAnswer)


class AnsweredBefore(Exception):  # noqa: N818 - it names what happened
    """Raised in a transaction that another process was faster with: the command is on record already."""


def _digest(request: StaffRequest) -> bytes:
    """SHA-256 of what makes it the same command."""
    asked = (request.kind, request.expected, request.body)
    return hashlib.sha256(msgspec.msgpack.encode(asked)).digest()


async def answered(pool: asyncpg.Pool, request: StaffRequest) -> StaffAnswer | None:
    """The answer to an earlier command of this actor and key; a conflict if that was another command."""
    if not request.key:
        return None
    async with tenant_transaction(pool, request.tenant) as connection:
        row = await connection.fetchrow(_ANSWERED, request.actor, request.key, KEPT)
    if row is None:
        return None
    if row["digest"] != _digest(request):
        detail = "this Idempotency-Key was used for another command; use a new key for a new command"
        return StaffAnswer(StaffOutcome.CONFLICT, "idempotency_conflict", detail, "Idempotency-Key")
    return msgspec.structs.replace(_answer.decode(row["answer"]), replayed=True)


async def keep(connection: asyncpg.Connection, request: StaffRequest | None, answer: StaffAnswer) -> None:
    """Keep an answer in the caller's tenant transaction; raises AnsweredBefore if the key has one by now."""
    if request is None or not request.key:
        return
    kept = msgspec.msgpack.encode(answer)
    of = (request.tenant, request.actor, request.key, _digest(request), kept, KEPT)
    if await connection.fetchval(_KEEP, *of) is None:
        raise AnsweredBefore(request.key)
    await connection.execute(_FORGET, request.tenant, KEPT, FORGOTTEN)
