"""Same-game multiples: legs on one match at the price of their joint probability, by the match's model."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pyplatform.contracts.sportsbook.bets import Leg
from pyplatform.contracts.sportsbook.trading import FootballModel, ModelSource
from pyplatform.core.models import SameGame
from pyplatform.kernel.time import now_ns
from pyplatform.sportsbook.desk_state import DeskState
from pyplatform.sportsbook.fair import football_grid
from pyplatform.sportsbook.market import MarketState
from pyplatform.sportsbook.terms import BASIS_POINTS, Terms, ladder_of

E4: Final = 10_000


class SameGamePrices:
    """Prices legs of one match together, where traders have given it a model and its markets the model's words."""

    def __init__(
        self,
        markets: Mapping[str, MarketState],
        desks: Mapping[str, DeskState],
        terms_of: Callable[[str, MarketState], Terms],
    ) -> None:
        self._markets = markets
        self._desks = desks
        self._terms_of = terms_of

    def price(self, tenant: str, legs: Sequence[Leg]) -> int:
        """Price of `legs` together (`price_e4`, on the ladder, rounded down); 0 where they cannot be priced.

        Every leg adds the margin of its market's terms, unless the others imply it.
        """
        model = self._desks[tenant].of(f"event:{legs[0].event_id}").model
        if not isinstance(model, FootballModel):
            return 0
        words, margins = [], []
        terms = None
        for leg in legs:
            market = self._markets.get(leg.market_id)
            word = None if market is None else _word(market, tenant, leg)
            if market is None or word is None:
                return 0
            terms = self._terms_of(tenant, market)
            words.append(word)
            margins.append(terms.margin_bp / BASIS_POINTS)
        if terms is None:
            return 0
        try:
            found = SameGame(football_grid(model, now_ns()), words, margin=margins, score=model.score)
            price = ladder_of(terms.ladder).floor(int(found.price * E4))
        except ValueError:
            return 0
        return price if terms.min_price_e4 <= price <= terms.max_price_e4 else 0


def _word(market: MarketState, tenant: str, leg: Leg) -> str | None:
    """The model's word for a selection; None where the market is not priced by the model of the leg's event."""
    offer, said = market.offers.get(tenant), market.catalogue
    if offer is None or said is None or said.event != leg.event_id:
        return None
    source = offer.standing.source
    return source.outcomes.get(leg.selection_id) if isinstance(source, ModelSource) else None
