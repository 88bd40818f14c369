"""A topic: its messages numbered, the newest of each part kept, for those who follow and those who come back."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import msgspec

from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.gateway.push.frames import encode

if TYPE_CHECKING:
    from pyplatform.gateway.push.client import Client

MAX_KEPT: Final = 1_024
"""Parts of a topic whose newest message is kept for those who come back."""
Accepts = Callable[[Any], bool]
"""Whether a client wants what a message is about."""
Snapshot = Callable[[Session | StaffSession, int, Accepts | None], Awaitable[msgspec.Struct]]


class Refused(msgspec.Struct, frozen=True):
    """Why a topic cannot be followed; `code` is stable."""

    code: str
    detail: str
    field: str = "topics.topic"


class Source(Protocol):
    """Makes the topics of one kind, such as `market:<id>`."""

    roles: frozenset[Role]
    """Who may follow them."""

    def find(self, caller: Session | StaffSession, argument: str) -> tuple[str, Snapshot] | Refused:
        """What tells the topic from others of its kind and tenant, and how a snapshot of it is made."""
        ...


class Kept(NamedTuple):
    """The newest message of a part."""

    seq: int
    text: str
    about: Any


class Topic:
    """One topic of a tenant; `name` is what clients call it."""

    __slots__ = ("_kept", "_since", "_snapshot", "idle_since", "listeners", "name", "seq")

    def __init__(self, name: str, snapshot: Snapshot, first: int) -> None:
        self.name = name
        self.seq = self._since = first
        self.listeners: dict[Client, Accepts | None] = {}
        self.idle_since = monotonic()
        self._snapshot = snapshot
        self._kept: dict[str, Kept] = {}

    async def snapshot(self, caller: Session | StaffSession, accepts: Accepts | None) -> msgspec.Struct:
        """The topic as it stands; raises Unavailable when it cannot be read."""
        return await self._snapshot(caller, self.seq, accepts)

    def publish(
        self, part: str, make: Callable[[str, int], msgspec.Struct], about: Any = None, instead_of: str = ""
    ) -> None:
        """Number a message and offer it to all who follow, in the place of what waits of its part and `instead_of`."""
        self.seq += 1
        text = encode(make(self.name, self.seq))
        kept, name = self._kept, self.name
        kept.pop(part, None)
        if instead_of:
            kept.pop(instead_of, None)
        if len(kept) >= MAX_KEPT:
            self._since = kept.pop(next(iter(kept))).seq
        kept[part] = Kept(self.seq, text, about)
        for client, accepts in self.listeners.items():
            if accepts is None or accepts(about):
                if instead_of:
                    client.withdraw(name, instead_of)
                client.offer(name, part, text)

    def missed(self, after: int, accepts: Accepts | None) -> list[tuple[str, str]] | None:
        """Parts and messages after a number, oldest first; None when that was too long ago, or never."""
        if not self._since <= after <= self.seq:
            return None
        return [
            (part, kept.text)
            for part, kept in self._kept.items()
            if kept.seq > after and (accepts is None or accepts(kept.about))
        ]

    def restart(self) -> None:
        """What was told so far may lack something: all who follow get a snapshot, and so do those who come back."""
        self.seq += 1
        self._since = self.seq
        self._kept.clear()
        for client in self.listeners:
            client.start(self.name, "gap")
