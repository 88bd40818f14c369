"""What the ledger says of bets as they are decided and as they change, told when the read models have it.

Amounts are integers at the currency's scale, prices in ten-thousandths (`_e4`), times nanoseconds since the epoch.
"""

from enum import StrEnum

import msgspec

from pyplatform.contracts.sportsbook.mybets import PlacedBet


class TicketOutcome(StrEnum):
    """What was decided of a bet, for now where it waits: `PENDING` out its delay, `REFERRED` for a trader."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    PENDING = "pending"
    REFERRED = "referred"


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """A decision on a bet, entry `seq` of the ledger. A bet that waited has two tickets, the later with its outcome.

    `bet.legs` are at the prices taken, of a refused bet at those that were to be had (0: none). `code` is that of a
    refusal, `max_stake` what would have been taken (0: that was not why).
    """

    seq: int
    at: int
    brand: int
    outcome: TicketOutcome
    code: str
    bet: PlacedBet
    max_stake: int = 0


class BetsTold(msgspec.Struct, array_like=True, frozen=True):
    """The entries of a ledger after `lo` up to `hi`: bets that changed as (player, bet id), and what was decided, None
    when nobody had asked for tickets lately.

    Who heard up to less than `lo` has missed something.
    """

    tenant: str
    lo: int
    hi: int
    touched: list[tuple[bytes, bytes]]
    tickets: list[Ticket] | None


class AskTickets(msgspec.Struct, array_like=True, frozen=True):
    """A question for the newest tickets after entry `after`; they are told for half a minute from then on."""

    after: int


class RecentTickets(msgspec.Struct, array_like=True, frozen=True):
    """Tickets of the entries after `since` up to `hi`, oldest first: all of them, and none before `since` is known."""

    since: int
    hi: int
    tickets: list[Ticket]


def told_subject(tenant: str) -> str:
    """Core NATS subject of `BetsTold`, one for every step of the projection."""
    return f"bets.told.{tenant}"


def tickets_subject(tenant: str) -> str:
    """Request subject of the newest tickets (`AskTickets`, answered by `RecentTickets`)."""
    return f"bets.tickets.{tenant}"
