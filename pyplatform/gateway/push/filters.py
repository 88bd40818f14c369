"""Which tickets a trader wants to hear of."""

from pyplatform.contracts.sportsbook.tickets import Ticket
from pyplatform.core import money
from pyplatform.gateway.push.frames import TicketFilter
from pyplatform.gateway.push.topics import Accepts


def chosen(wanted: TicketFilter) -> Accepts:
    """Whether a ticket meets all that is said."""

    def accepts(ticket: Ticket) -> bool:
        bet = ticket.bet
        return (
            wanted.outcome in ("", ticket.outcome.value)
            and wanted.currency in ("", bet.currency)
            and (not wanted.event_id or any(leg.event_id == wanted.event_id for leg in bet.legs))
            and (not wanted.market_id or any(leg.market_id == wanted.market_id for leg in bet.legs))
            and (not wanted.min_stake or bet.stake >= money.parse(wanted.min_stake, bet.currency))
        )

    return accepts
