"""Looking on while the day runs: books sum to zero, balances are the ledger's, liability is the fold of open bets."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic
from typing import Final

from pyplatform.apps.day.house import Trader
from pyplatform.apps.day.journal import JournalFold
from pyplatform.client import errors
from pyplatform.client.types.trading import TradedMarket
from pyplatform.contracts.wallet import balance_key
from pyplatform.core import money
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.tenancy import Tenant
from pyplatform.projections import ReadModels
from pyplatform.sportsbook.placement.floating import E4
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.recovery import Recovery
from pyplatform.wallet.client import WalletClient
from pyplatform.wallet.store import JournalReader

EVERY_S: Final = 2.0
_LASTING_S: Final = 12.0
"""A difference on a market nobody is betting on may be a bet on its way; one that lasts so long is an error."""
_CHUNK: Final = 500


@dataclass(slots=True)
class Seen:
    """How often each equation was looked at, and what did not hold."""

    books: int = 0
    balances: int = 0
    liabilities: int = 0
    busy: int = 0
    wrong: list[str] = field(default_factory=list)


class Watch:
    """Holds one tenant's copies against its journal again and again."""

    def __init__(
        self,
        tenant: Tenant,
        postgres_url: str,
        models: ReadModels,
        trader: Trader,
        wallet: WalletClient,
        places: Callable[[str], int],
    ) -> None:
        self._tenant, self._models, self._trader, self._places = tenant, models, trader, places
        self.fold = JournalFold(postgres_url, tenant.slug)
        self.seen = Seen()
        self._bets = OpenBets()
        self._bets.offered = lambda _, market_id: self._offered.get(market_id, {})
        self._offered: dict[str, dict[int, int]] = {}
        """Prices beside which liability was told: bets at the starting price count at them before the off."""
        self._reader = JournalReader(postgres_url, tenant.slug)
        self._recovery = Recovery([tenant.slug], lambda _: self._reader, wallet, self._bets)
        self._differs: dict[str, float] = {}

    async def run(self) -> None:
        """Look every two seconds until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Look once; what cannot be asked now, because its process is on its way back, is left for the next time."""
        try:
            await self.fold.read()
            self._check_books()
            await self._check_balances()
            await self._check_liability()
        except (Unavailable, OSError, errors.Unavailable, errors.NoAnswer, errors.ServerFault):
            self.seen.busy += 1

    def _say(self, what: str) -> None:
        self.seen.wrong.append(f"{self._tenant.slug}: {what}")

    def _check_books(self) -> None:
        """Debits equal credits in every book, and what is held equals the open bets."""
        self.seen.books += 1
        for book, currency, debit, credit in self.fold.replayer.totals():
            if debit != credit:
                self._say(f"the book {book} {currency} has {debit} on one side and {credit} on the other")
        for currency, holds, held in self.fold.replayer.holds():
            if holds != held:
                self._say(f"holds of {currency} are {holds}, the held accounts {held}")

    async def _check_balances(self) -> None:
        """Every balance in Valkey is the ledger's right after the entry it names."""
        keys = list(self.fold.balances)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            names = [balance_key(self._tenant.slug, player, currency) for player, currency in chunk]
            found = await self._models.get_many(names)
            if any(int(one.get(b"seq", 0)) > self.fold.replayer.seq for one in found):
                await self.fold.read()
            for key, one in zip(chunk, found, strict=True):
                if not one:
                    continue  # it was flushed and is on its way back
                seq = int(one[b"seq"])
                read = int(one.get(b"available", 0)), int(one.get(b"held", 0))
                known = self.fold.balances[key].get(seq)
                self.seen.balances += 1
                if read != known:
                    self._say(f"balance of {key[0]} at entry {seq:,}: Valkey {read}, ledger {known}")

    async def _check_liability(self) -> None:
        """The owner's liability of a market is the fold of its open bets, whenever nobody is betting on it."""
        await self.fold.read()
        self.fold.touched.clear()
        asked = await self._trader.markets()
        await self._recovery.catch_up()
        await self.fold.read()
        for market in asked:
            self._bets.define(market.id, [one.id for one in market.runners], self._places(market.id))
            if not market.in_play:
                self._offered[market.id] = {
                    one.id: int(Decimal(one.price) * E4) for one in market.runners if one.price is not None
                }
            if market.id in self.fold.touched:
                continue  # it moved while we looked
            difference = self._difference(market)
            self.seen.liabilities += 1
            if not difference:
                self._differs.pop(market.id, None)
            elif monotonic() - self._differs.setdefault(market.id, monotonic()) > _LASTING_S:
                self._say(f"market {market.id}: {difference}")
                del self._differs[market.id]

    def _difference(self, market: TradedMarket) -> str:
        slug, currency = self._tenant.slug, self._tenant.currency
        ours = self._bets.liability(slug, market.id, currency)
        stakes = money.format(ours.stakes, currency)
        if stakes != market.stakes:
            return f"the owner counts stakes of {market.stakes}, the open bets have {stakes}"
        # After the off, bets at the starting price count at the last one before it, which may have come between looks.
        if market.status == "closed" or not ours.stakes or (market.in_play and ours.floats):
            return ""
        losses = ours.losses()
        for runner in market.runners:
            if runner.id not in losses:
                continue
            loss = money.format(losses[runner.id], currency)
            if loss != runner.if_wins:
                return f"if {runner.id} wins the owner loses {runner.if_wins}, the open bets {loss}"
        return ""

    async def close(self) -> None:
        """Let go of the connections."""
        await self._reader.close()
        await self.fold.close()
