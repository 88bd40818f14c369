"""Messages and events of the Unified Odds Feed as plain data. A key that the feed did not give is absent.

Times are milliseconds since the epoch. Odds are decimal. Codes are those of the feed's own lists, see `uof.read_list`.
"""

from typing import Literal, TypedDict

Attributes = dict[str, int | float | bool | str]
"""Attributes by name: known ones as numbers or flags, others as the text of the feed."""


class Routing(TypedDict):
    """What a routing key says; None where it has '-'. `type` is the message's name in its present spelling."""

    priority: str | None
    prematch: str | None
    live: str | None
    type: str
    sport: str | None
    event_id: str | None
    node_id: int | None


class Probabilities(TypedDict, total=False):
    """Probabilities of the ways in which an outcome can end."""

    win: float
    lose: float
    refund: float
    half_win: float
    half_lose: float


class Metadata(TypedDict, total=False):
    """What is announced of a market."""

    next_betstop: int
    start_time: int
    end_time: int
    aams_id: int


class Expected(TypedDict, total=False):
    """What the producer expects of a match: points of both, and by how much home is ahead."""

    expected_totals: float
    expected_supremacy: float


class Outcome(TypedDict, total=False):
    """An outcome. `team`: 1 home, 2 away. `result`: 0 lost, 1 won, -1 undecided, None unknown: never to be read as
    lost. A void factor of 0 and a dead heat factor of 1 mean none and are None."""

    id: str
    active: bool
    odds: float
    probability: float
    probabilities: Probabilities
    team: int
    result: int | None
    void_factor: float | None
    dead_heat_factor: float | None


class Market(TypedDict, total=False):
    """A market line. `specifiers` are sorted by key. `status`: 1 active, -1 suspended, 0 inactive, -2 handed over,
    -3 settled, -4 cancelled. `cashout_status`: 1 available, -1 unavailable, -2 closed."""

    id: int
    specifiers: str
    extended_specifiers: str
    status: int
    favourite: bool
    cashout_status: int
    void_reason: int
    result: str
    metadata: Metadata
    outcomes: list[Outcome]


class SportEventStatus(TypedDict, total=False):
    """Where an event stands; keys of its sport come on top, known ones as numbers or flags, others as text."""

    status: int
    reporting: int
    match_status: int
    home_score: float
    away_score: float
    clock: Attributes
    period_scores: list[Attributes]
    results: list[Attributes]
    statistics: dict[str, Attributes]


class Message(TypedDict, total=False):
    """One message. `type`, `product` and `timestamp` are always there, `event_id` where it is about an event, and
    `routing` where a routing key was given."""

    type: Literal[
        "odds_change",
        "bet_stop",
        "bet_settlement",
        "rollback_bet_settlement",
        "bet_cancel",
        "rollback_bet_cancel",
        "fixture_change",
        "alive",
        "snapshot_complete",
        "product_down",
        "cashout",
    ]
    product: int
    timestamp: int
    event_id: str
    routing: Routing
    request_id: int
    subscribed: bool
    groups: list[str]
    market_status: int
    certainty: int
    start_time: int
    end_time: int
    superceded_by: str
    change_type: int
    next_live_time: int
    odds_change_reason: int
    betting_status: int
    betstop_reason: int
    sport_event_status: SportEventStatus
    odds_generation_properties: Expected
    markets: list[Market]


class Cancel(TypedDict, total=False):
    """Bets of a window are void, open where a time is absent; of these outcomes, of all if none is named."""

    start_time: int
    end_time: int
    void_reason: int
    superceded_by: str
    outcomes: list[str]


class LineDetails(TypedDict, total=False):
    """All that is held of a market line but its results."""

    id: int
    specifiers: str
    status: int | None
    product: int | None
    favourite: bool
    cashout_status: int | None
    extended_specifiers: str
    void_reason: int
    metadata: Metadata
    outcomes: list[Outcome]
    cancels: list[Cancel]


class EventDetails(TypedDict, total=False):
    """All that is held of an event but its results."""

    sport_event_status: SportEventStatus
    betting_status: int
    betstop_reason: int
    odds_generation_properties: Expected
    markets: list[LineDetails]


Result = tuple[int, str, str, bool | None, int, float, int]
"""(market, specifiers, outcome, won, halves of the stake that are void, dead heat factor, certainty): of a stake s at
odds o, s·(halves/2) comes back and, if won, s·(1 − halves/2)·o·(dead heat factor) is paid. `won` is None where the
feed has not decided it or says what has no meaning we know: such an outcome is not settled."""


class Mapping(TypedDict):
    """A market line in a producer's older catalogue; `outcomes`: (id, name) there by outcome id."""

    market_type: str
    market_subtype: str | None
    special_odds_value: str | None
    outcomes: dict[str, tuple[str, str]]


ListItem = dict[str, str | list[str]]
"""Attributes of an item of a list as text; `sports` of a match status are URNs, absent if it is of all sports."""
