"""Open bets and liability, rebuilt from the journal: the owner of an event remembers nothing by itself."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Entry
from pyplatform.contracts.wallet import LedgerReader, WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook.placement.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.placement.asking import until_clear
from pyplatform.sportsbook.placement.openbets import OpenBets
from pyplatform.sportsbook.placement.reopened import WAITS, Reopened
from pyplatform.sportsbook.placement.reopened import placed as read_placed
from pyplatform.telemetry import get_logger

END: Final = 2**62
PAUSE_S: Final = 0.25
TURN: Final = 64
"""Entries folded before others have their turn."""

log = get_logger("sportsbook.recovery")


class Recovery:
    """Folds the journals of all tenants into the open bets, and goes on doing so.

    What a former owner had sent to the wallet, what settlement closes and what players sell back is known here first.
    """

    def __init__(
        self, tenants: list[str], reader: Callable[[str], LedgerReader], wallet: WalletPort, bets: OpenBets
    ) -> None:
        self._readers = {tenant: reader(tenant) for tenant in tenants}
        self._reading = {tenant: asyncio.Lock() for tenant in tenants}
        self._seen = dict.fromkeys(tenants, 0)
        self._reopened: dict[str, set[bytes]] = {tenant: set() for tenant in tenants}
        self._wallet = wallet
        self._bets = bets
        self.settled = 0
        """Bets that were paid or lost while we followed."""
        self.voided = 0

    async def catch_up(self) -> None:
        """Fold everything the journals hold now; raises Unavailable when they cannot be read."""
        for tenant in self._readers:
            await self._catch_up(tenant)

    async def _catch_up(self, tenant: str) -> None:
        async with self._reading[tenant]:
            await self._read_on(tenant)

    async def _read_on(self, tenant: str) -> None:
        while page := await self._readers[tenant].page(self._seen[tenant], END):
            for seq, sealed in page:
                await _in_turns(sealed, lambda entry: self._fold(tenant, entry))
                self._seen[tenant] = seq
        if self._reopened[tenant]:
            await self._recall(tenant)

    async def _recall(self, tenant: str) -> None:
        """Read bets anew whose results were taken back: closed ones are not kept here."""
        past = Reopened(tenant, self._reopened[tenant])
        until = self._seen[tenant]
        after = await past.begin(self._readers[tenant], until)
        while page := await self._readers[tenant].page(after, until):
            for seq, sealed in page:
                await _in_turns(sealed, past.fold)
                after = seq
        self._reopened[tenant].clear()
        log.info("bets are open again", tenant=tenant, bets=past.restore(self._bets))

    async def follow(self) -> None:
        """Keep folding until cancelled, each tenant for itself."""
        self.settled = self.voided = 0
        await asyncio.gather(*map(self._follow, self._readers))

    async def _follow(self, tenant: str) -> None:
        while True:
            await asyncio.sleep(PAUSE_S)
            with suppress(Unavailable):  # we go on where we stand
                await self._catch_up(tenant)

    async def passed(self, tenant: str) -> None:
        """Wait until everything that the wallet has accepted by now is folded.

        A command that was too old by then can no longer come: after this, a bet that is not known does not exist.
        Raises Unavailable when the journal cannot be read.
        """
        context = codec.Context(tenant, 0, bytes(16), SOURCE_SPORTSBOOK, ids.uuid7(), "")
        await until_clear(self._wallet, tenant, codec.tick(context, 0))
        await self._catch_up(tenant)

    def _fold(self, tenant: str, entry: Entry) -> None:
        """Take over an entry; of what this process did itself nothing is news."""
        if entry.kind == "place_bet" and entry.code == 0 and entry.slip:
            self._place(tenant, entry, entry.slip)
        elif entry.kind == "cash_out" and entry.code == 0:
            self._bets.shrink(entry.fields["bet"], *entry.fields["part"])
        for bet_id, state, version in entry.transitions:
            bet = self._bets.get(bet_id)
            if bet is None and entry.kind == "reopen_bet":
                self._reopened[tenant].add(bet_id)
            if bet is None or version < bet.version:
                continue
            if state not in WAITS:
                self._closed(bet_id, state)
            elif not bet.unclear:
                bet.version = version
                if state == "open" and bet.pending_until:
                    bet.pending_until = 0
                    self._bets.accept(bet)

    def _closed(self, bet_id: bytes, state: str) -> None:
        self._bets.release(bet_id)
        self.settled += state == "settled"
        self.voided += state == "voided"

    def _place(self, tenant: str, entry: Entry, encoded: tuple[int, int, bytes]) -> None:
        known = self._bets.get(entry.bet_id)
        if known is not None and not (known.foreign and known.unclear):
            return
        placed = read_placed(tenant, entry, encoded)
        if known is not None:
            # Another owner placed what we hold room for: at these prices, not at those it was held at.
            placed.foreign = True
            self._bets.release(entry.bet_id)
        if self._bets.has_part(placed):
            self._bets.restore(placed)


async def _in_turns(sealed: bytes, fold: Callable[[Entry], None]) -> None:
    """Fold the entries of a batch: settlement closes many bets at once, and new ones must not wait for it."""
    entries = Batch(sealed).entries()
    for start in range(0, len(entries), TURN):
        for entry in entries[start : start + TURN]:
            fold(entry)
        await asyncio.sleep(0)
