"""A shard's writer on the bus: its command subject while it leads, and where to find it."""

import asyncio

import msgspec
from nats.errors import Error as NatsError

from pyplatform.bus import Bus, Subscription
from pyplatform.contracts.killswitch import switch_subject
from pyplatform.contracts.wallet import ShardState, command_subject, locate_subject, state_subject
from pyplatform.wallet.killswitch import KillSwitch
from pyplatform.wallet.writer import Durable, Writer


class ShardServer:
    """Listens for commands under the current epoch, and only while the writer leads."""

    def __init__(self, bus: Bus, writer: Writer) -> None:
        self._bus = bus
        self._writer = writer
        self._epoch = 0
        self._durable = Durable(0, b"", b"")
        self._changed = asyncio.Event()
        self._silent = asyncio.Event()
        self._leaving = False
        self._switch = KillSwitch(bus, writer)
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

    async def leave(self) -> None:
        """Stop listening for good; everything that was sent to us by then is in the writer's hands."""
        self._leaving = True
        self._changed.set()
        await self._silent.wait()

    async def run(self) -> None:
        """Keep the subscriptions as the writer stands, until cancelled."""
        held: list[Subscription] = []
        listening = 0
        while True:
            wanted = 0 if self._leaving else self._epoch
            if listening != wanted:
                left, held = held, await self._subscribe(wanted) if wanted else []
                await _drain(left)
                listening = wanted
            if self._leaving and not listening:
                self._silent.set()
            self._changed.clear()
            if listening == (0 if self._leaving else self._epoch):
                await self._changed.wait()

    async def _subscribe(self, epoch: int) -> list[Subscription]:
        shard = self._writer.shard
        return [
            await self._bus.serve(command_subject(shard, epoch), self._writer.submit),
            await self._bus.serve(locate_subject(shard), self._locate),
            await self._bus.serve(state_subject(shard), self._state),
            await self._bus.serve(switch_subject(shard), self._switch.on_request),
        ]

    async def _locate(self, _question: bytes) -> bytes:
        return str(self._writer.machine.epoch).encode()

    async def _state(self, _question: bytes) -> bytes:
        durable = self._durable
        state = ShardState(
            self._writer.shard, self._writer.machine.epoch, durable.seq, durable.hash, durable.state_hash
        )
        return msgspec.msgpack.encode(state)


async def _drain(subscriptions: list[Subscription]) -> None:
    """Unsubscribe so that the server knows before we go on: a sender then finds no one instead of silence."""
    for subscription in subscriptions:
        try:
            await subscription.drain()  # type: ignore[no-untyped-call]
        except (NatsError, OSError):
            continue  # not connected: the server has forgotten us already
