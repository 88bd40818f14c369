"""The bodies of settlement; written by `make client`, change the API instead."""

from datetime import datetime
from typing import Literal

import msgspec


class OutcomeOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one selection: won or not, `void_halves` halves of the stake given back, `tied` for `places`."""

    selection_id: int
    won: bool
    void_halves: int = 0
    places: int = 1
    tied: int = 1


class OutcomesOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of a market whose selections are decided each for itself."""

    version: int
    """revision of the market's results as you saw it, 0 for none."""
    outcomes: list[OutcomeOrder]
    note: str = ""


class PlacedOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a selection finished; `tied` selections share the position."""

    selection_id: int
    position: int
    tied: int = 1


class PlacingsOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who was placed beside the winners of the result on record: every runner that was, winners aside."""

    version: int
    """revision of the market's results as you saw it, 0 for none."""
    placed: list[PlacedOrder]
    note: str = ""


ProposalState = Literal["confirmed", "open", "rejected"]
"""What became of a result that needs a second person."""


class ProposalView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A result that waits for a second person, or did; `at_risk` is the most it can move, by currency."""

    id: str
    market_id: str
    state: ProposalState
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    at_risk: dict[str, str]
    note: str
    winners: list[int]
    removed: list[int]
    closed: bool


class ProposalList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Proposals, the newest first."""

    proposals: list[ProposalView]


class RemovedOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A selection that did not take part.

    Bets on the others that were struck before `at` (left out: all) lose `pence` a pound of their winnings or, by the
    rules of an exchange, `factor_bp` of their price.
    """

    selection_id: int
    at: datetime | None = None
    pence: int = 0
    factor_bp: int = 0


class ResultOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The result of a market whose selections compete: `winners` share `places`.

    `starting` are starting prices by selection id, for bets that were promised the better of price and starting price.
    """

    version: int
    """revision of the market's results as you saw it, 0 for none."""
    winners: list[int]
    places: int = 1
    placed: list[PlacedOrder] = []
    removed: list[RemovedOrder] = []
    note: str = ""
    starting: dict[str, str] = {}


class RevisionView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One numbered word on a market's results; `starting` are starting prices by selection id."""

    revision: int
    source: str
    actor: str
    recorded_at: datetime
    closed: bool
    places: int
    winners: list[int]
    removed: list[int]
    decided: int
    cancels: list[tuple[int | None, int | None]]
    placed: list[PlacedOrder]
    starting: dict[str, str]


RunState = Literal["done", "running", "stopped", "superseded"]
"""Where the settlement of a revision stands; a newer revision of the market takes the place of an older one."""


class RunView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The settlement of one revision of a market's results: see `Run` of the contract for what is counted."""

    market_id: str
    revision: int
    state: RunState
    bets: int
    ranges: int
    ranges_done: int
    settled: int
    voided: int
    corrected: int
    unchanged: int
    refused: int
    moved: dict[str, str]
    started_at: datetime
    finished_at: datetime | None


class RunList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Runs, the newest first."""

    runs: list[RunView]


class SettledMarketView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything on record of a market's results; `version` is what the next command must say."""

    market_id: str
    version: int
    revisions: list[RevisionView]
    proposals: list[ProposalView]
    runs: list[RunView]


class TakeBackOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Take a market's result back; its bets wait for another."""

    version: int
    """revision of the market's results as you saw it, 0 for none."""
    note: str = ""


class Taken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The `revision` that is on record now, or the proposal that waits for a second person."""

    revision: int | None
    proposal_id: str | None


class VoidOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Give back the stakes of a market: all, or of bets placed between `placed_from` and `placed_to`, both included."""

    version: int
    """revision of the market's results as you saw it, 0 for none."""
    placed_from: datetime | None = None
    placed_to: datetime | None = None
    note: str = ""


WaitsFor = Literal["another_result", "conflict", "no_result", "outcomes", "placings", "second_person"]
"""What the open bets on a market wait for, as far as the record of results tells.

Nothing is known of when events begin: `NO_RESULT` says that other markets of the event have their results.
"""


class WaitingView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A market with `bets` open bets whose legs on it are undecided, and what they wait for.

    `stakes` are theirs less what was sold back, by currency; a bet with legs on other markets counts whole on each.
    """

    market_id: str
    event_id: str
    why: WaitsFor
    since: datetime
    bets: int
    stakes: dict[str, str]


class WaitingList(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of markets that wait, the oldest first; ask on with `after=next` until that is ""."""

    markets: list[WaitingView]
    next: str
