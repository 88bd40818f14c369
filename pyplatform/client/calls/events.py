"""Operations on events; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call
from pyplatform.client.types.events import EventList, SportTree, WholeEvent


def list_sports(*, language: str = "") -> Call[SportTree]:
    """List all sports with their categories and competitions, and how many events each has."""
    return Call("GET", "/v1/sports", SportTree, query={"language": language})


def list_events(
    *,
    language: str = "",
    sport: str = "",
    competition: str = "",
    in_play: bool | None = None,
    after: str = "",
    limit: int = 100,
) -> Call[EventList]:
    """List events without their prices, the next to start first, page by page."""
    return Call(
        "GET",
        "/v1/events",
        EventList,
        query={
            "language": language,
            "sport": sport,
            "competition": competition,
            "in_play": in_play,
            "after": after,
            "limit": limit,
        },
    )


def read_event(event_id: str, *, language: str = "") -> Call[WholeEvent]:
    """Read one event with its markets and their prices."""
    return Call("GET", f"/v1/events/{quote(event_id, safe='')}", WholeEvent, query={"language": language})
