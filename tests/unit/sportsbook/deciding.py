"""Markets, terms and slips for tests of decisions."""

from typing import cast

from pyplatform.bus import Bus
from pyplatform.contracts.feeds import Catalogue
from pyplatform.contracts.sportsbook.bets import Leg, PlaceBet
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.core import money
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.judging import Judge
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.reserving import Owners

TENANT = "aurora"
EURO = money.parse("1.00", "EUR")
TERMS = Terms(version=7, margin_bp=500, max_liability=1_000 * EURO)


def market(
    market_id: str = "1.1",
    status: MarketStatus = MarketStatus.OPEN,
    prices: dict[int, int] | None = None,
    *,
    event: str = "e1",
    delay: int = 0,
) -> MarketState:
    """A market of selections 1 and 2, of which 3 was removed."""
    state = MarketState(
        market_id,
        status=status,
        active=frozenset({1, 2}),
        removed=frozenset({3}),
        names={1: "One", 2: "Two", 3: "Three"},
        catalogue=Catalogue(event, "Event", "MATCH_ODDS", "Match odds", 1, 0, ()),
    )
    state.bet_delay = delay
    state.prices = {TENANT: {1: 25_000, 2: 18_000} if prices is None else prices}
    return state


def leg(selection: int = 1, price_e4: int = 25_000, market_id: str = "1.1", event: str = "e1") -> Leg:
    """A leg at the price on offer."""
    return Leg(event, market_id, selection, price_e4)


def slip(
    *legs: Leg,
    stake: int = 10 * EURO,
    bet_type: str = "",
    policy: PricePolicy | None = None,
    tolerance_bp: int = 0,
    key: str = "k",
    player: bytes = bytes(16),
    each_way: bool = False,
    traceparent: str = "",
) -> PlaceBet:
    """A slip on `legs`, a single or an accumulator unless it says otherwise."""
    chosen = legs or (leg(),)
    return PlaceBet(
        tenant=TENANT,
        brand=1,
        player=player,
        session_id=bytes(16),
        key=key,
        bet_type=bet_type or ("SINGLE" if len(chosen) == 1 else "ACCA"),
        legs=chosen,
        stake=stake,
        currency="EUR",
        correlation=bytes(16),
        traceparent=traceparent,
        price_policy=policy,
        tolerance_bp=tolerance_bp,
        each_way=each_way,
    )


def judge(bets: OpenBets | None = None, *markets: MarketState, terms: Terms = TERMS) -> Judge:
    """A judge of these markets, all under the same terms."""
    found = {state.market_id: state for state in markets}
    held = OpenBets() if bets is None else bets
    for state in markets:
        held.define(state.market_id, state.names, state.places)
    return Judge(found, held, lambda _tenant, _market: terms)


def alone() -> Owners:
    """An owner without others: nothing is said over its bus."""
    return Owners(cast("Bus", None), "trading", ("trading",))
