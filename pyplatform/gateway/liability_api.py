"""HTTP of liability for traders: what an event or a market may cost, from the owners' reports."""

from typing import Final

from pyplatform.gateway.push.liability import LiabilityCopy, LiabilityView, view_of
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem

READS: Final = ("trader", "settlement", "admin")


def liability_routes(app: App, copy: LiabilityCopy) -> None:
    """Add the operations on liability."""

    @app.get("/v1/trading/liability/events/{event_id}", auth=READS, cache=PRIVATE)
    async def read_event_liability(request: Request, event_id: str) -> LiabilityView:
        """Read the liability of an event, market by market and in total, as its owner last told it.

        Follow it with the topic `liability:event:<id>` of `/v1/stream`.
        """
        found = copy.of_event(request.tenant, event_id)
        if found is None:
            raise Problem(404, "unknown_event", "there is no such event", field="event_id")
        return view_of(found)

    @app.get("/v1/trading/liability/markets/{market_id}", auth=READS, cache=PRIVATE)
    async def read_market_liability(request: Request, market_id: str) -> LiabilityView:
        """Read the liability of a market by selection, one entry a currency, as its owner last told it."""
        found = copy.of_market(request.tenant, market_id)
        if found is None:
            raise Problem(404, "unknown_market", "there is no such market", field="market_id")
        return view_of(found)
