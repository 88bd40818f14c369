"""Topics of what players see: `market:<id>`, `event:<id>`, `sport:<id>` and the tree `sports`."""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, Generic, TypeVar

import msgspec

from pyplatform.contracts.pam import Role, Session, StaffSession
from pyplatform.contracts.sportsbook.markets import Event, MarketStatus, Prices
from pyplatform.gateway.events import EventCopy, EventView, SportView, WholeEvent
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.model import write_price
from pyplatform.gateway.push.frames import Gone
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.topics import Accepts, Refused, Snapshot, Source
from pyplatform.gateway.views import MarketView
from pyplatform.telemetry import get_logger

EVERYBODY: Final[frozenset[Role]] = frozenset({"player", "trader", "settlement", "admin"})
T = TypeVar("T")
TICK_SECONDS: Final = 1.0
Caller = Session | StaffSession
_log = get_logger("gateway.push")


class MarketState(msgspec.Struct, frozen=True, tag="market"):
    """A whole market: the snapshot of its topic, and whenever its definition changes."""

    topic: str
    seq: int
    market: MarketView


class PriceChange(msgspec.Struct, frozen=True, tag="prices"):
    """All prices of a market at one version; a selection that is missing is not offered."""

    topic: str
    seq: int
    market_id: str
    version: int
    status: MarketStatus
    prices: dict[int, str]


class EventState(msgspec.Struct, frozen=True, tag="event"):
    """Snapshot of an event's topic: the event with its markets and their prices."""

    topic: str
    seq: int
    event: EventView
    markets: list[MarketView]


class EventChange(msgspec.Struct, frozen=True, tag="event_changed"):
    """An event has changed or is new; its markets' changes are told in their own messages, to who follows it."""

    topic: str
    seq: int
    event: EventView


class SportState(msgspec.Struct, frozen=True, tag="sport"):
    """Snapshot of a sport's topic: its events without their prices, the next to start first."""

    topic: str
    seq: int
    events: list[EventView]


class TreeState(msgspec.Struct, frozen=True, tag="tree"):
    """The tree of sports, at first and whenever it is another, at most once a second."""

    topic: str
    seq: int
    sports: list[SportView]


class Shown(Generic[T]):
    """Topics of one kind that all may follow: `look` finds what is shown, `make` a snapshot of it."""

    roles = EVERYBODY

    def __init__(
        self,
        kind: str,
        refused: Refused,
        look: Callable[[str, str], T | None],
        make: Callable[[str, int, T], msgspec.Struct],
    ) -> None:
        self._kind, self._refused, self._look, self._make = kind, refused, look, make

    def find(self, caller: Caller, argument: str) -> tuple[str, Snapshot] | Refused:
        """A topic of the caller's tenant, if it is shown."""
        tenant, name = caller.tenant, f"{self._kind}:{argument}" if argument else self._kind
        if self._look(tenant, argument) is None:
            return self._refused

        async def snapshot(_: Caller, seq: int, __: Accepts | None) -> msgspec.Struct:
            found = self._look(tenant, argument)
            return Gone(name, seq, argument) if found is None else self._make(name, seq, found)

        return argument, snapshot


def sources(copy: MarketCopy, events: EventCopy) -> dict[str, Source]:
    """What everybody may follow, by kind."""
    no_market = Refused("unknown_market", "there is no such market")
    no_event = Refused("unknown_event", "there is no such event")
    no_sport = Refused("unknown_sport", "there is no such sport, or it has no events now")
    no_tree = Refused("unknown_topic", "the topic is `sports`; one sport is `sport:<id>`")

    def of_event(name: str, seq: int, whole: WholeEvent) -> EventState:
        return EventState(name, seq, whole.event, whole.markets)

    return {
        "market": Shown("market", no_market, copy.view, MarketState),
        "event": Shown("event", no_event, lambda tenant, name: events.whole(tenant, name, ""), of_event),
        "sport": Shown("sport", no_sport, lambda t, sport: events.of_sport(t, sport) or None, SportState),
        "sports": Shown(
            "sports", no_tree, lambda t, rest: None if rest else events.tree(t, "").sports, TreeState
        ),
    }


class MarketPush:
    """Tells the topics of players what has changed in the copies."""

    def __init__(self, hub: Hub, copy: MarketCopy, events: EventCopy, tenants: Iterable[str]) -> None:
        self._hub, self._copy, self._events = hub, copy, events
        self._trees: dict[str, list[SportView]] = {tenant: [] for tenant in tenants}

    def market_changed(self, tenant: str, market_id: str) -> None:
        """A market is another than it was, or is not shown any more."""
        market = self._copy.market(tenant, market_id)
        if market is None:
            return
        view = self._copy.view(tenant, market_id)

        def make(name: str, seq: int) -> msgspec.Struct:
            return Gone(name, seq, market_id) if view is None else MarketState(name, seq, view)

        for kind, argument in (("market", market_id), ("event", market.event_id)):
            self._hub.publish(
                tenant, kind, argument, f"m{market_id}", make, about=view, instead_of=f"p{market_id}"
            )
        if view is None or view.status is MarketStatus.CLOSED:
            event = self._events.event(tenant, market.event_id)
            if event is not None and not self._events.is_shown(event):
                self._lost(event)

    def prices_changed(self, prices: Prices) -> None:
        """A market has other prices."""
        tenant, market_id = prices.tenant, prices.market_id
        topics = [self._hub.topic(tenant, "market", market_id)]
        if (market := self._copy.market(tenant, market_id)) is not None:
            topics.append(self._hub.topic(tenant, "event", market.event_id))
        if not any(topics) or self._copy.view(tenant, market_id) is None:
            return
        offered = {selection: write_price(price) for selection, price in prices.prices.items()}

        def make(name: str, seq: int) -> PriceChange:
            return PriceChange(name, seq, market_id, prices.version, prices.status, offered)

        for topic in topics:
            if topic is not None:
                self._hub.messages.value += 1
                topic.publish(f"p{market_id}", make)

    def event_changed(self, event: Event) -> None:
        """An event is another than it was, or new."""
        if not self._events.is_shown(event):
            self._lost(event)
            return
        view = self._events.view(event, "")

        def make(name: str, seq: int) -> EventChange:
            return EventChange(name, seq, view)

        for kind, argument in (("event", event.id), ("sport", event.sport.id)):
            self._hub.publish(event.tenant, kind, argument, f"e{event.id}", make)

    def _lost(self, event: Event) -> None:
        def make(name: str, seq: int) -> Gone:
            return Gone(name, seq, event.id)

        self._hub.publish(event.tenant, "sport", event.sport.id, f"e{event.id}", make)
        if event.hidden:
            self._hub.publish(event.tenant, "event", event.id, f"e{event.id}", make)

    async def run(self) -> None:
        """Tell the tree, and look after the clients, once a second until cancelled."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                self.tick()
                self._hub.tick()
            except Exception:  # noqa: BLE001 - whatever it is, silent clients must go on being let go
                _log.exception("the stream's upkeep failed")

    def tick(self) -> None:
        """Tell the tree where it is followed and another than before."""
        for tenant, known in self._trees.items():
            if self._hub.topic(tenant, "sports") is None:
                continue
            sports = self._events.tree(tenant, "").sports
            if sports != known:
                self._trees[tenant] = sports
                self._hub.publish(tenant, "sports", "", "t", partial(TreeState, sports=sports))
