"""What staff of settlement command: results, confirmations, voids, runs. Everything is an event before it counts."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import msgspec

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import ANY_VERSION, Role, StaffAnswer, StaffOutcome, StaffRequest
from pyplatform.core import money
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.desk.desk import Refused
from pyplatform.sportsbook.desk.keys import AnsweredBefore, answered
from pyplatform.sportsbook.settlement.legs import E4
from pyplatform.sportsbook.settlement.record import Origin, Recorded, SettlementRecord, event, taken
from pyplatform.sportsbook.settlement.resolution import Decided, Placing, Resolution, Withdrawal
from pyplatform.sportsbook.settlement.results import STAFF
from pyplatform.sportsbook.settlement.runs import SettlementRuns
from pyplatform.sportsbook.settlement.tenant import Settlements, TenantSettlement
from pyplatform.sportsbook.settlement.waiting import page, waiting
from pyplatform.telemetry import correlated, get_logger

log = get_logger("sportsbook.settlement.desk")

_ROLES: Final = frozenset({Role.SETTLEMENT, Role.ADMIN})
_READERS: Final = _ROLES | {Role.TRADER}
_REASONS: Final = {
    "unknown_proposal": "there is no such proposal",
    "already_decided": "the proposal was confirmed or rejected before",
    "same_person": "a result must be confirmed by another person than the one who proposed it",
    "nothing_new": "this is what is on record already",
    "no_results": "no result of this market is on record",
    "not_running": "the market's newest run is not running",
    "not_stopped": "the market's newest run was not stopped",
}


Handler = Callable[[TenantSettlement, StaffRequest, Any], Awaitable[StaffAnswer]]


class SettlementDesk:
    """Carries out the commands of staff, tenant by tenant.

    `say_recorded` tells the owners of events that there is something to read: they suspend a market whose result was
    entered.
    """

    def __init__(
        self,
        pool: asyncpg.Pool,
        record: SettlementRecord,
        runs: SettlementRuns,
        of: Settlements,
        say_recorded: Callable[[str], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._record = record
        self._say_recorded = say_recorded
        self._runs = runs
        self._of = of
        self._handlers: dict[str, tuple[type, Handler]] = {
            contract.ENTER_RESULT: (contract.EnterResult, self._change),
            contract.PLACE: (contract.Place, self._change),
            contract.DECIDE: (contract.Decide, self._change),
            contract.VOID: (contract.Void, self._change),
            contract.TAKE_BACK: (contract.TakeBack, self._change),
            contract.CONFIRM: (contract.Judgement, self._judge),
            contract.REJECT: (contract.Judgement, self._judge),
            contract.STOP: (contract.OfMarket, self._turn),
            contract.RESUME: (contract.OfMarket, self._turn),
            contract.RESETTLE: (contract.OfMarket, self._resettle),
            contract.WAITING: (contract.AskWaiting, self._waiting),
        }

    async def answer(self, request: StaffRequest) -> StaffAnswer:
        """Carry out one command or answer a question; raises Unavailable when the record cannot be reached."""
        asks = request.kind == contract.WAITING
        if not (_READERS if asks else _ROLES) & set(request.roles):
            return StaffAnswer(StaffOutcome.FORBIDDEN, "forbidden", "this needs the role settlement")
        tenant, known = self._of(request.tenant), self._handlers.get(request.kind)
        if tenant is None or known is None:
            what, name = ("tenant", request.tenant) if tenant is None else ("kind", request.kind)
            return StaffAnswer(StaffOutcome.REFUSED, f"unknown_{what}", f"there is no {what} {name}", what)
        kind, handler = known
        try:
            body: Any = msgspec.msgpack.decode(request.body, type=kind)
            if asks:
                return await handler(tenant, request, body)
            with correlated(ids.text(request.correlation)):
                answer = await self._once(
                    tenant, request, getattr(body, "market_id", ""), lambda: handler(tenant, request, body)
                )
                await self._say_recorded(tenant.slug)
                log.info("staff", kind=request.kind, actor=request.actor, outcome=answer.outcome)
        except msgspec.ValidationError as error:
            return StaffAnswer(StaffOutcome.REFUSED, "invalid_body", str(error), "body")
        except Refused as refused:
            return StaffAnswer(StaffOutcome.REFUSED, refused.code, refused.detail, refused.field)
        return answer

    async def _once(
        self,
        tenant: TenantSettlement,
        request: StaffRequest,
        market_id: str,
        carry_out: Callable[[], Awaitable[StaffAnswer]],
    ) -> StaffAnswer:
        """Carry out a command unless this was done before: then what followed from it is made sure of."""
        known = await answered(self._pool, request)
        if known is None:
            try:
                return await carry_out()
            except AnsweredBefore:
                known = await answered(self._pool, request)
        if known is None:
            raise Unavailable("another process was faster: send it again")
        last = await self._record.last(tenant.slug, market_id)
        if last is not None:
            await tenant.resolved(last)
        return known

    async def _change(self, tenant: TenantSettlement, request: StaffRequest, body: Any) -> StaffAnswer:
        """A result, a void or a withdrawal: recorded, or proposed if it moves more than one person may."""
        market_id = body.market_id
        before = await self._record.last(tenant.slug, market_id)
        revision = before.revision if before is not None else 0
        if request.expected not in {ANY_VERSION, revision}:
            detail = (
                f"the market's results are at revision {revision}, not {request.expected}: look at them again"
            )
            return StaffAnswer(StaffOutcome.CONFLICT, "stale_revision", detail, "revision", revision)
        resolution = _resolution(body, before)
        origin = _origin(request, body.note)
        at_risk = await tenant.at_risk(market_id)
        if _needs_two(tenant, at_risk):
            number = await self._record.propose(tenant.slug, resolution, at_risk, origin, revision)
            return taken(contract.Taken(proposal_id=number), revision)
        recorded = await self._record.record(tenant.slug, market_id, lambda _: resolution, origin)
        return await self._recorded(tenant, recorded)

    async def _judge(self, tenant: TenantSettlement, request: StaffRequest, body: Any) -> StaffAnswer:
        try:
            number = ids.parse(body.proposal_id)
        except ValueError as error:
            raise _refused("unknown_proposal", "proposal_id") from error
        confirm = request.kind == contract.CONFIRM
        origin = _origin(request)
        recorded, code = await self._record.judge(tenant.slug, number, origin, confirm=confirm)
        if code:
            raise _refused(code, "proposal_id")
        if not confirm:
            return taken(contract.Taken(proposal_id=body.proposal_id), 0)
        return await self._recorded(tenant, recorded)

    async def _recorded(self, tenant: TenantSettlement, recorded: Recorded | None) -> StaffAnswer:
        if recorded is None:
            raise _refused("nothing_new")
        await tenant.resolved(recorded)
        return taken(contract.Taken(recorded.revision), recorded.revision)

    async def _turn(self, tenant: TenantSettlement, request: StaffRequest, body: Any) -> StaffAnswer:
        stop = request.kind == contract.STOP
        before, after = contract.RunState.RUNNING, contract.RunState.STOPPED
        if not stop:
            before, after = after, before
        what = "settlement.stopped" if stop else "settlement.resumed"
        data = {"market_id": body.market_id, "before": before, "after": after}
        act = event(what, body.market_id, data, _origin(request))
        revision = await self._runs.turn(tenant.slug, body.market_id, before, after, act, request)
        if revision is None:
            raise _refused("not_running" if stop else "not_stopped", "market_id")
        if not stop:
            await tenant.requeue()
        return taken(contract.Taken(revision), revision)

    async def _waiting(self, tenant: TenantSettlement, _: StaffRequest, body: Any) -> StaffAnswer:
        found = await waiting(tenant.book, tenant.judge, self._record)
        return StaffAnswer(StaffOutcome.DONE, data=msgspec.msgpack.encode(page(found, body)))

    async def _resettle(self, tenant: TenantSettlement, request: StaffRequest, body: Any) -> StaffAnswer:
        revision = tenant.revision(body.market_id)
        if not revision:
            raise _refused("no_results", "market_id")
        origin = _origin(request)
        data = {"revision": revision}
        await self._record.note(tenant.slug, body.market_id, "settlement.repeated", data, origin, revision)
        await tenant.resettle(body.market_id)
        return taken(contract.Taken(revision), revision)


def _refused(code: str, field: str = "", detail: str = "") -> Refused:
    return Refused(code, detail or _REASONS[code], field)


def _origin(request: StaffRequest, note: str = "") -> Origin:
    return Origin(STAFF, request.actor, request.correlation, note=note, request=request)


def _needs_two(tenant: TenantSettlement, at_risk: dict[str, int]) -> bool:
    limit = str(tenant.tenant.rules.four_eyes_above)
    return any(amount > money.parse(limit, currency) for currency, amount in at_risk.items())


def _resolution(body: Any, before: Recorded | None) -> Resolution:
    """What a command of staff makes of a market's results."""
    match body:
        case contract.EnterResult():
            return _entered(body)
        case contract.Place():
            return _placed(body, before)
        case contract.Decide():
            each = tuple(
                Decided(one.selection, one.won, one.void_halves, one.places, one.tied)
                for one in body.outcomes
            )
            _check_decided(body)
            return Resolution(body.market_id, 1, (), (), closed=True, each=each, separate=True)
        case contract.TakeBack():
            if before is None:
                raise _refused("no_results", "market_id")
            return msgspec.structs.replace(
                before.resolution, winners=(), closed=False, each=(), cancels=(), placed=()
            )
        case contract.Void(from_ms=None, to_ms=None):
            return Resolution(body.market_id, 1, (), (), closed=True)
        case _:
            nothing = Resolution(body.market_id, 1, (), (), closed=False)
            stands = nothing if before is None else before.resolution
            window = (body.from_ms, body.to_ms)
            return msgspec.structs.replace(stands, cancels=(*stands.cancels, window))


def _entered(body: contract.EnterResult) -> Resolution:
    removed = tuple(sorted({one.selection for one in body.removed}))
    if body.places < 1:
        raise _refused("invalid_body", "places", "a market pays one place at least")
    if not body.winners:
        raise _refused("invalid_body", "winners", "name a winner, or void the market")
    if len(set(body.winners)) != len(body.winners) or set(body.winners) & set(removed):
        raise _refused("invalid_body", "winners", "a winner is named once, and took part")
    for one in body.removed:
        if not (0 <= one.pence <= 90 and 0 <= one.factor_bp < 10_000):
            raise _refused("invalid_body", "removed", "a deduction is 0 to 90 pence, a factor 0 to 9,999")
    placed = _placings(body.placed, removed)
    if any(price <= E4 for _, price in body.starting):
        raise _refused("invalid_body", "starting", "a starting price is above 1")
    withdrawals = tuple(
        Withdrawal(one.selection, one.at_ms, one.pence, one.factor_bp)
        for one in body.removed
        if one.pence or one.factor_bp
    )
    winners = tuple(sorted(body.winners))
    return Resolution(
        body.market_id,
        body.places,
        removed,
        winners,
        closed=True,
        withdrawals=withdrawals,
        placed=placed,
        starting=body.starting,
    )


def _placed(body: contract.Place, before: Recorded | None) -> Resolution:
    """The result on record with who was placed: its deductions and starting prices stay."""
    if before is None or not (before.resolution.closed and before.resolution.winners):
        raise _refused("no_results", "market_id", "no result that names a winner is on record")
    if not body.placed:
        raise _refused("invalid_body", "placed", "name who was placed")
    stands = before.resolution
    return msgspec.structs.replace(stands, placed=_placings(body.placed, stands.removed))


def _placings(placed: tuple[contract.Placed, ...], removed: tuple[int, ...]) -> tuple[Placing, ...]:
    named = [one.selection for one in placed]
    if any(one.position < 1 or one.tied < 1 for one in placed):
        raise _refused("invalid_body", "placed", "positions and ties are counted from 1")
    if len(set(named)) != len(named) or set(named) & set(removed):
        raise _refused("invalid_body", "placed", "who is placed is named once, and took part")
    return tuple(Placing(one.selection, one.position, one.tied) for one in placed)


def _check_decided(body: contract.Decide) -> None:
    if not body.outcomes or len({one.selection for one in body.outcomes}) != len(body.outcomes):
        raise _refused("invalid_body", "outcomes", "name every selection once, and one at least")
    for one in body.outcomes:
        if one.void_halves not in {0, 1, 2} or one.places < 1 or one.tied < 1:
            raise _refused(
                "invalid_body", "outcomes", "void halves are 0, 1 or 2, places and ties counted from 1"
            )
