"""Who follows what: fan-out of messages encoded once, over clients none of whom another waits for."""

from collections.abc import Callable, Mapping
from secrets import token_hex
from time import monotonic
from typing import Any, Final

import msgspec

from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.gateway.push.client import Client, Following
from pyplatform.gateway.push.filters import chosen
from pyplatform.gateway.push.frames import (
    MAX_TOPICS,
    Ping,
    Subscribed,
    Trouble,
    Welcome,
    Wish,
    encode,
)
from pyplatform.gateway.push.topics import Accepts, Refused, Source, Topic
from pyplatform.telemetry import Counter

MAX_CLIENTS: Final = 6_000
"""Connections of the stream; the HTTP server holds 8,192 of all kinds, and requests need theirs."""
MAX_OF_SESSION: Final = 16
"""Connections one session may have at once: a single player must not take the places of all."""
PING_SECONDS: Final = 20.0
SILENT_SECONDS: Final = 60
LINGER_SECONDS: Final = 60.0
"""How long a topic nobody follows is kept up for those who come back."""
MAX_IDLE: Final = 4_096
"""Topics nobody follows that are kept up; beyond, those left longest ago are dropped."""
_NEVER: Final = -1
_PING: Final = encode(Ping())
_SILENT: Final = encode(Trouble("silent", f"nothing was heard from this client for {SILENT_SECONDS} s"))


class Hub:
    """Topics by tenant, kind and what tells them apart; clients by session."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._topics: dict[tuple[str, str, str], Topic] = {}
        self._clients: dict[bytes, set[Client]] = {}
        self._highest = 0
        self.epoch = token_hex(8)
        self.count = 0
        self.welcome = encode(Welcome(self.epoch, SILENT_SECONDS, MAX_TOPICS))
        self.messages = Counter("gateway.stream.messages", "messages encoded for the stream")
        self.cut = Counter("gateway.stream.cut", "clients let go because they were silent or took nothing")

    @property
    def topics(self) -> int:
        """Topics kept up."""
        return len(self._topics)

    def join(self, client: Client) -> bool:
        """Let a client in; False when there are `MAX_CLIENTS`, or `MAX_OF_SESSION` of its session."""
        same = self._clients.get(client.session.session_id, set())
        if self.count >= MAX_CLIENTS or len(same) >= MAX_OF_SESSION:
            return False
        self.count += 1
        self._clients[client.session.session_id] = same
        same.add(client)
        return True

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.count -= 1
        for name in list(client.follows):
            self.unsubscribe(client, name)
        same = self._clients[client.session.session_id]
        same.discard(client)
        if not same:
            del self._clients[client.session.session_id]

    def subscribe(self, client: Client, wish: Wish, epoch: str = "") -> Refused | None:
        """Tell a topic from now on, after what was missed of it; why not, if so."""
        kind, _, argument = wish.topic.partition(":")
        source = self._sources.get(kind)
        if source is None:
            known = ", ".join(sorted(self._sources))
            return Refused("unknown_topic", f"there is no such topic; kinds are {known}")
        if not roles_of(client.session) & source.roles:
            return Refused(
                "forbidden", f"this is for callers with the role {' or '.join(sorted(source.roles))}"
            )
        if wish.topic not in client.follows and len(client.follows) >= MAX_TOPICS:
            return Refused("too_many_topics", f"one connection follows at most {MAX_TOPICS} topics", "topics")
        found = source.find(client.session, argument)
        if isinstance(found, Refused):
            return found
        key = (client.session.tenant, kind, found[0])
        topic = self._topics.get(key)
        if topic is None:
            # Numbers never come again within an epoch, even after a topic was dropped.
            topic = self._topics[key] = Topic(wish.topic, found[1], self._highest)
        accepts = None if wish.filter is None else chosen(wish.filter)
        self.unsubscribe(client, wish.topic)
        client.follows[wish.topic] = Following(topic, accepts)
        topic.listeners[client] = accepts
        if wish.after is None:
            client.start(topic.name, "new")
        else:
            self._resume(client, topic, wish.after if epoch == self.epoch else _NEVER, accepts)
        return None

    def _resume(self, client: Client, topic: Topic, after: int, accepts: Accepts | None) -> None:
        missed = topic.missed(after, accepts)
        if missed is None:
            client.start(topic.name, "gap")
            return
        client.note(encode(Subscribed(topic.name, topic.seq, "resumed")))
        for part, text in missed:
            client.offer(topic.name, part, text)

    def unsubscribe(self, client: Client, name: str) -> None:
        """Tell no more of a topic."""
        following = client.follows.pop(name, None)
        if following is not None:
            client.forget(name)
            following.topic.listeners.pop(client, None)
            following.topic.idle_since = monotonic()

    def topic(self, tenant: str, kind: str, argument: str = "") -> Topic | None:
        """A topic, if it is kept up."""
        return self._topics.get((tenant, kind, argument))

    def publish(
        self,
        tenant: str,
        kind: str,
        argument: str,
        part: str,
        make: Callable[[str, int], msgspec.Struct],
        *,
        about: Any = None,
        instead_of: str = "",
    ) -> None:
        """Tell those who follow a topic; nothing if it is not kept up."""
        topic = self._topics.get((tenant, kind, argument))
        if topic is not None:
            self.messages.value += 1
            topic.publish(part, make, about, instead_of)

    def of_kind(self, tenant: str, kind: str) -> list[tuple[str, Topic]]:
        """All topics of a kind that are kept up, by what tells them apart."""
        return [(key[2], topic) for key, topic in self._topics.items() if key[:2] == (tenant, kind)]

    def end_session(self, session_id: bytes, farewell: str) -> None:
        """End the connections of a session that is no longer valid."""
        for client in self._clients.get(session_id, ()):
            client.note(farewell)
            client.end()

    def tick(self) -> None:
        """Ask the quiet whether they are there, let the silent go, drop topics that nobody came back to."""
        now = monotonic()
        for same in self._clients.values():
            for client in same:
                if client.is_stuck(now):
                    self.cut.value += 1
                    client.cut()
                elif now - client.heard_at > SILENT_SECONDS:
                    self.cut.value += 1
                    client.note(_SILENT)
                    client.end()
                elif now - max(client.asked_at, client.heard_at) > PING_SECONDS:
                    # Also who is told a lot: one that only listens would be let go as silent.
                    client.asked_at = now
                    client.note(_PING)
        idle = [(topic.idle_since, key) for key, topic in self._topics.items() if not topic.listeners]
        idle.sort()
        for number, (since, key) in enumerate(idle):
            if now - since > LINGER_SECONDS or len(idle) - number > MAX_IDLE:
                self._highest = max(self._highest, self._topics.pop(key).seq)


def roles_of(session: Session | StaffSession) -> frozenset[Role]:
    """What a caller may do."""
    return session.roles if isinstance(session, StaffSession) else frozenset({"player"})
