"""What a feed's prices say of the chances of a market's runners."""

from collections.abc import Sequence, Set
from typing import NamedTuple

from pyplatform.contracts.feeds import Prices


class Fair(NamedTuple):
    """Reference prices by selection, fair or nearly so (None: does not run), how many win, and why there are none."""

    selections: tuple[int, ...]
    prices: list[float | None]
    places: int
    why: str = ""


def nothing(why: str) -> Fair:
    """No price, and why."""
    return Fair((), [], 1, why)


def consensus(back: float | None, lay: float | None, last: float | None) -> float | None:
    """Decimal price the exchange believes in: midway in probability between back and lay, else what was traded.

    A one-sided book says little (1.01 to back before anyone came), so it counts only with a last traded price.
    """
    if back is not None and lay is not None:
        return 2.0 * back * lay / (back + lay)
    return last


def references(
    quoted: Prices, selections: Sequence[int], active: Set[int], places: int
) -> tuple[list[float | None], int]:
    """Reference price of every selection (None: it does not run) and how many can win; empty if one is not known.

    Of a bookmaker's feed the probability counts before the price; how many can win follows from their sum, for its
    markets do not say.
    """
    fair: list[float | None] = []
    if not quoted.price:
        for selection, back, lay, last in zip(selections, quoted.back, quoted.lay, quoted.last, strict=True):
            price = consensus(back, lay, last) if selection in active else None
            if price is None and selection in active:
                return [], places
            fair.append(price)
        return fair, places
    total = 0.0
    for selection, price, chance in zip(selections, quoted.price, quoted.probability, strict=True):
        share = chance or (1.0 / price if price else None)
        if share is None or share >= 1.0 or selection not in active:
            return [], places
        total += share
        fair.append(1.0 / share)
    return fair, max(places, round(total))
