"""What several parts of the API share; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Literal

import msgspec

BetState = Literal["cashed_out", "open", "pending", "referred", "rejected", "settled", "voided"]
"""Where a bet stands in the ledger; `REFERRED` is pending, and a trader is asked."""

BetType = Literal[
    "ACCA",
    "ALPHABET",
    "CANADIAN",
    "DOUBLE",
    "DSA",
    "EIGHTFOLD",
    "FIVEFOLD",
    "FLAG",
    "FOURFOLD",
    "GOLIATH",
    "HEINZ",
    "LUCKY127",
    "LUCKY15",
    "LUCKY255",
    "LUCKY31",
    "LUCKY63",
    "PATENT",
    "ROUND_ROBIN",
    "SAME_GAME",
    "SEVENFOLD",
    "SINGLE",
    "SIXFOLD",
    "SSA",
    "SUPER_FLAG",
    "SUPER_HEINZ",
    "SYSTEM",
    "TREBLE",
    "TRIXIE",
    "UNION_JACK",
    "YANKEE",
]
"""Types a slip may have, named as in `core.betting`; legs of a SAME_GAME are of one event, at one price."""


class CompetitionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A competition and how many of its events are shown."""

    id: str
    name: str
    events: int


class CategoryView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A category with its competitions."""

    id: str
    name: str
    competitions: list[CompetitionView]


class Done(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A command holds: `version` is its target's now, `position` its place in the tenant's record."""

    version: int
    position: int


class GroupView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sport, category or competition; the id is "" where nobody said."""

    id: str
    name: str


class EventView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event; `markets` are the ids of those that are shown."""

    id: str
    name: str
    sport: GroupView
    category: GroupView
    competition: GroupView
    starts_at: datetime
    in_play: bool
    version: int
    markets: list[str]


class LiabilityTotal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stakes in one currency, and the sum of what each market can lose: less may be, since not all lose together."""

    currency: str
    stakes: str
    worst_case: str


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entry of the ledger that moved the player's money.

    `changes` are what each purse gained or lost, `balances` what is in all of them after it. `reference` names what
    it was about, "bet:" and its id for example.
    """

    seq: int
    at: datetime
    kind: str
    text: str
    reference: str
    changes: dict[str, str]
    balances: dict[str, str]


MarketStatus = Literal["closed", "open", "suspended"]
"""Trading status of a market as published to players."""


class SelectionLiability(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection: its price now, null when it is not offered, and what is lost (negative: kept) if it wins."""

    id: int
    name: str
    price: str | None
    if_wins: str


class MarketLiability(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Liability of a market in one currency, at `version` (µs): stakes of the bets that stand, the most that can be
    lost, bets under way included, and how many `bets` there are of both.
    """

    market_id: str
    event_id: str
    event_name: str
    kind: str
    status: MarketStatus
    in_play: bool
    currency: str
    version: int
    bets: int
    stakes: str
    worst_case: str
    selections: list[SelectionLiability]


class SelectionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A runner; `price` is decimal odds, null when it is not offered now."""

    id: int
    name: str
    removed: bool
    price: str | None


class MarketView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A market as it stands at `version`; sport, category and competition are ids, "" where nobody said."""

    id: str
    name: str
    sport: str
    category: str
    competition: str
    event_id: str
    event_name: str
    kind: str
    winners: int
    starts_at: datetime
    in_play: bool
    status: MarketStatus
    version: int
    selections: list[SelectionView]


class MyLeg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A leg at the price taken; `each_way` such as "1/5 1-2-3" are the terms of its place part.

    With `best_odds` it is paid at the starting price if that is better; a `price` of SP is the starting price.
    """

    market_id: str
    selection_id: int
    price: str
    banker: bool
    each_way: str | None
    best_odds: bool = False


class MyBet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A bet as the ledger knows it at entry `as_of_seq`.

    `stake` is that of all lines; `returned` is what was paid so far, settlements and what was sold together, null while
    nothing was. `price` is that of a SAME_GAME. `boost_pct` is a bonus on the profit if every leg wins; for it and for
    starting prices no more than `max_return` is paid.
    """

    bet_id: str
    status: BetState
    type: BetType
    legs: list[MyLeg]
    sizes: list[int]
    each_way: bool
    free_bet: bool
    price: str | None
    stake: str
    currency: str
    returned: str | None
    placed_at: str
    as_of_seq: int
    boost_pct: str | None = None
    max_return: str | None = None


PricePolicy = Literal["ANY", "HIGHER", "NONE", "WITHIN"]
"""What becomes of a bet when the price has moved since it was asked for; a player's own policy may be stricter."""


class SportView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sport with its categories; `in_play` of its `events` are under way."""

    id: str
    name: str
    events: int
    in_play: int
    categories: list[CategoryView]


class Total(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many lines of a kind there are and what they changed together."""

    kind: str
    lines: int
    changes: dict[str, str]


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A player's money in one currency, from entry `after_seq` (exclusive) to `as_of_seq`.

    For every purse: opening + the changes of all lines = closing, and that is the ledger's balance at `as_of_seq`.
    The ledger was read up to `ledger_seq`; with `more`, further lines follow `as_of_seq`.
    """

    tenant: str
    player: str
    currency: str
    after_seq: int
    as_of_seq: int
    opening: dict[str, str]
    lines: list[Line]
    closing: dict[str, str]
    totals: list[Total]
    ledger_seq: int
    more: bool = False
