"""The bets that stand open, by the markets of their legs: what liability is made of."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum

import msgspec

from pyplatform.contracts.sportsbook.bets import Leg, PlaceBet
from pyplatform.contracts.sportsbook.terms import PricePolicy
from pyplatform.core import trading
from pyplatform.sportsbook.placement.decided import Decided, EachWayTerms
from pyplatform.sportsbook.placement.liability import MarketLiability, Share, carried_by
from pyplatform.sportsbook.placement.slip import SAME_GAME, Slip

E4 = 10_000


class Standing(IntEnum):
    """How a bet counts in the books: referred bets beyond our limits wait without room, or nobody else could bet."""

    RESERVED = 1
    OPEN = 2
    UNBOOKED = 3


class OpenLeg(msgspec.Struct, frozen=True, gc=False):
    """A leg at the price taken; `each_way` are the terms of its place part, if it has one."""

    event_id: str
    market_id: str
    selection: int
    price_e4: int
    banker: bool = False
    each_way: EachWayTerms | None = None


class OpenBet(msgspec.Struct, gc=False):
    """An accepted or pending bet; amounts at the currency's scale, `version` as the wallet knows it.

    `stake` is that of all lines. `pending_until` (ns) is set while an in-play delay runs or a trader is asked
    (`referred`); `unclear` while the wallet has not said that the bet exists. A `foreign` one is placed by another
    owner of events, of which only some legs are ours.
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
    standing: Standing = Standing.RESERVED
    shares: tuple[tuple[str, Share], ...] = ()
    """What it puts on each market, by market id."""


def legs_of(slip: Slip, decided: Decided) -> tuple[OpenLeg, ...]:
    """The legs of a slip as they were decided."""
    terms: Sequence[EachWayTerms | None] = decided.each_way or (None,) * len(slip.legs)
    return tuple(
        [
            OpenLeg(leg.event_id, leg.market_id, leg.selection_id, price, leg.banker, each_way)
            for leg, price, each_way in zip(slip.legs, decided.prices, terms, strict=True)
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


def shares_of(
    bet_type: str, sizes: Sequence[int], legs: Sequence[OpenLeg], stake: int, joint_price_e4: int = 0
) -> tuple[tuple[str, Share], ...]:
    """What a bet puts on the markets of its legs: `stake` and payout in the proportions of `core.trading.apportion`.

    Half of an each-way bet's stake is on the place part. Payouts are rounded up. Raises ValueError for prices of 1 or
    less and for legs that the type does not have.
    """
    each_way = any(leg.each_way for leg in legs)
    part = stake // 2 if each_way else stake
    if len(legs) == 1:
        leg = legs[0]
        shares = [(leg.market_id, Share(leg.selection, part, -(-part * leg.price_e4 // E4)))]
        if leg.each_way is not None:
            below = E4 * leg.each_way.fraction
            payout = part - (-part * (leg.price_e4 - E4) // below)
            shares.append((leg.market_id, Share(leg.selection, part, payout, leg.each_way.places)))
        return tuple(shares)
    if bet_type == SAME_GAME:
        return _of_same_game(legs, stake, joint_price_e4)
    bankers = tuple([number for number, leg in enumerate(legs) if leg.banker])
    carried = carried_by(tuple([leg.price_e4 for leg in legs]), bet_type, tuple(sizes), bankers)
    unit = -(-part // carried.lines)
    found = _of_lines(legs, carried.parts, unit)
    if each_way:
        odds = [f"{leg.price_e4 - E4}/{E4 * leg.each_way.fraction}" for leg in legs if leg.each_way]
        placed = trading.apportion(odds, bet_type, sizes=sizes or None, bankers=bankers or None)
        found += _of_lines(legs, placed, unit, place=True)
    return tuple(found)


def _of_lines(
    legs: Sequence[OpenLeg], carried: trading.Apportionment, unit: int, *, place: bool = False
) -> list[tuple[str, Share]]:
    """Of legs that carry so much of every `unit` of stake on a line, or of its place part."""
    return [
        (
            leg.market_id,
            Share(
                leg.selection, max(1, staked), payout, leg.each_way.places if place and leg.each_way else 0
            ),
        )
        for leg, staked, payout in zip(legs, carried.stakes(unit), carried.payouts(unit), strict=True)
    ]


def _of_same_game(legs: Sequence[OpenLeg], stake: int, joint_price_e4: int) -> tuple[tuple[str, Share], ...]:
    """Legs of one price carry it in the proportions of their own prices."""
    factors = trading.apportion([leg.price_e4 / E4 for leg in legs]).factors
    staked = [max(1, round(stake * factor)) for factor in factors]
    return tuple(
        (leg.market_id, Share(leg.selection, part, -(-part * joint_price_e4 // E4)))
        for leg, part in zip(legs, staked, strict=True)
    )


class OpenBets:
    """All open and reserved bets with a leg on the events of this process; `mine` says whether an event is."""

    def __init__(self, mine: Callable[[str], bool] = lambda _: True) -> None:
        self._mine = mine
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
        return book if book is not None else self._build(tenant, market_id, currency)

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
        book = MarketLiability(list(dict.fromkeys([*selections, *betted])), places)
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
        if not bet.shares:
            bet.shares = self._shares(bet)
        tenant, currency, bet_id = bet.tenant, bet.currency, bet.bet_id
        unknown = set()
        for number, (market_id, share) in enumerate(bet.shares):
            book = self.liability(tenant, market_id, currency)
            if book.knows(share.selection):
                _enter(book, bet, number, share)
            else:
                unknown.add(market_id)
        self._bets[bet_id] = bet
        for leg in bet.legs:
            if self._mine(leg.event_id):
                key = (tenant, leg.market_id)
                found = self._by_market.get(key)
                if found is None:
                    found = self._by_market[key] = {}
                found[bet_id] = bet
        for market_id in unknown:
            self._build(tenant, market_id, currency)

    def _shares(self, bet: OpenBet) -> tuple[tuple[str, Share], ...]:
        shares = shares_of(bet.bet_type, bet.sizes, bet.legs, bet.stake, bet.joint_price_e4)
        if bet.free:
            shares = tuple([(market, _free(share)) for market, share in shares])
        theirs = {leg.market_id for leg in bet.legs if not self._mine(leg.event_id)}
        return tuple([one for one in shares if one[0] not in theirs]) if theirs else shares

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
        bet.shares = tuple([(market, _scaled(share, left, below)) for market, share in bet.shares])
        self._put(bet)

    def accept(self, bet: OpenBet) -> None:
        """Turn a reservation into a bet that stands; one that was settled meanwhile is forgotten already."""
        if bet.standing is Standing.OPEN or self._bets.get(bet.bet_id) is not bet:
            return
        for number, (market_id, share) in enumerate(bet.shares):
            book = self.liability(bet.tenant, market_id, bet.currency)
            if bet.standing is Standing.RESERVED:
                book.accept(_key(bet, number))
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


def _scaled(share: Share, above: int, below: int) -> Share:
    stake, payout = max(1, share.stake * above // below), -(-share.payout * above // below)
    return Share(share.selection, stake, max(payout, stake + 1), share.places)


def _free(share: Share) -> Share:
    """A free bet brings no stake and pays none back: what it can cost are the winnings."""
    return Share(share.selection, 1, max(1, share.payout - share.stake) + 1, share.places)


def _key(bet: OpenBet, number: int) -> str:
    return f"{bet.bet_id.hex()}{number}"


def _enter(book: MarketLiability, bet: OpenBet, number: int, share: Share) -> None:
    if bet.standing is Standing.RESERVED:
        book.reserve(_key(bet, number), share)
    elif bet.standing is Standing.OPEN:
        book.add(share)
