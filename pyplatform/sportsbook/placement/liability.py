"""What a market may cost in one currency: the shares of all bets on it, in the core's book of outcomes."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from pyplatform.core import betting, trading
from pyplatform.sportsbook.placement.floating import E4, Floating, Rises

NONE_OF_THESE: Final = "none"
"""Beside the selections: a market can end without any of them winning, and a book needs two outcomes."""


class Share(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a bet puts on one selection: `payout` is the gross return of `stake` if it is among the first `places`, or
    (0) if it wins its market. A free bet has no stake. With `floating` more is returned at higher prices."""

    selection: int
    stake: int
    payout: int
    places: int = 0
    floating: Floating | None = None


class Carried(NamedTuple):
    """What the legs of a bet carry for one unit of stake on each of its lines."""

    parts: trading.Apportionment
    lines: int


@lru_cache(maxsize=256)
def carried_by(
    prices_e4: tuple[int, ...], bet_type: str, sizes: tuple[int, ...], bankers: tuple[int, ...]
) -> Carried:
    """What legs at such prices carry: who judges a bet asks, and whoever books it a moment later.

    Raises ValueError for prices of 1 or less and for legs that the type does not have.
    """
    some, ours = list(sizes) or None, list(bankers) or None
    parts = trading.apportion([price / E4 for price in prices_e4], bet_type, sizes=some, bankers=ours)
    return Carried(parts, betting.line_count(bet_type, len(prices_e4), some, ours))


class MarketLiability:
    """The book of one market; amounts at the currency's scale.

    Shares wait in `reserved` state until their bet is accepted: they take room and give none. A market whose
    selections are not known yet has no book, and takes no bets.
    """

    __slots__ = ("_book", "_booked", "_followed", "_index", "_rises", "floats", "offered", "places")

    def __init__(
        self, selections: Sequence[int], places: int, offered: Mapping[int, int] | None = None
    ) -> None:
        self.places = places
        self.offered = dict(offered or {})
        """The last known prices of selections with floating bets."""
        self._index = {selection: number for number, selection in enumerate(selections)}
        self._book = trading.Book([*map(str, selections or ("",)), NONE_OF_THESE])
        self._rises: dict[tuple[int, int], Rises] = {}
        self.floats = False
        """Whether bets stand here whose return follows the prices."""
        self._booked: dict[tuple[int, int], int] = {}
        self._followed: Mapping[int, int] = {}

    def knows(self, selection: int) -> bool:
        """Whether the book has this outcome."""
        return selection in self._index

    def reserve(self, key: str, share: Share) -> None:
        """Hold room for a bet that is not decided yet, under a key of its own."""
        payout = share.payout + (share.floating.at(share.floating.taken) if share.floating else 0)
        self._book.reserve(key, self._payoff(share, payout))

    def accept(self, key: str, share: Share) -> None:
        """Turn the reservation of a share into a bet."""
        if share.floating is None:
            self._book.accept(key)
        else:
            self._book.release(key)
            self.add(share)

    def release(self, key: str) -> None:
        """Give a reservation up."""
        self._book.release(key)

    def add(self, share: Share) -> None:
        """Take in a bet that stands."""
        if share.payout or share.stake:
            self._book.add(self._payoff(share, share.payout))
        if share.floating is not None:
            self._float(share, share.floating, 1)

    def remove(self, share: Share) -> None:
        """Take out a bet that stood."""
        if share.payout or share.stake:
            self._book.remove(self._payoff(share, share.payout))
        if share.floating is not None:
            self._float(share, share.floating, -1)

    def _payoff(self, share: Share, payout: int) -> trading.Payoff:
        places = share.places or self.places
        outcome, outcomes = self._index[share.selection], len(self._index) + 1
        if not share.stake:
            winners = places if places > 1 else None
            return trading.Payoff.unstaked(payout, outcome, outcomes, winners=winners)
        if places > 1:
            odds = f"{max(1, payout - share.stake)}/{share.stake}"
            return self._book.payoff(str(share.selection), share.stake, odds, winners=places)
        return trading.Payoff.single(share.stake, payout, outcome, outcomes)

    def follow(self, prices: Mapping[int, int]) -> None:
        """Count floating bets at these prices; those of selections without one stay at the last known."""
        if prices is self._followed:
            return
        self._followed = prices
        for key in self._rises:
            if price := prices.get(key[0]):
                self.offered[key[0]] = price
                self._rebook(key)

    def _float(self, share: Share, floating: Floating, sign: int) -> None:
        key = share.selection, share.places or self.places
        self.offered.setdefault(share.selection, floating.taken)
        rises = self._rises.setdefault(key, Rises())
        rises.put(floating, sign)
        self._rebook(key)
        if not rises:
            del self._rises[key]
        self.floats = bool(self._rises)

    def _rebook(self, key: tuple[int, int]) -> None:
        """Have the book hold, beside the payouts, what the floating bets return at the price of now."""
        selection, places = key
        rise = self._rises[key].at(self.offered[selection])
        outcome, outcomes = self._index[selection], len(self._index) + 1
        winners = places if places > 1 else None
        booked = self._booked.pop(key, 0)
        if booked:
            self._book.remove(trading.Payoff.unstaked(booked, outcome, outcomes, winners=winners))
        if rise:
            self._book.add(trading.Payoff.unstaked(rise, outcome, outcomes, winners=winners))
            self._booked[key] = rise

    @property
    def stakes(self) -> int:
        """Stakes of the bets that stand, without reservations."""
        return self._book.position().stakes

    def worst_case(self) -> int:
        """Largest net loss over all outcomes, reservations included; never below zero."""
        return max(0, self._book.position().exposure)

    def losses(self) -> dict[int, int]:
        """Net loss (profit: negative) by the selection that wins, without reservations."""
        pnl = self._book.position(reserved=False).pnl
        return {selection: -pnl[number] for selection, number in self._index.items()}

    def losses_as_taken(self) -> dict[int, int]:
        """`losses` with floating bets at the prices they were taken at: prices that liability moves may not follow what
        they move themselves, or they would never rest."""
        losses = self.losses()
        for (selection, places), rises in self._rises.items():
            if places == self.places:
                losses[selection] += rises.taken - self._booked.get((selection, places), 0)
        return losses

    def room(self, selection: int) -> int:
        """Profit or loss of the house if `selection` wins, as a bet on it must count it: reservations cost.

        Where several win together, that is the worst outcome of all.
        """
        return self._book.position().worst if self.places > 1 else self._book.room(self._index[selection])

    def most(
        self,
        selection: int,
        price_e4: int,
        limits: trading.Limits,
        each_way: betting.EachWay | None = None,
    ) -> trading.MaxStake:
        """The largest stake on `selection`, of an each-way bet on each part.

        Raises ValueError for a price of 1 or less.
        """
        if self.places > 1:
            return trading.max_stake(price_e4 / E4, limits, self.room(selection))
        return self._book.max_stake(str(selection), price_e4 / E4, limits, each_way=each_way)
