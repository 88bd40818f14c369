"""The in-process copy of all events, and what is shown of it: the tree of sports, lists of events, one event whole."""

from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.sportsbook.markets import Event, Group, MarketStatus
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.views import MarketView
from pyplatform.http.caching import Encoded
from pyplatform.kernel.time import Moment

LIST_SECONDS: Final = 0.5
"""A list is made anew so often at most, however much moves."""
MOST_LISTS: Final = 512
_Text = Annotated[str, Meta(max_length=64)]


class GroupView(msgspec.Struct, frozen=True):
    """A sport, category or competition; the id is "" where nobody said."""

    id: str
    name: str


class EventView(msgspec.Struct, frozen=True):
    """An event; `markets` are the ids of those that are shown."""

    id: str
    name: str
    sport: GroupView
    category: GroupView
    competition: GroupView
    starts_at: Moment
    in_play: bool
    version: int
    markets: list[str]


class EventList(msgspec.Struct, frozen=True):
    """Events, the next to start first; ask on with `after=next` until that is ""."""

    events: list[EventView]
    next: str


class WholeEvent(msgspec.Struct, frozen=True):
    """An event with its markets and their prices."""

    event: EventView
    markets: list[MarketView]


class CompetitionView(msgspec.Struct, frozen=True):
    """A competition and how many of its events are shown."""

    id: str
    name: str
    events: int


class CategoryView(msgspec.Struct, frozen=True):
    """A category with its competitions."""

    id: str
    name: str
    competitions: list[CompetitionView]


class SportView(msgspec.Struct, frozen=True):
    """A sport with its categories; `in_play` of its `events` are under way."""

    id: str
    name: str
    events: int
    in_play: int
    categories: list[CategoryView]


class SportTree(msgspec.Struct, frozen=True):
    """All sports that have events, by name."""

    sports: list[SportView]


class TreeQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names are in `language` where they are known in it."""

    language: Annotated[str, Meta(pattern="^([a-z]{2,3}(-[A-Za-z0-9]{2,8})?)?$")] = ""


class EventQuery(TreeQuery, frozen=True, forbid_unknown_fields=True):
    """Events of a sport, a competition, under way or not: of all where nothing is said."""

    sport: _Text = ""
    competition: _Text = ""
    in_play: bool | None = None
    after: Annotated[str, Meta(max_length=128)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 100


class EventCopy:
    """Events by tenant and id, the newest version of each; a tenant's cannot be reached under another's name."""

    def __init__(self, tenants: Iterable[str], markets: MarketCopy) -> None:
        self._events: dict[str, dict[str, Event]] = {tenant: {} for tenant in tenants}
        self._markets = markets
        self._made: dict[tuple[str, object], tuple[float, Encoded[EventList] | Encoded[SportTree]]] = {}

    def put(self, event: Event) -> bool:
        """Take an event if it is newer than the one we have and of a tenant of ours; whether it says something new."""
        events = self._events.get(event.tenant)
        known = None if events is None else events.get(event.id)
        if events is None or (known is not None and known.version >= event.version):
            return False
        events[event.id] = event
        return known is None or msgspec.structs.replace(known, version=event.version) != event

    def event(self, tenant: str, event_id: str) -> Event | None:
        """Catalogue entry, or None if the tenant has no such event."""
        return self._events[tenant].get(event_id)

    def whole(self, tenant: str, event_id: str, language: str) -> WholeEvent | None:
        """An event with its markets; None if there is none, or it is hidden."""
        event = self._events[tenant].get(event_id)
        if event is None or event.hidden:
            return None
        views = [view for name in event.markets if (view := self._markets.view(tenant, name)) is not None]
        return WholeEvent(self.view(event, language), views)

    def of_sport(self, tenant: str, sport: str) -> list[EventView]:
        """All events of a sport that are shown, the next to start first."""
        found = [event for event in self._shown(tenant) if event.sport.id == sport]
        return [self.view(event, "") for event in sorted(found, key=_place)]

    def encoded_list(self, tenant: str, query: EventQuery) -> Encoded[EventList]:
        """A page of events as it is sent, up to `LIST_SECONDS` old."""
        known = self._known(tenant, query)
        if known is None:
            known = self._keep(tenant, query, Encoded(self._page(tenant, query)))
        return known  # type: ignore[return-value]

    def encoded_tree(self, tenant: str, query: TreeQuery) -> Encoded[SportTree]:
        """The tree of sports as it is sent, up to `LIST_SECONDS` old."""
        known = self._known(tenant, query)
        if known is None:
            known = self._keep(tenant, query, Encoded(self.tree(tenant, query.language)))
        return known  # type: ignore[return-value]

    def tree(self, tenant: str, language: str) -> SportTree:
        """The tree of sports now."""
        return SportTree(_tree(self._shown(tenant), language))

    def _known(self, tenant: str, query: object) -> Encoded[EventList] | Encoded[SportTree] | None:
        found = self._made.get((tenant, query))
        return found[1] if found is not None and monotonic() < found[0] else None

    def _keep(
        self, tenant: str, query: object, made: Encoded[EventList] | Encoded[SportTree]
    ) -> Encoded[EventList] | Encoded[SportTree]:
        self._made.pop((tenant, query), None)
        while len(self._made) >= MOST_LISTS:
            del self._made[next(iter(self._made))]
        self._made[tenant, query] = (monotonic() + LIST_SECONDS, made)
        return made

    def _shown(self, tenant: str) -> list[Event]:
        return [event for event in self._events[tenant].values() if self.is_shown(event)]

    def is_shown(self, event: Event) -> bool:
        """Whether an event may be seen and has a market that may and is not closed."""
        return not event.hidden and any(self._is_open(event.tenant, name) for name in event.markets)

    def _is_open(self, tenant: str, market_id: str) -> bool:
        view = self._markets.view(tenant, market_id)
        return view is not None and view.status is not MarketStatus.CLOSED

    def _page(self, tenant: str, query: EventQuery) -> EventList:
        found = [
            event
            for event in self._shown(tenant)
            if query.sport in ("", event.sport.id)
            and query.competition in ("", event.competition.id)
            and query.in_play in (None, event.in_play)
            and _place(event) > query.after
        ]
        found.sort(key=_place)
        page = found[: query.limit]
        more = _place(page[-1]) if len(found) > len(page) else ""
        return EventList([self.view(event, query.language) for event in page], more)

    def view(self, event: Event, language: str) -> EventView:
        """An event as it is shown."""
        return EventView(
            event.id,
            event.names.get(language, event.name),
            _group(event.sport, language),
            _group(event.category, language),
            _group(event.competition, language),
            datetime.fromtimestamp(event.starts_at // 1_000_000_000, UTC),
            event.in_play,
            event.version,
            [name for name in event.markets if self._markets.view(event.tenant, name) is not None],
        )


def _place(event: Event) -> str:
    """Where an event stands among all: by its start, then by its id."""
    return f"{event.starts_at:020}.{event.id}"


def _group(group: Group, language: str) -> GroupView:
    return GroupView(group.id, group.names.get(language, group.name))


def _tree(events: list[Event], language: str) -> list[SportView]:
    sports: dict[str, list[Event]] = {}
    for event in events:
        sports.setdefault(event.sport.id, []).append(event)
    views = [
        SportView(
            sport,
            _group(its[0].sport, language).name,
            len(its),
            sum(event.in_play for event in its),
            _categories(its, language),
        )
        for sport, its in sports.items()
    ]
    return sorted(views, key=lambda view: (view.name, view.id))


def _categories(events: list[Event], language: str) -> list[CategoryView]:
    tree: dict[str, dict[str, list[Event]]] = {}
    for event in events:
        tree.setdefault(event.category.id, {}).setdefault(event.competition.id, []).append(event)
    views = []
    for category, competitions in tree.items():
        any_of_it = next(iter(competitions.values()))[0]
        leaves = [
            CompetitionView(competition, _group(its[0].competition, language).name, len(its))
            for competition, its in competitions.items()
        ]
        leaves.sort(key=lambda view: (view.name, view.id))
        views.append(CategoryView(category, _group(any_of_it.category, language).name, leaves))
    return sorted(views, key=lambda view: (view.name, view.id))
