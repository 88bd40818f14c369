"""Polymarket's CLOB websocket, market channel: frames into exact books.

    books = polymarket.Books()
    books.apply(frame)
    books.suspect()

Prices and sizes are exact, of at most 6 decimals. `apply` never raises on bad input unless `strict`: a broken frame
leaves the books as they were and is listed in `errors()`. Nothing here opens a connection. `suspect()` names the
assets to fetch anew.
"""

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.polymarket import Books
from pyplatform.core.feeds.shapes import PolymarketBook as Book

__all__ = ["Book", "Books", "Problem"]
