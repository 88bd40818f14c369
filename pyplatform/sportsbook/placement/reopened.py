"""Bets whose results were taken back, read anew from the journal: who counts open bets keeps no closed ones."""

from collections.abc import Iterable
from typing import Final

from pyplatform._core.shard import Batch, Entry
from pyplatform.contracts.wallet import LedgerReader
from pyplatform.kernel import ids
from pyplatform.sportsbook.placement.decided import decode
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, legs_of
from pyplatform.sportsbook.placement.slip import decode as read_slip

WAITS = frozenset({"pending", "open"})
SKEW_MS: Final = 60_000
"""An owner's clock, which made a bet's id, is less than this off the wallet's, which wrote the entry's time."""
_MILLISECOND: Final = 1_000_000


class Reopened:
    """What the journal says of some bets of a tenant, from the first of them on."""

    def __init__(self, tenant: str, wanted: Iterable[bytes]) -> None:
        self._tenant = tenant
        self._wanted = frozenset(wanted)
        self._bets: dict[bytes, OpenBet] = {}
        self._states: dict[bytes, str] = {}
        self._sold: dict[bytes, list[tuple[int, int]]] = {}

    async def begin(self, reader: LedgerReader, until: int) -> int:
        """An entry of a journal that is known up to `until`, after which all there is on these bets stands.

        Their ids say when they were made; the entries' times are halved until they meet. Raises Unavailable.
        """
        made = (min(map(ids.timestamp_ms, self._wanted)) - SKEW_MS) * _MILLISECOND
        before, high = 0, until  # entry `before` is older
        while before < high:
            middle = (before + high) // 2
            page = await reader.page(middle, high, 1)
            entries = Batch(page[0][1]).entries() if page else []
            if entries and entries[-1].at < made:
                before = entries[-1].seq
            else:
                high = min(middle, entries[0].seq - 1) if entries else middle
        return before

    def fold(self, entry: Entry) -> None:
        """Take in the next entry."""
        if entry.kind == "place_bet":
            if entry.bet_id in self._wanted and entry.code == 0 and entry.slip:
                self._bets[entry.bet_id] = placed(self._tenant, entry, entry.slip)
            return
        for bet_id, state, version in entry.transitions:
            bet = self._bets.get(bet_id)
            if bet is not None:
                bet.version, self._states[bet_id] = version, state
                if entry.kind == "cash_out":
                    self._sold.setdefault(bet_id, []).append(entry.fields["part"])

    def restore(self, bets: OpenBets) -> int:
        """Count those that are open now; returns how many."""
        found = [bet for bet in self._bets.values() if self._states.get(bet.bet_id) == "open"]
        for bet in found:
            bet.pending_until = 0
            if bets.get(bet.bet_id) is None and bets.has_part(bet):
                bets.restore(bet)
                for part in self._sold.get(bet.bet_id, ()):
                    bets.shrink(bet.bet_id, *part)
        return len(found)


def placed(tenant: str, entry: Entry, encoded: tuple[int, int, bytes]) -> OpenBet:
    """The bet out of the entry that placed it; raises as the decoders of slip and terms."""
    asked = read_slip(*encoded)
    told = decode(entry.terms, asked)
    return OpenBet(
        bet_id=entry.bet_id,
        tenant=tenant,
        brand=entry.brand,
        player=entry.player,
        bet_type=asked.bet_type,
        legs=legs_of(asked, told),
        stake=entry.amount,
        currency=entry.currency,
        version=1,
        sizes=asked.sizes,
        joint_price_e4=told.joint_price_e4,
        pending_until=entry.pending_until,
        referred=told.referred,
        free=told.free,
        boost_bp=told.promised.boost_bp,
        max_return=told.promised.max_return,
    )
