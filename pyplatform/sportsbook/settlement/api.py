"""HTTP for staff of settlement: results, voids, second persons, runs."""

from datetime import datetime
from typing import Any, Final

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.desk import ANY_VERSION
from pyplatform.http.app import App
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem
from pyplatform.sportsbook.desk.replies import ask, replied, told
from pyplatform.sportsbook.desk.views import read_price
from pyplatform.sportsbook.settlement import views
from pyplatform.sportsbook.settlement.client import SettlementClient

READS: Final = ("trader", "settlement", "admin")
WRITES: Final = ("settlement", "admin")
_RUNS: Final = 10


def routes(app: App, settlement: SettlementClient) -> None:
    """Add the operations of settlement."""
    _add_reads(app, settlement)
    _add_results(app, settlement)
    _add_corrections(app, settlement)
    _add_proposals(app, settlement)
    _add_runs(app, settlement)


def _add_reads(app: App, settlement: SettlementClient) -> None:
    @app.get("/v1/settlement/runs", auth=READS)
    async def list_runs(request: Request, query: views.RunQuery) -> views.RunList:
        """List settlement runs with how far they are."""
        state = "" if query.state is None else query.state.value
        found = await settlement.runs.runs(request.tenant, query.market_id, state, query.before, query.limit)
        return views.RunList([*map(views.run_view, found)])

    @app.get("/v1/settlement/proposals", auth=READS)
    async def list_proposals(request: Request, query: views.ProposalQuery) -> views.ProposalList:
        """List results that wait for a second person, or did."""
        found = await settlement.record.proposals(request.tenant, query.market_id, query.limit)
        return views.ProposalList([*map(views.proposal_view, found)])

    @app.get("/v1/settlement/waiting", auth=READS)
    async def list_waiting(request: Request, query: views.WaitingQuery) -> views.WaitingList:
        """List markets with open bets that wait for a result, for the rest of one, or for a person; the oldest first.

        What is known is what is on record of results: a market is missed (`no_result`) once another of its event has a
        result.
        """
        asked = contract.AskWaiting(query.before, query.after, query.limit)
        answer = await ask(settlement, request, contract.WAITING, asked)
        found = told(answer, contract.WaitingMarkets)
        return views.WaitingList([*map(views.waiting_view, found.markets)], found.next)

    @app.get("/v1/settlement/markets/{market_id}", auth=READS)
    async def read_results(request: Request, market_id: str) -> views.SettledMarketView:
        """Read all revisions of a market's results, its proposals and its last runs; 404 while there is none."""
        revisions = await settlement.record.revisions(request.tenant, market_id)
        proposals = await settlement.record.proposals(request.tenant, market_id)
        if not (revisions or proposals):
            raise Problem(404, "no_results", "no result of this market is on record", field="market_id")
        runs = await settlement.runs.runs(request.tenant, market_id, limit=_RUNS)
        return views.SettledMarketView(
            market_id,
            revisions[-1].revision if revisions else 0,
            [*map(views.revision_view, revisions)],
            [*map(views.proposal_view, proposals)],
            [*map(views.run_view, runs)],
        )


def _placed(placed: list[views.PlacedOrder]) -> tuple[contract.Placed, ...]:
    return tuple(contract.Placed(one.selection_id, one.position, one.tied) for one in placed)


def _add_results(app: App, settlement: SettlementClient) -> None:
    @app.post("/v1/settlement/markets/{market_id}/result", auth=WRITES, idempotent="optional", errors=(409,))
    async def enter_result(request: Request, market_id: str, body: views.ResultOrder) -> Reply[views.Taken]:
        """Enter who won, who was placed and who did not take part.

        The bets are settled at once, unless they may return more than one person may decide on: then the result is a
        proposal that another must confirm. It stands against what feeds say later. 409 `stale_revision`: the market's
        results have changed since.
        """
        placed = _placed(body.placed)
        removed = tuple(
            contract.Removed(one.selection_id, _ms(one.at), one.pence, one.factor_bp) for one in body.removed
        )
        starting = tuple(
            (int(runner), read_price(price, f"starting.{runner}")) for runner, price in body.starting.items()
        )
        order = contract.EnterResult(
            market_id, tuple(body.winners), body.places, placed, removed, body.note, starting
        )
        return await _do(settlement, request, contract.ENTER_RESULT, order, body.version)

    @app.post(
        "/v1/settlement/markets/{market_id}/placings", auth=WRITES, idempotent="optional", errors=(409,)
    )
    async def enter_placings(
        request: Request, market_id: str, body: views.PlacingsOrder
    ) -> Reply[views.Taken]:
        """Enter who was placed beside the winners on record: bets each way on them wait for it.

        Deductions and starting prices of the result stay. It is taken as `result` is.
        """
        order = contract.Place(market_id, _placed(body.placed), body.note)
        return await _do(settlement, request, contract.PLACE, order, body.version)

    @app.post(
        "/v1/settlement/markets/{market_id}/outcomes", auth=WRITES, idempotent="optional", errors=(409,)
    )
    async def enter_outcomes(
        request: Request, market_id: str, body: views.OutcomesOrder
    ) -> Reply[views.Taken]:
        """Enter what became of each selection, for markets whose selections are decided each for itself."""
        outcomes = tuple(
            contract.Decision(one.selection_id, one.won, one.void_halves, one.places, one.tied)
            for one in body.outcomes
        )
        order = contract.Decide(market_id, outcomes, body.note)
        return await _do(settlement, request, contract.DECIDE, order, body.version)


def _add_corrections(app: App, settlement: SettlementClient) -> None:
    @app.post("/v1/settlement/markets/{market_id}/void", auth=WRITES, idempotent="optional", errors=(409,))
    async def void_bets(request: Request, market_id: str, body: views.VoidOrder) -> Reply[views.Taken]:
        """Give back the stakes of a market's bets: all, or those placed in a window."""
        order = contract.Void(market_id, _ms(body.placed_from), _ms(body.placed_to), body.note)
        return await _do(settlement, request, contract.VOID, order, body.version)

    @app.post(
        "/v1/settlement/markets/{market_id}/take-back", auth=WRITES, idempotent="optional", errors=(409,)
    )
    async def take_back(request: Request, market_id: str, body: views.TakeBackOrder) -> Reply[views.Taken]:
        """Take a result back: what was paid on it is taken back, and the bets wait for another."""
        order = contract.TakeBack(market_id, body.note)
        return await _do(settlement, request, contract.TAKE_BACK, order, body.version)


def _add_proposals(app: App, settlement: SettlementClient) -> None:
    @app.post(
        "/v1/settlement/proposals/{proposal_id}/confirm",
        auth=WRITES,
        idempotent="optional",
        errors=(409, 422),
    )
    async def confirm(request: Request, proposal_id: str) -> Reply[views.Taken]:
        """Confirm a result that somebody else, or a feed, has proposed; 422 `same_person` if it was yourself."""
        return await _do(settlement, request, contract.CONFIRM, contract.Judgement(proposal_id))

    @app.post(
        "/v1/settlement/proposals/{proposal_id}/reject", auth=WRITES, idempotent="optional", errors=(409, 422)
    )
    async def reject(request: Request, proposal_id: str) -> Reply[views.Taken]:
        """Reject a proposed result."""
        return await _do(settlement, request, contract.REJECT, contract.Judgement(proposal_id))


def _add_runs(app: App, settlement: SettlementClient) -> None:
    @app.post(
        "/v1/settlement/markets/{market_id}/stop", auth=WRITES, idempotent="optional", errors=(409, 422)
    )
    async def stop_run(request: Request, market_id: str) -> Reply[views.Taken]:
        """Stop the settlement of a market after the frames under way, at most two of 1,024 bets."""
        return await _do(settlement, request, contract.STOP, contract.OfMarket(market_id))

    @app.post(
        "/v1/settlement/markets/{market_id}/resume", auth=WRITES, idempotent="optional", errors=(409, 422)
    )
    async def resume_run(request: Request, market_id: str) -> Reply[views.Taken]:
        """Go on with a stopped settlement."""
        return await _do(settlement, request, contract.RESUME, contract.OfMarket(market_id))

    @app.post(
        "/v1/settlement/markets/{market_id}/resettle", auth=WRITES, idempotent="optional", errors=(409, 422)
    )
    async def resettle(request: Request, market_id: str) -> Reply[views.Taken]:
        """Go through all bets of a market once more by the results on record: what is paid already stays so."""
        return await _do(settlement, request, contract.RESETTLE, contract.OfMarket(market_id))


async def _do(
    settlement: SettlementClient, request: Request, kind: str, order: Any, version: int = ANY_VERSION
) -> Reply[views.Taken]:
    answer = await ask(settlement, request, kind, order, version)
    taken = told(answer, contract.Taken)
    return replied(answer, views.Taken(taken.revision or None, taken.proposal_id or None))


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1_000)
