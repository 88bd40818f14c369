"""The bets that stand open, by the markets of their legs: what liability is made of."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum

import msgspec

from pyplatform.contracts.sportsbook.bets import STARTING_PRICE, Leg, PlaceBet
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.sportsbook.placement.decided import Decided, EachWayTerms
from pyplatform.sportsbook.placement.liability import MarketLiability, Share
from pyplatform.sportsbook.placement.shares import OpenLeg, free, promised, scaled, shares_of
from pyplatform.sportsbook.placement.slip import SAME_GAME, Slip

Offered = Callable[[str, str], Mapping[int, int]]
"""Prices (`price_e4`) of a (tenant, market) by selection, as far as they tell of its starting prices."""
_NONE_OFFERED: Mapping[int, int] = {}


def nothing_offered(_: str, __: str) -> Mapping[int, int]:
    """Of who does not price markets: floating bets count at the prices they were taken at."""
    return _NONE_OFFERED


class Standing(IntEnum):
    """How a bet counts in the books: referred bets beyond our limits wait without room, or nobody else could bet."""

    RESERVED = 1
    OPEN = 2
    UNBOOKED = 3


class OpenBet(msgspec.Struct, gc=False):
    """An accepted or pending bet; amounts at the currency's scale, `version` as the wallet knows it.

    `stake` is that of all lines. `pending_until` (ns) is set while an in-play delay runs or a trader is asked
    (`referred`); `unclear` while the wallet has not said that the bet exists. A `foreign` one is placed by another
    owner of events, of which only some legs are ours. `boost_bp` and `max_return` are those of `Promised`.
    """

    bet_id: bytes
    tenant: str
    brand: int
    player: bytes
    bet_type: str
    legs: tuple[OpenLeg, ...]
    stake: int
    currency: str
    version: int
    sizes: tuple[int, ...] = ()
    joint_price_e4: int = 0
    pending_until: int = 0
    unclear: bool = False
    referred: bool = False
    foreign: bool = False
    free: bool = False
    boost_bp: int = 0
    max_return: int = 0
    standing: Standing = Standing.RESERVED
    shares: tuple[tuple[str, Share], ...] = ()
    """What it puts on each market, by market id."""


def legs_of(slip: Slip, decided: Decided) -> tuple[OpenLeg, ...]:
    """The legs of a slip as they were decided."""
    terms: Sequence[EachWayTerms | None] = decided.each_way or (None,) * len(slip.legs)
    best = decided.promised.best_odds
    return tuple(
        [
            OpenLeg(
                leg.event_id,
                leg.market_id,
                leg.selection_id,
                price,
                leg.banker,
                each_way,
                leg.price_e4 == STARTING_PRICE,
                number in best,
            )
            for number, (leg, price, each_way) in enumerate(
                zip(slip.legs, decided.prices, terms, strict=True)
            )
        ]
    )


def bet_of(request: PlaceBet, asked: Slip, told: Decided, bet_id: bytes) -> OpenBet:
    """The bet of an attempt as it was decided; whether it exists the wallet has not said."""
    return OpenBet(
        bet_id=bet_id,
        tenant=request.tenant,
        brand=request.brand,
        player=request.player,
        bet_type=request.bet_type,
        legs=legs_of(asked, told),
        stake=request.stake,
        currency=request.currency,
        version=1,
        sizes=request.sizes,
        joint_price_e4=told.joint_price_e4,
        unclear=True,
        free=bool(request.free_bet),
        boost_bp=told.promised.boost_bp,
        max_return=told.promised.max_return,
    )


def request_of(bet: OpenBet) -> PlaceBet:
    """The bet as an attempt that takes any price: to look at its legs once more."""
    legs = tuple(
        [Leg(leg.event_id, leg.market_id, leg.selection, leg.price_e4, leg.banker) for leg in bet.legs]
    )
    return PlaceBet(
        bet.tenant,
        bet.brand,
        bet.player,
        bytes(16),
        "",
        bet.bet_type,
        legs,
        bet.stake,
        bet.currency,
        bytes(16),
        "",
        bet.sizes,
        price_policy=PricePolicy.ANY,
        joint_price_e4=bet.joint_price_e4,
    )


class OpenBets:
    """All open and reserved bets with a leg on the events of this process; `mine` says whether an event is."""

    def __init__(self, mine: Callable[[str], bool] = lambda _: True) -> None:
        self._mine = mine
        self.offered: Offered = nothing_offered
        self._bets: dict[bytes, OpenBet] = {}
        self._by_market: dict[tuple[str, str], dict[bytes, OpenBet]] = {}
        self._books: dict[tuple[str, str, str], MarketLiability] = {}
        self._defined: dict[str, tuple[tuple[int, ...], int]] = {}

    def __len__(self) -> int:
        return len(self._bets)

    def get(self, bet_id: bytes) -> OpenBet | None:
        """Bet by id, if it stands open."""
        return self._bets.get(bet_id)

    def __iter__(self) -> Iterator[OpenBet]:
        return iter(self._bets.values())

    def liability(self, tenant: str, market_id: str, currency: str) -> MarketLiability:
        """Liability of a market in one currency; made on first use."""
        book = self._books.get((tenant, market_id, currency))
        if book is None:
            book = self._build(tenant, market_id, currency)
        if book.floats:
            book.follow(self.offered(tenant, market_id))
        return book

    def define(self, market_id: str, selections: Iterable[int], places: int) -> None:
        """Say what a market's selections are, and how many of them can win together."""
        defined = tuple(selections), places
        if self._defined.get(market_id) == defined:
            return
        self._defined[market_id] = defined
        for tenant, market, currency in list(self._books):
            if market == market_id:
                self._build(tenant, market, currency)

    def _build(self, tenant: str, market_id: str, currency: str) -> MarketLiability:
        selections, places = self._defined.get(market_id, ((), 1))
        bets = [bet for bet in self.of_market(tenant, market_id) if bet.currency == currency]
        betted = (share.selection for bet in bets for market, share in bet.shares if market == market_id)
        former = self._books.get((tenant, market_id, currency))
        offered = former.offered if former is not None else None
        book = MarketLiability(list(dict.fromkeys([*selections, *betted])), places, offered)
        self._books[tenant, market_id, currency] = book
        for bet in bets:
            for number, (market, share) in enumerate(bet.shares):
                if market == market_id:
                    _enter(book, bet, number, share)
        return book

    def reserve(self, bet: OpenBet) -> None:
        """Count `bet`, whose `shares` are made here, from the moment we decide to take it."""
        self._put(bet)

    def restore(self, bet: OpenBet) -> None:
        """Count a bet that the journal says stands open, or waits."""
        bet.standing = Standing.RESERVED if bet.pending_until else Standing.OPEN
        self._put(bet)

    def _put(self, bet: OpenBet) -> None:
        ours = [leg.market_id for leg in bet.legs if self._mine(leg.event_id)]
        if not bet.shares:
            bet.shares = self._shares(bet, whole=len(ours) == len(bet.legs))
        tenant, currency, bet_id = bet.tenant, bet.currency, bet.bet_id
        unknown = set()
        for number, (market_id, share) in enumerate(bet.shares):
            book = self.liability(tenant, market_id, currency)
            if book.knows(share.selection):
                _enter(book, bet, number, share)
            else:
                unknown.add(market_id)
        self._bets[bet_id] = bet
        for market_id in ours:
            key = (tenant, market_id)
            found = self._by_market.get(key)
            if found is None:
                found = self._by_market[key] = {}
            found[bet_id] = bet
        for market_id in unknown:
            self._build(tenant, market_id, currency)

    def _shares(self, bet: OpenBet, *, whole: bool) -> tuple[tuple[str, Share], ...]:
        """What a bet puts on our markets, which are those of all its legs if it is `whole` ours."""
        shares = shares_of(bet.bet_type, bet.sizes, bet.legs, bet.stake, bet.joint_price_e4)
        if bet.bet_type != SAME_GAME:
            # Of a free bet the winnings alone are bounded.
            bound = bet.max_return + bet.stake if bet.free and bet.max_return else bet.max_return
            shares = promised(shares, bet.legs, bet.boost_bp, bound)
        if bet.free:
            shares = tuple([(market, free(share)) for market, share in shares])
        if whole:
            return shares
        theirs = {leg.market_id for leg in bet.legs if not self._mine(leg.event_id)}
        return tuple([one for one in shares if one[0] not in theirs])

    def has_part(self, bet: OpenBet) -> bool:
        """Whether any leg of a bet is on our events."""
        return any(self._mine(leg.event_id) for leg in bet.legs)

    def shrink(self, bet_id: bytes, above: int, below: int) -> None:
        """Take `above/below` of what is left of a bet out: the player sold it back."""
        bet = self._bets.get(bet_id)
        if bet is None or above >= below:
            return
        self.release(bet_id)
        left = below - above
        bet.stake = max(1, bet.stake * left // below)
        bet.shares = tuple([(market, scaled(share, left, below)) for market, share in bet.shares])
        self._put(bet)

    def accept(self, bet: OpenBet) -> None:
        """Turn a reservation into a bet that stands; one that was settled meanwhile is forgotten already."""
        if bet.standing is Standing.OPEN or self._bets.get(bet.bet_id) is not bet:
            return
        for number, (market_id, share) in enumerate(bet.shares):
            book = self.liability(bet.tenant, market_id, bet.currency)
            if bet.standing is Standing.RESERVED:
                book.accept(_key(bet, number), share)
            else:
                book.add(share)
        bet.standing = Standing.OPEN

    def release(self, bet_id: bytes) -> None:
        """Forget a bet that was refused, rejected, settled or voided; unknown ids are no error."""
        bet = self._bets.pop(bet_id, None)
        if bet is None:
            return
        for leg in bet.legs:
            if self._mine(leg.event_id):
                self._by_market[bet.tenant, leg.market_id].pop(bet_id, None)
        for number, (market_id, share) in enumerate(bet.shares):
            book = self.liability(bet.tenant, market_id, bet.currency)
            if bet.standing is Standing.RESERVED:
                book.release(_key(bet, number))
            elif bet.standing is Standing.OPEN:
                book.remove(share)

    def overdue(self, now: int) -> list[OpenBet]:
        """Pending bets whose time has run out."""
        return [bet for bet in self._bets.values() if bet.pending_until and bet.pending_until <= now]

    def of_market(self, tenant: str, market_id: str) -> list[OpenBet]:
        """Bets with a leg on a market, in the order they were reserved."""
        return list(self._by_market.get((tenant, market_id), {}).values())


def _key(bet: OpenBet, number: int) -> str:
    return f"{bet.bet_id.hex()}{number}"


def _enter(book: MarketLiability, bet: OpenBet, number: int, share: Share) -> None:
    if bet.standing is Standing.RESERVED:
        book.reserve(_key(bet, number), share)
    elif bet.standing is Standing.OPEN:
        book.add(share)
