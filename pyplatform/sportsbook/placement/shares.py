"""What a bet puts on the markets of its legs: the shares that liability is made of."""

from collections.abc import Sequence
from typing import Final

import msgspec

from pyplatform.core import trading
from pyplatform.sportsbook.placement.decided import EachWayTerms
from pyplatform.sportsbook.placement.floating import E4, Floating
from pyplatform.sportsbook.placement.liability import Share, carried_by
from pyplatform.sportsbook.placement.slip import SAME_GAME

Shares = tuple[tuple[str, Share], ...]
"""By market id."""
STAKE_BACK: Final = E4
"""The price of 1: the stake alone comes back."""


class OpenLeg(msgspec.Struct, frozen=True, gc=False):
    """A leg at the price taken; `each_way` are the terms of its place part, if it has one.

    `at_start` is paid at the starting price, and was taken at the price of that moment; with `best_odds` the better of
    both is paid.
    """

    event_id: str
    market_id: str
    selection: int
    price_e4: int
    banker: bool = False
    each_way: EachWayTerms | None = None
    at_start: bool = False
    best_odds: bool = False


def shares_of(
    bet_type: str, sizes: Sequence[int], legs: Sequence[OpenLeg], stake: int, joint_price_e4: int = 0
) -> tuple[tuple[str, Share], ...]:
    """What a bet puts on the markets of its legs: `stake` and payout in the proportions of `core.trading.apportion`.

    Half of an each-way bet's stake is on the place part. Payouts are rounded up. Raises ValueError for prices of 1 or
    less and for legs that the type does not have.
    """
    each_way = True in [leg.each_way is not None for leg in legs]
    part = stake // 2 if each_way else stake
    if len(legs) == 1:
        leg = legs[0]
        shares = [(leg.market_id, Share(leg.selection, part, -(-part * leg.price_e4 // E4)))]
        if leg.each_way is not None:
            below = E4 * leg.each_way.fraction
            payout = part - (-part * (leg.price_e4 - E4) // below)
            shares.append((leg.market_id, Share(leg.selection, part, payout, leg.each_way.places)))
        return tuple(shares)
    if bet_type == SAME_GAME:
        return _of_same_game(legs, stake, joint_price_e4)
    bankers = tuple([number for number, leg in enumerate(legs) if leg.banker])
    carried = carried_by(tuple([leg.price_e4 for leg in legs]), bet_type, tuple(sizes), bankers)
    unit = -(-part // carried.lines)
    found = _of_lines(legs, carried.parts, unit)
    if each_way:
        odds = [f"{leg.price_e4 - E4}/{E4 * leg.each_way.fraction}" for leg in legs if leg.each_way]
        placed = trading.apportion(odds, bet_type, sizes=sizes or None, bankers=bankers or None)
        found += _of_lines(legs, placed, unit, place=True)
    return tuple(found)


def _of_lines(
    legs: Sequence[OpenLeg], carried: trading.Apportionment, unit: int, *, place: bool = False
) -> list[tuple[str, Share]]:
    """Of legs that carry so much of every `unit` of stake on a line, or of its place part."""
    return [
        (
            leg.market_id,
            Share(
                leg.selection, max(1, staked), payout, leg.each_way.places if place and leg.each_way else 0
            ),
        )
        for leg, staked, payout in zip(legs, carried.stakes(unit), carried.payouts(unit), strict=True)
    ]


def _of_same_game(legs: Sequence[OpenLeg], stake: int, joint_price_e4: int) -> tuple[tuple[str, Share], ...]:
    """Legs of one price carry it in the proportions of their own prices."""
    factors = trading.apportion([leg.price_e4 / E4 for leg in legs]).factors
    staked = [max(1, round(stake * factor)) for factor in factors]
    return tuple(
        (leg.market_id, Share(leg.selection, part, -(-part * joint_price_e4 // E4)))
        for leg, part in zip(legs, staked, strict=True)
    )


def promised(shares: Shares, legs: Sequence[OpenLeg], boost_bp: int, max_return: int) -> Shares:
    """The shares of a bet that may be paid beyond its prices, as they cost at worst.

    A bonus counts as earned. A leg at the starting price, or at the better of it and its own, follows the price on
    offer while the other legs stay at theirs. Of what `max_return` leaves (0: no bound) each leg has its part.
    """
    made = shares
    if boost_bp:
        made = _boosted(shares, boost_bp, max_return)
    # Every bet comes by here: a list costs a third of a generator.
    if True not in [leg.at_start or leg.best_odds for leg in legs]:
        return made
    slopes = [
        _slope(legs[number % len(legs)], share, 0 if share.places else boost_bp)
        for number, (_, share) in enumerate(shares)
    ]
    total = sum(share.payout for _, share in made)
    room = max(0, max_return - total)
    found = []
    for number, (market_id, share) in enumerate(made):
        at = number % len(legs)
        leg = legs[at]
        if not (leg.at_start or leg.best_odds):
            found.append((market_id, share))
            continue
        own = sum(share.payout for _, share in made[at :: len(legs)])
        high = (
            leg.price_e4 - (-room * own * E4 // (total * sum(slopes[at :: len(legs)]))) if max_return else 0
        )
        low = STAKE_BACK if leg.at_start else leg.price_e4
        payout = share.payout - slopes[number] * (leg.price_e4 - low) // E4
        floating = Floating(slopes[number], leg.price_e4, low, high)
        found.append((market_id, Share(share.selection, share.stake, max(0, payout), share.places, floating)))
    return tuple(found)


def _boosted(shares: Shares, boost_bp: int, max_return: int) -> Shares:
    """With a bonus on the profit of the win part, of which no more is paid than `max_return` leaves."""
    extra = [
        0 if share.places else -(-max(0, share.payout - share.stake) * boost_bp // E4) for _, share in shares
    ]
    above = below = max(1, sum(extra))
    if max_return:
        above = min(above, max(0, max_return - sum(share.payout for _, share in shares)))
    return tuple(
        [
            (market_id, msgspec.structs.replace(share, payout=share.payout - (-more * above // below)))
            for (market_id, share), more in zip(shares, extra, strict=True)
        ]
    )


def _slope(leg: OpenLeg, share: Share, boost_bp: int) -> int:
    """What a share returns more for each 1.0 of its leg's price, of which a place part has a fraction."""
    fraction = leg.each_way.fraction if share.places and leg.each_way is not None else 1
    price = fraction * E4 + leg.price_e4 - E4
    return -(-share.payout * (E4 + boost_bp) // price)


def free(share: Share) -> Share:
    """A free bet brings no stake and pays none back: what it can cost are the winnings."""
    least = 0 if share.floating is not None else 1
    return msgspec.structs.replace(share, stake=0, payout=max(least, share.payout - share.stake))


def scaled(share: Share, above: int, below: int) -> Share:
    """So much of a share; what it returns is rounded up."""
    stake, payout = share.stake * above // below, -(-share.payout * above // below)
    floating = share.floating
    if floating is not None:
        slope = -(-floating.slope * above // below)
        floating = Floating(slope, floating.taken, floating.low, floating.high)
    elif share.stake:
        payout = max(payout, max(1, stake) + 1)
    return Share(share.selection, max(1, stake) if share.stake else 0, payout, share.places, floating)
