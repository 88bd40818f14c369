"""Players who bet without end and remember what they were promised."""

import asyncio
from time import monotonic
from typing import Final

import msgspec

from pyplatform._core import wallet as codec
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.ids import uuid7
from pyplatform.wallet import WalletClient

EUR: Final = 1_000_000
STAKE: Final = 1 * EUR
PAUSE: Final = 0.01
"""Seconds between two bets of a player: enough load for a batch to be under way at any moment."""
_NEVER: Final = 1 << 62


class Promise(msgspec.Struct, frozen=True):
    """What was acknowledged: the entry and the bet."""

    seq: int
    bet_id: bytes


class Bettors:
    """Players of one tenant; each has one bet under way and repeats it under its key until it is answered."""

    def __init__(self, wallet: WalletClient, tenant: str, players: int) -> None:
        self._wallet = wallet
        self._tenant = tenant
        self._players = [uuid7() for _ in range(players)]
        self._contexts = {player: codec.Context(tenant, 1, player, 1, uuid7()) for player in self._players}
        self._betting: list[asyncio.Task[None]] = []
        self._leaving = False
        self._bets = 0
        self._last = monotonic()
        self.silence = 0.0
        """Longest time without an acknowledgement to anybody since `struck`, in seconds."""
        self.promises: dict[str, Promise] = {}
        """Acknowledged bets by key."""
        self.repeated = 0
        """Bets that were sent again because their first outcome was unknown."""
        self.broken: list[str] = []
        """Keys whose answer differed when they were asked again."""

    async def fund(self) -> None:
        """Pay in for every player."""
        for player in self._players:
            context = codec.Context(self._tenant, 1, player, 2, uuid7())
            command = codec.deposit(context, player.hex(), "EUR", 100_000 * EUR, "bank")
            await self._until_answered(command)

    def begin(self) -> None:
        """Let every player bet until `leave`."""
        self._leaving = False
        self._betting = [asyncio.create_task(self._bet(player)) for player in self._players]

    async def leave(self) -> None:
        """Let every player finish the bet under way: whatever was sent is answered when this returns."""
        self._leaving = True
        await asyncio.gather(*self._betting)

    def struck(self) -> None:
        """Begin to measure the silence that a fault causes."""
        self._last, self.silence = monotonic(), 0.0

    async def more(self, count: int) -> None:
        """Wait for so many further acknowledgements."""
        wanted = len(self.promises) + count
        while len(self.promises) < wanted:
            self._look()
            await asyncio.sleep(PAUSE)

    def _look(self) -> None:
        """Raise what ended a player who should still bet."""
        for task in self._betting:
            if task.done():
                task.result()

    async def ask_again(self) -> None:
        """Repeat everything that was promised: each must be answered as the first time."""
        waiting = list(self.promises.items())
        await asyncio.gather(
            *(self._ask_again(waiting[n :: len(self._players)]) for n in range(len(self._players)))
        )

    async def _ask_again(self, promises: list[tuple[str, Promise]]) -> None:
        for key, promise in promises:
            reply = await self._until_answered(self._command(key, uuid7()))
            if not reply.replayed or Promise(reply.seq, reply.object_id) != promise:
                self.broken.append(key)

    async def _bet(self, player: bytes) -> None:
        while not self._leaving:
            self._bets += 1
            key = f"{player.hex()}-{self._bets}"
            reply = await self._until_answered(self._command(key, uuid7()))
            if reply.status != codec.ACCEPTED:
                raise PlatformError(f"the wallet refused a bet of the drill: {reply.name}")
            self.promises[key] = Promise(reply.seq, reply.object_id)
            self.silence, self._last = max(self.silence, monotonic() - self._last), monotonic()
            await asyncio.sleep(PAUSE)

    def _command(self, key: str, bet_id: bytes) -> bytes:
        context = self._contexts[bytes.fromhex(key.partition("-")[0])]
        return codec.place_bet(context, key, bet_id, "EUR", STAKE, 1, 1, b"drill", 0, b"", _NEVER, 0)

    async def _until_answered(self, command: bytes) -> codec.Reply:
        while True:
            try:
                reply = await self._wallet.submit(self._tenant, command)
            except Unavailable:
                self.repeated += 1
                continue
            if reply.status != codec.RETRY:
                return reply
            await asyncio.sleep(PAUSE)
