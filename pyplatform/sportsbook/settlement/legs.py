"""What a market's results make of a leg: the word, the shares and the deductions that `core.betting` settles by."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from pyplatform.core import betting
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.settlement.resolution import Decided, Resolution, VoidReason, Withdrawal
from pyplatform.sportsbook.settlement.wagers import WagerLeg

E4: Final = 10_000
_LOWEST_E4: Final = 10_100
_CENT_E4: Final = 100
_LEAST_FACTOR_BP: Final = 250
"""An exchange reduces no price for a runner with less than 2.5 % of the chances."""
_MOST_KNOWN: Final = 100_000

Resolutions = Mapping[str, Resolution]
"""The newest results of a tenant's markets."""


class Legs:
    """Turns legs and results into `core.betting` legs; the few different ones of a market are made once."""

    def __init__(self, rules: HouseRules) -> None:
        self._rules = rules
        self._known: dict[tuple[int, WagerLeg, bool, int], tuple[Resolution, betting.Leg]] = {}

    def leg(self, told: Resolution | None, leg: WagerLeg, placed_ms: int) -> betting.Leg:
        """What became of `leg`, placed at `placed_ms`, by the results of its market; OPEN while they do not say."""
        if told is None:
            return as_leg(leg, "OPEN")
        cancelled = told.cancelled(placed_ms)
        struck = sum(_before(one, placed_ms) for one in told.withdrawals)
        key = (id(told), leg, cancelled, struck)
        found = self._known.get(key)
        # A resolution is kept beside what was made of it, so its id cannot be another's.
        if found is not None and found[0] is told:
            return found[1]
        made = self._make(told, leg, placed_ms, cancelled=cancelled)
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[key] = told, made
        return made

    def _make(self, told: Resolution, leg: WagerLeg, placed_ms: int, *, cancelled: bool) -> betting.Leg:
        if cancelled:
            return as_leg(leg, "VOID")
        if told.separate or told.each:
            decided = told.decided(leg.selection)
            return as_leg(leg, "OPEN") if decided is None else _decided(leg, decided)
        if leg.selection in told.removed:
            return as_leg(leg, "NON_RUNNER")
        if not told.closed:
            return as_leg(leg, "OPEN")
        if not told.winners:
            return as_leg(leg, "ABANDONED")
        return self._run(told, leg, placed_ms)

    def _run(self, told: Resolution, leg: WagerLeg, placed_ms: int) -> betting.Leg:
        """A selection that took part: deductions for those that were withdrawn after the bet was struck.

        The starting price is made without the withdrawn, so it bears no deduction; a bet at one that was never made is
        void.
        """
        start = told.starting_price(leg.selection)
        if leg.at_start:
            if start is None:
                return as_leg(leg, "VOID")
            leg = WagerLeg(leg.market_id, leg.selection, start, leg.place_fraction, leg.places, leg.event_id)
            return self._placed(told, leg, leg, None, None)
        price, pence = leg.price_e4, None
        before = [one for one in told.withdrawals if _before(one, placed_ms)]
        if self._rules.deductions == "rule4":
            pence = [one.pence for one in before if one.pence] or None
        elif self._rules.deductions == "factor" and told.places == 1:
            price = _reduced(price, [one.factor_bp for one in before])
        taken = WagerLeg(leg.market_id, leg.selection, price, leg.place_fraction, leg.places, leg.event_id)
        return self._placed(told, leg, taken, pence, start if leg.best_odds else None)

    def _placed(
        self, told: Resolution, leg: WagerLeg, taken: WagerLeg, pence: list[int] | None, sp: int | None
    ) -> betting.Leg:
        """Where a selection finished, at the price taken less its deductions.

        An exchange tells the winner alone: whether another was placed is open until somebody says who was.
        """
        waive = self._rules.waive_5p
        if leg.selection in told.winners:
            tied = len(told.winners) if len(told.winners) > told.places else 1
            return as_leg(
                taken, "WON", rule4=pence, waive_5p=waive, tied=tied, places_market=told.places, sp=sp
            )
        placing = next((one for one in told.placed if one.selection == leg.selection), None)
        if placing is None or not leg.places:
            known = told.placed or leg.places <= told.places
            return as_leg(taken, "LOST" if known else "OPEN")
        return as_leg(
            taken,
            "PLACED",
            rule4=pence,
            waive_5p=waive,
            tied=placing.tied,
            position=placing.position,
            sp=sp,
        )


def _before(withdrawal: Withdrawal, placed_ms: int) -> bool:
    """Whether a bet was struck before a withdrawal."""
    return withdrawal.at_ms is None or placed_ms < withdrawal.at_ms


def _reduced(price_e4: int, factors: list[int]) -> int:
    """`P·Π(1 − factor)`, two decimals, never under 1.01."""
    exact = Fraction(price_e4)
    for factor in factors:
        if factor >= _LEAST_FACTOR_BP:
            exact = exact * (E4 - factor) / E4
    cents = (exact / _CENT_E4 + Fraction(1, 2)).__floor__()
    return max(_LOWEST_E4, cents * _CENT_E4) if factors else price_e4


def _decided(leg: WagerLeg, decided: Decided) -> betting.Leg:
    match decided.won, decided.void_halves:
        case _, 2:
            return as_leg(leg, "VOID")
        case True, 1:
            return as_leg(leg, "HALF_WON")
        case False, 1:
            return as_leg(leg, "HALF_LOST")
        case True, _:
            tied = decided.tied if decided.tied > decided.places else 1
            return as_leg(leg, "WON", tied=tied, places_market=max(1, decided.places))
        case _:
            return as_leg(leg, "LOST")


def as_leg(
    leg: WagerLeg,
    result: betting.Result,
    *,
    rule4: list[int] | None = None,
    waive_5p: bool = False,
    tied: int | None = None,
    position: int | None = None,
    places_market: int | None = None,
    sp: int | None = None,
) -> betting.Leg:
    """A leg in the words of `core.betting`; with a starting price (`sp`, ten-thousandths) it is paid at the better."""
    above, below = leg.place_fraction
    return betting.Leg(
        decimal(leg.price_e4),
        result,
        rule4=rule4,
        waive_5p=waive_5p,
        tied=tied,
        position=position,
        places_market=places_market,
        sp=decimal(sp) if sp else None,
        bog=bool(sp),
        ew=betting.EachWay(f"{above}/{below}", leg.places) if leg.places else None,
    )


def decimal(price_e4: int) -> str:
    """A price in ten-thousandths as decimal odds."""
    return f"{price_e4 // E4}.{price_e4 % E4:04}"


def void_reason(told: Resolution | None, leg: WagerLeg, placed_ms: int) -> VoidReason:
    """Why a leg that is void is so."""
    if told is None or told.cancelled(placed_ms) or told.separate or told.each:
        return VoidReason.CANCELLED
    if leg.selection in told.removed:
        return VoidReason.SELECTION_REMOVED
    if leg.at_start and told.winners:
        return VoidReason.NO_STARTING_PRICE
    return VoidReason.MARKET_VOID
