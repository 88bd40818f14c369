"""Bets whose results were taken back, read anew from the journal: who counts open bets keeps no closed ones."""

from collections.abc import Iterable

from pyplatform._core.shard import Entry
from pyplatform.sportsbook.placement.decided import decode
from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets, legs_of
from pyplatform.sportsbook.placement.slip import decode as read_slip

WAITS = frozenset({"pending", "open"})


class Reopened:
    """What the journal says of some bets of a tenant, from its beginning on."""

    def __init__(self, tenant: str, wanted: Iterable[bytes]) -> None:
        self._tenant = tenant
        self._wanted = frozenset(wanted)
        self._bets: dict[bytes, OpenBet] = {}
        self._states: dict[bytes, str] = {}
        self._sold: dict[bytes, list[tuple[int, int]]] = {}

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
