"""A market as one tenant sells it: its terms, what staff decided, and the prices that came of both."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pyplatform.contracts.sportsbook.trading import ManualSource
from pyplatform.core import odds, trading
from pyplatform.sportsbook.desk.state import UNTOUCHED, Standing
from pyplatform.sportsbook.markets.pricing import Fair
from pyplatform.sportsbook.markets.terms import Terms

E4: Final = 10_000


@dataclass(slots=True)
class Offer:
    """How a tenant sells a market.

    `holding` names what keeps it from being sold: suspended targets, `terms` (not offered) or what is hidden.
    `sourced` says whether a source other than the market's feed prices it now, None where that feed does. `due_at` is
    when (ns) the clock may change the terms. `why` says why there are no prices. `pulled` is the liability they were
    last moved by, `held_back` whether the minute's allowance kept them from going all the way.
    """

    terms: Terms
    standing: Standing = UNTOUCHED
    holding: tuple[str, ...] = ()
    hidden: bool = False
    due_at: int = 0
    sourced: bool | None = None
    why: str = ""
    pulled: tuple[int, ...] = ()
    held_back: bool = False
    _priced: tuple[tuple[int, ...], odds.PricedBook] | None = None
    _mover: trading.AutoMover | None = None
    _mover_of: tuple[object, ...] = ()
    _moved_at: int = 0

    @property
    def moves(self) -> bool:
        """Whether liability moves the prices."""
        return self.terms.move_alpha_e4 > 0 and self.terms.max_liability > 0

    def price(
        self, fair: Fair, pnl: Sequence[int], lay: Sequence[float | None], now_ns: int
    ) -> dict[int, int]:
        """Offered prices by selection; empty where the market cannot be priced, and then `why` says so.

        `pnl` is what the house makes if a selection wins (empty: not known), `lay` what a customer could sell it at
        on the exchange the prices come from; both in the order of `fair.selections`.
        """
        self.why, self._priced = fair.why, None
        if isinstance(self.standing.source, ManualSource):
            return self._by_hand(fair)
        if not fair.prices:
            return {}
        if self.moves and pnl and fair.places == 1:
            fair, pnl, lay = _running(fair, pnl, lay)
        manual = None
        if by_hand := self.standing.prices:
            pairs = zip(fair.selections, fair.prices, strict=True)
            manual = [None if price is None else by_hand.get(selection) for selection, price in pairs]
        try:
            rule = self.terms.rule(fair.places, self.standing.margin_bp)
            if self.moves and pnl and fair.places == 1:
                book = self._move(fair, pnl, lay, manual, rule, now_ns)
            else:
                book = odds.price_book(fair.prices, rule, manual_e4=manual)
        except ValueError as error:
            self.why = str(error)
            return {}
        self._priced = fair.selections, book
        return {runner: price for runner, price in zip(fair.selections, book.prices_e4, strict=True) if price}

    @property
    def chances(self) -> dict[int, float]:
        """Fair probabilities behind the prices by selection, skewed by liability where that moves them."""
        if self._priced is None:
            return {}
        selections, book = self._priced
        return dict(zip(selections, book.probabilities, strict=True))

    def _by_hand(self, fair: Fair) -> dict[int, int]:
        """A trader's prices alone, unless they lose money whatever wins."""
        prices = {
            runner: self.standing.prices[runner]
            for runner in fair.selections
            if runner in self.standing.prices
        }
        booksum = sum(E4 / price for price in prices.values())
        if len(prices) == len(fair.selections) and booksum < fair.places:
            self.why = f"the prices by hand lose money whatever wins: their inverses sum to {booksum:.4f}"
            return {}
        if not prices:
            self.why = "there are no prices by hand"
        return prices

    def _move(
        self,
        fair: Fair,
        pnl: Sequence[int],
        lay: Sequence[float | None],
        manual: list[int | None] | None,
        rule: odds.PricingRule,
        now_ns: int,
    ) -> odds.PricedBook:
        """Prices pulled by liability, never to where a customer could sell dearer what we sold."""
        terms = self.terms
        key = (fair.selections, terms.max_liability, terms.move_alpha_e4, terms.move_per_minute_e4)
        if self._mover is None or key != self._mover_of:
            self._mover = trading.AutoMover(
                len(fair.selections),
                terms.max_liability,
                alpha=terms.move_alpha_e4 / E4,
                per_minute=terms.move_per_minute_e4 / E4,
            )
            self._mover_of = key
        # The wall clock may be set back, a mover's may not.
        self._moved_at = max(self._moved_at, now_ns)
        chances = odds.remove_margin(fair.prices, method="power").probabilities
        ceilings = [None if price is None else max(terms.min_price_e4, round(price * E4)) for price in lay]
        moved = self._mover.step(
            self._moved_at, chances, pnl, rule, ceilings_e4=ceilings or None, manual_e4=manual
        )
        self.held_back = moved.capped
        return moved.book


def _running(
    fair: Fair, pnl: Sequence[int], lay: Sequence[float | None]
) -> tuple[Fair, Sequence[int], Sequence[float | None]]:
    """The same of the selections that have a price: who does not run moves nothing."""
    if None not in fair.prices:
        return fair, pnl, lay
    at = [number for number, price in enumerate(fair.prices) if price is not None]
    narrowed = Fair(tuple(fair.selections[n] for n in at), [fair.prices[n] for n in at], fair.places)
    return narrowed, [pnl[n] for n in at], [lay[n] for n in at] if lay else ()
