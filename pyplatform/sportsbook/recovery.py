"""Open bets and liability, rebuilt from the journal: the owner of an event remembers nothing by itself."""

import asyncio
from collections.abc import Callable
from typing import Final

from pyplatform._core import wallet as codec
from pyplatform._core.shard import Batch, Entry
from pyplatform.contracts.wallet import LedgerReader, WalletPort
from pyplatform.kernel import ids
from pyplatform.kernel.errors import Unavailable
from pyplatform.sportsbook import decided, slip
from pyplatform.sportsbook.answers import SOURCE_SPORTSBOOK
from pyplatform.sportsbook.asking import until_clear
from pyplatform.sportsbook.openbets import OpenBet, OpenBets, legs_of

END: Final = 2**62
PAUSE_S: Final = 0.25


class Recovery:
    """Folds the journals of all tenants into the open bets."""

    def __init__(
        self, tenants: list[str], reader: Callable[[str], LedgerReader], wallet: WalletPort, bets: OpenBets
    ) -> None:
        self._readers = {tenant: reader(tenant) for tenant in tenants}
        self._seen = dict.fromkeys(tenants, 0)
        self._wallet = wallet
        self._bets = bets
        self._opened: list[OpenBet] = []

    async def catch_up(self) -> list[OpenBet]:
        """Fold everything the journals hold now; returns the bets among it that stand open."""
        for tenant, reader in self._readers.items():
            while page := await reader.page(self._seen[tenant], END):
                for seq, sealed in page:
                    for entry in Batch(sealed).entries():
                        self._fold(tenant, entry)
                    self._seen[tenant] = seq
        opened, self._opened = self._opened, []
        return [bet for bet in opened if self._bets.get(bet.bet_id) is bet]

    async def follow(self, seconds: float, opened: Callable[[OpenBet], None]) -> None:
        """Keep folding for as long as a command of the former owner may still be accepted.

        That is for `seconds`, after which the wallets refuse it as too old; what they accepted by then is in the
        journal before whatever they answer next, however long that takes. `opened` is told of every bet found
        open: its market may have been settled before we knew of it.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while loop.time() < until:
            await asyncio.sleep(PAUSE_S)
            await self._tell(opened)
        await asyncio.gather(*(self._answered(tenant) for tenant in self._readers))
        caught_up = False
        while not caught_up:
            await asyncio.sleep(PAUSE_S)
            caught_up = await self._tell(opened)

    async def _tell(self, opened: Callable[[OpenBet], None]) -> bool:
        """Catch up and tell; False when the journal could not be read, and then we go on where we stand."""
        try:
            found = await self.catch_up()
        except Unavailable:
            return False
        for bet in found:
            opened(bet)
        return True

    async def _answered(self, tenant: str) -> None:
        """Wait for an answer that rests on everything the wallet has accepted so far."""
        context = codec.Context(tenant, 0, bytes(16), SOURCE_SPORTSBOOK, ids.uuid7(), "")
        await until_clear(self._wallet, tenant, codec.tick(context, 0))

    def _fold(self, tenant: str, entry: Entry) -> None:
        """Take over an entry; of what this process did itself nothing is news."""
        if (
            entry.kind == "place_bet"
            and entry.code == 0
            and entry.slip
            and self._bets.get(entry.bet_id) is None
        ):
            self._bets.restore(_placed(tenant, entry, entry.slip))
        for bet_id, state, version in entry.transitions:
            bet = self._bets.get(bet_id)
            if bet is None or bet.unclear or version < bet.version:
                continue
            bet.version = version
            if state == "open":
                if bet.pending_until:
                    bet.pending_until = 0
                    self._bets.accept(bet)
                self._opened.append(bet)
            elif state != "pending":
                self._bets.release(bet_id)


def _placed(tenant: str, entry: Entry, encoded: tuple[int, int, bytes]) -> OpenBet:
    asked = slip.decode(*encoded)
    told = decided.decode(entry.terms, asked)
    return OpenBet(
        bet_id=entry.bet_id,
        tenant=tenant,
        brand=entry.brand,
        player=entry.player,
        bet_type=asked.bet_type,
        legs=legs_of(asked, told),
        stake=entry.amount,
        currency=entry.currency,
        version=1,
        sizes=asked.sizes,
        joint_price_e4=told.joint_price_e4,
        pending_until=entry.pending_until,
        referred=told.referred,
    )
