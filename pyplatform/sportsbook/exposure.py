"""Liability of one market in one currency: what we pay if a selection wins."""

from heapq import nlargest


class Exposure:
    """Stakes taken and gross payouts promised, in amounts at the currency's scale.

    In a market with `winners` places at most that many selections win together, so the worst case is the sum of
    the largest payouts less every stake.
    """

    __slots__ = ("payouts", "stakes", "winners")

    def __init__(self, winners: int) -> None:
        self.winners = winners
        self.stakes = 0
        self.payouts: dict[int, int] = {}

    def add(self, selection: int, stake: int, payout: int) -> None:
        """Reserve a bet; `payout` is the gross return if it wins."""
        self.stakes += stake
        self.payouts[selection] = self.payouts.get(selection, 0) + payout

    def remove(self, selection: int, stake: int, payout: int) -> None:
        """Release what `add` reserved."""
        self.add(selection, -stake, -payout)

    def worst_case(self) -> int:
        """Largest net loss over all outcomes; never below zero."""
        return max(0, sum(nlargest(self.winners, self.payouts.values())) - self.stakes)

    def worst_case_with(self, selection: int, stake: int, payout: int) -> int:
        """Worst case if this bet were added as well."""
        self.add(selection, stake, payout)
        worst = self.worst_case()
        self.remove(selection, stake, payout)
        return worst

    def if_wins(self, selection: int) -> int:
        """Net loss (positive) or profit (negative) if `selection` alone wins."""
        return self.payouts.get(selection, 0) - self.stakes
