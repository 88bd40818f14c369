"""A tenant's journal folded while it grows: bets, what each moved on the house's accounts, balances at every entry."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from pyplatform._core import shard as core
from pyplatform.core.accounts import ACCOUNTS, movements
from pyplatform.kernel.ids import text
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.wallet.store import JournalReader

INCOME: Final = {"SPORT_STAKES": 1, "SPORT_PAYOUTS": -1, "SPORT_CASHOUT": -1, "FREEBET_COST": -1}
"""The house's accounts that a day of sport moves, and whether they earn or cost."""
_CLOSED: Final = frozenset({"settled", "voided", "rejected", "cashed_out"})
_END: Final = 2**62


@dataclass(frozen=True, slots=True)
class Sale:
    """A part of what was left of a bet, bought back for an amount."""

    at: int
    above: int
    below: int
    amount: int


@dataclass(slots=True)
class Bet:
    """A bet as the journal tells of it; amounts at the currency's scale, times in nanoseconds.

    `moved` is what it earned (below 0: cost) on each of the house's accounts, `corrected` the part of that which later
    results moved.
    """

    tenant: str
    id: bytes
    player: bytes
    currency: str
    stake: int
    placed_at: int
    slip: slip.Slip
    told: decided.Decided
    states: list[str] = field(default_factory=list)
    moved: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    corrected: int = 0
    corrections: int = 0
    sold: list[Sale] = field(default_factory=list)

    @property
    def state(self) -> str:
        """Where it stands now."""
        return self.states[-1] if self.states else "open"

    @property
    def is_decided(self) -> bool:
        """Whether it was paid, lost or given back before: what moves from now on corrects that."""
        return any(state in ("settled", "voided") for state in self.states)

    @property
    def profit(self) -> int:
        """What the house earned with it."""
        return sum(self.moved.values())

    @property
    def paid(self) -> int:
        """What settlement has paid for it, sales aside; of a free bet its winnings."""
        return -self.moved["SPORT_PAYOUTS"] - self.moved["FREEBET_COST"]


class JournalFold:
    """Reads one tenant's journal as it grows, and verifies what a replay verifies."""

    def __init__(self, postgres_url: str, tenant: str) -> None:
        self.tenant = tenant
        self.reader = JournalReader(postgres_url, tenant)
        self.replayer = core.Replayer(tenant)
        self.bets: dict[bytes, Bet] = {}
        self.placed: dict[tuple[bytes, str], list[tuple[bytes, int]]] = defaultdict(list)
        """Attempts by player and key: the (bet id, code) of every entry there is."""
        self.balances: dict[tuple[str, str], dict[int, tuple[int, int]]] = defaultdict(dict)
        """(available, held) of a player and currency after each entry that changed them."""
        self.touched: set[str] = set()
        """Markets of bets that were placed or changed since this was last emptied."""

    async def read(self) -> None:
        """Fold what has come since; raises ValueError for what does not verify."""
        while page := await self.reader.page(self.replayer.seq, _END):
            for _, frame in page:
                batch = core.Batch(frame)
                self._note_balances(batch)
                for entry in batch.entries():
                    self._fold(entry)
            self.replayer.apply([frame for _, frame in page])

    def _note_balances(self, batch: core.Batch) -> None:
        for player, currency, available, held, seq in batch.balances():
            known = self.balances[text(player), currency]
            before = next(reversed(known.values())) if known else (0, 0)
            known[seq] = (
                before[0] if available is None else available,
                before[1] if held is None else held,
            )

    def _fold(self, entry: core.Entry) -> None:
        if entry.kind == "place_bet":
            self.placed[entry.player, entry.key].append((entry.bet_id, entry.code))
            if entry.code == 0 and entry.slip is not None:
                self._place(entry, slip.decode(*entry.slip))
        if entry.kind == "cash_out" and entry.code == 0:
            above, below = entry.fields["part"] or (1, 1)
            self.bets[entry.fields["bet"]].sold.append(Sale(entry.at, above, below, entry.amount))
        again = {bet_id for bet_id, _, _ in entry.transitions if self.bets[bet_id].is_decided}
        for bet_id, state, _ in entry.transitions:
            self._transition(self.bets[bet_id], state)
        for move in movements(entry):
            account = ACCOUNTS[move.account]
            if account.name in INCOME:
                bet = self.bets[_bet_of(move.reference)]
                amount = move.amount * INCOME[account.name]
                bet.moved[account.name] += amount
                bet.corrected += amount if bet.id in again else 0
        for bet_id in again:
            self.bets[bet_id].corrections += 1

    def _place(self, entry: core.Entry, asked: slip.Slip) -> None:
        told = decided.decode(entry.terms, asked)
        self.bets[entry.bet_id] = Bet(
            self.tenant,
            entry.bet_id,
            entry.player,
            entry.currency,
            entry.amount,
            entry.at,
            asked,
            told,
        )

    def _transition(self, bet: Bet, state: str) -> None:
        bet.states.append(state)
        self.touched.update(leg.market_id for leg in bet.slip.legs)

    @property
    def open_bets(self) -> int:
        """Bets that are pending or open."""
        return len(self.replayer.open_bets())

    def house(self) -> dict[str, int]:
        """Balances of the house's accounts of sport by name, as they earn (cost: below 0)."""
        found = dict.fromkeys(INCOME, 0)
        for number, _, _, balance in self.replayer.accounts():
            name = ACCOUNTS[number].name
            if name in INCOME:
                found[name] += balance * INCOME[name]
        return found

    async def close(self) -> None:
        """Let go of the connection."""
        await self.reader.close()


def decided_times(bet: Bet) -> int:
    """How often a bet was closed anew from open: 1 for one that was decided once."""
    times, waiting = 0, True
    for state in bet.states:
        if state in _CLOSED and waiting:
            times += 1
        waiting = state not in _CLOSED
    return times


def _bet_of(reference: str) -> bytes:
    kind, _, name = reference.partition(":")
    if kind != "bet":
        raise ValueError(f"money of sport moved for {reference or 'nothing'}, not for a bet")
    return bytes.fromhex(name.replace("-", ""))
