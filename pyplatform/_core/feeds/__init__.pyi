"""`rust_core/feeds` for Python: feeds into market state. Import from `pyplatform.core.feeds`."""

from typing import final

from pyplatform._core.feeds import betfair as betfair
from pyplatform._core.feeds import kalshi as kalshi
from pyplatform._core.feeds import odds_api as odds_api
from pyplatform._core.feeds import orders as orders
from pyplatform._core.feeds import polymarket as polymarket
from pyplatform._core.feeds import uof as uof

__all__ = ["Problem", "betfair", "kalshi", "odds_api", "orders", "polymarket", "uof"]

@final
class Problem:
    """What was wrong with a line, or with a frame or message where there are no lines. `offset` is that of the message's first byte in all bytes given."""

    @property
    def line(self) -> int:
        """Counted from 1, blank lines included; of frames, the frame's number."""
    @property
    def offset(self) -> int: ...
    @property
    def at(self) -> int:
        """Byte of the message where it was seen."""
    @property
    def reason(self) -> str: ...
