"""From an exchange's best prices to ours: consensus probability, our margin, the price ladder."""

from collections.abc import Sequence
from functools import lru_cache

from pyplatform.core import odds

BASIS_POINTS = 10_000


def consensus(back: float | None, lay: float | None, last: float | None) -> float | None:
    """Decimal price the exchange believes in: midway in probability between back and lay, else what was traded.

    A one-sided book says little (1.01 to back before anyone came), so it counts only with a last traded price.
    """
    if back is not None and lay is not None:
        return 2.0 * back * lay / (back + lay)
    return last


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
