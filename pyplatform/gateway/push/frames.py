"""Messages of the stream that belong to no kind of topic: log in, subscribe, what went wrong, whether you are there."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

MAX_TOPICS: Final = 256
"""Topics one connection may follow."""
Start = Literal["new", "resumed", "gap", "overflow"]
_Text = Annotated[str, Meta(max_length=128)]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="login"):
    """First message of who sent no `Authorization` with the handshake. A token in an address would end up in logs."""

    tenant: str
    token: str


class TicketFilter(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which tickets of the topic `tickets` to send: those that meet all that is said.

    `min_stake` is compared with the stake in whatever currency that is.
    """

    event_id: _Text = ""
    market_id: _Text = ""
    outcome: Literal["", "accepted", "refused", "pending", "referred"] = ""
    currency: Annotated[str, Meta(max_length=8)] = ""
    min_stake: Annotated[str, Meta(pattern=r"^(\d{1,12}(\.\d{1,6})?)?$")] = ""


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A topic to follow; `after` is the number of the last message of it that arrived, where there was one."""

    topic: _Text
    after: Annotated[int, Meta(ge=0, le=2**53)] | None = None
    filter: TicketFilter | None = None


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="subscribe", omit_defaults=True):
    """Follow topics; `epoch` is that of the `welcome` under which the numbers `after` were heard."""

    topics: Annotated[list[Wish], Meta(max_length=MAX_TOPICS)]
    epoch: Annotated[str, Meta(max_length=64)] = ""


class Unsubscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unsubscribe"):
    """Follow these topics no more."""

    topics: Annotated[list[_Text], Meta(max_length=MAX_TOPICS)]


class Pong(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="pong"):
    """Answer to a `ping`; any other message will do as well."""


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Answer to a good login. Numbers of messages mean something within one `epoch` only.

    A client that says nothing for `silent_seconds` is let go: `ping` asks it to.
    """

    epoch: str
    silent_seconds: int
    max_topics: int


class Subscribed(msgspec.Struct, frozen=True, tag="subscribed"):
    """From here on a topic is told: what follows is all that came after the number asked for (`resumed`), or a
    snapshot: because it is `new` to this connection, because too much was missed (`gap`), or because this client was
    too slow (`overflow`) and what waited for it was given up."""

    topic: str
    seq: int
    why: Start


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """The market or event `id` of the topic is not shown any more; it comes whole again if it is."""

    topic: str
    seq: int
    id: str


class Ping(msgspec.Struct, frozen=True, tag="ping"):
    """Nothing was heard of you for a while; are you there?"""


class Trouble(msgspec.Struct, frozen=True, tag="error", omit_defaults=True):
    """Something is wrong with a message, in `field` or about `topic`; the connection ends when it was the login, the
    session, or silence."""

    code: str
    detail: str
    field: str = ""
    topic: str = ""


def encode(message: msgspec.Struct) -> str:
    """A message as it is sent."""
    return msgspec.json.encode(message).decode()
