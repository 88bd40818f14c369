"""Tells what the ledger has decided of bets, and which bets changed, once the read model of bets has it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from time import monotonic
from typing import Final

import msgspec
from nats.js import JetStreamContext

from pyplatform._core.shard import Batch as LedgerBatch
from pyplatform._core.shard import Entry
from pyplatform.bus import Bus
from pyplatform.contracts.sportsbook.mybets import PlacedBet, bet_key, bets_position_key
from pyplatform.contracts.sportsbook.tickets import (
    AskTickets,
    BetsTold,
    RecentTickets,
    Ticket,
    TicketOutcome,
    tickets_subject,
    told_subject,
)
from pyplatform.contracts.wallet import LedgerReader
from pyplatform.kernel import ids
from pyplatform.kernel.time import now_ns
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.mybets import BetProjector, placed_of
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.placement.answers import refusal_name
from pyplatform.telemetry import get_logger

MOST_RECENT: Final = 500
"""Tickets kept for those who come late; with legs and all they fit a message of 1 MiB."""
LOOKED_BACK: Final = 4_000
"""Entries of the ledger that are read for them at most."""
MOST_TOLD: Final = 256
"""Entries that one message tells of, for the same reason."""
WANTED_S: Final = 30.0
"""Tickets are made for so long after somebody asked for them: without a trader who looks, they cost nothing."""
OLD_NS: Final = 3_600 * 10**9
"""What is older is not told: a read model that is written anew is no news."""
DECIDES: Final = frozenset({"accept_bet", "reject_bet", "tick"})
"""Kinds of entries that decide on bets that waited."""
_placed: Final = msgspec.msgpack.Decoder(PlacedBet)
_encode: Final = msgspec.msgpack.Encoder().encode

log = get_logger("sportsbook.tickets")


def outcome_of(entry: Entry, told: decided.Decided) -> TicketOutcome:
    """What became of an attempt to bet at first."""
    if entry.code:
        return TicketOutcome.REFUSED
    if not entry.pending_until:
        return TicketOutcome.ACCEPTED
    return TicketOutcome.REFERRED if told.referred else TicketOutcome.PENDING


class TicketTeller:
    """Tells of one tenant's bets; answers with the newest tickets whoever begins, or missed some."""

    def __init__(self, bus: Bus, models: ReadModels, reader: LedgerReader, tenant: str) -> None:
        self._bus, self._models, self._reader, self._tenant = bus, models, reader, tenant
        self._recent: deque[Ticket] = deque(maxlen=MOST_RECENT)
        """All of the entries after `since` up to `known`."""
        self._since = self._known = 0
        self._hi = 0
        """Entry up to which we told."""
        self._wanted_until = 0.0
        self._looking = asyncio.Lock()

    async def serve(self) -> None:
        """Answer from now on."""
        await self._bus.serve(tickets_subject(self._tenant), self._on_ask, queue="tickets")

    async def tell(self, batches: Sequence[LedgerBatch]) -> None:
        """Tell of batches that the read model has now; of those told before, nothing."""
        for batch in batches:
            if batch.header.lo > self._hi:
                # What is between was applied by another, or before we broke: those who heard nothing of it shall see.
                self._hi = batch.header.lo
                if self._hi > self._known:
                    self._wanted_until = 0.0
            entries = [entry for entry in batch.entries() if entry.seq > self._hi]
            if not entries or entries[-1].at < now_ns() - OLD_NS:
                self._hi = max(self._hi, batch.header.hi)
                continue
            for start in range(0, len(entries), MOST_TOLD):
                await self._tell(entries[start : start + MOST_TOLD])

    async def _tell(self, entries: list[Entry]) -> None:
        wanted = monotonic() < self._wanted_until
        touched: list[tuple[bytes, bytes]] = []
        tickets: list[Ticket] = []
        for entry in entries:
            if entry.code == 0:
                touched += [(entry.player, bet_id) for bet_id, _, _ in entry.transitions]
            if wanted:
                tickets += await self._of(entry)
        lo, self._hi = self._hi, entries[-1].seq
        if not wanted:
            self._recent.clear()
            self._since = self._hi
        self._keep([ticket for ticket in tickets if ticket.seq > self._known])
        self._known = max(self._known, self._hi)
        # What was told of nothing is of no use, but for those who look whether they missed something.
        told = BetsTold(self._tenant, lo, self._hi, touched, tickets if wanted else None)
        await self._bus.publish(told_subject(self._tenant), _encode(told))

    def _keep(self, tickets: list[Ticket]) -> None:
        for ticket in tickets:
            if len(self._recent) == MOST_RECENT:
                self._since = self._recent[0].seq
            self._recent.append(ticket)

    async def _on_ask(self, data: bytes) -> bytes:
        asked = msgspec.msgpack.decode(data, type=AskTickets)
        async with self._looking:
            while monotonic() >= self._wanted_until:
                await self._look_back()
            self._wanted_until = monotonic() + WANTED_S
        found = [ticket for ticket in self._recent if ticket.seq > asked.after]
        return _encode(RecentTickets(max(self._since, asked.after), self._known, found))

    async def _look_back(self) -> None:
        """Read the newest tickets from the ledger, up to where the read model stands: later ones are told from now on.

        That may be beyond what was told: a batch is in the read model first.
        """
        position = await self._models.get(bets_position_key(self._tenant))
        until = self._since = self._known = max(self._hi, int(position.get(b"seq", b"0")))
        self._recent.clear()
        self._wanted_until = monotonic() + WANTED_S
        begin = max(0, until - LOOKED_BACK)
        found: list[Ticket] = []
        at = begin
        while at < until and (page := await self._reader.page(at, until)):
            for seq, sealed in page:
                for entry in LedgerBatch(sealed).entries():
                    if begin < entry.seq <= until:
                        found += await self._of(entry)
                at = seq
        if self._since > until:
            return  # so many came meanwhile that none of these would be kept
        later = list(self._recent)
        self._recent.clear()
        self._since = begin
        self._keep([*found, *later])

    async def _of(self, entry: Entry) -> list[Ticket]:
        """The tickets of an entry: of an attempt, or of the bets that waited for their decision until now."""
        if entry.kind == "place_bet" and entry.slip is not None:
            return self._of_attempt(entry, entry.slip)
        if entry.code or entry.kind not in DECIDES:
            return []
        found = []
        for bet_id, state, _ in entry.transitions:
            bet = (await self._models.get(bet_key(self._tenant, ids.text(bet_id)))).get(b"placed")
            if bet is not None:
                outcome = TicketOutcome.ACCEPTED if state == "open" else TicketOutcome.REFUSED
                code = "" if state == "open" else refusal_name(entry.fields.get("code", 0)) or "expired"
                found.append(Ticket(entry.seq, entry.at, entry.brand, outcome, code, _placed.decode(bet)))
        return found

    def _of_attempt(self, entry: Entry, encoded: tuple[int, int, bytes]) -> list[Ticket]:
        try:
            asked = slip.decode(*encoded)
            told = decided.decode(entry.terms, asked)
        except (slip.UnknownSlipError, ValueError) as error:
            log.error("a ticket is not shown", bet=ids.text(entry.bet_id), error=str(error))
            return []
        bet, code = placed_of(entry, asked, told), refusal_name(entry.code)
        return [Ticket(entry.seq, entry.at, entry.brand, outcome_of(entry, told), code, bet, told.max_stake)]


class ToldBetProjector(BetProjector):
    """Keeps the bets of one tenant's players, and tells of what it has written."""

    def __init__(
        self, js: JetStreamContext, postgres_url: str, models: ReadModels, tenant: str, teller: TicketTeller
    ) -> None:
        super().__init__(js, postgres_url, models, tenant)
        self._teller = teller

    async def run(self) -> None:
        """Follow the ledger until cancelled."""
        await self._teller.serve()
        await super().run()

    async def apply(self, batches: Sequence[LedgerBatch]) -> bool:
        """Write what batches did to bets, then tell of it."""
        applied = await super().apply(batches)
        if applied:
            await self._teller.tell(batches)
        return applied
