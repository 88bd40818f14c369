"""Results as revisions, the work of settling them, and what staff may do with both.

Staff commands travel as `StaffRequest` (see `desk`) whose `kind` is a constant below and whose `body` is the struct
named after it; they are answered by the process that holds the lease of settlement. Amounts are integers at the
currency's scale, times are nanoseconds since the epoch unless a name says otherwise.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

WORK_STREAM: Final = "SETTLEMENT"
"""JetStream work queue; it can be lost: what it held is made again from the record."""
WORK_SUBJECT: Final = "settlement.work.*"
MOST_BETS: Final = 1024
"""Bets in a range: as many commands go to the wallet in one frame."""


class WorkItem(msgspec.Struct, array_like=True, frozen=True):
    """One range of the bets on a market, to be settled by what is on record at `revision` or later.

    `first` and `last` are bet ids, both included; `as_of` is the seq of the ledger at which the range was cut.
    """

    tenant: str
    market_id: str
    revision: int
    number: int
    first: bytes
    last: bytes
    as_of: int


def work_subject(tenant: str) -> str:
    """Subject of a tenant's items in the work queue."""
    return f"settlement.work.{tenant}"


class RunState(StrEnum):
    """Where the settlement of a revision stands; a newer revision of the market takes the place of an older one."""

    RUNNING = "running"
    STOPPED = "stopped"
    DONE = "done"
    SUPERSEDED = "superseded"


class Run(msgspec.Struct, array_like=True, frozen=True):
    """The settlement of one revision of a market's results, and how far it is.

    Of `bets` looked at, `settled` were paid or lost, `voided` given back, `corrected` changed after they had been
    closed before, `unchanged` need nothing (yet), and `refused` could not be settled: each of those is in the log.
    `moved` is what all of that paid to players less what it took back, by currency.
    """

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
    moved: dict[str, int]
    started_at: datetime
    finished_at: datetime | None


class Revision(msgspec.Struct, array_like=True, frozen=True):
    """One numbered word on a market's results: who gave it, and what it says.

    `removed` selections give stakes back, `winners` share `places`; a `closed` market without a winner is void.
    `decided` counts selections that are decided each for itself, `cancels` windows whose bets are void. `placed` and
    `starting` are those of `EnterResult`.
    """

    market_id: str
    revision: int
    source: str
    actor: str
    recorded_at: datetime
    closed: bool
    places: int
    winners: tuple[int, ...]
    removed: tuple[int, ...]
    decided: int
    cancels: tuple[tuple[int | None, int | None], ...]
    placed: tuple["Placed", ...] = ()
    starting: tuple[tuple[int, int], ...] = ()


class ProposalState(StrEnum):
    """What became of a result that needs a second person."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"


class Proposal(msgspec.Struct, array_like=True, frozen=True):
    """A result that waits for a second person; `at_risk` is the most it can move, by currency."""

    id: str
    market_id: str
    state: ProposalState
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    at_risk: dict[str, int]
    note: str
    winners: tuple[int, ...]
    removed: tuple[int, ...]
    closed: bool


class Removed(msgspec.Struct, array_like=True, frozen=True):
    """A selection that did not take part; bets struck before `at_ms` (None: all) on the others lose `pence` a pound of
    their winnings or, by the rules of an exchange, `factor_bp` of their price."""

    selection: int
    at_ms: int | None = None
    pence: int = 0
    factor_bp: int = 0


class Placed(msgspec.Struct, array_like=True, frozen=True):
    """Where a selection finished; `tied` selections share the position."""

    selection: int
    position: int
    tied: int = 1


ENTER_RESULT: Final = "settlement.result"


class EnterResult(msgspec.Struct, array_like=True, frozen=True):
    """The result of a market whose selections compete: `winners` share `places`; `starting` are starting prices, pairs
    (selection, ten-thousandths)."""

    market_id: str
    winners: tuple[int, ...]
    places: int = 1
    placed: tuple[Placed, ...] = ()
    removed: tuple[Removed, ...] = ()
    note: str = ""
    starting: tuple[tuple[int, int], ...] = ()


PLACE: Final = "settlement.place"


class Place(msgspec.Struct, array_like=True, frozen=True):
    """Who was placed beside the winners of the result on record, all else of which stays: for bets each way."""

    market_id: str
    placed: tuple[Placed, ...]
    note: str = ""


DECIDE: Final = "settlement.decide"


class Decision(msgspec.Struct, array_like=True, frozen=True):
    """What became of one selection: won or not, `void_halves` halves of the stake given back, `tied` for `places`."""

    selection: int
    won: bool
    void_halves: int = 0
    places: int = 1
    tied: int = 1


class Decide(msgspec.Struct, array_like=True, frozen=True):
    """The result of a market whose selections are decided each for itself."""

    market_id: str
    outcomes: tuple[Decision, ...]
    note: str = ""


VOID: Final = "settlement.void"


class Void(msgspec.Struct, array_like=True, frozen=True):
    """Give back the stakes of a market's bets: all, or those placed from `from_ms` to `to_ms` (None: open)."""

    market_id: str
    from_ms: int | None = None
    to_ms: int | None = None
    note: str = ""


TAKE_BACK: Final = "settlement.take-back"


class TakeBack(msgspec.Struct, array_like=True, frozen=True):
    """Take a market's result back: what was paid is taken back, and its bets wait for another."""

    market_id: str
    note: str = ""


CONFIRM: Final = "settlement.confirm"
REJECT: Final = "settlement.reject"


class Judgement(msgspec.Struct, array_like=True, frozen=True):
    """A second person's word on a proposal: the body of `CONFIRM` and `REJECT`."""

    proposal_id: str


STOP: Final = "settlement.stop"
RESUME: Final = "settlement.resume"
RESETTLE: Final = "settlement.resettle"


class OfMarket(msgspec.Struct, array_like=True, frozen=True):
    """The market whose newest run is meant: the body of `STOP`, `RESUME` and `RESETTLE`."""

    market_id: str


WAITING: Final = "settlement.waiting"


class AskWaiting(msgspec.Struct, array_like=True, frozen=True):
    """Which markets have open bets that wait for a word, since before a time (None: any), the oldest first.

    `after` is the `next` of an earlier page.
    """

    before: datetime | None = None
    after: str = ""
    limit: int = 50


class WaitsFor(StrEnum):
    """What the open bets on a market wait for, as far as the record of results tells.

    Nothing is known of when events begin: `NO_RESULT` says that other markets of the event have their results.
    """

    NO_RESULT = "no_result"
    OUTCOMES = "outcomes"
    """Selections of theirs are not among those that were decided."""
    PLACINGS = "placings"
    """The winners are known, and not who was placed: place parts wait."""
    ANOTHER_RESULT = "another_result"
    """The result was taken back."""
    SECOND_PERSON = "second_person"
    """Staff's result is a proposal."""
    CONFLICT = "conflict"
    """What a feed says is a proposal, because staff have said something before."""


class WaitingMarket(msgspec.Struct, array_like=True, frozen=True):
    """A market with `bets` open bets whose legs on it are undecided; `stakes` are theirs that were not sold back, whole
    ones of bets with other legs too, by currency."""

    market_id: str
    event_id: str
    why: WaitsFor
    since: datetime
    bets: int
    stakes: dict[str, int]


class WaitingMarkets(msgspec.Struct, array_like=True, frozen=True):
    """The data of the answer to `AskWaiting`; `next` is "" on the last page."""

    markets: list[WaitingMarket]
    next: str


class Taken(msgspec.Struct, array_like=True, frozen=True):
    """The data of a done answer: the `revision` it brought about, or the proposal that now waits."""

    revision: int = 0
    proposal_id: str = ""


LEASE: Final = "settlement"


def staff_subject(epoch: int) -> str:
    """Request subject of the process that leads settlement under `epoch`: one `StaffRequest` a message."""
    return f"settlement.staff.{epoch}"


def locate_subject() -> str:
    """Request subject on which that process answers with its epoch (ASCII decimal)."""
    return "settlement.where"


def resolved_subject(tenant: str) -> str:
    """Core NATS subject of a tenant's new revisions; payload: the market's id, to be read from the record."""
    return f"settlement.resolved.{tenant}"
