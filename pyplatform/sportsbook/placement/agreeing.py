"""What a leg is taken at: its price, the starting price, the terms of its place part."""

from functools import lru_cache
from typing import Final

from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg, PlaceBet, Refusal
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.core import betting, trading
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.decided import EachWayTerms
from pyplatform.sportsbook.placement.slip import SAME_GAME

E4: Final = 10_000
_RACE: Final = "WIN"
_FEWEST_RUNNERS: Final = 5
"""With fewer, each-way terms are win only."""


def takes(request: PlaceBet, terms: Terms, asked: int, current: int) -> bool:
    """Whether a price that has moved is taken: by the player's own word, else by the house's policy."""
    policy, tolerance = request.price_policy, request.tolerance_bp
    if policy is None:
        policy, tolerance = terms.price_policy, terms.tolerance_bp
    match policy:
        case PricePolicy.NONE:
            return False
        case PricePolicy.ANY:
            return True
        case PricePolicy.HIGHER:
            return current > asked
    return trading.price_change("WITHIN", asked / E4, current / E4, tolerance / E4).accepted


def agree(
    request: PlaceBet, leg: Leg, market: MarketState, terms: Terms, current: int
) -> tuple[Refusal | None, bool]:
    """Whether a leg is taken at `current`, or why not; and whether the starting price is paid if it is better."""
    if current == leg.price_e4 or request.bet_type == SAME_GAME:
        return None, terms.best_odds and _before_race(market)
    if leg.price_e4 == STARTING_PRICE:
        sold = terms.starting_price and _before_race(market)
        return (None if sold else Refusal.STARTING_PRICE_NOT_OFFERED), False
    if takes(request, terms, leg.price_e4, current):
        return None, terms.best_odds and _before_race(market)
    return Refusal.PRICE_CHANGED, False


def _before_race(market: MarketState) -> bool:
    """Whether a market asks for the one winner of a race that has not begun."""
    return not market.in_play and _is_race(market)


def _is_race(market: MarketState) -> bool:
    """Whether a market asks for the one winner of a race."""
    return market.catalogue is not None and market.catalogue.kind == _RACE and market.places == 1


def each_way_terms(market: MarketState, terms: Terms) -> EachWayTerms | None:
    """The place part that a market offers now, by the runners it has; None where it is sold win only."""
    if not _is_race(market):
        return None
    runners = len(market.active)
    if terms.each_way is None:
        return _each_way_of(runners)
    _, places, fraction = max((row for row in terms.each_way if row[0] <= runners), default=(0, 0, 0))
    return EachWayTerms(places, fraction) if places else None


@lru_cache(maxsize=64)
def _each_way_of(runners: int) -> EachWayTerms | None:
    if runners < _FEWEST_RUNNERS:
        return None
    standard = betting.each_way_terms(runners)
    return EachWayTerms(standard.places, int(str(standard.fraction).partition("/")[2]))
