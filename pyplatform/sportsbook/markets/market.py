"""A market as its owner sees it: definition, status and prices per tenant."""

from dataclasses import dataclass, field
from typing import Final

from pyplatform.contracts.feeds import Catalogue, State, Status, Update
from pyplatform.contracts.feeds import Prices as FeedPrices
from pyplatform.contracts.sportsbook.markets import MarketStatus, Prices
from pyplatform.sportsbook.markets.offer import Offer
from pyplatform.sportsbook.markets.selections import selection_id
from pyplatform.sportsbook.settlement.resolution import Resolution

_CLOSED: Final = frozenset({State.SETTLED, State.CANCELLED})
LONGEST_DELAY: Final = 30
"""Seconds; a feed that asks for more is wrong."""


@dataclass(slots=True)
class MarketState:
    """Everything the owner knows of one market; prices differ by tenant, the market does not.

    `resolution` begins with what is on record of the market's results. `source` is (feed, producer); `up` says
    whether that may be relied upon, `fresh` whether the feed's prices are of a time when it could be. `opened` is the
    number of the message that opened it last: only newer prices are sold. `offers` says how each tenant sells it,
    `chosen` whether any of them by another source than the feed. `targets` are what staff can command it by.
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
    catalogue: Catalogue | None = None
    source: tuple[str, str] = ("", "")
    up: bool = False
    fresh: bool = False
    state: State = State.SUSPENDED
    quoted: FeedPrices | None = None
    selections: tuple[int, ...] = ()
    version: int = 0
    prices: dict[str, dict[int, int]] = field(default_factory=dict)
    seqs: dict[type, int] = field(default_factory=dict)
    opened: int = 0
    offers: dict[str, Offer] = field(default_factory=dict)
    chosen: bool = False
    targets: tuple[str, ...] = ()
    told_places: int = 0

    def status_of(self, tenant: str) -> MarketStatus:
        """Status of the market as a tenant sells it: the feed's, unless staff hold it or price it otherwise."""
        offer = self.offers.get(tenant)
        if offer is None or self.status is MarketStatus.CLOSED:
            return self.status
        if offer.holding or offer.sourced is False:
            return MarketStatus.SUSPENDED
        return self.status if offer.sourced is None else MarketStatus.OPEN

    def delay_of(self, tenant: str) -> int:
        """Seconds a bet of a tenant waits now: the feed's delay, or the terms' if that is longer."""
        offer = self.offers.get(tenant)
        return (
            self.bet_delay
            if offer is None or not self.in_play
            else max(self.bet_delay, offer.terms.bet_delay)
        )

    @property
    def trades(self) -> bool:
        """Whether the feed last said that the market is traded, and no result has closed it."""
        return self.state is State.ACTIVE and self.status is not MarketStatus.CLOSED

    def is_news(self, update: Update) -> bool:
        """Whether `update` is newer than what was taken of its kind; if so, it counts as taken."""
        kind = type(update.body)
        if update.stamp.seq <= self.seqs.get(kind, 0):
            return False
        self.seqs[kind] = update.stamp.seq
        self.source = update.stamp.feed, update.stamp.producer
        return True

    def define(self, catalogue: Catalogue) -> None:
        """Take over what the market is."""
        self.catalogue = catalogue
        self.places = max(1, catalogue.winners)
        self.names = {selection_id(outcome.key): outcome.name for outcome in catalogue.outcomes}
        self._sort_out()

    def resolve(self, resolution: Resolution) -> None:
        """Take over what is known of the results."""
        self.resolution = resolution
        self._sort_out()

    def _sort_out(self) -> None:
        """Who runs: the feed says so, and a removed runner stays removed whatever it says later."""
        outcomes = self.catalogue.outcomes if self.catalogue is not None else ()
        gone = {selection_id(outcome.key) for outcome in outcomes if outcome.removed}
        if self.resolution is not None:
            gone.update(self.resolution.removed)
        self.removed = frozenset(gone)
        self.active = frozenset(self.names) - self.removed
        self.prices = {
            tenant: {runner: price for runner, price in prices.items() if runner in self.active}
            for tenant, prices in self.prices.items()
        }
        self.judge_status()

    def set_status(self, status: Status) -> None:
        """Take over how the feed trades the market; one that was not traded opens on newer prices only."""
        if status.state is State.ACTIVE and self.state is not State.ACTIVE:
            self.opened = self.seqs.get(Status, 0)
        self.state = status.state
        self.in_play = status.in_play
        self.bet_delay = min(max(0, status.bet_delay), LONGEST_DELAY)
        self.judge_status()

    def quote(self, prices: FeedPrices, *, confirmed: bool = False) -> None:
        """Take over the feed's prices; if `confirmed`, they are known to be those of this moment."""
        if confirmed:
            self.opened = 0
        if self.quoted is None or self.quoted.outcomes != prices.outcomes:
            self.selections = tuple(map(selection_id, prices.outcomes))
        self.quoted = prices
        self.fresh = True
        self.judge_status()

    def rely(self, *, up: bool) -> bool:
        """Say whether the market's producer may be relied upon; True if the status has changed."""
        before, self.up = self.status, up
        self.judge_status()
        return self.status is not before

    def judge_status(self) -> None:
        """A market is open while its feed says so, lives, and has sent prices since it last was down."""
        if self.state in _CLOSED or (self.resolution is not None and self.resolution.closed):
            self.status = MarketStatus.CLOSED
        elif (
            self.state is State.ACTIVE
            and self.up
            and self.fresh
            and self.seqs.get(FeedPrices, 0) >= self.opened
        ):
            self.status = MarketStatus.OPEN
        else:
            self.status = MarketStatus.SUSPENDED

    def next_version(self, now: int) -> int:
        """Version of what is published next: the clock in µs, so that it also grows across restarts.

        JSON numbers are exact in every client up to 2^53, which nanoseconds have passed.
        """
        self.version = max(self.version + 1, now // 1_000)
        return self.version

    def price_list(self, tenant: str, published_at: int, received_at: int) -> Prices:
        """Return the prices of `tenant` as of the last version."""
        prices = self.prices.get(tenant, {})
        offer = self.offers.get(tenant)
        return Prices(
            tenant,
            self.market_id,
            self.version,
            self.status_of(tenant),
            prices,
            published_at,
            received_at,
            0 if offer is None else offer.terms.version,
        )
