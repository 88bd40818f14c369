"""What a bet is worth now: our offer to buy it back, or part of it."""

from typing import Final

import msgspec

from pyplatform.contracts.sportsbook.cashout import CashOutAnswer, CashOutOutcome, Part, PricedLeg
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.core import betting, money
from pyplatform.kernel.tenancy import HouseRules
from pyplatform.sportsbook.cashing_out.prices import PriceCopy
from pyplatform.sportsbook.settlement.judging import as_bet
from pyplatform.sportsbook.settlement.legs import E4, Legs, Resolutions, decimal
from pyplatform.sportsbook.settlement.wagers import SAME_GAME, Wager, WagerLeg, WagerState

_LONGEST: Final = 10**6
"""Largest denominator of a share."""


class NoOffer(Exception):  # noqa: N818 - it names what happened
    """There is no offer; `code` as `CashOutAnswer` explains it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)

    def answer(self) -> CashOutAnswer:
        """The answer that says so."""
        return CashOutAnswer(CashOutOutcome.NO_OFFER, self.code)


class Offer(msgspec.Struct, frozen=True):
    """What we would pay for a part of a bet (at the currency's scale), and the prices that rests on."""

    amount: int
    legs: tuple[PricedLeg, ...]


class Offers:
    """Makes the offers of one tenant."""

    def __init__(self, tenant: str, rules: HouseRules, prices: PriceCopy) -> None:
        self._tenant = tenant
        self._rules = rules
        self._prices = prices
        self._legs = Legs(rules)
        self._margin = f"{rules.cash_out_margin_bp}/{E4}"

    def offer(self, wager: Wager, told: Resolutions, part: Part) -> Offer:
        """Our offer for `part` of what a bet still holds; raises NoOffer with the reason why there is none."""
        if not (0 < part[0] <= part[1] <= _LONGEST):
            raise NoOffer("invalid_part")
        if wager.state is not WagerState.OPEN:
            raise NoOffer("bet_not_open")
        if wager.free:
            raise NoOffer("free_bet")
        if wager.kind == SAME_GAME:
            # Its legs depend on each other, and their product is not what they are worth together.
            raise NoOffer("not_offered")
        legs, priced = self._running(wager, told)
        bet = as_bet(wager, legs, self._rules)
        if not priced or betting.progress(bet).settleable:
            raise NoOffer("bet_decided")
        try:
            value = betting.cash_out(bet, self._margin, f"{part[0]}/{part[1]}")
        except ValueError as error:
            raise NoOffer("not_offered") from error
        if not value.available or not value.value_minor:
            raise NoOffer("too_small")
        return Offer(value.value_minor * money.minor_unit(wager.currency), tuple(priced))

    def _running(self, wager: Wager, told: Resolutions) -> tuple[list[betting.Leg], list[PricedLeg]]:
        legs: list[betting.Leg] = []
        priced: list[PricedLeg] = []
        for leg in wager.legs:
            known = self._legs.leg(told.get(leg.market_id), leg, wager.placed_ms)
            if known.result != "OPEN":
                legs.append(known)
                continue
            if leg.at_start:
                raise NoOffer("not_offered")
            now = self._price(leg)
            priced.append(now)
            legs.append(msgspec.structs.replace(known, current=decimal(now.price_e4)))
        return legs, priced

    def _price(self, leg: WagerLeg) -> PricedLeg:
        prices = self._prices.of(self._tenant, leg.market_id)
        if prices is None or prices.status is not MarketStatus.OPEN:
            raise NoOffer("leg_suspended")
        price = prices.prices.get(leg.selection, 0)
        if price <= E4:
            raise NoOffer("no_price")
        return PricedLeg(leg.market_id, leg.selection, price, prices.version)
