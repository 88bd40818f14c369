"""What has come off a socket and waits for its reader: bounded, because a stalled reader must not eat the memory."""

import asyncio
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")

MESSAGES: Final = 100_000
BYTES: Final = 256 << 20
_TURN: Final = 64
"""So many are handed out before the socket gets its turn."""


class Backlog(Generic[T]):
    """Items in order, for one reader; sizes are bytes."""

    def __init__(self, messages: int = MESSAGES, size: int = BYTES) -> None:
        self._most, self._most_bytes = messages, size
        self._items: deque[tuple[T, int]] = deque()
        self._urgent: deque[T] = deque()
        self._size = 0
        self._arrived = asyncio.Event()
        self._ended = False
        self._error: Exception | None = None
        self._handed_out = 0

    def __len__(self) -> int:
        return len(self._items)

    def put(self, item: T, size: int) -> bool:
        """Append an item; False, and nothing done, if there is no room."""
        if len(self._items) >= self._most or (self._items and self._size + size > self._most_bytes):
            return False
        self._append(item, size)
        return True

    def put_always(self, item: T) -> None:
        """Append what is small and must not be lost."""
        self._append(item, 0)

    def _append(self, item: T, size: int) -> None:
        self._items.append((item, size))
        self._size += size
        self._arrived.set()

    def put_urgent(self, item: T) -> None:
        """Append what goes before all that is not urgent, and is never thrown away."""
        self._urgent.append(item)
        self._arrived.set()

    def clear(self) -> int:
        """Throw away everything that waits and is not urgent; answers how many."""
        thrown = len(self._items)
        self._items.clear()
        self._size = 0
        return thrown

    def end(self, error: Exception | None = None) -> None:
        """Nothing more will come; the reader gets what waits, and then the error."""
        self._ended = True
        self._error = self._error or error
        self._arrived.set()

    async def get(self) -> T | None:
        """The next item; None after the last. Raises what `end` was given."""
        self._handed_out += 1
        if self._handed_out % _TURN == 0:
            await asyncio.sleep(0)
        while not (self._items or self._urgent):
            if self._ended:
                if self._error is not None:
                    raise self._error
                return None
            self._arrived.clear()
            await self._arrived.wait()
        if self._urgent:
            return self._urgent.popleft()
        item, size = self._items.popleft()
        self._size -= size
        return item


class Work:
    """The tasks of a connector: when one fails, its error ends the backlog and so reaches the reader."""

    def __init__(self, backlog: Backlog[T]) -> None:
        self._end = backlog.end
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` beside."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def end(self) -> None:
        """End the backlog and every task but the caller's; repeatable."""
        self._end()
        tasks = {task for task in self._tasks if task is not asyncio.current_task()}
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._end(error if isinstance(error, Exception) else None)
