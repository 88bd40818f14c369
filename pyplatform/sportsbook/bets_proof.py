"""Holds what players and traders are shown of bets against the ledger, field by field."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from typing import Final

import msgspec

from pyplatform._core.shard import Batch, Entry
from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.mybets import bet_key, bets_key, bets_position_key
from pyplatform.contracts.sportsbook.tickets import AskTickets, RecentTickets, TicketOutcome, tickets_subject
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.projections import Inbox, ReadModels
from pyplatform.projections.effects import Value
from pyplatform.sportsbook.mybets import BetFold
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.tickets import DECIDES, MOST_RECENT, outcome_of

_CHUNK: Final = 1_000
_TICKETS: Final = 8 * MOST_RECENT
"""Newest tickets that are kept for comparison: more than anybody tells."""
_ASKED_S: Final = 10.0
_PLACED: Final = b"placed"

Differs = Callable[[str], None]
_Ticket = tuple[int, str, str]


class ShownBets:
    """Folds one tenant's ledger into the bets and tickets that must be shown of it, then compares."""

    def __init__(self, tenant: str) -> None:
        self._tenant = tenant
        self._fold = BetFold(tenant)
        self._bets: dict[str, dict[bytes, bytes]] = {}
        self._lists: dict[str, set[bytes]] = {}
        self._tickets: deque[_Ticket] = deque(maxlen=_TICKETS)

    def __len__(self) -> int:
        return len(self._bets)

    def apply(self, batch: Batch) -> None:
        """Fold the next batch."""
        for entry in batch.entries():
            self._fold.fold(entry, self)
            # Nobody is shown a ticket of a bet that cannot be read.
            shown = (
                ticket
                for ticket in _tickets_of(entry)
                if entry.code or bet_key(self._tenant, ticket[1]) in self._bets
            )
            self._tickets.extend(shown)

    def put(self, key: str, version: int, fields: Mapping[str, Value]) -> None:
        """Of what was placed only a digest is kept: it is the most, and never changes."""
        kept = self._bets.setdefault(key, {})
        for name, value in {**fields, "seq": version}.items():
            kept[name.encode()] = _kept(
                name.encode(), value if isinstance(value, bytes) else str(value).encode()
            )

    def add(self, key: str, *members: Value) -> None:
        """Members of a player's list of a month."""
        self._lists.setdefault(key, set()).update(str(member).encode() for member in members)

    async def position(self, models: ReadModels) -> tuple[int, bytes]:
        """Sequence and hash of the batch at which the bets in Valkey stand."""
        found = await Inbox(models, bets_position_key(self._tenant)).position()
        return found.seq, found.hash

    async def compare_bets(self, models: ReadModels, differs: Differs) -> None:
        """Compare every bet and every list, both ways."""
        unknown = set(await models.keys(bet_key(self._tenant, "*"))) - self._bets.keys()
        keys = list(self._bets)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            for key, read in zip(chunk, await models.get_many(chunk), strict=True):
                _compare(key, self._bets[key], read, differs)
        unknown |= set(await models.keys(bets_key(self._tenant, "*", "*"))) - self._lists.keys()
        for key, wanted in self._lists.items():
            found = await models.members(key)
            for bet in sorted(wanted ^ found):
                what = "lacks" if bet in wanted else "has, and the journal does not,"
                differs(f"{key} {what} {_plain(bet)}")
        for key in sorted(unknown):
            differs(f"{key}: nothing of the journal is shown there")

    async def compare_tickets(self, bus: Bus, differs: Differs) -> int | None:
        """Compare the newest tickets as a trader gets them now; returns their number, None when nobody tells."""
        asked = msgspec.msgpack.encode(AskTickets(0))
        try:
            answer = await bus.request(tickets_subject(self._tenant), asked, _ASKED_S)
        except Unavailable:
            return None
        told = msgspec.msgpack.decode(answer, type=RecentTickets)
        oldest = self._tickets[0][0] if len(self._tickets) == _TICKETS else 0
        since = max(told.since, oldest)
        wanted = {ticket for ticket in self._tickets if since < ticket[0] <= told.hi}
        found = {
            (ticket.seq, ticket.bet.bet_id, ticket.outcome.value)
            for ticket in told.tickets
            if since < ticket.seq
        }
        for seq, bet, outcome in sorted(wanted ^ found):
            missing = "is missing" if (seq, bet, outcome) in wanted else "is not the journal's"
            differs(f"the ticket of entry {seq:,}, bet {bet} {outcome}, {missing}")
        return len(found)


def _tickets_of(entry: Entry) -> Iterator[_Ticket]:
    """What a trader sees of an entry: an attempt, or bets that waited for their decision."""
    if entry.kind == "place_bet" and entry.slip is not None:
        try:
            told = decided.decode(entry.terms, slip.decode(*entry.slip))
        except (slip.UnknownSlipError, ValueError):
            return  # shown to nobody
        yield entry.seq, ids.text(entry.bet_id), outcome_of(entry, told).value
    elif entry.kind in DECIDES and not entry.code:
        for bet_id, state, _ in entry.transitions:
            outcome = TicketOutcome.ACCEPTED if state == "open" else TicketOutcome.REFUSED
            yield entry.seq, ids.text(bet_id), outcome.value


def _kept(name: bytes, value: bytes) -> bytes:
    return blake2b(value, digest_size=16).digest() if name == _PLACED else value


def _compare(key: str, wanted: Mapping[bytes, bytes], read: Mapping[bytes, bytes], differs: Differs) -> None:
    if not read:
        return differs(f"{key}: the bet is missing")
    for name in sorted(wanted.keys() | read.keys()):
        found = read.get(name)
        if (None if found is None else _kept(name, found)) != wanted.get(name):
            if name == _PLACED:
                differs(f"{key}: what was placed is not what the journal says")
            else:
                said = "nothing" if found is None else _plain(found)
                right = _plain(wanted[name]) if name in wanted else "nothing"
                differs(f"{key}: {_plain(name)} is {said}, the journal says {right}")
    return None


def _plain(value: bytes) -> str:
    return value.decode("utf-8", "replace")
