"""A market as its owner sees it: definition, prices per tenant, and the decision on a bet."""

from dataclasses import dataclass, field
from typing import Final

from pyplatform.contracts.sportsbook import Market, MarketStatus, PlaceBet, Prices, Refusal, Selection
from pyplatform.core import feeds
from pyplatform.sportsbook.exposure import Exposure
from pyplatform.sportsbook.resolution import Resolution, of_definition

_STATUS = {
    "OPEN": MarketStatus.OPEN,
    "SUSPENDED": MarketStatus.SUSPENDED,
    "INACTIVE": MarketStatus.SUSPENDED,
    "CLOSED": MarketStatus.CLOSED,
}
LONGEST_DELAY: Final = 30
"""Seconds; a feed that asks for more is wrong."""


@dataclass(slots=True)
class MarketState:
    """Everything the owner knows of one market; prices differ by tenant, the market does not.

    `resolution` begins with what is on record of the market's results.
    """

    market_id: str
    resolution: Resolution | None = None
    status: MarketStatus = MarketStatus.SUSPENDED
    in_play: bool = False
    bet_delay: int = 0
    places: int = 1
    active: frozenset[int] = frozenset()
    removed: frozenset[int] = frozenset()
    names: dict[int, str] = field(default_factory=dict)
    definition: feeds.betfair.MarketDefinition | None = None
    version: int = 0
    prices: dict[str, dict[int, int]] = field(default_factory=dict)

    def redefine(self, definition: feeds.betfair.MarketDefinition) -> Resolution:
        """Take over a new definition and return what it says about results."""
        resolution = self.resolution = of_definition(self.market_id, definition).after(self.resolution)
        self.definition = definition
        # Nothing is sold under a status we do not know.
        status = _STATUS.get(definition.status, MarketStatus.SUSPENDED)
        self.status = MarketStatus.CLOSED if resolution.closed else status
        self.in_play = definition.in_play
        self.bet_delay = min(max(0, definition.bet_delay), LONGEST_DELAY)
        self.places = max(1, definition.number_of_winners)
        self.removed = frozenset(resolution.removed)
        self.active = frozenset(r.id for r in definition.runners if r.status == "ACTIVE") - self.removed
        self.names = {r.id: r.name or f"Runner {r.sort_priority}" for r in definition.runners}
        self.prices = {
            tenant: {runner: price for runner, price in prices.items() if runner in self.active}
            for tenant, prices in self.prices.items()
        }
        return resolution

    @property
    def event_name(self) -> str:
        """Name of the event, or the venue where the feed leaves the name out."""
        if self.definition is None:
            return ""
        return self.definition.event_name or self.definition.venue or f"Event {self.definition.event_id}"

    def withdraw_prices(self) -> bool:
        """Offer nothing; True if anything was offered before."""
        offered = any(self.prices.values())
        self.prices = {}
        return offered

    def next_version(self, now: int) -> int:
        """Version of what is published next: the clock in µs, so that it also grows across restarts.

        JSON numbers are exact in every client up to 2^53, which nanoseconds have passed.
        """
        self.version = max(self.version + 1, now // 1_000)
        return self.version

    def catalogue(self, tenant: str, definition: feeds.betfair.MarketDefinition, owner: str) -> Market:
        """Return the catalogue entry as of the last version."""
        runners = sorted(definition.runners, key=lambda r: r.sort_priority)
        return Market(
            tenant=tenant,
            id=self.market_id,
            event_id=definition.event_id,
            event_name=self.event_name,
            kind=definition.market_type,
            winners=self.places,
            starts_at=definition.market_time or 0,
            in_play=self.in_play,
            status=self.status,
            version=self.version,
            selections=[Selection(r.id, self.names[r.id], r.id in self.removed) for r in runners],
            owner=owner,
        )

    def price_list(self, tenant: str, published_at: int, received_at: int) -> Prices:
        """Return the prices of `tenant` as of the last version."""
        prices = self.prices.get(tenant, {})
        return Prices(tenant, self.market_id, self.version, self.status, prices, published_at, received_at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the sportsbook decided about an attempt: no `refusal` means taken at `price_e4`."""

    refusal: Refusal | None
    price_e4: int


def judge_price(market: MarketState | None, tenant: str, selection: int, asked_e4: int) -> Verdict:
    """Decide on status, selection and price: a better price than asked is given, a worse one refused."""
    if market is None:
        return Verdict(Refusal.UNKNOWN_MARKET, 0)
    if market.status is MarketStatus.CLOSED:
        return Verdict(Refusal.MARKET_CLOSED, 0)
    if selection not in market.active:
        gone = selection in market.removed
        return Verdict(Refusal.SELECTION_REMOVED if gone else Refusal.UNKNOWN_SELECTION, 0)
    if market.status is not MarketStatus.OPEN:
        return Verdict(Refusal.MARKET_SUSPENDED, 0)
    current = market.prices.get(tenant, {}).get(selection, 0)
    if current >= asked_e4:
        return Verdict(None, current)
    return Verdict(Refusal.PRICE_CHANGED if current else Refusal.NO_PRICE, current)


def judge(market: MarketState | None, bet: PlaceBet, exposure: Exposure, limit: int) -> Verdict:
    """Decide on an attempt to bet; `limit` bounds the market's worst case in the bet's currency."""
    verdict = judge_price(market, bet.tenant, bet.selection_id, bet.price_e4)
    if verdict.refusal is not None:
        return verdict
    payout = bet.stake * verdict.price_e4 // 10_000
    if exposure.worst_case_with(bet.selection_id, bet.stake, payout) > limit:
        return Verdict(Refusal.LIABILITY_EXCEEDED, verdict.price_e4)
    return verdict
