"""The Unified Odds Feed into the state of every event."""

from typing import final

from pyplatform._core.feeds import Problem
from pyplatform.core.feeds.shapes import UofEvent
from pyplatform.core.feeds.uof_shapes import EventDetails, ListItem, Mapping, Message, Result

__all__ = ["Descriptions", "State", "parse", "producer", "read_list"]

def parse(routing_key: str, xml: bytes) -> Message:
    """One message as plain data, whatever state it belongs to. An empty routing key is not looked at. ValueError if
    the message or the key cannot be read."""

def read_list(document: bytes) -> dict[int, ListItem]:
    """A list of the API by number: producers, betstop reasons, betting statuses, match statuses, void reasons.
    ValueError if it cannot be read."""

def producer(product: int, event_id: str = "") -> tuple[str, str | None, str | None]:
    """Vendor (`sportradar` or `oddin`, by the event's URN), name and scope (`prematch`, `live` or `virtual`) of a
    producer; name and scope are None of one that is not known. The API's own list, where at hand, is newer."""

@final
class State:
    """State of every event of one Sportradar or Oddin feed, from messages in the order they arrive.

    A message is applied whole or not at all; unknown attributes and elements are ignored, a document type is refused.
    Odds are decimal, times milliseconds since the epoch as in the feed. An odds change older than the last of its
    event and producer is dropped, unless it answers a recovery request.

    `descriptions`: the document of market descriptions, by which a bet stop finds the markets of its groups; without
    it only one of all groups does. ValueError if it cannot be read. `strict`: a message with an error raises
    ValueError. `max_message`: longest message taken, bytes (8 MiB). `max_problems`: how many errors are kept in full
    (100). `max_events`, `max_lines`: most events held (100,000), and market lines in all (4,000,000).
    """

    def __new__(
        cls,
        descriptions: bytes | None = None,
        *,
        strict: bool = False,
        max_message: int | None = None,
        max_problems: int | None = None,
        max_events: int | None = None,
        max_lines: int | None = None,
    ) -> State: ...
    def apply(self, routing_key: str, xml: bytes) -> bool:
        """Take one message; answers whether an event took it. An empty key is not looked at; one that is none, or is
        of another event, is an error, but the message counts."""
    def event_ids(self) -> tuple[str, ...]:
        """URNs of the events held, sorted."""
    def event(self, event_id: str, *, since: int = 0) -> UofEvent | None:
        """An event as in the snapshot; None if it is unknown. `since`: only with lines that a message after the one of
        this number (`messages` when it had been applied) was about."""
    def details(self, event_id: str) -> EventDetails | None:
        """All that is held of an event but its results: score, clock, what is announced of markets, why bets are void.
        None if it is unknown."""
    def results(self, event_id: str, *, since: int = 0) -> list[Result] | None:
        """How its outcomes are to be settled, line by line; None if it is unknown. `since` as in `event`."""
    def forget_over(self, before_ms: int) -> int:
        """Drop the events that are ended, closed, cancelled or abandoned and of which no message was made at this
        time, in milliseconds since the epoch, or later; answers how many. A live session calls it now and then."""
    def forget(self, event_id: str) -> bool:
        """Drop an event; answers whether it was known."""
    def snapshot(self) -> dict[str, UofEvent]:
        """Everything held, as plain dicts by event."""
    def errors(self) -> list[Problem]:
        """The first errors, at most `max_problems`."""
    @property
    def error_count(self) -> int:
        """All errors."""
    @property
    def messages(self) -> int:
        """Messages seen, broken ones included."""
    @property
    def passed_over(self) -> int:
        """Sound messages that change no event: alive, fixture_change, …"""
    @property
    def late(self) -> int:
        """Odds changes dropped as older than one that was taken."""

@final
class Descriptions:
    """What markets and outcomes are called, from documents of the API (market or variant descriptions; ValueError if
    one cannot be read). `language`: the code of the documents' language, by which ordinals are written. Asking for a name is ValueError where its description, a specifier, a
    team's name or a profile is missing. `profiles`: names of players and competitors by URN."""

    def __new__(cls, document: bytes, *, language: str = "en") -> Descriptions: ...
    def add(self, document: bytes) -> None:
        """Take a further document, which replaces what is known of its markets and variants."""
    def missing_variant(self, market_id: int, specifiers: str = "") -> str | None:
        """The variant whose own document must be fetched and added before the line can be named in full; None if it
        needs none or it is there."""
    def mapping(self, market_id: int, product: int, sport_id: str, specifiers: str = "") -> Mapping | None:
        """What a line is called in the older catalogue of a producer; None if it is not in there. ValueError if its
        special odds value needs a specifier that the line has not."""
    def market_name(
        self,
        market_id: int,
        specifiers: str = "",
        *,
        competitor1: str | None = None,
        competitor2: str | None = None,
        event: str | None = None,
        profiles: dict[str, str] | None = None,
    ) -> str:
        """Name of a market line."""
    def outcome_name(
        self,
        market_id: int,
        outcome_id: str,
        specifiers: str = "",
        *,
        competitor1: str | None = None,
        competitor2: str | None = None,
        event: str | None = None,
        profiles: dict[str, str] | None = None,
    ) -> str:
        """Name of an outcome of a market line."""
