"""Turns many waiting callers into few frames, without a timer."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final

from pyplatform.bus import frames
from pyplatform.kernel.errors import PlatformError, Unavailable

Send = Callable[[bytes], Awaitable[bytes]]
"""Sends one frame and returns the answer frame; raises Unavailable when there is none."""

_OVERHEAD: Final = 4


class Coalescer:
    """What waits within one turn of the event loop goes as one frame; so does what waits for a free slot.

    At most `in_flight` frames are under way, each of at most `max_items` items and `max_bytes`; at most
    `max_waiting` callers queue, the next is refused with Unavailable.
    """

    def __init__(
        self,
        send: Send,
        *,
        kind: int = frames.INTERACTIVE,
        max_items: int = frames.MAX_ITEMS,
        max_bytes: int = frames.MAX_BYTES,
        in_flight: int = 8,
        max_waiting: int = 65_536,
    ) -> None:
        self._send = send
        self._kind = kind
        self._max_items = max_items
        self._max_bytes = max_bytes
        self._free = in_flight
        self._max_waiting = max_waiting
        self._waiting: deque[tuple[bytes, asyncio.Future[bytes]]] = deque()
        self._scheduled = False
        self._tasks: set[asyncio.Task[None]] = set()
        self.frames = 0
        """Frames sent so far."""
        self.items = 0
        """Items sent so far."""

    async def call(self, item: bytes) -> bytes:
        """Send one item, return its answer; raises what the frame's sending raised, or Unavailable when full."""
        if len(item) + _OVERHEAD > self._max_bytes:
            raise ValueError(f"an item holds at most {self._max_bytes - _OVERHEAD} bytes, not {len(item)}")
        if len(self._waiting) >= self._max_waiting:
            raise Unavailable(f"{self._max_waiting} requests are waiting already: try again later")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        self._waiting.append((item, answer))
        if not self._scheduled and self._free:
            self._scheduled = True
            loop.call_soon(self._flush)
        return await answer

    @property
    def waiting(self) -> int:
        """Items that wait for a frame now."""
        return len(self._waiting)

    def _flush(self) -> None:
        self._scheduled = False
        while self._free and self._waiting:
            items, answers = self._take()
            if not items:
                continue
            self._free -= 1
            self.frames += 1
            self.items += len(items)
            task = asyncio.get_running_loop().create_task(self._exchange(items, answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _take(self) -> tuple[list[bytes], list[asyncio.Future[bytes]]]:
        items: list[bytes] = []
        answers: list[asyncio.Future[bytes]] = []
        size = 0
        while self._waiting and len(items) < self._max_items:
            item, answer = self._waiting[0]
            size += len(item) + _OVERHEAD
            if size > self._max_bytes:
                break
            self._waiting.popleft()
            if answer.done():  # the caller gave up before we sent
                size -= len(item) + _OVERHEAD
                continue
            items.append(item)
            answers.append(answer)
        return items, answers

    async def _exchange(self, items: list[bytes], answers: list[asyncio.Future[bytes]]) -> None:
        try:
            _, replies = frames.decode(await self._send(frames.encode(self._kind, items)))
            if len(replies) != len(answers):
                raise Unavailable(f"{len(answers)} requests got {len(replies)} answers")
        except ValueError as error:
            _fail(answers, Unavailable(f"the answer cannot be read: {error}"))
        except PlatformError as error:
            _fail(answers, error)
        except BaseException:
            _fail(answers, Unavailable("sending was broken off"))
            raise
        else:
            for answer, reply in zip(answers, replies, strict=True):
                if not answer.done():
                    answer.set_result(reply)
        finally:
            self._free += 1
            if self._waiting and not self._scheduled:
                self._flush()


def _fail(answers: list[asyncio.Future[bytes]], error: PlatformError) -> None:
    for answer in answers:
        if not answer.done():
            # An exception of its own for each caller: a shared one would collect all their tracebacks.
            answer.set_exception(type(error)(*error.args))
