"""The bodies of stream; written by `make client`, change the API instead."""

from typing import Literal

import msgspec

from pyplatform.client.types.shared import (
    BetType,
    EventView,
    LiabilityTotal,
    MarketLiability,
    MarketStatus,
    MarketView,
    MyBet,
    MyLeg,
    SportView,
)


class EventChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="event_changed"):
    """An event has changed or is new; its markets' changes are told in their own messages, to who follows it."""

    topic: str
    seq: int
    event: EventView


class EventState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="event"):
    """Snapshot of an event's topic: the event with its markets and their prices."""

    topic: str
    seq: int
    event: EventView
    markets: list[MarketView]


class Gone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="gone"):
    """The market or event `id` of the topic is not shown any more; it comes whole again if it is."""

    topic: str
    seq: int
    id: str


class LiabilityChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="liability_changed"):
    """Liability of one market has moved, or its prices have; `totals` are those of the topic."""

    topic: str
    seq: int
    totals: list[LiabilityTotal]
    market: MarketLiability


class LiabilityState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="liability"):
    """Snapshot of a topic of liability."""

    topic: str
    seq: int
    totals: list[LiabilityTotal]
    markets: list[MarketLiability]


class Login(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="login"):
    """First message of who sent no `Authorization` with the handshake. A token in an address would end up in logs."""

    tenant: str
    token: str


class MarketState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="market"):
    """A whole market: the snapshot of its topic, and whenever its definition changes."""

    topic: str
    seq: int
    market: MarketView


class MyBetChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="my_bet"):
    """One of one's own bets is new or has changed; of two changes in a row only the later may be told."""

    topic: str
    seq: int
    bet: MyBet


class MyBetsState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="my_bets"):
    """Snapshot of one's own bets: the newest fifty, newest first."""

    topic: str
    seq: int
    bets: list[MyBet]


class Ping(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="ping"):
    """Nothing was heard of you for a while; are you there?"""


class Pong(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="pong"):
    """Answer to a `ping`; any other message will do as well."""


class PriceChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="prices"):
    """All prices of a market at one version; a selection that is missing is not offered."""

    topic: str
    seq: int
    market_id: str
    version: int
    status: MarketStatus
    prices: dict[str, str]


class SportState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="sport"):
    """Snapshot of a sport's topic: its events without their prices, the next to start first."""

    topic: str
    seq: int
    events: list[EventView]


class TicketFilter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which tickets of the topic `tickets` to send: those that meet all that is said.

    `min_stake` is compared with the stake in whatever currency that is.
    """

    event_id: str = ""
    market_id: str = ""
    outcome: Literal["", "accepted", "pending", "referred", "refused"] = ""
    currency: str = ""
    min_stake: str = ""


class Wish(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A topic to follow; `after` is the number of the last message of it that arrived, where there was one."""

    topic: str
    after: int | None = None
    filter: TicketFilter | None = None


class Subscribe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="subscribe"):
    """Follow topics; `epoch` is that of the `welcome` under which the numbers `after` were heard."""

    topics: list[Wish]
    epoch: str = ""


class Subscribed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="subscribed"):
    """From here on a topic is told: what follows is all that came after the number asked for (`resumed`), or a
    snapshot: because it is `new` to this connection, because too much was missed (`gap`), or because this client was
    too slow (`overflow`) and what waited for it was given up.
    """

    topic: str
    seq: int
    why: Literal["gap", "new", "overflow", "resumed"]


TicketOutcome = Literal["accepted", "pending", "referred", "refused"]
"""What was decided of a bet, for now where it waits: `PENDING` out its delay, `REFERRED` for a trader."""


class TicketView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A decision on a bet, entry `entry` of the ledger; a bet that waited has two. Prices are those taken, of a refused
    bet those that were to be had; `max_stake` is what would have been taken, null where that was not why.
    """

    entry: int
    at: str
    bet_id: str
    player_id: str
    brand: int
    outcome: TicketOutcome
    code: str | None
    type: BetType
    legs: list[MyLeg]
    sizes: list[int]
    each_way: bool
    free_bet: bool
    price: str | None
    stake: str
    currency: str
    max_stake: str | None


class TicketChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="ticket"):
    """A new ticket. None is left out: who is too slow for them is told and gets a snapshot."""

    topic: str
    seq: int
    ticket: TicketView


class TicketsState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="tickets"):
    """Snapshot of the tickets that meet the filter, up to five hundred, oldest first."""

    topic: str
    seq: int
    tickets: list[TicketView]


class TreeState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="tree"):
    """The tree of sports, at first and whenever it is another, at most once a second."""

    topic: str
    seq: int
    sports: list[SportView]


class Trouble(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="error"):
    """Something is wrong with a message, in `field` or about `topic`; the connection ends when it was the login, the
    session, or silence.
    """

    code: str
    detail: str
    field: str = ""
    topic: str = ""


class Unsubscribe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="unsubscribe"):
    """Follow these topics no more."""

    topics: list[str]


class Welcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="welcome"):
    """Answer to a good login. Numbers of messages mean something within one `epoch` only.

    A client that says nothing for `silent_seconds` is let go: `ping` asks it to.
    """

    epoch: str
    silent_seconds: int
    max_topics: int


Said = Login | Subscribe | Unsubscribe | Pong

Heard = (
    Welcome
    | Subscribed
    | Trouble
    | Ping
    | Gone
    | MarketState
    | PriceChange
    | EventState
    | EventChange
    | SportState
    | TreeState
    | LiabilityState
    | LiabilityChange
    | MyBetsState
    | MyBetChange
    | TicketsState
    | TicketChange
)
