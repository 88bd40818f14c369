"""The generation each tenant's bets are decided under, as its wallet says."""

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Final

import msgspec

from pyplatform.bus import Bus, Message
from pyplatform.contracts.killswitch import Generation, SwitchOrder, generation_subject, switch_subject
from pyplatform.kernel.errors import Unavailable
from pyplatform.telemetry import get_logger

log = get_logger("sportsbook.generations")

LOOK_S: Final = 5.0
"""Seconds between questions: an announcement may have been lost."""
RETRY_S: Final = 0.25


class Generations:
    """Keeps `generation`, the mapping that placement decides under, at what is in force.

    An owner who has not learned the generation decides under an older one, and the wallet refuses: so nothing here is
    urgent but `resume`. While a tenant is halted its entry stays as it was.
    """

    def __init__(self, bus: Bus, tenants: Iterable[str], generation: MutableMapping[str, int]) -> None:
        self._bus = bus
        self._tenants = list(tenants)
        self._generation = generation

    async def run(self) -> None:
        """Listen, and ask now and then, until cancelled."""
        for tenant in self._tenants:
            await self._bus.subscribe(generation_subject(tenant), self._on_announced)
        await asyncio.gather(*(self._ask(tenant) for tenant in self._tenants))

    async def _on_announced(self, message: Message) -> None:
        self._learn(msgspec.msgpack.decode(message.data, type=Generation))

    async def _ask(self, tenant: str) -> None:
        question = msgspec.msgpack.encode(SwitchOrder("read"))
        while True:
            try:
                answer = await self._bus.request(switch_subject(tenant), question, LOOK_S)
            except Unavailable:
                await asyncio.sleep(RETRY_S)
                continue
            self._learn(msgspec.msgpack.decode(answer, type=Generation))
            await asyncio.sleep(LOOK_S)

    def _learn(self, found: Generation) -> None:
        known = self._generation.get(found.tenant, 0)
        if found.error or found.halted or found.generation <= known:
            return
        log.warning(
            "bets are decided under a new generation", tenant=found.tenant, generation=found.generation
        )
        self._generation[found.tenant] = found.generation
