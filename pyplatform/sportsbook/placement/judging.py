"""What the owner decides about a slip: its selections, its prices, its stake, from what stands now and nothing else."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from pyplatform.contracts.sportsbook.bets import Leg, PlaceBet, Refusal
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.core import betting, money, trading
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Terms
from pyplatform.sportsbook.placement.agreeing import agree, each_way_terms, takes
from pyplatform.sportsbook.placement.decided import NOTHING, EachWayTerms, Promised
from pyplatform.sportsbook.placement.liability import carried_by
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.promises import Sold, promise_of
from pyplatform.sportsbook.placement.slip import SAME_GAME

E4: Final = 10_000
SOME_PRICE_E4: Final = 20_000
"""Stands for a price that is not known here, or not yet."""
NO_LIMIT: Final = 10**24
MOST_KNOWN: Final = 10_000
_NONE: Final = trading.Limits(market=NO_LIMIT)
_UNPRICED: Final[dict[int, int]] = {}
_CODES: Final = {
    "market": Refusal.LIABILITY_EXCEEDED,
    "payout": Refusal.PAYOUT_TOO_HIGH,
    "day_payout": Refusal.PAYOUT_TOO_HIGH,
}


class LegView(msgspec.Struct, frozen=True, gc=False):
    """A leg as it stands: `price_e4` is the one to take, or the current one with a refusal (0: none).

    `terms` are those of a market held by this process: only such legs are limited here. `best_odds` says that the leg
    is paid at the starting price if that is better.
    """

    refusal: Refusal | None
    price_e4: int
    delay: int = 0
    each_way: EachWayTerms | None = None
    terms: Terms | None = None
    best_odds: bool = False


class Most(NamedTuple):
    """The most we take of all lines, and which limit says so (a word of `core.trading.MaxStake`)."""

    stake: int
    limit: str


class Verdict(msgspec.Struct, frozen=True):
    """What was decided about a slip; no `refusal` means taken at `prices`.

    `legs` are those a refusal is about. `delay` seconds are to be waited; if `referred`, a trader decides. `most` is
    what we take at these prices, None where prices were not agreed.
    """

    refusal: Refusal | None
    prices: tuple[int, ...]
    legs: tuple[int, ...] = ()
    each_way: tuple[EachWayTerms, ...] = ()
    joint_price_e4: int = 0
    delay: int = 0
    referred: bool = False
    terms_version: int = 0
    most: Most | None = None
    referral_above: int = 0
    promised: Promised = NOTHING


TermsOf = Callable[[str, MarketState], Terms]
JointPrice = Callable[[str, Sequence[Leg]], int]
"""Price (`price_e4`) of legs of one event together, 0 where none can be made."""


def no_joint_price(_: str, __: Sequence[Leg]) -> int:
    """Of an owner without models."""
    return 0


FactorOf = Callable[[str, bytes], int]
"""What the stake limits of a (tenant, player) are multiplied by, in ten-thousandths."""


def ordinary(_: str, __: bytes) -> int:
    """Of players about whom nothing is said."""
    return E4


class Judge:
    """Decides on slips from the markets and the open bets of this process."""

    def __init__(self, markets: Mapping[str, MarketState], bets: OpenBets, terms_of: TermsOf) -> None:
        self._markets = markets
        self._bets = bets
        self._terms_of = terms_of
        self._known_limits: dict[tuple[int, str, bool], tuple[Terms, trading.Limits]] = {}
        self._known_terms: dict[tuple[int, int], tuple[Terms, Terms]] = {}
        self.joint_price: JointPrice = no_joint_price
        self.factor_of: FactorOf = ordinary

    def look(self, request: PlaceBet, leg: Leg) -> LegView:
        """Look at one leg: is it open, at which price would it be taken."""
        market = self._markets.get(leg.market_id)
        if market is None:
            return LegView(Refusal.UNKNOWN_MARKET, 0)
        tenant = request.tenant
        terms = self._terms_of(tenant, market)
        if (factor := self.factor_of(tenant, request.player)) != E4:
            terms = self._scaled(terms, factor)
        refusal = _unsold(market, terms, request, leg)
        if refusal is not None:
            return LegView(refusal, 0, terms=terms)
        current = market.prices.get(tenant, _UNPRICED).get(leg.selection_id, 0)
        if not current:
            return LegView(Refusal.NO_PRICE, 0, terms=terms)
        each_way = None
        if request.each_way:
            each_way = each_way_terms(market, terms)
            if each_way is None:
                return LegView(Refusal.EACH_WAY_NOT_OFFERED, current, terms=terms)
        refusal, best = agree(request, leg, market, terms, current)
        if refusal is not None:
            return LegView(refusal, current, terms=terms)
        return LegView(None, current, market.delay_of(tenant), each_way, terms, best)

    def _scaled(self, terms: Terms, factor_e4: int) -> Terms:
        """The terms for a customer of this factor; the same object for the same terms, as limits are kept by it."""
        known = self._known_terms.get((id(terms), factor_e4))
        if known is not None and known[0] is terms:
            return known[1]
        if len(self._known_terms) >= MOST_KNOWN:
            self._known_terms.clear()
        scaled = terms.scaled(factor_e4)
        self._known_terms[id(terms), factor_e4] = terms, scaled
        return scaled

    def decide(self, request: PlaceBet, views: Sequence[LegView]) -> Verdict:
        """Decide on a slip whose legs look like `views`."""
        prices = tuple([view.price_e4 for view in views])
        if len(views) == 1:
            refused = views[0].refusal
            legs: tuple[int, ...] = (0,) if refused is not None else ()
        else:
            refused, legs = self._refused(request, views)
        if refused is not None:
            return Verdict(refused, prices, legs, terms_version=_version(views))
        joint = 0
        if request.bet_type == SAME_GAME:
            joint = self.joint_price(request.tenant, request.legs)
            if not joint:
                return Verdict(Refusal.SAME_GAME_NOT_OFFERED, prices, terms_version=_version(views))
            asked, terms = request.joint_price_e4, views[0].terms
            if joint != asked and (terms is None or not takes(request, terms, asked, joint)):
                return Verdict(
                    Refusal.PRICE_CHANGED, prices, joint_price_e4=joint, terms_version=_version(views)
                )
        return self._limit(request, views, prices, joint)

    def _refused(self, request: PlaceBet, views: Sequence[LegView]) -> tuple[Refusal | None, tuple[int, ...]]:
        """The first reason not to take a slip of many legs, and the legs it is about: closed before related, related
        before prices."""
        refusals = [view.refusal for view in views]
        for refusal in refusals:
            if refusal is not None and refusal is not Refusal.PRICE_CHANGED:
                return refusal, tuple([n for n, found in enumerate(refusals) if found is refusal])
        if request.bet_type != SAME_GAME and (together := self._related(request)):
            return Refusal.RELATED_LEGS, together
        if Refusal.PRICE_CHANGED not in refusals:
            return None, ()
        changed = tuple([n for n, found in enumerate(refusals) if found is not None])
        return Refusal.PRICE_CHANGED, changed

    def _related(self, request: PlaceBet) -> tuple[int, ...]:
        events = {leg.event_id or leg.market_id for leg in request.legs}
        if len(events) == len(request.legs):
            return ()
        legs = [
            betting.Leg(
                (leg.price_e4 or SOME_PRICE_E4) / E4,
                "OPEN",
                event_id=leg.event_id or None,
                market_id=leg.market_id,
                selection_id=leg.selection_id,
                market_winners=market.places if (market := self._markets.get(leg.market_id)) else 1,
            )
            for leg in request.legs
        ]
        bankers = [number for number, leg in enumerate(request.legs) if leg.banker]
        bet = betting.Bet(
            request.bet_type,
            legs,
            unit_stake_minor=1,
            sizes=list(request.sizes) or None,
            bankers=bankers or None,
        )
        found = betting.related(bet)
        return tuple(sorted({number for one in found for number in (one.first, one.second)}))

    def _limit(
        self,
        request: PlaceBet,
        views: Sequence[LegView],
        prices: tuple[int, ...],
        joint: int,
    ) -> Verdict:
        """Decide on the stake, once legs and prices are agreed."""
        terms = _apart(views)
        above = terms[0].referral_above if len(terms) == 1 else least(one.referral_above for one in terms)
        referred = above is not None and request.stake > above
        promised = NOTHING
        if terms[0].promises or (len(terms) > 1 and any(one.promises for one in terms)):
            promised = promise_of(request, _sold(views), bounded=not referred)
        if len(views) == 1:
            most = self._most_of_single(request, views[0], terms[0])
        elif joint:
            most = self._most_of_same_game(request, views, joint, terms)
        else:
            most = self._most_of_lines(request, views, prices, terms, promised.boost_bp)
        refusal = None
        if request.stake > most.stake and not referred:
            refusal = _CODES.get(most.limit, Refusal.STAKE_TOO_HIGH)
        each_way = tuple([view.each_way for view in views if view.each_way]) if request.each_way else ()
        delay = views[0].delay if len(views) == 1 else max([view.delay for view in views])
        version = terms[0].version
        return Verdict(
            refusal, prices, (), each_way, joint, delay, referred, version, most, above or 0, promised
        )

    def _most_of_single(self, request: PlaceBet, view: LegView, terms: Terms) -> Most:
        leg = request.legs[0]
        book = self._bets.liability(request.tenant, leg.market_id, request.currency)
        limits = self._limits_of(request.currency, terms)
        if view.each_way is None:
            found = book.most(leg.selection_id, view.price_e4, limits)
            return Most(found.stake, found.limit)
        place = betting.EachWay(f"1/{view.each_way.fraction}", view.each_way.places)
        found = book.most(leg.selection_id, view.price_e4, limits, place)
        return Most(2 * found.stake, found.limit)

    def _limits_of(self, currency: str, terms: Terms, *, single: bool = True) -> trading.Limits:
        """Limits of a bet under these terms alone, with the market's if it is a single.

        Terms stay the same object until a rule changes.
        """
        known = self._known_limits.get((id(terms), currency, single))
        if known is not None and known[0] is terms:
            return known[1]
        if len(self._known_limits) >= MOST_KNOWN:
            self._known_limits.clear()
        limits = _limits(currency, (terms,), terms.max_liability if single else None)
        self._known_limits[id(terms), currency, single] = terms, limits
        return limits

    def _most_of_lines(
        self,
        request: PlaceBet,
        views: Sequence[LegView],
        prices: tuple[int, ...],
        terms: Sequence[Terms],
        boost_bp: int,
    ) -> Most:
        """Of an each-way bet a place part never costs more than its win part: both get half. Limits on what is won have
        room for the bonus."""
        tenant, currency, liability = request.tenant, request.currency, self._bets.liability
        bankers = tuple([number for number, leg in enumerate(request.legs) if leg.banker])
        carried = carried_by(prices, request.bet_type, request.sizes, bankers)
        pnl = [
            liability(tenant, leg.market_id, currency).room(leg.selection_id) if view.terms is not None else 0
            for leg, view in zip(request.legs, views, strict=True)
        ]
        if boost_bp:
            legs = [
                _of_market(_less(view.terms.max_liability + room, boost_bp))
                if view.terms is not None
                else _NONE
                for view, room in zip(views, pnl, strict=True)
            ]
            pnl = [0] * len(views)
        else:
            legs = [
                _of_market(view.terms.max_liability) if view.terms is not None else _NONE for view in views
            ]
        limits = (
            self._limits_of(currency, terms[0], single=False)
            if len(terms) == 1 and not boost_bp
            else _limits(currency, terms, None, boost_bp)
        )
        found = trading.max_stake_multiple(carried.parts, legs, pnl, limits)
        return Most(found.stake * carried.lines, found.limit)

    def _most_of_same_game(
        self, request: PlaceBet, views: Sequence[LegView], joint: int, terms: Sequence[Terms]
    ) -> Most:
        """As if every leg carried the whole bet."""
        room = min(
            self._bets.liability(request.tenant, leg.market_id, request.currency).room(leg.selection_id)
            + view.terms.max_liability
            for leg, view in zip(request.legs, views, strict=True)
            if view.terms is not None
        )
        limits = _limits(request.currency, terms, max(0, room))
        found = trading.max_stake(joint / E4, limits, 0)
        return Most(found.stake, found.limit)


def _unsold(market: MarketState, terms: Terms, request: PlaceBet, leg: Leg) -> Refusal | None:
    """Why a selection is not sold now, whatever its price."""
    status = market.status_of(request.tenant)
    if status is MarketStatus.CLOSED:
        return Refusal.MARKET_CLOSED
    if not terms.sold_by(request.brand):
        return Refusal.UNKNOWN_MARKET
    if leg.selection_id not in market.active:
        return Refusal.SELECTION_REMOVED if leg.selection_id in market.removed else Refusal.UNKNOWN_SELECTION
    return None if status is MarketStatus.OPEN else Refusal.MARKET_SUSPENDED


def _apart(views: Sequence[LegView]) -> list[Terms]:
    """The terms of our legs; once if all have the same, as most slips do."""
    terms = [view.terms for view in views if view.terms is not None]
    return terms[:1] if terms.count(terms[0]) == len(terms) else terms


def _version(views: Sequence[LegView]) -> int:
    for view in views:
        if view.terms is not None:
            return view.terms.version
    return 0


def _limits(currency: str, terms: Sequence[Terms], market: int | None, boost_bp: int = 0) -> trading.Limits:
    """What bounds a bet under all these terms together; `market` is what its market may lose."""
    stake = least(one.max_stake for one in terms)
    won = least(one.bet_liability for one in terms)
    return trading.Limits(
        market=market,
        bet_liability=_less(won, boost_bp) if won is not None and boost_bp else won,
        stake=NO_LIMIT if stake is None else stake,
        payout=least(one.max_payout for one in terms),
        step=_step(currency),
    )


def _less(limit: int, boost_bp: int) -> int:
    """What may be won without the bonus for no more than `limit` to be won with it."""
    return max(0, limit) * E4 // (E4 + boost_bp)


@lru_cache(maxsize=256)
def _of_market(most: int) -> trading.Limits:
    return trading.Limits(market=most)


def least(values: Iterable[int | None]) -> int | None:
    """The tightest of some limits, None where none is set."""
    return min((value for value in values if value is not None), default=None)


@lru_cache(maxsize=64)
def _step(currency: str) -> int:
    return money.minor_unit(currency)


def _sold(views: Sequence[LegView]) -> list[Sold]:
    return [
        Sold(number, view.terms, view.price_e4, view.best_odds)
        for number, view in enumerate(views)
        if view.terms is not None
    ]
