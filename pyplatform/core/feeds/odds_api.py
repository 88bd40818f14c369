"""The Odds API v4: polled documents of many bookmakers' prices into what changed since the last poll.

    books = odds_api.Books()
    for event_id, (bookmaker, market, name, description, point), before, after, seen in books.apply(document):
        ...

Odds are decimal. `apply` never raises on bad input unless `strict`: a broken document changes nothing and is listed
in `errors()`. Nothing here opens a connection.
"""

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.odds_api import Books
from pyplatform.core.feeds.shapes import OddsApiChange as Change
from pyplatform.core.feeds.shapes import OddsApiEvent as Event
from pyplatform.core.feeds.shapes import OddsApiKey as Key

__all__ = ["Books", "Change", "Event", "Key", "Problem"]
