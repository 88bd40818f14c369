"""Sports, categories, competitions, events and markets: what the feeds say of them, as a tenant's staff call and place
them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from pyplatform.contracts.feeds import Catalogue as FeedCatalogue
from pyplatform.contracts.feeds import Named
from pyplatform.contracts.sportsbook.markets import Event, Group, Market, Selection, Words
from pyplatform.contracts.sportsbook.trading import ALL
from pyplatform.sportsbook.desk.state import DeskState
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.markets.terms import Facts

HOUSE_LANGUAGE: Final = "en"
"""Language of the names that are not said to be in any."""
DEFAULT_TIER: Final = 3
"""Tier of competitions that staff have not placed: 1 is the best known."""


@dataclass(slots=True)
class EventState:
    """An event as the feeds speak of it: the newest definition of a market of it, and the markets."""

    event_id: str
    said: FeedCatalogue
    markets: dict[str, MarketState] = field(default_factory=dict)

    @property
    def in_play(self) -> bool:
        """Whether any market of it is."""
        return any(market.in_play for market in self.markets.values())


class Catalogue:
    """All events of an owner."""

    def __init__(self) -> None:
        self.events: dict[str, EventState] = {}

    def define(self, market: MarketState, said: FeedCatalogue) -> EventState:
        """Take over what a feed says of a market, which may have moved to another event."""
        before = market.catalogue
        if before is not None and before.event != said.event:
            self.forget(market)
        event = self.events.get(said.event)
        if event is None:
            event = self.events[said.event] = EventState(said.event, said)
        event.said = said
        event.markets[market.market_id] = market
        return event

    def forget(self, market: MarketState) -> None:
        """A market is gone; an event without markets goes with it."""
        if market.catalogue is None or (event := self.events.get(market.catalogue.event)) is None:
            return
        event.markets.pop(market.market_id, None)
        if not event.markets:
            del self.events[event.event_id]

    def touched_by(self, target: str) -> Iterator[EventState]:
        """Events with a market that a target stands for."""
        kind, _, name = target.partition(":")
        if kind == "event":
            if name in self.events:
                yield self.events[name]
            return
        for event in list(self.events.values()):
            if (
                target == ALL
                or (kind == "market" and name in event.markets)
                or _belongs(event.said, kind, name)
            ):
                yield event


def _belongs(said: FeedCatalogue, kind: str, name: str) -> bool:
    groups = {"sport": said.sport, "category": said.category, "competition": said.competition}
    return kind in groups and groups[kind].id == name


def targets(market_id: str, said: FeedCatalogue) -> tuple[str, ...]:
    """What a market can be commanded by, the widest first."""
    groups = (("sport", said.sport), ("category", said.category), ("competition", said.competition))
    known = [f"{kind}:{group.id}" for kind, group in groups if group.id]
    return (ALL, *known, f"event:{said.event}", f"market:{market_id}")


def hidden_by(desk: DeskState, among: tuple[str, ...]) -> str:
    """The widest of the targets that staff hide; "" if none."""
    return next((target for target in among if desk.of(target).edit.hidden), "")


def tier_of(desk: DeskState, said: FeedCatalogue) -> int:
    """Tier of the competition."""
    return desk.of(f"competition:{said.competition.id}").edit.tier or DEFAULT_TIER


def starts_at(desk: DeskState, said: FeedCatalogue) -> int:
    """When the event starts (ns), as staff say or else the feed."""
    return desk.of(f"event:{said.event}").edit.starts_at or said.starts_at


def facts(market: MarketState, said: FeedCatalogue, desk: DeskState) -> Facts:
    """What the terms ask of a market."""
    return Facts(
        sport=said.sport.id,
        tier=tier_of(desk, said),
        competition=said.competition.id,
        market_type=said.kind,
        starts_at=starts_at(desk, said),
        in_play=market.in_play,
    )


def _named(desk: DeskState, target: str, name: str) -> tuple[str, dict[str, str]]:
    """Name of a thing in the house's language, and those that staff gave it in others."""
    names = dict(desk.of(target).edit.names)
    return names.pop(HOUSE_LANGUAGE, name), names


def _group(desk: DeskState, kind: str, said: Named) -> Group:
    target = f"{kind}:{said.id}"
    name, names = _named(desk, target, said.name)
    return Group(said.id, name, names, desk.of(target).edit.hidden)


def event_entry(event: EventState, desk: DeskState, owner: str, version: int) -> Event:
    """The event as a tenant shows it."""
    said = event.said
    name, names = _named(desk, f"event:{event.event_id}", said.event_name)
    for translation in said.translations:
        if translation.event_name:
            names.setdefault(translation.language, translation.event_name)
    return Event(
        tenant=desk.tenant,
        id=event.event_id,
        name=name,
        names=names,
        sport=_group(desk, "sport", said.sport),
        category=_group(desk, "category", said.category),
        competition=_group(desk, "competition", said.competition),
        tier=tier_of(desk, said),
        starts_at=starts_at(desk, said),
        in_play=event.in_play,
        hidden=bool(hidden_by(desk, targets("", said)[:-1])),
        version=version,
        markets=sorted(event.markets),
        owner=owner,
    )


def market_entry(market: MarketState, said: FeedCatalogue, desk: DeskState, owner: str) -> Market:
    """The market as a tenant shows it, as of the market's last version."""
    tenant, offer = desk.tenant, market.offers.get(desk.tenant)
    event_name, _ = _named(desk, f"event:{said.event}", said.event_name)
    name, _ = _named(desk, f"market:{market.market_id}", said.name)
    return Market(
        tenant=tenant,
        id=market.market_id,
        event_id=said.event,
        event_name=event_name,
        kind=said.kind,
        winners=market.places,
        starts_at=starts_at(desk, said),
        in_play=market.in_play,
        status=market.status_of(tenant),
        version=market.version,
        selections=[
            Selection(runner, called, runner in market.removed) for runner, called in market.names.items()
        ],
        owner=owner,
        name=name,
        sport=said.sport.id,
        category=said.category.id,
        competition=said.competition.id,
        tier=tier_of(desk, said),
        hidden=offer is not None and offer.hidden,
        brands=() if offer is None else offer.terms.brands,
        bet_delay=market.delay_of(tenant),
        terms_version=0 if offer is None else offer.terms.version,
        words=_words(market, said, desk),
    )


def _words(market: MarketState, said: FeedCatalogue, desk: DeskState) -> dict[str, Words]:
    """Names by language: a feed's translations, and over them what staff call things."""
    selections = list(market.names.values())
    found = {
        one.language: Words(one.event_name or said.event_name, one.name, list(one.outcomes))
        for one in said.translations
    }
    events, markets = (
        _named(desk, target, "")[1] for target in (f"event:{said.event}", f"market:{market.market_id}")
    )
    for language in {*events, *markets}:
        plain = found.get(language, Words(said.event_name, said.name, selections))
        found[language] = Words(
            events.get(language, plain.event_name), markets.get(language, plain.name), plain.selections
        )
    return found
