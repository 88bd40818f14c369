"""From a feed's prices to ours: consensus probability, our margin, the price ladder."""

from collections.abc import Sequence, Set
from functools import lru_cache

from pyplatform.contracts.feeds import Prices
from pyplatform.core import odds

BASIS_POINTS = 10_000


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


@lru_cache(maxsize=1024)
def _rule(margin_bp: int, places: int) -> odds.PricingRule:
    return odds.PricingRule(margin_bp / BASIS_POINTS, method="power", target=float(places))


def offer(fair: Sequence[float | None], places: int, margin_bp: int) -> tuple[int, ...]:
    """Return our prices (`price_e4`, 0 = none) for a market of `places` winners; empty if it cannot be priced.

    A market cannot be priced when no more runners than places are left, or when the margin would push a price
    below the ladder: then nothing is offered.
    """
    try:
        return odds.price_book(fair, _rule(margin_bp, places)).prices_e4
    except ValueError:
        return ()
