"""What traders command: suspend, prices, margins, where prices come from, terms, the catalogue's words.

Events hold these structs for ever, as maps: a field may be added, none renamed. A *target* names what a command is
about, and is the aggregate of its events: `all`, or `market:<id>`, and so on for event, competition, category, sport.
"""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues

ALL: Final = "all"
TERMS: Final = "terms"
"""Aggregate of the tenant's rules."""
Target = Annotated[str, Meta(pattern="^(all|(market|event|competition|category|sport):.{1,64})$")]
_Name = Annotated[str, Meta(max_length=64)]
_Rate = Annotated[float, Meta(gt=0, le=100)]
_Reason = Annotated[str, Meta(max_length=500)]
_Time = Annotated[int, Meta(ge=0, le=2**63 - 1)]
Pair = tuple[Annotated[int, Meta(ge=0, le=999)], Annotated[int, Meta(ge=0, le=999)]]


class FeedLink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A market of another feed with the same outcomes: `outcomes[our selection] = its selection`."""

    market_id: _Name
    outcomes: dict[int, int]
    weight: Annotated[int, Meta(ge=1, le=100)] = 1


class FeedSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="feed"):
    """Prices from the market's own feed; what holds unless a trader chooses."""


class ConsensusSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="consensus"):
    """Prices from several feeds: the mean of their log-odds by weight, of those that may be relied upon now."""

    links: Annotated[tuple[FeedLink, ...], Meta(min_length=1, max_length=16)]
    own_weight: Annotated[int, Meta(ge=0, le=100)] = 1


class ModelSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="model"):
    """Prices from the event's model: `outcomes[selection]` is the model's word for it; without any, those known for the
    feeds' common markets are taken, and recorded.

    `without_feed`: sold on while the market's feed is away; a suspension or a result it told of counts all the same.
    """

    outcomes: dict[int, Annotated[str, Meta(min_length=1, max_length=40)]] = {}
    without_feed: bool = False


class ManualSource(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="manual"):
    """A trader's prices alone: a selection without one is not offered."""

    without_feed: bool = False


PriceSource = FeedSource | ConsensusSource | ModelSource | ManualSource


class FootballModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="football"):
    """Goals of a match: rates of 90 minutes, the score, and the `minute` it was at `at` (ns, 0: when recorded).

    While it is `running` the minute goes on by the clock, up to `length`.
    """

    home_rate: _Rate
    away_rate: _Rate
    rho: Annotated[float, Meta(ge=-1, le=1)] = 0.0
    minute: Annotated[float, Meta(ge=0, le=150)] = 0.0
    at: _Time = 0
    running: bool = False
    score: Pair = (0, 0)
    red_cards: Pair = (0, 0)
    length: Annotated[float, Meta(ge=1, le=150)] = 90.0


class TennisModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="tennis"):
    """Points of a match: `pa` and `pb` are what A and B win on their own serve; the score as `core.inplay` reads it."""

    pa: Annotated[float, Meta(gt=0, lt=1)]
    pb: Annotated[float, Meta(gt=0, lt=1)]
    best_of: Literal[1, 3, 5] = 3
    sets: Pair = (0, 0)
    games: Pair = (0, 0)
    points: Pair = (0, 0)
    server: Literal["A", "B"] = "A"


class PointsModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="points"):
    """The lead of a game of many points by Stern's model; `remaining` is the share of the game still to be played."""

    mu: Annotated[float, Meta(ge=-1000, le=1000)]
    sigma: Annotated[float, Meta(gt=0, le=1000)]
    lead: Annotated[int, Meta(ge=-999, le=999)] = 0
    remaining: Annotated[float, Meta(ge=0, le=1)] = 1.0
    total_mu: Annotated[float, Meta(ge=0, le=1000)] | None = None
    total_sigma: Annotated[float, Meta(gt=0, le=1000)] | None = None
    points: Annotated[int, Meta(ge=0, le=999)] = 0


MatchModel = FootballModel | TennisModel | PointsModel


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How staff call and place a thing of the catalogue; None leaves what the feed says.

    `names[language]` (en, de, …) replaces the feed's name; `tier` belongs to competitions, `starts_at` (ns) to events.
    """

    names: dict[Annotated[str, Meta(pattern="^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")], str] = {}
    tier: Annotated[int, Meta(ge=1, le=99)] | None = None
    hidden: bool = False
    starts_at: Annotated[int, Meta(ge=1, le=2**63 - 1)] | None = None


class Suspend(msgspec.Struct, frozen=True):
    """Take no bets on the target from now on."""

    target: Target
    reason: _Reason = ""


class Resume(msgspec.Struct, frozen=True):
    """Take back a suspension of the same target; those of what is above or below it stay, and so do the feed's."""

    target: Target
    reason: _Reason = ""


class SetPrices(msgspec.Struct, frozen=True):
    """Offer some selections at a trader's prices (`price_e4`); 0 lets a selection be calculated again."""

    market_id: _Name
    prices: dict[int, Annotated[int, Meta(ge=0, le=10_000_000_000)]]
    reason: _Reason = ""


class SetMargin(msgspec.Struct, frozen=True):
    """Price a market at another margin than the terms'; None goes back to them."""

    market_id: _Name
    margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None
    reason: _Reason = ""


class SetSource(msgspec.Struct, frozen=True):
    """Choose where the prices of a market come from."""

    market_id: _Name
    source: PriceSource
    reason: _Reason = ""


class SetModel(msgspec.Struct, frozen=True):
    """Give an event a model, or say how its match stands; None takes the model away."""

    event_id: _Name
    model: MatchModel | None
    reason: _Reason = ""


class FitModel(msgspec.Struct, frozen=True):
    """Give an event the football model that its markets' feeds believe in before the match: rates from the chances of
    home, draw and away, and (with `total_market`) of more goals than a half line."""

    event_id: _Name
    result_market: _Name
    total_market: Annotated[str, Meta(max_length=64)] = ""
    reason: _Reason = ""


class SetTerms(msgspec.Struct, frozen=True):
    """Put a rule in the place of the one for the same scope; values that say nothing drop it."""

    scope: TermsScope
    values: TermsValues
    reason: _Reason = ""


class EditEntry(msgspec.Struct, frozen=True):
    """Put an edit in the place of the one the target had."""

    target: Target
    edit: Edit
    reason: _Reason = ""


_Factor = Annotated[int, Meta(ge=0, le=1_000_000)]
Group = Annotated[str, Meta(pattern="^[A-Za-z0-9 ._-]{1,64}$")]


class Customer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much of a player is taken: a factor of stake limits in ten-thousandths, or that of the group ("": none)."""

    group: Annotated[str, Meta(pattern="^[A-Za-z0-9 ._-]{0,64}$")] = ""
    factor_e4: _Factor | None = None


class SetCustomer(msgspec.Struct, frozen=True):
    """Put a player into a group, or give one a factor of the own; neither makes an ordinary customer of the player."""

    player_id: Annotated[str, Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    customer: Customer
    reason: _Reason = ""


class SetGroup(msgspec.Struct, frozen=True):
    """Give a group of players a factor of stake limits in ten-thousandths; None takes it away."""

    group: Group
    factor_e4: _Factor | None
    reason: _Reason = ""


class Recorded(msgspec.Struct, frozen=True):
    """Data of a staff event: what was changed, in the shape of the command's field; None where there was nothing."""

    before: msgspec.Raw
    after: msgspec.Raw
    reason: str = ""
