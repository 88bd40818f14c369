"""Sportradar's Unified Odds Feed: routing key and XML of each message into the state of every event.

    state = uof.State(descriptions=markets_xml)
    state.apply("hi.-.live.odds_change.1.sr:match.1234.-", message_xml)
    state.event("sr:match:1234")

`parse` reads one message as plain data, `State.details` gives all that is held of an event, and `State.results` how
its outcomes are to be settled.

`apply` never raises on bad input unless `strict`: a broken message changes nothing and is listed in `errors()`.
Messages of one event must come in order; a `State` belongs to one thread. Nothing here opens a connection.
"""

from pyplatform._core.feeds import Problem
from pyplatform._core.feeds.uof import Descriptions, State, parse, producer, read_list
from pyplatform.core.feeds.shapes import UofEvent as Event
from pyplatform.core.feeds.shapes import UofLine as Line
from pyplatform.core.feeds.uof_shapes import EventDetails, Mapping, Message, Result, SportEventStatus

__all__ = [
    "Descriptions",
    "Event",
    "EventDetails",
    "Line",
    "Mapping",
    "Message",
    "Problem",
    "Result",
    "SportEventStatus",
    "State",
    "parse",
    "producer",
    "read_list",
]
