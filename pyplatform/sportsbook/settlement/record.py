"""The record of results: numbered revisions of every market, on record before anything is paid on them."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook.desk import StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.contracts.sportsbook.settlement import Placed, Proposal, ProposalState, Revision, Taken
from pyplatform.contracts.sportsbook.trading import Recorded as Changed
from pyplatform.eventstore import Event, append, tenant_transaction
from pyplatform.kernel import ids
from pyplatform.sportsbook.desk.keys import keep
from pyplatform.sportsbook.desk.state import SUSPENDED
from pyplatform.sportsbook.settlement.resolution import Resolution

STREAM: Final = "sportsbook"
_decoder = msgspec.msgpack.Decoder(Resolution)
_encode = msgspec.msgpack.Encoder().encode

_LOCK = "select pg_advisory_xact_lock(hashtextextended('resolution ' || $1 || ' ' || $2, 0))"
_LAST = """
select revision, payload, source, feed, feed_seq from sportsbook.resolution
where market_id = $1 order by revision desc limit 1
"""
_INSERT = """
insert into sportsbook.resolution (tenant, market_id, revision, payload, evidence, source, feed, feed_seq, actor)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
_SUPERSEDE = """
update sportsbook.settlement_run set state = 'superseded', finished_at = now()
where market_id = $1 and state in ('running', 'stopped')
"""
_RUN = """
insert into sportsbook.settlement_run (tenant, market_id, revision, correlation) values ($1, $2, $3, $4)
"""
_NEWEST = """
select distinct on (market_id) market_id, revision, payload from sportsbook.resolution
order by market_id, revision desc
"""
_BY_FEEDS = """
select distinct on (market_id) payload from sportsbook.resolution
where source = 'feed' order by market_id, revision desc
"""
_HISTORY = """
select market_id, revision, payload, source, actor, recorded_at from sportsbook.resolution
where market_id = $1 order by revision
"""
_PROPOSE = """
insert into sportsbook.proposal (tenant, id, market_id, payload, at_risk, note, source, proposed_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
_PROPOSED = "select * from sportsbook.proposal where id = $1 for update"
_JUDGE = "update sportsbook.proposal set state = $2, decided_by = $3, decided_at = now() where id = $1"
_PROPOSALS = """
select * from sportsbook.proposal where ($1 = '' or market_id = $1) order by proposed_at desc limit $2
"""
_SAID = """
select distinct on (market_id) market_id, source, recorded_at from sportsbook.resolution
where market_id = any($1) order by market_id, revision desc
"""
_PROPOSED_FIRST = """
select distinct on (market_id) market_id, source, proposed_at from sportsbook.proposal
where state = 'open' order by market_id, proposed_at
"""


class Origin(msgspec.Struct, frozen=True):
    """Who says a result: `source` feed or staff; a feed with the number of its message, staff with a `note`.

    `request` is the command of staff whose answer is kept with what it changes, if it came with a key.
    """

    source: str
    actor: str
    correlation: bytes
    feed: str = ""
    feed_seq: int = 0
    note: str = ""
    request: StaffRequest | None = None


class Recorded(msgspec.Struct, frozen=True):
    """A revision on record; `source`, `feed` and `feed_seq` as of its origin."""

    revision: int
    resolution: Resolution
    source: str = "feed"
    feed: str = ""
    feed_seq: int = 0


class Said(NamedTuple):
    """Who said something of a market, feed or staff, and when it was put on record."""

    source: str
    at: datetime


Decide = Callable[[Recorded | None], Resolution | None]
"""What is to stand after what stands; None records nothing."""


class SettlementRecord:
    """Append-only revisions of a tenant's markets, and results that wait for a second person."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def newest(self, tenant: str) -> dict[str, tuple[int, Resolution]]:
        """Newest revision of every market of a tenant."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_NEWEST)
        return {row["market_id"]: (row["revision"], _decoder.decode(row["payload"])) for row in rows}

    async def told_by_feeds(self, tenant: str) -> list[Resolution]:
        """What feeds said last of every market of a tenant, whatever staff made of it."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_BY_FEEDS)
        return [_decoder.decode(row["payload"]) for row in rows]

    async def last(self, tenant: str, market_id: str) -> Recorded | None:
        """Newest revision of one market."""
        async with tenant_transaction(self._pool, tenant) as connection:
            return await _last(connection, market_id)

    async def record(self, tenant: str, market_id: str, decide: Decide, origin: Origin) -> Recorded | None:
        """Append what `decide` says, with its event and its run, in one transaction; None if it says nothing new."""
        async with tenant_transaction(self._pool, tenant) as connection:
            return await self._append(connection, tenant, market_id, decide, origin)

    async def _append(
        self, connection: asyncpg.Connection, tenant: str, market_id: str, decide: Decide, origin: Origin
    ) -> Recorded | None:
        await connection.execute(_LOCK, tenant, market_id)
        before = await _last(connection, market_id)
        resolution = decide(before)
        if resolution is None or (before is not None and same(before.resolution, resolution)):
            return None
        revision = 1 if before is None else before.revision + 1
        payload, evidence = _encode(resolution), resolution.evidence()
        told = (origin.source, origin.feed, origin.feed_seq, origin.actor)
        await connection.execute(_INSERT, tenant, market_id, revision, payload, evidence, *told)
        await connection.execute(_SUPERSEDE, market_id)
        await connection.execute(_RUN, tenant, market_id, revision, origin.correlation)
        data = {
            "market_id": market_id,
            "revision": revision,
            "before": None if before is None else before.resolution,
            "after": resolution,
            "source": origin.source,
            "note": origin.note,
        }
        told_to_owners = _suspension(resolution, origin)
        await append(
            connection, tenant, STREAM, event("market.resolved", market_id, data, origin), *told_to_owners
        )
        await keep(connection, origin.request, taken(Taken(revision), revision))
        return Recorded(revision, resolution, origin.source, origin.feed, origin.feed_seq)

    async def note(
        self, tenant: str, market_id: str, what: str, data: Any, origin: Origin, revision: int
    ) -> None:
        """Record an act of staff that changes no result; `revision` is what stands."""
        async with tenant_transaction(self._pool, tenant) as connection:
            await append(connection, tenant, STREAM, event(what, market_id, data, origin))
            await keep(connection, origin.request, taken(Taken(revision), revision))

    async def propose(
        self, tenant: str, resolution: Resolution, at_risk: dict[str, int], origin: Origin, revision: int = 0
    ) -> str:
        """Put down a result that waits for a second person while `revision` stands; returns its id."""
        number = ids.uuid7()
        market_id = resolution.market_id
        risk = _encode({currency: str(amount) for currency, amount in at_risk.items()})
        async with tenant_transaction(self._pool, tenant) as connection:
            told = (_encode(resolution), risk, origin.note, origin.source, origin.actor)
            await connection.execute(_PROPOSE, tenant, UUID(bytes=number), market_id, *told)
            data = {"proposal": ids.text(number), "after": resolution, "note": origin.note}
            proposed = event("market.proposed", market_id, data, origin)
            await append(connection, tenant, STREAM, proposed, *_suspension(resolution, origin))
            proposal = Taken(proposal_id=ids.text(number))
            await keep(connection, origin.request, taken(proposal, revision))
        return ids.text(number)

    async def judge(
        self, tenant: str, proposal_id: bytes, origin: Origin, *, confirm: bool
    ) -> tuple[Recorded | None, str]:
        """A second person confirms or rejects; the revision on record, and a code if it may not be ("" if it may).

        Codes: `unknown_proposal`, `already_decided`, `same_person`.
        """
        async with tenant_transaction(self._pool, tenant) as connection:
            row = await connection.fetchrow(_PROPOSED, UUID(bytes=proposal_id))
            if row is None:
                return None, "unknown_proposal"
            if row["state"] != ProposalState.OPEN:
                return None, "already_decided"
            if confirm and row["proposed_by"] == origin.actor:
                return None, "same_person"
            state = ProposalState.CONFIRMED if confirm else ProposalState.REJECTED
            await connection.execute(_JUDGE, row["id"], state.value, origin.actor)
            market_id = row["market_id"]
            data = {"proposal": ids.text(proposal_id), "state": state.value}
            await append(connection, tenant, STREAM, event("market.judged", market_id, data, origin))
            if not confirm:
                await keep(connection, origin.request, taken(Taken(proposal_id=ids.text(proposal_id)), 0))
                return None, ""
            resolution = _decoder.decode(row["payload"])
            return await self._append(connection, tenant, market_id, lambda _: resolution, origin), ""

    async def proposals(self, tenant: str, market_id: str = "", limit: int = 100) -> list[Proposal]:
        """Proposals of a tenant, the newest first."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_PROPOSALS, market_id, limit)
        return [_proposal(row) for row in rows]

    async def open_proposals(self, tenant: str) -> dict[str, Said]:
        """The first of the proposals that wait, by market."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_PROPOSED_FIRST)
        return {row["market_id"]: Said(row["source"], row["proposed_at"]) for row in rows}

    async def said(self, tenant: str, markets: Collection[str]) -> dict[str, Said]:
        """Who gave the newest revision of markets; those without one are left out."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_SAID, list(markets))
        return {row["market_id"]: Said(row["source"], row["recorded_at"]) for row in rows}

    async def revisions(self, tenant: str, market_id: str) -> list[Revision]:
        """All revisions of a market, in order."""
        async with tenant_transaction(self._pool, tenant) as connection:
            rows = await connection.fetch(_HISTORY, market_id)
        return [_revision(row) for row in rows]


def taken(result: Taken, revision: int) -> StaffAnswer:
    """The answer to a command that was carried out."""
    return StaffAnswer(StaffOutcome.DONE, version=revision, data=_encode(result))


def same(one: Resolution, other: Resolution) -> bool:
    """Whether two resolutions say the same."""
    return one.evidence() == other.evidence()


def _suspension(resolution: Resolution, origin: Origin) -> list[Event]:
    """A market whose result a person knows must not be bet on: its owner folds this like a trader's suspension.

    What a feed says its owner hears from the feed.
    """
    if origin.source == "feed" or not resolution.closed:
        return []
    no, yes = (msgspec.Raw(msgspec.msgpack.encode(value)) for value in (None, True))
    return [event(SUSPENDED, resolution.market_id, Changed(no, yes, "a result was entered"), origin)]


async def _last(connection: asyncpg.Connection, market_id: str) -> Recorded | None:
    row = await connection.fetchrow(_LAST, market_id)
    if row is None:
        return None
    resolution = _decoder.decode(row["payload"])
    return Recorded(row["revision"], resolution, row["source"], row["feed"], row["feed_seq"])


def event(what: str, market_id: str, data: Any, origin: Origin) -> Event:
    """The event of something that was done to a market's results."""
    return Event(
        type=what,
        aggregate=f"market:{market_id}",
        data=data,
        brand=0,
        actor=origin.actor,
        correlation=origin.correlation,
    )


def _proposal(row: asyncpg.Record) -> Proposal:
    resolution = _decoder.decode(row["payload"])
    risk = msgspec.msgpack.decode(row["at_risk"], type=dict[str, str])
    return Proposal(
        id=str(row["id"]),
        market_id=row["market_id"],
        state=ProposalState(row["state"]),
        proposed_by=row["proposed_by"],
        proposed_at=row["proposed_at"],
        decided_by=row["decided_by"],
        at_risk={currency: int(amount) for currency, amount in risk.items()},
        note=row["note"],
        winners=resolution.winners,
        removed=resolution.removed,
        closed=resolution.closed,
    )


def _revision(row: asyncpg.Record) -> Revision:
    resolution = _decoder.decode(row["payload"])
    return Revision(
        market_id=row["market_id"],
        revision=row["revision"],
        source=row["source"],
        actor=row["actor"],
        recorded_at=row["recorded_at"],
        closed=resolution.closed,
        places=resolution.places,
        winners=resolution.winners,
        removed=resolution.removed,
        decided=len(resolution.each),
        cancels=resolution.cancels,
        placed=tuple([Placed(one.selection, one.position, one.tied) for one in resolution.placed]),
        starting=resolution.starting,
    )
