"""One connection: what waits to be sent, the newest of each part, and never more than it may hold."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Final, Protocol

from pyplatform.contracts.pam import Session, StaffSession
from pyplatform.gateway.push.frames import Start, Subscribed, Trouble, encode
from pyplatform.gateway.push.topics import Accepts, Topic
from pyplatform.kernel.errors import Unavailable

SEND_SECONDS: Final = 30.0
"""A client that takes nothing for so long is let go."""
MAX_NOTES: Final = 512
"""A client that lets so many answers to its own messages wait is let go."""
MAX_WAITING: Final = 2_048
"""Messages that wait for a client at most; the topic that would pass it starts anew with a snapshot."""
AGAIN_SECONDS: Final = 1.0
"""Until a snapshot that could not be made is tried again."""
_AWAY: Final = "a part of the platform does not answer; the topic begins as soon as it does"
_WHOLE: Final = ""
"""Part of a topic that stands for its snapshot, which is made when its turn comes."""


class Sending(Awaitable[None], Protocol):
    """A message under way."""

    def done(self) -> bool:
        """Whether it is written, or cannot be."""
        ...


class Following:
    """How a client follows a topic: what of it, why it was sent a snapshot last, and whether one cannot be had yet."""

    __slots__ = ("accepts", "topic", "waits", "why")

    def __init__(self, topic: Topic, accepts: Accepts | None) -> None:
        self.topic, self.accepts = topic, accepts
        self.why: Start = "new"
        self.waits = False


class Client:
    """One listener; `send` is awaited by its own pump and by nobody else.

    `at_once` begins to send without anybody waiting: what comes while nothing waits takes this way, at half the cost.
    """

    def __init__(
        self,
        session: Session | StaffSession,
        send: Callable[[str], Awaitable[None]],
        at_once: Callable[[str], Sending] | None = None,
    ) -> None:
        self.session = session
        self.follows: dict[str, Following] = {}
        """By the topic's name."""
        self.heard_at = self.told_at = self.asked_at = monotonic()
        self._send, self._at_once = send, at_once
        self._last: Sending | None = None
        self._idle = False
        self._slots: dict[tuple[str, str], str | None] = {}
        self._notes: deque[str] = deque()
        self._wake = asyncio.Event()
        self._ended = self._sending = False
        self._pumping: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """Messages not sent yet."""
        return len(self._slots) + len(self._notes)

    def offer(self, name: str, part: str, text: str) -> None:
        """Put the newest message of a part of a topic in the place of the one before, and behind all others."""
        slots = self._slots
        if self._idle and not slots and not self._notes and self._begin_to_send(text):
            return
        if (name, _WHOLE) in slots:
            return  # the snapshot will have it
        slots.pop((name, part), None)
        if len(slots) >= MAX_WAITING:
            self.start(name, "overflow")
            return
        slots[name, part] = text
        self._wake.set()

    def _begin_to_send(self, text: str) -> bool:
        """Send a message without waiting, if the one before is on its way and its client is known to take them."""
        if self._at_once is None or (self._last is not None and not self._last.done()):
            return False
        try:
            self._last = self._at_once(text)
        except Exception:  # noqa: BLE001 - whatever it is, the others are to hear; who reads from it sees its end
            self.end()
        self.told_at = monotonic()
        return True

    def withdraw(self, name: str, part: str) -> None:
        """Drop what waits of a part: something newer says all of it."""
        self._slots.pop((name, part), None)

    def start(self, name: str, why: Start) -> None:
        """Have a snapshot of a topic sent, in the place of all that waits of it."""
        self.follows[name].why = why
        self.forget(name)
        self._slots[name, _WHOLE] = None
        self._wake.set()

    def forget(self, name: str) -> None:
        """Drop what waits of a topic."""
        for key in [key for key in self._slots if key[0] == name]:
            del self._slots[key]

    def note(self, text: str) -> None:
        """Send a message that must not be overwritten."""
        if len(self._notes) >= MAX_NOTES:
            self.end()
            return
        self._notes.append(text)
        self._wake.set()

    def end(self) -> None:
        """Let the pump return after what is waiting has been sent."""
        self._ended = True
        self._wake.set()

    def is_stuck(self, now: float) -> bool:
        """Whether it has not taken a message for too long."""
        return self._sending and now - self.told_at > SEND_SECONDS

    def cut(self) -> None:
        """Let it go at once: it takes nothing, not even a farewell."""
        if self._pumping is not None:
            self._pumping.cancel()

    async def pump(self) -> None:
        """Send what waits until `end` and what waited then, or until `cut`."""
        self._pumping = asyncio.current_task()
        while not self._ended or self._notes or self._slots:
            self._idle = True
            await self._wake.wait()
            self._idle = False
            self._wake.clear()
            while self._notes or self._slots:
                if self._notes:
                    await self._say(self._notes.popleft())
                    continue
                name, part = next(iter(self._slots))
                text = self._slots.pop((name, part))
                if text is None:
                    await self._begin(self.follows[name])
                else:
                    await self._say(text)

    async def _begin(self, following: Following) -> None:
        """Say why, then the topic as it stands; what changes meanwhile waits behind it."""
        topic = following.topic
        if not following.waits:
            await self._say(encode(Subscribed(topic.name, topic.seq, following.why)))
        self.forget(topic.name)  # the snapshot has it
        try:
            await self._say(encode(await topic.snapshot(self.session, following.accepts)))
        except Unavailable:
            if not following.waits:
                await self._say(encode(Trouble("unavailable", _AWAY, topic=topic.name)))
            following.waits = True
            asyncio.get_running_loop().call_later(AGAIN_SECONDS, self._begin_again, following)
        else:
            following.waits = False

    def _begin_again(self, following: Following) -> None:
        name = following.topic.name
        if self.follows.get(name) is following and not self._ended:
            self.start(name, following.why)

    async def _say(self, text: str) -> None:
        # A timer around every message would cost more than the message: the hub looks for who is stuck.
        self.told_at = monotonic()
        self._sending = True
        if self._last is not None:
            last, self._last = self._last, None
            await last
        await self._send(text)
        self._sending = False
