"""The wallet's side of the kill switch: orders become entries of the ledger, and owners of events hear of them."""

import asyncio
from typing import Final

import msgspec

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.contracts.killswitch import Generation, Order, SwitchOrder, generation_subject
from pyplatform.telemetry import get_logger
from pyplatform.wallet.client import LocalWallet
from pyplatform.wallet.writer import Durable, Writer

log = get_logger("wallet.killswitch")

ATTEMPTS: Final = 3
"""Times an order is tried anew because another raised the generation meanwhile."""
_SYSTEM: Final = 3


def next_generation(order: Order, generation: int) -> int:
    """The generation that carries out an order; the same one if it is in force already."""
    halted = generation % 2 == 1
    match order:
        case "halt":
            return generation + (not halted)
        case "resume":
            return generation + halted
        case "cut":
            return generation + 2
        case "read":
            return generation


class KillSwitch:
    """Carries out orders while its writer leads."""

    def __init__(self, bus: Bus, writer: Writer) -> None:
        self._bus = bus
        self._writer = writer
        self._wallet = LocalWallet({writer.shard: writer})
        self._telling: set[asyncio.Task[None]] = set()
        writer.listen(self)

    def leading(self, epoch: int, durable: Durable) -> None:
        """Tell owners what is in force: they may have missed it while nobody led."""
        self._tell(self._writer.machine.generation)

    def committed(self, durable: Durable, batch: bytes) -> None:
        """Orders wait for their own entry."""

    def demoted(self, reason: str) -> None:
        """The next leader tells."""

    async def on_request(self, payload: bytes) -> bytes:
        """Carry out an encoded `SwitchOrder`; answers with the `Generation` once it is durable."""
        return msgspec.msgpack.encode(
            await self._carry_out(msgspec.msgpack.decode(payload, type=SwitchOrder))
        )

    async def _carry_out(self, order: SwitchOrder) -> Generation:
        tenant = self._writer.shard
        before = wanted = 0
        for _ in range(ATTEMPTS):
            now = self._writer.machine.generation
            if now is None or self._writer.machine.standing != core.LEADING:
                return Generation(tenant, 0, "this wallet does not lead: ask again")
            before, wanted = now, next_generation(order.order, now)
            # Raising it to what it is changes nothing, and is answered once that is durable.
            context = codec.Context(tenant, 0, bytes(16), _SYSTEM, order.correlation)
            reply = await self._wallet.submit(tenant, codec.raise_generation(context, wanted))
            if reply.status == codec.ACCEPTED:
                break
        else:
            return Generation(tenant, before, f"the wallet refused it: {reply.name}")
        if wanted != before:
            log.warning(
                "kill switch",
                order=order.order,
                tenant=tenant,
                generation=wanted,
                actor=order.actor,
                reason=order.reason,
                seq=reply.seq,
            )
            self._tell(wanted)
        return Generation(tenant, wanted)

    def _tell(self, generation: int | None) -> None:
        if generation is None:
            return
        tenant = self._writer.shard
        payload = msgspec.msgpack.encode(Generation(tenant, generation))
        task = asyncio.get_running_loop().create_task(self._bus.publish(generation_subject(tenant), payload))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)
