"""What staff ask the owners of events, and the answers: markets with their liability, events, rules, the audit trail.

A question is the body of a `StaffRequest` whose `kind` is in its docstring; the answer is the msgpack in
`StaffAnswer.data`. Amounts are integers at the currency's scale, prices in ten-thousandths, times in nanoseconds.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.markets import Event, MarketStatus
from pyplatform.contracts.sportsbook.terms import TermsScope, TermsValues
from pyplatform.contracts.sportsbook.trading import MatchModel, PriceSource

MOST_LISTED = 200
Limit = Annotated[int, Meta(ge=1, le=MOST_LISTED)]


class AskMarkets(msgspec.Struct, array_like=True, frozen=True):
    """`markets`: those of an event, or all, by id above `after`; answered with `DeskMarkets`."""

    event_id: str = ""
    after: str = ""
    limit: Limit = 50


class AskMarket(msgspec.Struct, array_like=True, frozen=True):
    """`market`: one market; answered with `DeskMarket`."""

    market_id: str


class AskEvents(msgspec.Struct, array_like=True, frozen=True):
    """`events`: those of a sport, or all, by id above `after`; answered with `DeskEvents`."""

    sport: str = ""
    after: str = ""
    limit: Limit = 50


class AskTerms(msgspec.Struct, array_like=True, frozen=True):
    """`terms`: the rules; answered with `DeskTerms`."""


class AskAudit(msgspec.Struct, array_like=True, frozen=True):
    """`audit`: what staff did before a position (0: up to now), to one target or ("") to all, the newest first;
    answered with a list of `AuditEntry`."""

    target: str = ""
    before: int = 0
    limit: Limit = 50


class DeskRunner(msgspec.Struct, array_like=True, frozen=True):
    """A selection on the desk: `by_hand` is a trader's price (0: calculated), `chance` the fair probability behind the
    price (0.0: not known), `if_wins` what we lose (negative: keep) if it wins."""

    id: int
    name: str
    removed: bool
    price_e4: int
    by_hand_e4: int
    chance: float
    if_wins: int


class DeskMarket(msgspec.Struct, array_like=True, frozen=True):
    """A market on the desk of a tenant.

    `version` is what the next command must expect. `holding` names what keeps it from being sold, `why` says why it
    has no prices. `feed` is its feed, `feed_state` how that trades it, `feed_up` whether that may be relied upon.
    `terms` are the values that hold now, resolved as of `terms_version`.
    """

    tenant: str
    id: str
    event_id: str
    name: str
    kind: str
    status: MarketStatus
    in_play: bool
    version: int
    holding: tuple[str, ...]
    why: str
    feed: str
    feed_state: str
    feed_up: bool
    source: PriceSource
    margin_bp: int | None
    terms: TermsValues
    terms_version: int
    currency: str
    stakes: int
    worst_case: int
    runners: list[DeskRunner]


class DeskMarkets(msgspec.Struct, array_like=True, frozen=True):
    """A page of markets; ask on with `after=next` until that is ""."""

    markets: list[DeskMarket]
    next: str


class DeskEvent(msgspec.Struct, array_like=True, frozen=True):
    """An event on the desk; `worst_case` adds up the worst cases of its markets."""

    event: Event
    version: int
    suspended: tuple[str, ...]
    model: MatchModel | None
    currency: str
    stakes: int
    worst_case: int
    open_markets: int


class DeskEvents(msgspec.Struct, array_like=True, frozen=True):
    """A page of events; ask on with `after=next` until that is ""."""

    events: list[DeskEvent]
    next: str


class DeskRule(msgspec.Struct, array_like=True, frozen=True):
    """A rule of the terms."""

    scope: TermsScope
    values: TermsValues


class DeskTerms(msgspec.Struct, array_like=True, frozen=True):
    """All rules, the least specific first; `base` is what holds where none says anything."""

    version: int
    base: TermsValues
    rules: list[DeskRule]


class AskCustomers(msgspec.Struct, array_like=True, frozen=True):
    """Asks for players of whom more or less is taken, by id above `after`, and for all groups."""

    after: str = ""
    limit: Limit = 50


class DeskCustomer(msgspec.Struct, array_like=True, frozen=True):
    """A player with the own factor (ten-thousandths) and group, and what counts of them."""

    player_id: str
    group: str
    factor_e4: int | None
    counts_e4: int
    version: int


class DeskGroup(msgspec.Struct, array_like=True, frozen=True):
    """A group of players and its factor."""

    group: str
    factor_e4: int | None
    version: int


class DeskCustomers(msgspec.Struct, array_like=True, frozen=True):
    """A page of players; `next` is "" on the last."""

    customers: list[DeskCustomer]
    groups: list[DeskGroup]
    next: str


class AuditEntry(msgspec.Struct, array_like=True, frozen=True):
    """What somebody did: `before` and `after` are the values that changed, plain."""

    position: int
    at: int
    actor: str
    kind: str
    target: str
    version: int
    reason: str
    before: Any
    after: Any
    correlation: bytes
