"""Betfair Exchange Stream and historical files: lines of JSON into exact market books.

Prices are decimal odds and sizes GBP, both floats that equal the feed's decimals; times are integers in nanoseconds
since the epoch (the feed's own milliseconds in `Books.snapshot()`, whose shape is that of a recorded book).

`Books.apply(data)` takes bytes in any chunking and never raises on bad input unless `strict`: a broken line leaves
the books as they were and is listed in `Books.errors()`. A `Books` belongs to one thread; data of 256 KiB or more is
read while other threads run.
"""

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.betfair import (
    Books,
    Ladder,
    Market,
    MarketDefinition,
    Runner,
    RunnerView,
    Top,
    publish_time,
)
from pyplatform._core.feeds.orders import Orders
from pyplatform.core.feeds.columns import Batch, Reader, read
from pyplatform.core.feeds.files import Stream, StreamError, open_stream, streams
from pyplatform.core.feeds.shapes import MarketBook, Order, OrderMarket, OrderRunner, RunnerBook, Snapshot

__all__ = [
    "Batch",
    "Books",
    "Ladder",
    "Market",
    "MarketBook",
    "MarketDefinition",
    "Order",
    "OrderMarket",
    "OrderRunner",
    "Orders",
    "Problem",
    "Reader",
    "Runner",
    "RunnerBook",
    "RunnerView",
    "Snapshot",
    "Stream",
    "StreamError",
    "Top",
    "open_stream",
    "publish_time",
    "read",
    "streams",
]
