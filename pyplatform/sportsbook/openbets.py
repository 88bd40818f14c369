"""The bets that stand open, by market: what settlement walks and what liability is made of."""

import msgspec

from pyplatform.sportsbook.exposure import Exposure


class OpenBet(msgspec.Struct):
    """An accepted or pending single; amounts at the currency's scale, `version` as the wallet knows it.

    `pending_until` (ns) is set while an in-play delay runs; `unclear` while the wallet has not said that the bet
    exists.
    """

    bet_id: bytes
    tenant: str
    brand: int
    player: bytes
    market_id: str
    selection: int
    price_e4: int
    stake: int
    currency: str
    version: int
    pending_until: int = 0
    unclear: bool = False

    @property
    def payout(self) -> int:
        """Gross return if it wins."""
        return self.stake * self.price_e4 // 10_000


class OpenBets:
    """All open and reserved bets of the events this process owns."""

    def __init__(self) -> None:
        self._bets: dict[bytes, OpenBet] = {}
        self._by_market: dict[tuple[str, str], dict[bytes, OpenBet]] = {}
        self._exposure: dict[tuple[str, str, str], Exposure] = {}
        self._places: dict[str, int] = {}
        self.ours: set[bytes] | None = set()
        """Ids reserved by decisions of this process, kept while the journal is still being followed."""

    def __len__(self) -> int:
        return len(self._bets)

    def get(self, bet_id: bytes) -> OpenBet | None:
        """Bet by id, if it stands open."""
        return self._bets.get(bet_id)

    def exposure(self, tenant: str, market_id: str, currency: str) -> Exposure:
        """Exposure of a market in one currency; made on first use."""
        key = (tenant, market_id, currency)
        found = self._exposure.get(key)
        if found is None:
            found = self._exposure[key] = Exposure(self._places.get(market_id, 1))
        return found

    def places(self, market_id: str, winners: int) -> None:
        """Say how many selections of a market can win together."""
        if self._places.get(market_id) == winners:
            return
        self._places[market_id] = winners
        for (_, market, _), exposure in self._exposure.items():
            if market == market_id:
                exposure.winners = winners

    def reserve(self, bet: OpenBet) -> None:
        """Count `bet` from the moment we decide to take it."""
        if self.ours is not None:
            self.ours.add(bet.bet_id)
        self.restore(bet)

    def restore(self, bet: OpenBet) -> None:
        """Count a bet that the journal says stands open."""
        self._bets[bet.bet_id] = bet
        self._by_market.setdefault((bet.tenant, bet.market_id), {})[bet.bet_id] = bet
        self.exposure(bet.tenant, bet.market_id, bet.currency).add(bet.selection, bet.stake, bet.payout)

    def release(self, bet_id: bytes) -> None:
        """Forget a bet that was refused, rejected, settled or voided; unknown ids are no error."""
        bet = self._bets.pop(bet_id, None)
        if bet is None:
            return
        del self._by_market[bet.tenant, bet.market_id][bet_id]
        self.exposure(bet.tenant, bet.market_id, bet.currency).remove(bet.selection, bet.stake, bet.payout)

    def overdue(self, now: int) -> list[OpenBet]:
        """Pending bets whose time has run out."""
        return [bet for bet in self._bets.values() if bet.pending_until and bet.pending_until <= now]

    def of_market(self, tenant: str, market_id: str) -> list[OpenBet]:
        """Bets of one market, in the order they were reserved."""
        return list(self._by_market.get((tenant, market_id), {}).values())
