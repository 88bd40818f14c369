"""What every bet should have returned by what really happened, worked out apart from the platform."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Final

from pyplatform.apps.day.journal import Bet
from pyplatform.apps.day.world import Line
from pyplatform.apps.day.worth import E4, is_together, place_odds, with_places
from pyplatform.contracts.sportsbook.bets import STARTING_PRICE
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
            paid = bet.paid + (0 if bet.told.free else bet.stake - bet.moved["SPORT_STAKES"])
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
        """The return of a bet by the results as they are in the end; None where that is not ours to say.

        Of a free bet what it wins, of one that may not pay more than a bound no more than that.
        """
        if bet.sold:
            return None
        values = [self._value(bet, number) for number in range(len(bet.slip.legs))]
        if any(value is None for value in values):
            return None
        win = [value or Fraction(0) for value in values]
        unit, told = money.minor_unit(bet.currency), bet.told
        if is_together(bet):
            exact = self._together(win, told.joint_price_e4)
        else:
            place = [self._place(bet, number, value) for number, value in enumerate(win)]
            exact = with_places(bet, win, place)
            if told.promised.boost_bp and all(value > 1 for value in win):
                exact += (exact - 1) * Fraction(told.promised.boost_bp, E4)
        if told.free:
            exact = max(exact - 1, Fraction(0))
        cents = Fraction(bet.stake) * exact / unit
        paid = int((cents + _HALF).__floor__()) * unit
        return min(paid, told.promised.max_return) if told.promised.max_return else paid

    def _together(self, values: list[Fraction], joint_e4: int) -> Fraction:
        """Legs at one price: lost with one of them, void with a void one."""
        if 0 in values:
            return Fraction(0)
        return Fraction(1) if 1 in values else Fraction(joint_e4, E4)

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
        won = leg.selection_id in line.winners
        return Fraction(price_of(bet, number, line), E4) if won else Fraction(0)

    def _place(self, bet: Bet, number: int, win: Fraction) -> Fraction:
        """What the place part of a leg multiplies a stake by."""
        leg = bet.slip.legs[number]
        line = self._lines[leg.market_id]
        if not bet.told.each_way or win == 1:
            return win
        terms = bet.told.each_way[number]
        placed = leg.selection_id in line.finish[: terms.places]
        return place_odds(price_of(bet, number, line), terms.fraction) if placed else Fraction(0)


def price_of(bet: Bet, number: int, line: Line) -> int:
    """The price a leg is paid at: its own, the starting price, or the better of both."""
    taken, start = bet.told.prices[number], line.starting.get(bet.slip.legs[number].selection_id)
    if bet.slip.legs[number].price_e4 == STARTING_PRICE:
        return start or taken
    return max(taken, start or 0) if number in bet.told.promised.best_odds else taken
