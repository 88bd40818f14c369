"""Settlement beside odds-tools, which settles in floats and knows won, lost and void legs only."""

import math
from functools import partial
from itertools import cycle, islice
from types import ModuleType

from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core import betting

PRICES = ["2.50", "1.83", "3.40", "2.10", "4.33", "1.57", "2.88", "6.00"]
RESULTS = ["WON", "WON", "LOST", "WON", "VOID", "WON", "LOST", "WON"]
THEIRS = {"WON": "win", "LOST": "lose", "VOID": "void"}


def comparisons() -> list[Comparison]:
    """Every row of this module."""

    return [
        _one("ACCA", 5, [5], (5, None, None), "5-fold settled exactly"),
        _one("YANKEE", 4, [2, 3, 4], (10, None, 1.7), "Yankee settled exactly"),
        _one("GOLIATH", 8, list(range(2, 9)), (10, None, 3.0), "Goliath settled exactly"),
        _one("SYSTEM", 20, [10], (10, None, 6.0), "10-of-20 system settled exactly"),
    ]


def _one(
    kind: str, legs: int, sizes: list[int], goals: tuple[float, float | None, float | None], title: str
) -> Comparison:
    """One bet from a struct built before, every leg's price and result read and settled in the call."""
    must, aim, within = goals
    prices = list(islice(cycle(PRICES), legs))
    results = list(islice(cycle(RESULTS), legs)) if kind != "ACCA" else ["WON"] * legs
    lines = sum(math.comb(legs, size) for size in sizes)
    bet = betting.Bet(
        kind,
        [betting.Leg(price, result) for price, result in zip(prices, results, strict=True)],  # type: ignore[arg-type]
        unit_stake_minor=100,
        sizes=sizes if kind == "SYSTEM" else None,
    )

    def theirs(module: ModuleType) -> Operation:
        floats, words = [float(price) for price in prices], [THEIRS[result] for result in results]
        return partial(module.system_payout, floats, sizes, 100.0 * lines, words)

    ours, peers = partial(betting.settle, bet), peer("odds_tools", theirs)

    def agree() -> bool:
        return abs(ours().returns_minor - peers()) <= 0.5 + 1e-9 * abs(peers())  # type: ignore[operator,arg-type]

    return Comparison(title, must, aim, ours, peers, peer_name="odds-tools", within_us=within, agree=agree)
