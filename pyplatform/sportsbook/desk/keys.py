"""Commands of staff that come with a key: applied once, and answered the same when they are sent again.

The answer is kept in the transaction that records what the command changed. What was refused changed nothing: it is
decided anew.
"""

import hashlib
from typing import Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.eventstore import tenant_transaction

_ANSWERED: Final = "select digest, answer from sportsbook.staff_command where actor = $1 and key = $2"
_KEEP: Final = """
insert into sportsbook.staff_command (tenant, actor, key, digest, answer) values ($1, $2, $3, $4, $5)
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
        row = await connection.fetchrow(_ANSWERED, request.actor, request.key)
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
    try:
        await connection.execute(_KEEP, request.tenant, request.actor, request.key, _digest(request), kept)
    except asyncpg.UniqueViolationError as error:
        raise AnsweredBefore(request.key) from error
