"""Kalshi's websocket: frames of the channel `orderbook_delta` into exact books.

    books = kalshi.Books()
    books.apply(frame)
    books.top("KXNBA-26NOV20-T0")

Prices are integers in 1/10,000 dollars, sizes integers in hundredths of a contract. `apply` never raises on bad
input unless `strict`: a broken frame leaves the books as they were and is listed in `errors()`. Nothing here opens a
connection. `stale()` names the markets to subscribe anew.
"""

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.kalshi import Books
from pyplatform.core.feeds.shapes import KalshiBook as Book
from pyplatform.core.feeds.shapes import KalshiSnapshot as Snapshot

__all__ = ["Book", "Books", "Problem", "Snapshot"]
