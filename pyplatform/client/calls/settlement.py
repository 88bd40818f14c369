"""Operations on settlement; written by `make client`, change the API instead."""

from datetime import datetime
from urllib.parse import quote

from pyplatform.client.call import Call, new_key
from pyplatform.client.types.settlement import (
    OutcomesOrder,
    PlacingsOrder,
    ProposalList,
    ResultOrder,
    RunList,
    RunState,
    SettledMarketView,
    TakeBackOrder,
    Taken,
    VoidOrder,
    WaitingList,
)


def list_runs(
    *, market_id: str = "", state: RunState | None = None, before: datetime | None = None, limit: int = 50
) -> Call[RunList]:
    """List settlement runs with how far they are."""
    return Call(
        "GET",
        "/v1/settlement/runs",
        RunList,
        query={"market_id": market_id, "state": state, "before": before, "limit": limit},
    )


def list_proposals(*, market_id: str = "", limit: int = 50) -> Call[ProposalList]:
    """List results that wait for a second person, or did."""
    return Call(
        "GET", "/v1/settlement/proposals", ProposalList, query={"market_id": market_id, "limit": limit}
    )


def list_waiting(*, before: datetime | None = None, after: str = "", limit: int = 50) -> Call[WaitingList]:
    """List markets with open bets that wait for a result, for the rest of one, or for a person; the oldest first.

    What is known is what is on record of results: a market is missed (`no_result`) once another of its event has a
    result.
    """
    return Call(
        "GET", "/v1/settlement/waiting", WaitingList, query={"before": before, "after": after, "limit": limit}
    )


def read_results(market_id: str) -> Call[SettledMarketView]:
    """Read all revisions of a market's results, its proposals and its last runs; 404 while there is none."""
    return Call("GET", f"/v1/settlement/markets/{quote(market_id, safe='')}", SettledMarketView)


def enter_result(market_id: str, body: ResultOrder, *, key: str = "") -> Call[Taken]:
    """Enter who won, who was placed and who did not take part.

    The bets are settled at once, unless they may return more than one person may decide on: then the result is a
    proposal that another must confirm. It stands against what feeds say later. 409 `stale_revision`: the market's
    results have changed since.
    """
    return Call(
        "POST",
        f"/v1/settlement/markets/{quote(market_id, safe='')}/result",
        Taken,
        body=body,
        key=key or new_key(),
    )


def enter_placings(market_id: str, body: PlacingsOrder, *, key: str = "") -> Call[Taken]:
    """Enter who was placed beside the winners on record: bets each way on them wait for it.

    Deductions and starting prices of the result stay. It is taken as `result` is.
    """
    return Call(
        "POST",
        f"/v1/settlement/markets/{quote(market_id, safe='')}/placings",
        Taken,
        body=body,
        key=key or new_key(),
    )


def enter_outcomes(market_id: str, body: OutcomesOrder, *, key: str = "") -> Call[Taken]:
    """Enter what became of each selection, for markets whose selections are decided each for itself."""
    return Call(
        "POST",
        f"/v1/settlement/markets/{quote(market_id, safe='')}/outcomes",
        Taken,
        body=body,
        key=key or new_key(),
    )


def void_bets(market_id: str, body: VoidOrder, *, key: str = "") -> Call[Taken]:
    """Give back the stakes of a market's bets: all, or those placed in a window."""
    return Call(
        "POST",
        f"/v1/settlement/markets/{quote(market_id, safe='')}/void",
        Taken,
        body=body,
        key=key or new_key(),
    )


def take_back(market_id: str, body: TakeBackOrder, *, key: str = "") -> Call[Taken]:
    """Take a result back: what was paid on it is taken back, and the bets wait for another."""
    return Call(
        "POST",
        f"/v1/settlement/markets/{quote(market_id, safe='')}/take-back",
        Taken,
        body=body,
        key=key or new_key(),
    )


def confirm(proposal_id: str, *, key: str = "") -> Call[Taken]:
    """Confirm a result that somebody else, or a feed, has proposed; 422 `same_person` if it was yourself."""
    return Call(
        "POST", f"/v1/settlement/proposals/{quote(proposal_id, safe='')}/confirm", Taken, key=key or new_key()
    )


def reject(proposal_id: str, *, key: str = "") -> Call[Taken]:
    """Reject a proposed result."""
    return Call(
        "POST", f"/v1/settlement/proposals/{quote(proposal_id, safe='')}/reject", Taken, key=key or new_key()
    )


def stop_run(market_id: str, *, key: str = "") -> Call[Taken]:
    """Stop the settlement of a market after the frames under way, at most two of 1,024 bets."""
    return Call(
        "POST", f"/v1/settlement/markets/{quote(market_id, safe='')}/stop", Taken, key=key or new_key()
    )


def resume_run(market_id: str, *, key: str = "") -> Call[Taken]:
    """Go on with a stopped settlement."""
    return Call(
        "POST", f"/v1/settlement/markets/{quote(market_id, safe='')}/resume", Taken, key=key or new_key()
    )


def resettle(market_id: str, *, key: str = "") -> Call[Taken]:
    """Go through all bets of a market once more by the results on record: what is paid already stays so."""
    return Call(
        "POST", f"/v1/settlement/markets/{quote(market_id, safe='')}/resettle", Taken, key=key or new_key()
    )
