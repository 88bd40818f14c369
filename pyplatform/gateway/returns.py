"""What a bet pays if all goes well."""

from typing import Final

from pyplatform.contracts.sportsbook.bets import BetAnswer, BetQuote, PlaceBet
from pyplatform.core import betting, money
from pyplatform.gateway.model import write_percent

E4: Final = 10_000


def potential_return(attempt: PlaceBet, told: BetAnswer | BetQuote) -> int:
    """Return of `attempt`, an amount at the currency's scale, if every leg wins at the prices told.

    With its place parts and its bonus, within the bound for that; a free bet does not give its stake back.
    """
    prices, joint_price_e4, each_way = told.prices, told.joint_price_e4, told.each_way
    unit = money.minor_unit(attempt.currency)
    if joint_price_e4:
        prices = (joint_price_e4,)
    if len(prices) == 1 and not each_way:
        returned = attempt.stake * (prices[0] - E4 if attempt.free_bet else prices[0])
        return (2 * returned + E4 * unit) // (2 * E4 * unit) * unit
    places = each_way or ((0, 0),) * len(prices)
    legs = [
        betting.Leg(price / E4, "WON", ew=betting.EachWay(f"1/{fraction}", count) if count else None)
        for price, (count, fraction) in zip(prices, places, strict=True)
    ]
    bankers = [number for number, leg in enumerate(attempt.legs) if leg.banker]
    bet = betting.Bet(
        attempt.bet_type,
        legs,
        total_stake_minor=attempt.stake // unit,
        sizes=list(attempt.sizes) or None,
        bankers=bankers or None,
        each_way=bool(each_way),
        stake_kind="FREE_SNR" if attempt.free_bet else "CASH",
        bonus=betting.Bonus(acca_boost_pct=write_percent(told.boost_bp)) if told.boost_bp else None,
        max_payout_minor=told.max_return // unit if told.max_return else None,
    )
    return betting.settle(bet).returns_minor * unit
