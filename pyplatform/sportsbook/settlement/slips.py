"""From a journaled placement to the bet that settlement sees."""

from pyplatform._core.shard import Entry
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE
from pyplatform.sportsbook.placement import decided, slip
from pyplatform.sportsbook.settlement.wagers import Wager, WagerLeg, WagerState


def wager_of(entry: Entry, encoded: tuple[int, int, bytes]) -> Wager:
    """Read the bet out of the entry that placed it.

    Raises `UnknownSlipError` or ValueError for a slip or terms that this build cannot read.
    """
    asked = slip.decode(*encoded)
    taken = decided.decode(entry.terms, asked)
    terms = taken.each_way or (None,) * len(asked.legs)
    legs = tuple(
        WagerLeg(
            leg.market_id,
            leg.selection_id,
            price,
            (1, 1) if place is None else (1, place.fraction),
            0 if place is None else place.places,
            leg.event_id,
            number in taken.promised.best_odds,
            leg.price_e4 == STARTING_PRICE,
        )
        for number, (leg, price, place) in enumerate(zip(asked.legs, taken.prices, terms, strict=True))
    )
    return Wager(
        bet_id=entry.bet_id,
        brand=entry.brand,
        player=entry.player,
        currency=entry.currency,
        stake=entry.amount,
        legs=legs,
        version=1,
        state=WagerState.PENDING if entry.pending_until else WagerState.OPEN,
        kind=asked.bet_type,
        sizes=asked.sizes,
        bankers=tuple(asked.bankers),
        each_way=asked.each_way,
        joint_price_e4=taken.joint_price_e4,
        free=taken.free,
        boost_bp=taken.promised.boost_bp,
        max_return=taken.promised.max_return,
    )
