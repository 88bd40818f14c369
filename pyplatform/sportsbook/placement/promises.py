"""What a bet is promised beyond its prices, by the terms of its legs' markets."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, PlaceBet
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.decided import NOTHING, Promised

_ONE_LINE: Final = frozenset(
    "DOUBLE TREBLE FOURFOLD FIVEFOLD SIXFOLD SEVENFOLD EIGHTFOLD ACCA".split()  # noqa: SIM905 - a list of words
)


class Sold(NamedTuple):
    """A leg of ours: its place in the slip, its terms and price, and whether the better of price and SP is promised."""

    leg: int
    terms: Terms
    price_e4: int
    best_odds: bool


def promise_of(request: PlaceBet, sold: Sequence[Sold], *, bounded: bool = True) -> Promised:
    """What our legs promise.

    A bonus needs the word of every leg's terms, and the least of them counts; systems, bets of one price and free bets
    have none. What a trader takes is not `bounded`. A starting price is a bound without a promise.
    """
    best = tuple([one.leg for one in sold if one.best_odds])
    boost = 0
    if request.bet_type in _ONE_LINE and not request.free_bet:
        boost = min([one.terms.boost_bp(len(request.legs), one.price_e4) for one in sold])
    at_start = any(request.legs[one.leg].price_e4 == STARTING_PRICE for one in sold)
    if not (boost or best or at_start):
        return NOTHING
    bounds = [one.terms.max_payout for one in sold if bounded and one.terms.max_payout is not None]
    return Promised(boost, best, min(bounds, default=0))


def together(one: Promised, other: Promised) -> Promised:
    """What two owners promise of the legs of one slip."""
    boost = min(one.boost_bp, other.boost_bp)
    best = tuple(sorted({*one.best_odds, *other.best_odds}))
    at_start = any(said.max_return and not (said.boost_bp or said.best_odds) for said in (one, other))
    if not (boost or best or at_start):
        return NOTHING
    bounds = [found for found in (one.max_return, other.max_return) if found]
    return Promised(boost, best, min(bounds, default=0))
