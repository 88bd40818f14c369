"""What a bet pays if all goes well."""

from collections.abc import Sequence
from typing import Final

from pyplatform.contracts.sportsbook.bets import PlaceBet
from pyplatform.core import betting, money

E4: Final = 10_000


def potential_return(attempt: PlaceBet, prices: Sequence[int], joint_price_e4: int = 0) -> int:
    """Return of `attempt`, an amount at the currency's scale, if every leg wins at `prices` (`price_e4`).

    The place part of an each-way bet is left out: its terms are fixed when the bet is placed.
    """
    unit = money.minor_unit(attempt.currency)
    stake = attempt.stake // 2 if attempt.each_way else attempt.stake
    if joint_price_e4:
        prices = (joint_price_e4,)
    if len(prices) == 1:
        returned = stake * prices[0]
        return (2 * returned + E4 * unit) // (2 * E4 * unit) * unit
    legs = [betting.Leg(price / E4, "WON") for price in prices]
    bankers = [number for number, leg in enumerate(attempt.legs) if leg.banker]
    bet = betting.Bet(
        attempt.bet_type,
        legs,
        total_stake_minor=stake // unit,
        sizes=list(attempt.sizes) or None,
        bankers=bankers or None,
    )
    return betting.settle(bet).returns_minor * unit
