"""From a journaled placement to the bet that settlement sees."""

from pyplatform._core.shard import Entry
from pyplatform.sportsbook import slip as slips
from pyplatform.sportsbook.settlement_wagers import Wager, WagerLeg, WagerState


def wager_of(entry: Entry, encoded: tuple[int, int, bytes]) -> Wager:
    """Read the bet out of the entry that placed it; raises `UnknownSlipError` for a slip this build cannot read."""
    single = slips.decode(*encoded)
    leg = WagerLeg(single.market_id, single.selection_id, slips.decode_terms(entry.terms).price_e4)
    return Wager(
        bet_id=entry.bet_id,
        brand=entry.brand,
        player=entry.player,
        currency=entry.currency,
        stake=entry.amount,
        legs=(leg,),
        version=1,
        state=WagerState.PENDING if entry.pending_until else WagerState.OPEN,
    )
