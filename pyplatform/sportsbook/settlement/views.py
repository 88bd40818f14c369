"""What staff of settlement send and read over HTTP, in decimals and dates."""

from typing import Annotated

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook import settlement as contract
from pyplatform.contracts.sportsbook.settlement import ProposalState, RunState, WaitsFor
from pyplatform.core import money
from pyplatform.kernel.time import Moment
from pyplatform.sportsbook.desk.views import Price, SelectionId, write_price

Version = Annotated[
    int, Meta(ge=0, le=2**31 - 1, description="revision of the market's results as you saw it, 0 for none")
]
Selection = Annotated[int, Meta(ge=0, le=2**53)]
Count = Annotated[int, Meta(ge=1, le=1_000)]
Note = Annotated[str, Meta(max_length=500)]
MarketId = Annotated[str, Meta(max_length=64)]
Limit = Annotated[int, Meta(ge=1, le=200)]


class RunQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Runs of one market or all, in one state or any, begun before a time; the newest first."""

    market_id: MarketId = ""
    state: RunState | None = None
    before: Moment | None = None
    limit: Limit = 50


class ProposalQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Proposals for one market or all, the newest first."""

    market_id: MarketId = ""
    limit: Limit = 50


class WaitingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Markets that wait since before a time, the oldest first; `after` is the `next` of an earlier page."""

    before: Moment | None = None
    after: Annotated[str, Meta(max_length=100)] = ""
    limit: Limit = 50


class PlacedOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a selection finished; `tied` selections share the position."""

    selection_id: Selection
    position: Count
    tied: Count = 1


class RemovedOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A selection that did not take part.

    Bets on the others that were struck before `at` (left out: all) lose `pence` a pound of their winnings or, by the
    rules of an exchange, `factor_bp` of their price.
    """

    selection_id: Selection
    at: Moment | None = None
    pence: Annotated[int, Meta(ge=0, le=90)] = 0
    factor_bp: Annotated[int, Meta(ge=0, lt=10_000)] = 0


class ResultOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result of a market whose selections compete: `winners` share `places`.

    `starting` are starting prices by selection id, for bets that were promised the better of price and starting price.
    """

    version: Version
    winners: Annotated[list[Selection], Meta(min_length=1, max_length=1_000)]
    places: Count = 1
    placed: Annotated[list[PlacedOrder], Meta(max_length=1_000)] = []
    removed: Annotated[list[RemovedOrder], Meta(max_length=1_000)] = []
    note: Note = ""
    starting: Annotated[dict[SelectionId, Price], Meta(max_length=1_000)] = {}


class PlacingsOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who was placed beside the winners of the result on record: every runner that was, winners aside."""

    version: Version
    placed: Annotated[list[PlacedOrder], Meta(min_length=1, max_length=1_000)]
    note: Note = ""


class OutcomeOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one selection: won or not, `void_halves` halves of the stake given back, `tied` for `places`."""

    selection_id: Selection
    won: bool
    void_halves: Annotated[int, Meta(ge=0, le=2)] = 0
    places: Count = 1
    tied: Count = 1


class OutcomesOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The result of a market whose selections are decided each for itself."""

    version: Version
    outcomes: Annotated[list[OutcomeOrder], Meta(min_length=1, max_length=1_000)]
    note: Note = ""


class VoidOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Give back the stakes of a market: all, or of bets placed between `placed_from` and `placed_to`, both included."""

    version: Version
    placed_from: Moment | None = None
    placed_to: Moment | None = None
    note: Note = ""


class TakeBackOrder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Take a market's result back; its bets wait for another."""

    version: Version
    note: Note = ""


class Taken(msgspec.Struct, frozen=True):
    """The `revision` that is on record now, or the proposal that waits for a second person."""

    revision: int | None
    proposal_id: str | None


class RunView(msgspec.Struct, frozen=True):
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
    started_at: Moment
    finished_at: Moment | None


class RunList(msgspec.Struct, frozen=True):
    """Runs, the newest first."""

    runs: list[RunView]


class RevisionView(msgspec.Struct, frozen=True):
    """One numbered word on a market's results; `starting` are starting prices by selection id."""

    revision: int
    source: str
    actor: str
    recorded_at: Moment
    closed: bool
    places: int
    winners: list[int]
    removed: list[int]
    decided: int
    cancels: list[tuple[int | None, int | None]]
    placed: list[PlacedOrder]
    starting: dict[str, str]


class ProposalView(msgspec.Struct, frozen=True):
    """A result that waits for a second person, or did; `at_risk` is the most it can move, by currency."""

    id: str
    market_id: str
    state: ProposalState
    proposed_by: str
    proposed_at: Moment
    decided_by: str
    at_risk: dict[str, str]
    note: str
    winners: list[int]
    removed: list[int]
    closed: bool


class ProposalList(msgspec.Struct, frozen=True):
    """Proposals, the newest first."""

    proposals: list[ProposalView]


class WaitingView(msgspec.Struct, frozen=True):
    """A market with `bets` open bets whose legs on it are undecided, and what they wait for.

    `stakes` are theirs less what was sold back, by currency; a bet with legs on other markets counts whole on each.
    """

    market_id: str
    event_id: str
    why: WaitsFor
    since: Moment
    bets: int
    stakes: dict[str, str]


class WaitingList(msgspec.Struct, frozen=True):
    """A page of markets that wait, the oldest first; ask on with `after=next` until that is ""."""

    markets: list[WaitingView]
    next: str


class SettledMarketView(msgspec.Struct, frozen=True):
    """Everything on record of a market's results; `version` is what the next command must say."""

    market_id: str
    version: int
    revisions: list[RevisionView]
    proposals: list[ProposalView]
    runs: list[RunView]


def _amounts(amounts: dict[str, int]) -> dict[str, str]:
    return {currency: money.format(amount, currency) for currency, amount in sorted(amounts.items())}


def run_view(run: contract.Run) -> RunView:
    """A run with its amounts in decimals."""
    fields = {name: getattr(run, name) for name in run.__struct_fields__}
    return RunView(**{**fields, "moved": _amounts(run.moved)})


def proposal_view(one: contract.Proposal) -> ProposalView:
    """A proposal with its amounts in decimals."""
    fields = {name: getattr(one, name) for name in one.__struct_fields__}
    told = {"at_risk": _amounts(one.at_risk), "winners": list(one.winners), "removed": list(one.removed)}
    return ProposalView(**{**fields, **told})


def waiting_view(one: contract.WaitingMarket) -> WaitingView:
    """A market that waits with its amounts in decimals."""
    return WaitingView(one.market_id, one.event_id, one.why, one.since, one.bets, _amounts(one.stakes))


def revision_view(one: contract.Revision) -> RevisionView:
    """A revision."""
    return RevisionView(
        one.revision,
        one.source,
        one.actor,
        one.recorded_at,
        one.closed,
        one.places,
        list(one.winners),
        list(one.removed),
        one.decided,
        list(one.cancels),
        [PlacedOrder(placed.selection, placed.position, placed.tied) for placed in one.placed],
        {str(selection): write_price(price) for selection, price in one.starting},
    )
