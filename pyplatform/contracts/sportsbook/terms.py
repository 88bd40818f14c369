"""Trading terms as staff set them: which markets a rule is for, and what it says of them.

Amounts are integers at the scale of the tenant's currency, prices are in ten-thousandths (`_e4`), margins and shares in
basis points (`_bp`). Events of the settings hold these structs for ever as maps: a field may be added, none renamed.
"""

from enum import StrEnum
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

MOST_SECONDS = 31 * 24 * 3600
_Amount = Annotated[int, Meta(ge=0, le=10**18)]
_Price = Annotated[int, Meta(ge=10_001, le=10_000_000_000)]
# No text with a pattern: msgspec 0.22 frees what it must not where such a text may also be an array.
_Ladder = Literal["betfair", "betfair_finest", "betdaq", "uk_fractional"]
Tier = tuple[_Price, _Price, Annotated[int, Meta(ge=1, le=10_000_000_000)]]
"""A stretch of a house's own ladder: start, stop and step in ten-thousandths."""
_Few = Annotated[int, Meta(ge=1, le=15)]
PlaceTerms = tuple[Annotated[int, Meta(ge=2, le=100)], _Few, _Few]
"""Each-way terms from so many runners on: places, and 4 for a quarter of the winnings."""
BoostStep = tuple[Annotated[int, Meta(ge=2, le=20)], Annotated[int, Meta(ge=1, le=100_000)]]
"""A bonus from so many legs on, in basis points of the profit."""


class PricePolicy(StrEnum):
    """What becomes of a bet when the price has moved since it was asked for; a player's own policy may be stricter."""

    NONE = "NONE"
    """Any change is offered anew."""
    HIGHER = "HIGHER"
    """A better price is given, a worse one offered anew."""
    ANY = "ANY"
    WITHIN = "WITHIN"
    """As HIGHER, and a worse price is taken within `tolerance_bp` of the price asked for."""


class Method(StrEnum):
    """How the margin is put on fair probabilities; the last two know markets of one winner only."""

    POWER = "power"
    MULTIPLICATIVE = "multiplicative"
    ADDITIVE = "additive"
    ODDS_RATIO = "odds_ratio"
    SHIN = "shin"
    BALANCED_BOOK = "balanced_book"


class TermsScope(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which markets a rule is for; what is left out matches all.

    `market_type` is the market's `kind`. `within_s` matches from so many seconds before the start on; 0 is in play.
    """

    sport: Annotated[str, Meta(max_length=64)] = ""
    tier: Annotated[int, Meta(ge=0, le=99)] = 0
    competition: Annotated[str, Meta(max_length=64)] = ""
    market_type: Annotated[str, Meta(max_length=64)] = ""
    within_s: Annotated[int, Meta(ge=0, le=MOST_SECONDS)] | None = None


class TermsValues(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a rule says; None says nothing, and a less specific rule counts."""

    margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    """On top of fair: 500 makes a book of 105 %."""
    min_margin_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    """What the book must carry at least where limits or ceilings take of the margin; by default the margin."""
    method: Method | None = None
    ladder: _Ladder | tuple[Tier, ...] | None = None
    min_price_e4: _Price | None = None
    max_price_e4: _Price | None = None
    max_stake: _Amount | None = None
    """Of one bet."""
    max_payout: _Amount | None = None
    """Of one bet, stake included."""
    max_liability: _Amount | None = None
    """What a market may lose in its worst outcome."""
    bet_liability: _Amount | None = None
    """What one bet may win from the house."""
    bet_delay: Annotated[int, Meta(ge=0, le=30)] | None = None
    """Seconds a bet waits in play; a longer delay of the feed counts."""
    price_policy: PricePolicy | None = None
    tolerance_bp: Annotated[int, Meta(ge=0, le=10_000)] | None = None
    referral_above: _Amount | None = None
    """Stakes above are referred to a trader."""
    move_alpha_e4: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    """Pull of liability on the prices, in ten-thousandths of log-odds at the market's limit; 0 moves nothing."""
    move_per_minute_e4: Annotated[int, Meta(ge=0, le=100_000)] | None = None
    """The most a price moves by liability in any minute, in ten-thousandths of log-odds."""
    min_sources: Annotated[int, Meta(ge=1, le=16)] | None = None
    """Feeds that must agree on a consensus at least; with fewer the market is suspended."""
    offered: bool | None = None
    brands: tuple[Annotated[int, Meta(ge=1, le=2**31 - 1)], ...] | None = None
    """Brands that offer the market; empty: all."""
    each_way: tuple[PlaceTerms, ...] | None = None
    """By runners, the row with the most that are there; with fewer than all say, and empty: win only."""
    best_odds: bool | None = None
    """A bet on a race's winner before its start is paid at the starting price if that is better."""
    starting_price: bool | None = None
    """Bets on a race's winner are taken at the starting price, too."""
    boost: tuple[BoostStep, ...] | None = None
    """Bonus on an accumulator whose legs all win; of several legs' tables the least counts. Empty: none."""
    boost_min_price_e4: _Price | None = None
    """A leg at a shorter price leaves its accumulator without a bonus."""
