"""What breaks in the middle of a day: every process killed once, NATS restarted, Valkey emptied."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyplatform.apps.supervisor import Platform
from pyplatform.projections import ReadModels

FEEDS: Final = ("feed-uof", "feed-betfair")
PROCESSES: Final = ("trading", "wallet", "feed-uof", "gateway", "settlement", "projector", "feed-betfair")
NATS, VALKEY = "nats", "valkey"
_FIRST, _LAST = 0.15, 0.85
"""Shares of the day between which faults happen."""
_BACK_S: Final = 40.0


@dataclass(slots=True)
class Faults:
    """The faults of a day, one after the other in even steps; `done` says what happened when."""

    platform: Platform
    clock: Callable[[], float]
    done: list[tuple[float, str]] = field(default_factory=list)
    _back: tuple[str, asyncio.Event] = field(default_factory=lambda: ("", asyncio.Event()))

    def heard(self, line: str) -> None:
        """Take a line of the supervisor's report."""
        if line == f"{self._back[0]} is back":
            self._back[1].set()

    async def run(self, seconds: float, wanted: Sequence[str]) -> None:
        """Break everything that is named, and wait each time until it is back."""
        for number, name in enumerate(wanted):
            share = _FIRST + (_LAST - _FIRST) * number / max(1, len(wanted) - 1)
            await asyncio.sleep(max(0.0, seconds * share - self.clock()))
            began = self.clock()
            await self._break(name)
            self.done.append((began, f"{self._what(name)}, back after {self.clock() - began:.1f} s"))

    def _what(self, name: str) -> str:
        if name == VALKEY:
            return "Valkey emptied"
        return "NATS killed" if name == NATS else f"{name} killed"

    async def _break(self, name: str) -> None:
        if name == VALKEY:
            models = ReadModels.connect(self.platform.settings.redis_url)
            await models.client.flushall()
            await models.close()
        elif name == NATS:
            self.platform.servers.kill(NATS)
        else:
            self._back = name, asyncio.Event()
            self.platform.kill(name)
            async with asyncio.timeout(_BACK_S):
                await self._back[1].wait()
