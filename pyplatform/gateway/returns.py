"""What a bet pays if all goes well."""

from collections.abc import Sequence
from typing import Final

from pyplatform.contracts.sportsbook.bets import PlaceBet
from pyplatform.core import betting, money

E4: Final = 10_000


def potential_return(
    attempt: PlaceBet,
    prices: Sequence[int],
    joint_price_e4: int = 0,
    each_way: Sequence[tuple[int, int]] = (),
) -> int:
    """Return of `attempt`, an amount at the currency's scale, if every leg wins at `prices` (`price_e4`).

    `each_way` are the terms of the legs' place parts, (places, fraction). A free bet does not give its stake back.
    """
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
    )
    return betting.settle(bet).returns_minor * unit
