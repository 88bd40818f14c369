"""The bodies of trading; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Any, Literal

import msgspec

from pyplatform.client.types.shared import LiabilityTotal, MarketLiability, MarketStatus, PricePolicy


class ActView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody did; `before` and `after` are what changed, as it is recorded."""

    position: int
    at: datetime
    actor: str
    kind: str
    target: str
    version: int
    reason: str
    before: Any
    after: Any
    correlation_id: str


class AuditTrail(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Acts, the newest first; ask on with `before=next` until that is 0."""

    acts: list[ActView]
    next: int


class FeedLink(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A market of another feed with the same outcomes: `outcomes[our selection] = its selection`."""

    market_id: str
    outcomes: dict[str, int]
    weight: int = 1


class ConsensusSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="consensus"):
    """Prices from several feeds: the mean of their log-odds by weight, of those that may be relied upon now."""

    links: list[FeedLink]
    own_weight: int = 1


class EditOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a thing of the catalogue is called and placed, in the place of its last edit; `names` are by language."""

    version: int
    """version of the target as you saw it."""
    target: str
    names: dict[str, str] = {}
    tier: int | None = None
    hidden: bool = False
    starts_at: datetime | None = None
    reason: str = ""


class FeedSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="feed"):
    """Prices from the market's own feed; what holds unless a trader chooses."""


class FitOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Markets whose prices tell a football model: home, draw and away, and (if given) goals over a half line."""

    version: int
    """version of the target as you saw it."""
    result_market: str
    total_market: str = ""
    reason: str = ""


class FootballModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="football"):
    """Goals of a match: rates of 90 minutes, the score, and the `minute` it was at `at` (ns, 0: when recorded).

    While it is `running` the minute goes on by the clock, up to `length`.
    """

    home_rate: float
    away_rate: float
    rho: float = 0.0
    minute: float = 0.0
    at: int = 0
    running: bool = False
    score: tuple[int, int] = (0, 0)
    red_cards: tuple[int, int] = (0, 0)
    length: float = 90.0


class Hold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to suspend or resume: `all`, or `market:<id>`, and so on for event, competition, category, sport."""

    target: str
    reason: str = ""


class LiabilityView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Liability of an event or a market: every market that has or had bets, and the totals by currency."""

    totals: list[LiabilityTotal]
    markets: list[MarketLiability]


class ManualSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="manual"):
    """A trader's prices alone: a selection without one is not offered."""

    without_feed: bool = False


class MarginOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Margin of one market in basis points; null goes back to the terms."""

    version: int
    """version of the target as you saw it."""
    margin_bp: int | None
    reason: str = ""


Method = Literal["additive", "balanced_book", "multiplicative", "odds_ratio", "power", "shin"]
"""How the margin is put on fair probabilities; the last two know markets of one winner only."""


class PointsModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="points"):
    """The lead of a game of many points by Stern's model; `remaining` is the share of the game still to be played."""

    mu: float
    sigma: float
    lead: int = 0
    remaining: float = 1.0
    total_mu: float | None = None
    total_sigma: float | None = None
    points: int = 0


class TennisModel(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="tennis"):
    """Points of a match: `pa` and `pb` are what A and B win on their own serve; the score as `core.inplay` reads it."""

    pa: float
    pb: float
    best_of: Literal[1, 3, 5] = 3
    sets: tuple[int, int] = (0, 0)
    games: tuple[int, int] = (0, 0)
    points: tuple[int, int] = (0, 0)
    server: Literal["A", "B"] = "A"


class ModelOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The model of an event, or how its match stands; null takes it away."""

    version: int
    """version of the target as you saw it."""
    model: FootballModel | TennisModel | PointsModel | None
    reason: str = ""


class ModelSource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="model"):
    """Prices from the event's model: `outcomes[selection]` is the model's word for it; without any, those known for the
    feeds' common markets are taken, and recorded.

    `without_feed`: sold on while the market's feed is away; a suspension or a result it told of counts all the same.
    """

    outcomes: dict[str, str] = {}
    without_feed: bool = False


class PricesOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Prices by selection id; null lets a selection be calculated again."""

    version: int
    """version of the target as you saw it."""
    prices: dict[str, str | None]
    reason: str = ""


ReferralDecision = Literal["approve", "reject", "reoffer"]
"""What a trader makes of a bet; `REOFFER` does not take it and says what would be taken instead."""


class ReferredLegView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg at the price it was asked for."""

    event_id: str
    market_id: str
    selection_id: int
    price: str


class ReferralView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bet that waits until `expires_at`; `max_stake` is what would be taken without asking."""

    bet_id: str
    brand: int
    player_id: str
    type: str
    legs: list[ReferredLegView]
    stake: str
    currency: str
    max_stake: str
    expires_at: str


class ReferralList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Bets that wait for a trader, those first that expire first."""

    referrals: list[ReferralView]


class ReferralOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What becomes of a bet; a re-offer says which stake of all lines, which prices of all legs, or both, would do."""

    decision: ReferralDecision
    max_stake: str | None = None
    prices: list[str] = []
    reason: str = ""


class RuleValues(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule of the terms says; what is left out is said by less specific rules."""

    margin_bp: int | None = None
    min_margin_bp: int | None = None
    method: Method | None = None
    ladder: str | list[tuple[str, str, str]] | None = None
    min_price: str | None = None
    max_price: str | None = None
    max_stake: str | None = None
    max_payout: str | None = None
    max_liability: str | None = None
    bet_liability: str | None = None
    bet_delay: int | None = None
    price_policy: PricePolicy | None = None
    tolerance_bp: int | None = None
    referral_above: str | None = None
    move_alpha_e4: int | None = None
    move_per_minute_e4: int | None = None
    min_sources: int | None = None
    offered: bool | None = None
    brands: list[int] | None = None
    each_way: list[tuple[int, int, int]] | None = None
    best_odds: bool | None = None
    starting_price: bool | None = None
    boost: list[tuple[int, int]] | None = None
    boost_min_price: str | None = None


class TermsScope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which markets a rule is for; what is left out matches all.

    `market_type` is the market's `kind`. `within_s` matches from so many seconds before the start on; 0 is in play.
    """

    sport: str = ""
    tier: int = 0
    competition: str = ""
    market_type: str = ""
    within_s: int | None = None


class RuleOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule in the place of the one for the same scope; values that say nothing drop it."""

    version: int
    """version of the target as you saw it."""
    scope: TermsScope
    values: RuleValues
    reason: str = ""


class RuleView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule: which markets it is for, and what it says of them."""

    scope: TermsScope
    values: RuleValues


class RunnerView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection on the desk: `by_hand` is a trader's price; `chance` the fair probability behind the price;
    `if_wins` what the house loses (negative: keeps) if it wins.
    """

    id: int
    name: str
    removed: bool
    price: str | None
    by_hand: str | None
    chance: float | None
    if_wins: str


class SourceOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the prices of a market come from."""

    version: int
    """version of the target as you saw it."""
    source: FeedSource | ConsensusSource | ModelSource | ManualSource
    reason: str = ""


class TermsView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All rules, the least specific first; `base` holds where none says anything."""

    version: int
    base: RuleValues
    rules: list[RuleView]


class TradedEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event on the desk; `worst_case` adds up those of its markets."""

    id: str
    name: str
    names: dict[str, str]
    sport: str
    category: str
    competition: str
    competition_name: str
    tier: int
    starts_at: str | None
    in_play: bool
    hidden: bool
    version: int
    suspended: list[str]
    model: FootballModel | TennisModel | PointsModel | None
    markets: list[str]
    open_markets: int
    currency: str
    stakes: str
    worst_case: str


class TradedEvents(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of events; ask on with `after=next` until that is ""."""

    events: list[TradedEvent]
    next: str


class TradedMarket(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A market on the desk; `version` is to be sent with the next command on it.

    `holding` names what keeps it from being sold, `why` says why it has no prices.
    """

    id: str
    event_id: str
    name: str
    kind: str
    status: MarketStatus
    in_play: bool
    version: int
    holding: list[str]
    why: str
    feed: str
    feed_state: str
    feed_up: bool
    source: FeedSource | ConsensusSource | ModelSource | ManualSource
    margin_bp: int | None
    terms: RuleValues
    terms_version: int
    currency: str
    stakes: str
    worst_case: str
    runners: list[RunnerView]


class TradedMarkets(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of markets; ask on with `after=next` until that is ""."""

    markets: list[TradedMarket]
    next: str
