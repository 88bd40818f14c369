"""Prices of legs about one match together, from its model: a product of prices would ignore what they share."""

from collections.abc import Mapping, Sequence
from typing import Final

from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.trading import FootballModel, ModelSource
from pyplatform.core import odds
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.sportsbook.markets.fair import football_grid
from pyplatform.sportsbook.markets.ladders import steps_of
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import BASIS_POINTS

E4: Final = 10_000


class SameGame:
    """Prices the legs of same-game multiples for the tenants of an owner."""

    def __init__(self, markets: Mapping[str, MarketState], desks: Mapping[str, DeskState]) -> None:
        self._markets = markets
        self._desks = desks

    def price(self, tenant: str, legs: Sequence[Leg]) -> int:
        """Price (`price_e4`) of legs of one event that all must win; 0 where none can be made.

        Each leg must be of a market priced by the event's football model. Every leg that the others do not imply adds
        the margin of its market's terms; the price is cut down to the ladder of the first.
        """
        markets = [self._markets.get(leg.market_id) for leg in legs]
        words, margins = [], []
        events = set()
        for market, leg in zip(markets, legs, strict=True):
            offer = None if market is None else market.offers.get(tenant)
            if market is None or offer is None or market.catalogue is None:
                return 0
            source = offer.standing.source
            if market.status_of(tenant) is not MarketStatus.OPEN or not isinstance(source, ModelSource):
                return 0
            words.append(source.outcomes.get(leg.selection_id, ""))
            margin = offer.terms.margin_bp / BASIS_POINTS
            margins.append(margin / (1 + margin))
            events.add(market.catalogue.event)
        if len(events) != 1:
            return 0
        model = self._desks[tenant].of(f"event:{events.pop()}").model
        if not isinstance(model, FootballModel):
            return 0
        try:
            grid = football_grid(model, now_ns())
            joint = odds.models.SameGame(grid, words, margin=margins, score=model.score)
        except ValueError:
            return 0
        return self._on_ladder(tenant, markets[0], joint.price)

    def _on_ladder(self, tenant: str, market: MarketState | None, price: float) -> int:
        assert market is not None  # noqa: S101 - all were found
        terms = market.offers[tenant].terms
        cut = steps_of(terms.ladder).floor(min(terms.max_price_e4, int(price * E4)))
        return cut if cut >= terms.min_price_e4 and cut <= price * E4 else 0
