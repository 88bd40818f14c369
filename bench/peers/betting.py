"""Settlement beside odds-tools, which settles in floats and knows won, lost and void legs only."""

import math
from functools import partial
from itertools import cycle, islice, pairwise
from types import ModuleType

import numpy as np

from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core import betting

PRICES = ["2.50", "1.83", "3.40", "2.10", "4.33", "1.57", "2.88", "6.00"]
RESULTS = ["WON", "WON", "LOST", "WON", "VOID", "WON", "LOST", "WON"]
THEIRS = {"WON": "win", "LOST": "lose", "VOID": "void"}

BULK = 10_000


def comparisons() -> list[Comparison]:
    """Every row of this module."""

    return [
        _one("ACCA", 5, [5], (5, None, None), "5-fold settled exactly"),
        _one("YANKEE", 4, [2, 3, 4], (10, None, 1.7), "Yankee settled exactly"),
        _one("GOLIATH", 8, list(range(2, 9)), (10, None, 3.0), "Goliath settled exactly"),
        _one("SYSTEM", 20, [10], (10, None, 6.0), "10-of-20 system settled exactly"),
        _bulk(),
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


def _bulk() -> Comparison:
    """Singles to Goliaths, one column of bets against one call a bet: the same prices, results and stakes."""
    kinds = ["SINGLE", "DOUBLE", "TREBLE", "YANKEE", "LUCKY15", "GOLIATH"]
    legs, sizes = (1, 2, 3, 4, 4, 8), ([1], [2], [3], [2, 3, 4], [1, 2, 3, 4], list(range(2, 9)))
    shares = (54, 12, 14, 8, 10, 2)
    kind = [at for at, share in enumerate(shares) for _ in range(share)] * (BULK // 100)
    total = sum(legs[at] for at in kind)
    prices, results = list(islice(cycle(PRICES[:7]), total)), list(islice(cycle(RESULTS), total))
    offsets = np.cumsum([0, *(legs[at] for at in kind)])
    columns = [
        np.array(column)
        for column in (
            kind,
            offsets,
            [round(1e4 * float(price)) for price in prices],
            [betting.RESULTS.index(result) for result in results],
            [100] * BULK,
        )
    ]
    lines = [sum(math.comb(legs[at], size) for size in sizes[at]) for at in range(len(kinds))]

    def theirs(module: ModuleType) -> Operation:
        payout = module.system_payout
        floats, words = [float(price) for price in prices], [THEIRS[result] for result in results]
        slices = [slice(start, end) for start, end in pairwise(offsets.tolist())]
        bets = [
            (floats[s], sizes[at], 100.0 * lines[at], words[s]) for at, s in zip(kind, slices, strict=True)
        ]
        return lambda: [payout(*bet) for bet in bets]

    ours, peers = partial(betting.settle_columns, kinds, *columns), peer("odds_tools", theirs)

    def agree() -> bool:
        return bool(np.all(np.abs(ours().returns_minor - np.array(peers())) <= 0.5 + 1e-6))

    return Comparison(
        "mixed bets settled in bulk",
        10,
        None,
        ours,
        peers,
        BULK,
        peer_name="odds-tools",
        within_us=0.667,
        agree=agree,
    )
