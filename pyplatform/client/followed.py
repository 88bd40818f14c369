"""What a stream follows and how far it has heard, whoever carries the messages."""

from collections.abc import Iterable
from typing import Final

import msgspec

from pyplatform.client.errors import Unreadable
from pyplatform.client.types.stream import (
    Heard,
    Login,
    Pong,
    Said,
    Subscribe,
    Subscribed,
    TicketFilter,
    Trouble,
    Unsubscribe,
    Welcome,
    Wish,
)

_FINAL: Final = ("unauthenticated", "session_ended")
_heard: "msgspec.json.Decoder[Heard]" = msgspec.json.Decoder(Heard)


class SessionEnded(Exception):  # noqa: N818 - it names what happened
    """The stream is over, because its session is: log in again and open another."""


class Followed:
    """Topics, filters, and the number of the last message of each under the present epoch."""

    def __init__(self) -> None:
        self._topics: dict[str, TicketFilter | None] = {}
        self._heard: dict[str, int] = {}
        self._epoch = self._welcomed = ""

    def want(self, topics: Iterable[str], tickets: TicketFilter | None) -> str:
        """Follow topics from now on; what to say."""
        wanted = list(topics)
        for topic in wanted:
            self._topics[topic] = tickets if topic == "tickets" else None
            self._heard.pop(topic, None)
        return said(Subscribe(topics=[Wish(topic=topic, filter=self._topics[topic]) for topic in wanted]))

    def drop(self, topics: Iterable[str]) -> str:
        """Follow topics no more; what to say."""
        dropped = list(topics)
        for topic in dropped:
            self._topics.pop(topic, None)
            self._heard.pop(topic, None)
        return said(Unsubscribe(topics=dropped))

    def again(self) -> str:
        """What to say on a new connection: go on where the last one ended; "" when nothing is followed."""
        wishes = [
            Wish(topic=topic, after=self._heard.get(topic), filter=tickets)
            for topic, tickets in self._topics.items()
        ]
        asked = Subscribe(topics=wishes, epoch=self._epoch)
        if self._welcomed != self._epoch:
            # Asked with the old numbers all the same: the platform then tells of the gap.
            self._epoch = self._welcomed
            self._heard.clear()
        return said(asked) if wishes else ""

    def take(self, text: str | bytes) -> Heard:
        """Read a message and remember how far it goes; raises Unreadable, or SessionEnded when all is over."""
        try:
            message = _heard.decode(text)
        except msgspec.DecodeError as error:
            raise Unreadable(f"the stream said what cannot be read: {error}") from error
        if isinstance(message, Trouble):
            if message.code in _FINAL:
                raise SessionEnded(f"{message.code}: {message.detail}")
        elif isinstance(message, Welcome):
            self._welcomed = message.epoch
        elif not isinstance(message, Subscribed) and (topic := getattr(message, "topic", "")) in self._topics:
            self._heard[topic] = message.seq  # type: ignore[union-attr]
        return message


def login(tenant: str, token: str) -> str:
    """What to say first."""
    return said(Login(tenant=tenant, token=token))


PONG: Final = msgspec.json.encode(Pong()).decode()


def said(message: Said) -> str:
    """A message as it is sent."""
    return msgspec.json.encode(message).decode()
