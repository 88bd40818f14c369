"""HTTP of events: the tree of sports, lists of events, one event with its markets."""

from typing import Final

from pyplatform.gateway.events import EventCopy, EventList, EventQuery, SportTree, TreeQuery, WholeEvent
from pyplatform.http.app import App
from pyplatform.http.caching import Encoded, public
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem

FRESH: Final = public(max_age=1, stale=5)
"""Prices at an edge: a second old at most while somebody asks for them; whoever bets is told when they have moved."""
SETTLED: Final = public(max_age=10, stale=60)
"""The tree changes when events come and go, not when prices do."""


def event_routes(app: App, events: EventCopy) -> None:
    """Add the operations on events."""

    @app.get("/v1/sports", cache=SETTLED)
    async def list_sports(request: Request, query: TreeQuery) -> Encoded[SportTree]:
        """List all sports with their categories and competitions, and how many events each has."""
        return events.encoded_tree(request.tenant, query)

    @app.get("/v1/events", cache=FRESH)
    async def list_events(request: Request, query: EventQuery) -> Encoded[EventList]:
        """List events without their prices, the next to start first, page by page."""
        return events.encoded_list(request.tenant, query)

    @app.get("/v1/events/{event_id}", cache=FRESH)
    async def read_event(request: Request, event_id: str, query: TreeQuery) -> WholeEvent:
        """Read one event with its markets and their prices."""
        found = events.whole(request.tenant, event_id, query.language)
        if found is None:
            raise Problem(404, "unknown_event", "there is no such event", field="event_id")
        return found
