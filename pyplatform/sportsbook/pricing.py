"""From an exchange's best prices to ours: consensus probability, our margin, the price ladder."""

from pyplatform.core import odds

MIN_PRICE_E4 = 10_100
MAX_PRICE_E4 = 10_000_000


def consensus(back: float | None, lay: float | None, last: float | None) -> float | None:
    """Decimal price the exchange believes in: midway in probability between back and lay, else what was traded.

    A one-sided book says little (1.01 to back before anyone came), so it counts only with a last traded price.
    """
    if back is not None and lay is not None:
        return 2.0 * back * lay / (back + lay)
    return last


def offer(fair: dict[int, float], places: int, margin: float) -> dict[int, int]:
    """Return our prices (`price_e4` by selection) for a market of `places` winners; empty if it cannot be priced.

    `fair` holds the consensus decimal price of every runner still in it.
    """
    if len(fair) <= places:
        return {}
    priced = odds.offer_prices(list(fair.values()), float(places), margin, MIN_PRICE_E4, MAX_PRICE_E4)
    return dict(zip(fair, priced, strict=True)) if priced is not None else {}
