"""How bets that waited were decided, for those who asked for them and for whoever still asks."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from pyplatform.contracts.sportsbook.bets import BetAnswer
from pyplatform.sportsbook.placement.answers import unavailable

REMEMBERED_S: Final = 60.0
"""How long a decision is kept for whoever still asks; after that the wallet answers a repeated key as well."""


class Decisions:
    """The decisions on the bets that wait in this process, each a task that ends with the answer."""

    def __init__(self) -> None:
        self._tasks: dict[bytes, asyncio.Task[BetAnswer]] = {}

    def __contains__(self, bet_id: bytes) -> bool:
        return bet_id in self._tasks

    def start(self, bet_id: bytes, deciding: Coroutine[Any, Any, BetAnswer]) -> None:
        """Let `deciding` run and remember what it answers for a while."""
        task = asyncio.create_task(deciding)
        self._tasks[bet_id] = task
        loop = asyncio.get_running_loop()
        task.add_done_callback(lambda _: loop.call_later(REMEMBERED_S, self._tasks.pop, bet_id, None))

    async def of(self, bet_id: bytes) -> BetAnswer:
        """The answer to a bet that waited, once there is one; unavailable if this process does not know the bet."""
        task = self._tasks.get(bet_id)
        if task is None:
            return unavailable(bet_id)
        return await asyncio.shield(task)
