"""The open bets, with a note of which books have moved."""

from collections.abc import Callable

from pyplatform.sportsbook.placement.openbets import OpenBet, OpenBets

Book = tuple[str, str, str]
"""Tenant, market and currency."""


class WatchedBets(OpenBets):
    """Open bets; `moved` collects the books that a bet has come to, left, or changed in, until somebody takes it."""

    def __init__(self, mine: Callable[[str], bool] = lambda _: True) -> None:
        super().__init__(mine)
        self.moved: set[Book] = set()

    def reserve(self, bet: OpenBet) -> None:
        """As `OpenBets`."""
        super().reserve(bet)
        self._note(bet)

    def restore(self, bet: OpenBet) -> None:
        """As `OpenBets`."""
        super().restore(bet)
        self._note(bet)

    def shrink(self, bet_id: bytes, above: int, below: int) -> None:
        """As `OpenBets`."""
        super().shrink(bet_id, above, below)
        if (bet := self.get(bet_id)) is not None:
            self._note(bet)

    def accept(self, bet: OpenBet) -> None:
        """As `OpenBets`."""
        super().accept(bet)
        self._note(bet)

    def release(self, bet_id: bytes) -> None:
        """As `OpenBets`."""
        bet = self.get(bet_id)
        super().release(bet_id)
        if bet is not None:
            self._note(bet)

    def count(self, tenant: str, market_id: str) -> int:
        """How many bets have a leg on a market."""
        return len(self._by_market.get((tenant, market_id), ()))

    def _note(self, bet: OpenBet) -> None:
        for market_id, _ in bet.shares:
            self.moved.add((bet.tenant, market_id, bet.currency))
