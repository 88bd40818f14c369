"""HTTP for traders: look at markets and liability, suspend, price, set terms, read who did what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.desk import ANY_VERSION
from pyplatform.contracts.sportsbook.questions import (
    AskAudit,
    AskEvents,
    AskMarket,
    AskMarkets,
    AskTerms,
    AuditEntry,
    DeskEvents,
    DeskMarket,
    DeskMarkets,
    DeskTerms,
    Limit,
)
from pyplatform.contracts.sportsbook.terms import TermsScope
from pyplatform.contracts.sportsbook.trading import (
    Edit,
    EditEntry,
    FitModel,
    MatchModel,
    PriceSource,
    Resume,
    SetMargin,
    SetModel,
    SetPrices,
    SetSource,
    SetTerms,
    Suspend,
    Target,
)
from pyplatform.http.app import App
from pyplatform.http.message import Reply, Request
from pyplatform.http.problems import Problem
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import ns_of
from pyplatform.sportsbook.desk import views
from pyplatform.sportsbook.desk.client import DeskClient
from pyplatform.sportsbook.desk.replies import ask, ask_all, replied, told

READS: Final = ("trader", "settlement", "admin")
WRITES: Final = ("trader", "admin")
_Text = Annotated[str, Meta(max_length=200)]


class Done(msgspec.Struct, frozen=True):
    """A command holds: `version` is its target's now, `position` its place in the tenant's record."""

    version: int
    position: int


class EventQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events of a sport, or of all, by id above `after`."""

    sport: _Text = ""
    after: _Text = ""
    limit: Limit = 50


class MarketQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markets of an event, or of all, by id above `after`."""

    event_id: _Text = ""
    after: _Text = ""
    limit: Limit = 50


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Acts on a target (`market:1.500`, `event:…`, `terms`, `all`), or all, before a position (0: up to now)."""

    target: _Text = ""
    before: Annotated[int, Meta(ge=0, le=2**53)] = 0
    limit: Limit = 50


class Hold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to suspend or resume: `all`, or `market:<id>`, and so on for event, competition, category, sport."""

    target: Target
    reason: views.Reason = ""


class PricesOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices by selection id; null lets a selection be calculated again."""

    version: views.Version
    prices: Annotated[dict[views.SelectionId, views.Price | None], Meta(min_length=1, max_length=1000)]
    reason: views.Reason = ""


class MarginOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Margin of one market in basis points; null goes back to the terms."""

    version: views.Version
    margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None
    reason: views.Reason = ""


class SourceOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the prices of a market come from."""

    version: views.Version
    source: PriceSource
    reason: views.Reason = ""


class ModelOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The model of an event, or how its match stands; null takes it away."""

    version: views.Version
    model: MatchModel | None
    reason: views.Reason = ""


class FitOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markets whose prices tell a football model: home, draw and away, and (if given) goals over a half line."""

    version: views.Version
    result_market: _Text
    total_market: _Text = ""
    reason: views.Reason = ""


class RuleOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule in the place of the one for the same scope; values that say nothing drop it."""

    version: views.Version
    scope: TermsScope
    values: views.RuleValues
    reason: views.Reason = ""


class EditOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a thing of the catalogue is called and placed, in the place of its last edit; `names` are by language."""

    version: views.Version
    target: Target
    names: dict[Annotated[str, Meta(max_length=12)], Annotated[str, Meta(min_length=1, max_length=200)]] = {}
    tier: Annotated[int, Meta(ge=1, le=99)] | None = None
    hidden: bool = False
    starts_at: Annotated[datetime, Meta(tz=True)] | None = None
    reason: views.Reason = ""


def routes(app: App, desk: DeskClient, tenants: Mapping[str, Tenant]) -> None:
    """Add the operations of traders."""
    _add_reads(app, desk, tenants)
    _add_holds(app, desk)
    _add_market_orders(app, desk)
    _add_orders(app, desk, tenants)


def _add_reads(app: App, desk: DeskClient, tenants: Mapping[str, Tenant]) -> None:
    @app.get("/v1/trading/events", auth=READS)
    async def list_traded_events(request: Request, query: EventQuery) -> views.TradedEvents:
        """List events with their liability, page by page."""
        asked = AskEvents(query.sport, query.after, query.limit)
        pages = [told(one, DeskEvents) for one in await ask_all(desk, request, "events", asked)]
        found = sorted((event for page in pages for event in page.events), key=lambda one: one.event.id)
        more = any(page.next for page in pages) or len(found) > query.limit
        found = found[: query.limit]
        return views.TradedEvents([*map(views.event_view, found)], found[-1].event.id if more else "")

    @app.get("/v1/trading/markets", auth=READS)
    async def list_traded_markets(request: Request, query: MarketQuery) -> views.TradedMarkets:
        """List markets with prices and liability, page by page."""
        asked = AskMarkets(query.event_id, query.after, query.limit)
        if query.event_id:
            pages = [told(await ask(desk, request, "markets", asked), DeskMarkets)]
        else:
            pages = [told(one, DeskMarkets) for one in await ask_all(desk, request, "markets", asked)]
        found = sorted((market for page in pages for market in page.markets), key=lambda one: one.id)
        more = any(page.next for page in pages) or len(found) > query.limit
        found = found[: query.limit]
        return views.TradedMarkets([*map(views.market_view, found)], found[-1].id if more else "")

    @app.get("/v1/trading/markets/{market_id}", auth=READS)
    async def read_traded_market(request: Request, market_id: str) -> views.TradedMarket:
        """Read one market with its terms, prices and liability."""
        answer = await ask(desk, request, "market", AskMarket(market_id))
        return views.market_view(told(answer, DeskMarket))

    @app.get("/v1/trading/terms", auth=READS)
    async def read_terms(request: Request) -> views.TermsView:
        """Read all rules of the terms."""
        terms = told(await ask(desk, request, "terms", AskTerms()), DeskTerms)
        currency = tenants[request.tenant].currency
        rules = [
            views.RuleView(rule.scope, views.write_values(rule.values, currency)) for rule in terms.rules
        ]
        return views.TermsView(terms.version, views.write_values(terms.base, currency), rules)

    @app.get("/v1/trading/audit", auth=READS)
    async def read_audit_trail(request: Request, query: AuditQuery) -> views.AuditTrail:
        """Read what staff did, the newest first."""
        asked = AskAudit(query.target, query.before, query.limit)
        entries = told(await ask(desk, request, "audit", asked), list[AuditEntry])
        more = entries[-1].position if len(entries) == query.limit else 0
        return views.AuditTrail([*map(views.act_view, entries)], more)


def _add_holds(app: App, desk: DeskClient) -> None:
    @app.post("/v1/trading/suspend", auth=WRITES, idempotent="optional", errors=(409,))
    async def suspend(request: Request, body: Hold) -> Reply[Done]:
        """Suspend a market, an event, a competition, a category, a sport, or everything.

        No bet on it is taken from before this answers on. What is suspended already stays so.
        """
        return await _do(desk, request, "suspend", Suspend(body.target, body.reason))

    @app.post("/v1/trading/resume", auth=WRITES, idempotent="optional", errors=(409,))
    async def resume(request: Request, body: Hold) -> Reply[Done]:
        """Take a suspension back; 422 `not_suspended` if there is none of exactly this target."""
        return await _do(desk, request, "resume", Resume(body.target, body.reason))


def _add_market_orders(app: App, desk: DeskClient) -> None:
    @app.put("/v1/trading/markets/{market_id}/prices", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_prices(request: Request, market_id: str, body: PricesOrder) -> Reply[Done]:
        """Set prices by hand. 409 `version_conflict`: somebody has changed the market since, and who."""
        prices = {
            int(runner): 0 if price is None else views.read_price(price, f"prices.{runner}")
            for runner, price in body.prices.items()
        }
        return await _do(desk, request, "set_prices", SetPrices(market_id, prices, body.reason), body.version)

    @app.put("/v1/trading/markets/{market_id}/margin", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_margin(request: Request, market_id: str, body: MarginOrder) -> Reply[Done]:
        """Set the margin of one market, or go back to its terms'."""
        return await _do(
            desk, request, "set_margin", SetMargin(market_id, body.margin_bp, body.reason), body.version
        )

    @app.put("/v1/trading/markets/{market_id}/source", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_source(request: Request, market_id: str, body: SourceOrder) -> Reply[Done]:
        """Choose where a market's prices come from: its feed, several feeds, the event's model, or hands."""
        return await _do(
            desk, request, "set_source", SetSource(market_id, body.source, body.reason), body.version
        )


def _add_orders(app: App, desk: DeskClient, tenants: Mapping[str, Tenant]) -> None:
    @app.put("/v1/trading/events/{event_id}/model", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_model(request: Request, event_id: str, body: ModelOrder) -> Reply[Done]:
        """Give an event a model, or say how its match stands."""
        return await _do(
            desk, request, "set_model", SetModel(event_id, body.model, body.reason), body.version
        )

    @app.put("/v1/trading/events/{event_id}/model/fit", auth=WRITES, idempotent="optional", errors=(409,))
    async def fit_model(request: Request, event_id: str, body: FitOrder) -> Reply[Done]:
        """Give an event the football model that the prices of its feeds' markets tell before the match."""
        fit = FitModel(event_id, body.result_market, body.total_market, body.reason)
        return await _do(desk, request, "fit_model", fit, body.version)

    @app.put("/v1/trading/terms", auth=WRITES, idempotent="optional", errors=(409,))
    async def set_terms(request: Request, body: RuleOrder) -> Reply[Done]:
        """Set, change or drop one rule of the terms; `version` is that of all rules."""
        values = views.read_values(body.values, tenants[request.tenant].currency)
        return await _do(desk, request, "set_terms", SetTerms(body.scope, values, body.reason), body.version)

    @app.put("/v1/trading/catalogue", auth=WRITES, idempotent="optional", errors=(409,))
    async def edit_catalogue(request: Request, body: EditOrder) -> Reply[Done]:
        """Rename, hide or place a sport, category, competition, event or market."""
        try:
            starts_at = None if body.starts_at is None else ns_of(body.starts_at)
        except ValueError as error:
            raise Problem(422, "time_out_of_range", str(error), field="starts_at") from None
        edit = Edit(body.names, body.tier, body.hidden, starts_at)
        return await _do(desk, request, "edit", EditEntry(body.target, edit, body.reason), body.version)


async def _do(
    desk: DeskClient, request: Request, kind: str, body: Any, version: int = ANY_VERSION
) -> Reply[Done]:
    answer = await ask(desk, request, kind, body, version)
    return replied(answer, Done(answer.version, answer.position))
