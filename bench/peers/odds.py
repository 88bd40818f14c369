"""Margins, models, stakes and ladders beside shin, penaltyblog, goto-conversion, odds-tools and flumine."""

import math
from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType

import numpy as np

from bench.peers.comparison import Comparison, Operation, peer
from pyplatform.core import odds

THREE = [2.6, 2.4, 4.3]
TWENTY = [
    *(4.5, 6.0, 7.5, 9.0, 11.0, 13.0, 15.0, 17.0, 21.0, 23.0),
    *(26.0, 29.0, 34.0, 41.0, 51.0, 67.0, 81.0, 101.0, 126.0, 151.0),
]
MARKETS = 5_000


def comparisons() -> list[Comparison]:
    """Every row of this module."""
    return [*_one_call(), _batch(), *_stakes(), _snap()]


def _ours(prices: list[float], method: str) -> Operation:
    return partial(odds.remove_margin, prices, method)


def _close(ours: Operation, theirs: Operation, read: Callable[[object], Sequence[float]]) -> bool:
    mine = ours().probabilities  # type: ignore[attr-defined]
    return all(math.isclose(a, b, abs_tol=1e-9) for a, b in zip(mine, read(theirs()), strict=True))


def _removal(
    title: str,
    method: str,
    prices: list[float],
    goals: tuple[float, float | None, float],
    package: str,
    make: Callable[[ModuleType], Operation],
    read: Callable[[object], Sequence[float]] = list,  # type: ignore[assignment]
) -> Comparison:
    must, aim, within = goals
    ours, theirs = _ours(prices, method), peer(package, make)
    return Comparison(
        title,
        must,
        aim,
        ours,
        theirs,
        peer_name=package,
        within_us=within,
        agree=lambda: _close(ours, theirs, read),
    )


def _one_call() -> list[Comparison]:
    def shin(prices: list[float]) -> Callable[[ModuleType], Operation]:
        return lambda module: partial(module.calculate_implied_probabilities, prices)

    def penaltyblog(prices: list[float], method: str) -> Callable[[ModuleType], Operation]:
        return lambda module: partial(module.calculate_implied, prices, method=method)

    def odds_tools(prices: list[float], method: str) -> Callable[[ModuleType], Operation]:
        return lambda module: partial(module.fair_probabilities, prices, method)

    def implied(found: object) -> Sequence[float]:
        return found.probabilities  # type: ignore[attr-defined,no-any-return]

    return [
        _removal("shin, 3 outcomes, one call", "shin", THREE, (15, None, 0.9), "shin", shin(THREE)),
        _removal("shin, 20 runners, one call", "shin", TWENTY, (6, None, 1.9), "shin", shin(TWENTY)),
        _removal(
            "power, 3 outcomes, one call",
            "power",
            THREE,
            (60, None, 1.0),
            "odds_tools",
            odds_tools(THREE, "power"),
        ),
        _removal(
            "odds ratio, 3 outcomes, one call",
            "odds_ratio",
            THREE,
            (130, None, 1.0),
            "penaltyblog.implied",
            penaltyblog(THREE, "odds_ratio"),
            implied,
        ),
        _removal(
            "multiplicative, 3 outcomes, one call",
            "multiplicative",
            THREE,
            (5, None, 0.7),
            "odds_tools",
            odds_tools(THREE, "multiplicative"),
        ),
        _removal(
            "goto, 3 outcomes, one call",
            "goto",
            THREE,
            (5, None, 0.7),
            "goto_conversion",
            lambda module: partial(module.goto_conversion, THREE),
        ),
    ]


def _books() -> list[list[float]]:
    """Three-way books with a margin of about 5 %, all different."""
    books = []
    for market in range(MARKETS):
        home, draw = 0.15 + 0.6 * (market * 0.618_033_988 % 1.0), 0.22 + 0.05 * (market * 0.414_213 % 1.0)
        books.append([1 / (1.05 * p) for p in (home, draw * (1 - home), (1 - draw) * (1 - home))])
    return books


def _batch() -> Comparison:
    books = _books()
    array = np.array(books)

    def all_markets(module: ModuleType) -> Operation:
        one = module.calculate_implied_probabilities
        return lambda: [one(book) for book in books]

    ours, theirs = partial(odds.remove_margins, array, "shin"), peer("shin", all_markets)
    return Comparison(
        "shin, 3 outcomes, batch of 5,000",
        40,
        None,
        ours,
        theirs,
        MARKETS,
        peer_name="shin",
        within_us=0.25,
        agree=lambda: np.allclose(ours().probabilities, theirs(), atol=1e-9),  # type: ignore[arg-type]
    )


def _stakes() -> list[Comparison]:
    prices, chances = [2.9, 3.5, 3.4], [0.38, 0.31, 0.31]
    ours = partial(odds.kelly_exclusive, prices, chances)
    theirs = peer(
        "penaltyblog.betting", lambda module: partial(module.multiple_kelly_criterion, prices, chances)
    )
    return [
        Comparison(
            "Kelly, 3 exclusive outcomes", 40_000, None, ours, theirs, peer_name="penaltyblog", within_us=2.0
        )
    ]


def _snap() -> Comparison:
    prices = [10_137 + (n * 7_919) % 400_000 for n in range(10_000)]
    array, decimals = np.array(prices), [price / 1e4 for price in prices]

    def one_by_one(module: ModuleType) -> Operation:
        nearest = module.get_nearest_price
        return lambda: [nearest(price) for price in decimals]

    ours, theirs = partial(odds.BETFAIR.snap, array, "nearest"), peer("flumine.utils", one_by_one)
    return Comparison(
        "snap to the Betfair ladder, batch of 10,000",
        30,
        None,
        ours,
        theirs,
        10_000,
        peer_name="flumine",
        within_us=0.05,
    )
