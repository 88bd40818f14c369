"""What a market may cost in one currency: the shares of all bets on it, in the core's book of outcomes."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from pyplatform.core import betting, trading

E4: Final = 10_000
NONE_OF_THESE: Final = "none"
"""Beside the selections: a market can end without any of them winning, and a book needs two outcomes."""


class Share(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a bet puts on one selection: `payout` is the gross return of `stake` if it is among the first `places`, or
    (0) if it wins its market."""

    selection: int
    stake: int
    payout: int
    places: int = 0


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

    __slots__ = ("_book", "_index", "places")

    def __init__(self, selections: Sequence[int], places: int) -> None:
        self.places = places
        self._index = {selection: number for number, selection in enumerate(selections)}
        self._book = trading.Book([*map(str, selections or ("",)), NONE_OF_THESE])

    def knows(self, selection: int) -> bool:
        """Whether the book has this outcome."""
        return selection in self._index

    def reserve(self, key: str, share: Share) -> None:
        """Hold room for a bet that is not decided yet, under a key of its own."""
        self._book.reserve(key, self._payoff(share))

    def accept(self, key: str) -> None:
        """Turn a reservation into a bet."""
        self._book.accept(key)

    def release(self, key: str) -> None:
        """Give a reservation up."""
        self._book.release(key)

    def add(self, share: Share) -> None:
        """Take in a bet that stands."""
        self._book.add(self._payoff(share))

    def remove(self, share: Share) -> None:
        """Take out a bet that stood."""
        self._book.remove(self._payoff(share))

    def _payoff(self, share: Share) -> trading.Payoff:
        places = share.places or self.places
        if places > 1:
            odds = f"{max(1, share.payout - share.stake)}/{share.stake}"
            return self._book.payoff(str(share.selection), share.stake, odds, winners=places)
        outcome = self._index[share.selection]
        return trading.Payoff.single(share.stake, share.payout, outcome, len(self._index) + 1)

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
