"""What every bet should have returned by what really happened, worked out apart from the platform."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import prod
from typing import Final

from pyplatform.apps.day.account import E4, lines_of
from pyplatform.apps.day.journal import Bet
from pyplatform.apps.day.world import Line
from pyplatform.core import money

_EDGE_S: Final = 0.05
"""So near to the edge of a window the clocks of feed and wallet may differ by a rounding."""
_NOTICE_S: Final = 1.0
"""How late the end of an event may reach the owner on a busy machine."""
_HALF: Final = Fraction(1, 2)


class Oracle:
    """Knows how every market of the day ended."""

    def __init__(self, lines: Mapping[str, Line], day: Callable[[int], float]) -> None:
        self._lines, self._day = lines, day
        self.checked = 0
        self.left = 0
        """Bets with a leg on a recording, a race with a withdrawal, or on the edge of a window: left to settlement."""

    def differences(self, bets: Iterable[Bet]) -> list[str]:
        """Every bet that was not paid what it should have been, in words."""
        wrong = []
        for bet in bets:
            if bet.state == "rejected":
                continue
            expected = self.returns(bet)
            if expected is None:
                self.left += 1
                continue
            self.checked += 1
            paid = bet.paid + (bet.stake - bet.moved["SPORT_STAKES"])
            if paid != expected:
                shown = [money.format(amount, bet.currency) for amount in (paid, expected)]
                wrong.append(f"{bet.tenant} bet {bet.id.hex()} ({bet.state}) got {shown[0]}, not {shown[1]}")
        return wrong

    def late(self, bets: Iterable[Bet]) -> list[str]:
        """Bets that were taken when their event was over, in words."""
        found = []
        for bet in bets:
            for leg in bet.slip.legs:
                line, placed = self._lines.get(leg.market_id), self._day(bet.placed_at)
                if line is not None and placed > line.closes + _NOTICE_S and bet.state != "rejected":
                    found.append(
                        f"{bet.tenant} bet {bet.id.hex()} on {line.id}, {placed - line.closes:.1f} s late"
                    )
        return found

    def returns(self, bet: Bet) -> int | None:
        """The return of a bet by the results as they are in the end; None where that is not ours to say."""
        if bet.sold:
            return None
        values = [self._value(bet, number) for number in range(len(bet.slip.legs))]
        if any(value is None for value in values):
            return None
        lines = lines_of(bet)
        exact = sum(prod((values[leg] or Fraction(0) for leg in line), start=Fraction(1)) for line in lines)
        unit = money.minor_unit(bet.currency)
        cents = Fraction(bet.stake, len(lines)) * exact / unit
        return int((cents + _HALF).__floor__()) * unit

    def _value(self, bet: Bet, number: int) -> Fraction | None:
        """What a leg multiplies a stake by."""
        leg = bet.slip.legs[number]
        line = self._lines.get(leg.market_id)
        if line is None or line.reduced:
            return None
        placed = self._day(bet.placed_at)
        for begins, ends in line.voids:
            if min(abs(placed - begins), abs(placed - ends)) < _EDGE_S:
                return None
            if begins <= placed <= ends:
                return Fraction(1)
        if line.winners is None:
            return Fraction(1)
        return Fraction(bet.prices[number], E4) if leg.selection_id in line.winners else Fraction(0)
