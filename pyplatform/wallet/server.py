"""A shard's writer on the bus: its command subject while it leads, and where to find it."""

import asyncio

import msgspec

from pyplatform.bus import Bus, Subscription
from pyplatform.contracts.wallet import ShardState, command_subject, locate_subject, state_subject
from pyplatform.wallet.writer import Durable, Writer


class ShardServer:
    """Listens for commands under the current epoch, and only while the writer leads."""

    def __init__(self, bus: Bus, writer: Writer) -> None:
        self._bus = bus
        self._writer = writer
        self._epoch = 0
        self._durable = Durable(0, b"", b"")
        self._changed = asyncio.Event()
        writer.listen(self)

    def leading(self, epoch: int, durable: Durable) -> None:
        """Listen under `epoch`."""
        self._epoch, self._durable = epoch, durable
        self._changed.set()

    def committed(self, durable: Durable, batch: bytes) -> None:
        """Remember what is durable, for those who ask."""
        self._durable = durable

    def demoted(self, reason: str) -> None:
        """Stop listening: senders then find no one and look for the next holder."""
        self._epoch = 0
        self._changed.set()

    async def run(self) -> None:
        """Keep the subscriptions as the writer stands, until cancelled."""
        held: list[Subscription] = []
        listening = 0
        while True:
            if listening != self._epoch:
                listening, left = self._epoch, held
                held = await self._subscribe(listening) if listening else []
                for subscription in left:
                    await subscription.unsubscribe()
            self._changed.clear()
            if listening == self._epoch:
                await self._changed.wait()

    async def _subscribe(self, epoch: int) -> list[Subscription]:
        shard = self._writer.shard
        return [
            await self._bus.serve(command_subject(shard, epoch), self._writer.submit),
            await self._bus.serve(locate_subject(shard), self._locate),
            await self._bus.serve(state_subject(shard), self._state),
        ]

    async def _locate(self, _question: bytes) -> bytes:
        return str(self._writer.machine.epoch).encode()

    async def _state(self, _question: bytes) -> bytes:
        durable = self._durable
        state = ShardState(
            self._writer.shard, self._writer.machine.epoch, durable.seq, durable.hash, durable.state_hash
        )
        return msgspec.msgpack.encode(state)
