"""HTTP of prices as they were."""

from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.history import HistoryPort, PricePoint
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import write_price
from pyplatform.http.app import App
from pyplatform.http.caching import PRIVATE
from pyplatform.http.message import Request
from pyplatform.http.problems import Problem
from pyplatform.kernel.time import Moment

MOST_POINTS: Final = 1_000
_READS: Final = ("player", "trader", "settlement", "admin")
_FOREVER: Final = 2**62
_SECOND: Final = 1_000_000


class HistoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices from `since` on and before `until`; `after=next` of a page asks for the next one. With a `step` (seconds),
    of each step of the clock only the last."""

    since: Moment | None = None
    until: Moment | None = None
    after: Annotated[int, Meta(ge=0, le=2**53)] = 0
    step: Annotated[int, Meta(ge=0, le=86_400)] = 0
    limit: Annotated[int, Meta(ge=1, le=MOST_POINTS)] = 200


class PriceView(msgspec.Struct, frozen=True):
    """Prices by selection id from `at` until the next point, by the rules of `terms_version`; who is missing was not
    offered. `caused_at` is when the message or command came that moved them."""

    at: datetime
    version: int
    status: MarketStatus
    terms_version: int
    caused_at: datetime | None
    prices: dict[int, str]


class PriceHistory(msgspec.Struct, frozen=True):
    """Prices of a market, oldest first; ask on with `after=next` until that is null."""

    market_id: str
    points: list[PriceView]
    next: int | None


def history_routes(app: App, copy: MarketCopy, history: HistoryPort) -> None:
    """Add the operation on prices as they were."""

    @app.get("/v1/markets/{market_id}/history", auth=_READS, cache=PRIVATE)
    async def read_price_history(request: Request, market_id: str, query: HistoryQuery) -> PriceHistory:
        """Read the prices of a market as they were, page by page.

        They are there a moment after they were published, and for as long as the operator keeps them; a market that is
        not shown any more has its past all the same, one that is hidden shows it to staff only.
        """
        market = copy.market(request.tenant, market_id)
        hidden = market is not None and market.hidden and not request.staff.staff
        since = max(_micros(query.since, 0), query.after + 1 if query.after else 0)
        until = _micros(query.until, _FOREVER)
        found: list[PricePoint] = []
        if not hidden:
            step = query.step * _SECOND
            limit = query.limit + 1
            found = await history.read(request.tenant, market_id, since, until, step, limit)
        if hidden or (market is None and not found and not query.after):
            raise Problem(
                404,
                "unknown_market",
                "there is no such market, nor are there prices of it",
                field="market_id",
            )
        page = found[: query.limit]
        return PriceHistory(
            market_id, [_view(point) for point in page], page[-1].version if len(found) > len(page) else None
        )


def _view(point: PricePoint) -> PriceView:
    return PriceView(
        datetime.fromtimestamp(point.version / _SECOND, UTC),
        point.version,
        point.status,
        point.terms_version,
        datetime.fromtimestamp(point.caused_at / _SECOND, UTC) if point.caused_at else None,
        {selection: write_price(price) for selection, price in point.prices.items()},
    )


def _micros(moment: datetime | None, otherwise: int) -> int:
    return otherwise if moment is None else int(moment.timestamp() * _SECOND)
