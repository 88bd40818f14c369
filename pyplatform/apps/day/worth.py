"""What a bet is worth by what its legs are: the one sum behind the oracle and the account of a day."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import prod
from typing import Final, TypeVar

from pyplatform.apps.day.journal import Bet
from pyplatform.core import betting
from pyplatform.sportsbook.placement.slip import SAME_GAME

E4: Final = 10_000
Value = TypeVar("Value", Fraction, float)
"""Exact of what has happened, a float of what may."""


def lines_of(bet: Bet) -> list[tuple[int, ...]]:
    """The lines of a bet, each as its legs counted from 0."""
    kind = "ACCA" if bet.slip.bet_type == "SINGLE" else bet.slip.bet_type
    if len(bet.slip.legs) == 1:
        return [(0,)]
    return betting.lines(kind, len(bet.slip.legs), list(bet.slip.sizes) or None, bet.slip.bankers or None)


def of_lines(bet: Bet, part: Callable[[int], Value]) -> Value:
    """Σ_lines Π part(leg) / lines: what comes back of a unit whose lines multiply so."""
    lines = lines_of(bet)
    products: list[Value] = [prod([part(leg) for leg in line[1:]], start=part(line[0])) for line in lines]
    return sum(products[1:], start=products[0]) / len(lines)


def with_places(bet: Bet, win: Sequence[Value], place: Sequence[Value]) -> Value:
    """What comes back of a unit of stake, of which an each-way bet has half on the places."""
    whole = of_lines(bet, win.__getitem__)
    return (whole + of_lines(bet, place.__getitem__)) / 2 if bet.slip.each_way else whole


def place_odds(price_e4: int, fraction: int) -> Fraction:
    """What a unit on a place part returns: `1 + (P − 1)/fraction`."""
    return 1 + Fraction(price_e4 - E4, E4 * fraction)


def is_together(bet: Bet) -> bool:
    """Whether the legs have one price."""
    return bet.slip.bet_type == SAME_GAME
