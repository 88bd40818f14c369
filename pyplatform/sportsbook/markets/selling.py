"""How each tenant sells a market: terms and staff decisions brought together, and the prices that follow."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.trading import ConsensusSource, FeedSource, ManualSource, ModelSource
from pyplatform.kernel.tenancy import Tenant
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.sportsbook.markets import catalogue
from pyplatform.sportsbook.markets.fair import of_consensus, of_feed, of_model
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.offer import Offer
from pyplatform.sportsbook.markets.pricing import Fair

Liability = Callable[[Tenant, str, tuple[int, ...]], Sequence[int]]
"""What the house makes (below 0: loses) if each of a market's selections wins, by the tenant's open bets on it."""
NOT_OFFERED: Final = "terms"


def no_liability(_: Tenant, __: str, ___: tuple[int, ...]) -> Sequence[int]:
    """Of an owner that holds no bets."""
    return ()


class Selling:
    """The offers of all tenants on the markets of an owner."""

    def __init__(
        self,
        tenants: list[Tenant],
        desks: dict[str, DeskState],
        markets: dict[str, MarketState],
        overheard: dict[str, MarketState],
    ) -> None:
        self._tenants = tenants
        self._desks = desks
        self._markets = markets
        self._overheard = overheard
        self._dependents: dict[str, set[str]] = {}
        self.liability: Liability = no_liability

    def arrange(self, market: MarketState, tenants: Iterable[Tenant] | None = None) -> bool:
        """Bring the offers of a market up to what terms and staff say now; True if that changed any."""
        said = market.catalogue
        if said is None:
            return False
        changed = False
        market.targets = catalogue.targets(market.market_id, said)
        now = now_ns()
        for tenant in self._tenants if tenants is None else tenants:
            desk = self._desks[tenant.slug]
            facts = catalogue.facts(market, said, desk)
            terms = desk.terms.resolve(facts, now)
            offer = market.offers.get(tenant.slug)
            if offer is None:
                offer = market.offers[tenant.slug] = Offer(terms)
                changed = True
            changed |= offer.terms != terms
            offer.terms, offer.due_at = terms, desk.terms.next_change(facts, now)
            offer.standing = desk.of(f"market:{market.market_id}")
            changed |= self.hold(market, tenant)
            self._follow_links(market.market_id, offer)
        market.chosen = any(
            not isinstance(offer.standing.source, FeedSource) for offer in market.offers.values()
        )
        return changed

    def hold(self, market: MarketState, tenant: Tenant) -> bool:
        """Take over what keeps a market from being sold by a tenant; True if that changed.

        Cheap, for a suspension of everything holds thousands of markets in one step.
        """
        desk, offer = self._desks[tenant.slug], market.offers.get(tenant.slug)
        if offer is None:
            return False
        holding = desk.holding(market.targets)
        hidden = catalogue.hidden_by(desk, market.targets)
        if hidden:
            holding = (*holding, f"hidden {hidden}")
        if not offer.terms.offered:
            holding = (*holding, NOT_OFFERED)
        changed = offer.holding != holding
        offer.holding, offer.hidden = holding, bool(hidden) or not offer.terms.offered
        return changed

    def _follow_links(self, market_id: str, offer: Offer) -> None:
        source = offer.standing.source
        if isinstance(source, ConsensusSource):
            for link in source.links:
                self._dependents.setdefault(link.market_id, set()).add(market_id)

    def _linked(self, market_id: str) -> MarketState | None:
        return self._markets.get(market_id) or self._overheard.get(market_id)

    def dependents(self, market_id: str) -> list[MarketState]:
        """Markets whose price may follow that of another."""
        found = (self._markets.get(one) for one in self._dependents.get(market_id, ()))
        return [market for market in found if market is not None]

    def statuses(self, market: MarketState) -> tuple[MarketStatus, ...]:
        """Status of a market with every tenant, or the feed's if all sell by that."""
        if not market.chosen:
            return (market.status,)
        return tuple(market.status_of(tenant.slug) for tenant in self._tenants)

    def price(self, market: MarketState, tenants: Iterable[Tenant] | None = None) -> bool:
        """Price a market anew; True if any price or any status moved.

        While a market is not traded its last prices stay, to be shown. A feed may not say how many outcomes win
        together; their chances do, and the market's `places` follow.
        """
        moved = False
        of_own: Fair | None = None
        for tenant in self._tenants if tenants is None else tenants:
            slug = tenant.slug
            offer = market.offers.get(slug)
            if offer is None:
                continue
            if isinstance(offer.standing.source, FeedSource):
                offer.sourced = None
                if market.status is not MarketStatus.OPEN or market.quoted is None:
                    continue
                if of_own is None:
                    of_own = of_feed(market)
                    if None not in market.quoted.probability:
                        market.places = max(market.places, of_own.places)
                prices = self._of_feed(market, tenant, offer, of_own)
            else:
                before = market.status_of(slug)
                fair = self._fair(market, tenant, offer)
                market.places = max(market.places, fair.places)
                prices = offer.price(fair, self._pnl(market, tenant, offer, fair), (), now_ns())
                prices = {runner: price for runner, price in prices.items() if runner in market.active}
                moved |= market.status_of(slug) is not before
            moved |= prices != market.prices.get(slug, {})
            market.prices[slug] = prices
        return moved

    def _pnl(self, market: MarketState, tenant: Tenant, offer: Offer, fair: Fair) -> Sequence[int]:
        """What liability is to move the prices by; nothing where it moves none."""
        if offer.moves:
            offer.pulled = tuple(self.liability(tenant, market.market_id, fair.selections))
            return offer.pulled
        return ()

    def _of_feed(self, market: MarketState, tenant: Tenant, offer: Offer, fair: Fair) -> dict[int, int]:
        """Prices from the market's own feed: what that does not sell is not sold."""
        quoted = market.quoted
        assert quoted is not None  # noqa: S101 - it has been asked for
        lay = quoted.lay if offer.moves and fair.selections else ()
        prices = offer.price(fair, self._pnl(market, tenant, offer, fair), lay, now_ns())
        if quoted.price:
            sold = zip(market.selections, quoted.price, strict=True)
            withheld = {runner for runner, price in sold if price is None}
            prices = {runner: price for runner, price in prices.items() if runner not in withheld}
        return prices

    def _fair(self, market: MarketState, tenant: Tenant, offer: Offer) -> Fair:
        """What the source a tenant has chosen says of a market, and whether it is sold by it now."""
        source = offer.standing.source
        relied_on = market.up and market.fresh
        match source:
            case FeedSource():
                return of_feed(market)
            case ConsensusSource():
                fair = of_consensus(market, source, offer.terms.min_sources, self._linked)
                sold = bool(fair.prices)
            case ModelSource():
                said = market.catalogue
                event = self._desks[tenant.slug].of(f"event:{said.event}") if said is not None else None
                fair = of_model(market, source, event.model if event is not None else None, now_ns())
                sold = bool(fair.prices) and (source.without_feed or relied_on)
            case ManualSource():
                runners = tuple(one for one in market.names if one in market.active)
                fair = Fair(runners, [], market.places)
                sold = bool(offer.standing.prices) and (source.without_feed or relied_on)
        offer.sourced = market.trades and sold
        return fair

    def trial(self, market: MarketState, tenant: str, changed: dict[str, Any]) -> str:
        """Why a market that has prices now would have none if a standing's fields were changed so; "" if it had."""
        offer = market.offers.get(tenant)
        if offer is None:
            return ""
        (seller,) = (one for one in self._tenants if one.slug == tenant)
        trial = Offer(offer.terms, replace(offer.standing, **changed))
        fair = self._fair(market, seller, trial)
        if not fair.prices and fair.why:
            return ""  # there is nothing to judge it by now
        return "" if trial.price(fair, (), (), now_ns()) else trial.why

    def due(self, market: MarketState) -> bool:
        """Whether time or bets have changed what a market should be sold at since it was priced."""
        now = now_ns()
        for tenant in self._tenants:
            offer, desk = market.offers.get(tenant.slug), self._desks[tenant.slug]
            if offer is None or market.catalogue is None:
                continue
            stale = offer.terms.version != desk.terms.version or now >= offer.due_at
            if stale or isinstance(offer.standing.source, ModelSource):
                return True
            if offer.moves and market.status is MarketStatus.OPEN:
                pnl = self.liability(tenant, market.market_id, market.selections)
                if offer.held_back or tuple(pnl) != offer.pulled:
                    return True
        return False
