"""Operations on trading; written by `make client`, change the API instead."""

from urllib.parse import quote

from pyplatform.client.call import Call, new_key
from pyplatform.client.types.shared import Done
from pyplatform.client.types.trading import (
    AuditTrail,
    EditOrder,
    FitOrder,
    Hold,
    LiabilityView,
    MarginOrder,
    ModelOrder,
    PricesOrder,
    ReferralList,
    ReferralOrder,
    RuleOrder,
    SourceOrder,
    TermsView,
    TradedEvents,
    TradedMarket,
    TradedMarkets,
)


def list_traded_events(*, sport: str = "", after: str = "", limit: int = 50) -> Call[TradedEvents]:
    """List events with their liability, page by page."""
    return Call(
        "GET", "/v1/trading/events", TradedEvents, query={"sport": sport, "after": after, "limit": limit}
    )


def list_traded_markets(*, event_id: str = "", after: str = "", limit: int = 50) -> Call[TradedMarkets]:
    """List markets with prices and liability, page by page."""
    return Call(
        "GET",
        "/v1/trading/markets",
        TradedMarkets,
        query={"event_id": event_id, "after": after, "limit": limit},
    )


def read_traded_market(market_id: str) -> Call[TradedMarket]:
    """Read one market with its terms, prices and liability."""
    return Call("GET", f"/v1/trading/markets/{quote(market_id, safe='')}", TradedMarket)


def read_terms() -> Call[TermsView]:
    """Read all rules of the terms."""
    return Call("GET", "/v1/trading/terms", TermsView)


def set_terms(body: RuleOrder, *, key: str = "") -> Call[Done]:
    """Set, change or drop one rule of the terms; `version` is that of all rules."""
    return Call("PUT", "/v1/trading/terms", Done, body=body, key=key or new_key())


def read_audit_trail(*, target: str = "", before: int = 0, limit: int = 50) -> Call[AuditTrail]:
    """Read what staff did, the newest first."""
    return Call(
        "GET", "/v1/trading/audit", AuditTrail, query={"target": target, "before": before, "limit": limit}
    )


def suspend(body: Hold, *, key: str = "") -> Call[Done]:
    """Suspend a market, an event, a competition, a category, a sport, or everything.

    No bet on it is taken from before this answers on. What is suspended already stays so.
    """
    return Call("POST", "/v1/trading/suspend", Done, body=body, key=key or new_key())


def resume(body: Hold, *, key: str = "") -> Call[Done]:
    """Take a suspension back; 422 `not_suspended` if there is none of exactly this target."""
    return Call("POST", "/v1/trading/resume", Done, body=body, key=key or new_key())


def set_prices(market_id: str, body: PricesOrder, *, key: str = "") -> Call[Done]:
    """Set prices by hand. 409 `version_conflict`: somebody has changed the market since, and who."""
    return Call(
        "PUT",
        f"/v1/trading/markets/{quote(market_id, safe='')}/prices",
        Done,
        body=body,
        key=key or new_key(),
    )


def set_margin(market_id: str, body: MarginOrder, *, key: str = "") -> Call[Done]:
    """Set the margin of one market, or go back to its terms'."""
    return Call(
        "PUT",
        f"/v1/trading/markets/{quote(market_id, safe='')}/margin",
        Done,
        body=body,
        key=key or new_key(),
    )


def set_source(market_id: str, body: SourceOrder, *, key: str = "") -> Call[Done]:
    """Choose where a market's prices come from: its feed, several feeds, the event's model, or hands."""
    return Call(
        "PUT",
        f"/v1/trading/markets/{quote(market_id, safe='')}/source",
        Done,
        body=body,
        key=key or new_key(),
    )


def set_model(event_id: str, body: ModelOrder, *, key: str = "") -> Call[Done]:
    """Give an event a model, or say how its match stands."""
    return Call(
        "PUT", f"/v1/trading/events/{quote(event_id, safe='')}/model", Done, body=body, key=key or new_key()
    )


def fit_model(event_id: str, body: FitOrder, *, key: str = "") -> Call[Done]:
    """Give an event the football model that the prices of its feeds' markets tell before the match."""
    return Call(
        "PUT",
        f"/v1/trading/events/{quote(event_id, safe='')}/model/fit",
        Done,
        body=body,
        key=key or new_key(),
    )


def edit_catalogue(body: EditOrder, *, key: str = "") -> Call[Done]:
    """Rename, hide or place a sport, category, competition, event or market."""
    return Call("PUT", "/v1/trading/catalogue", Done, body=body, key=key or new_key())


def list_referrals() -> Call[ReferralList]:
    """List the bets that wait for a trader."""
    return Call("GET", "/v1/trading/referrals", ReferralList)


def decide_referral(bet_id: str, body: ReferralOrder, *, key: str = "") -> Call[Done]:
    """Approve a bet, reject it, or say what would be taken instead; the player is told at once."""
    return Call(
        "POST", f"/v1/trading/referrals/{quote(bet_id, safe='')}", Done, body=body, key=key or new_key()
    )


def read_event_liability(event_id: str) -> Call[LiabilityView]:
    """Read the liability of an event, market by market and in total, as its owner last told it.

    Follow it with the topic `liability:event:<id>` of `/v1/stream`.
    """
    return Call("GET", f"/v1/trading/liability/events/{quote(event_id, safe='')}", LiabilityView)


def read_market_liability(market_id: str) -> Call[LiabilityView]:
    """Read the liability of a market by selection, one entry a currency, as its owner last told it."""
    return Call("GET", f"/v1/trading/liability/markets/{quote(market_id, safe='')}", LiabilityView)
