"""The envelope every domain event travels in."""

import msgspec


class Envelope(msgspec.Struct, array_like=True, frozen=True):
    """A recorded event. As msgpack it is an array, so fields are only ever added at the end.

    `position` counts the events of a stream (one domain of one tenant) without gaps, `seq` those of an aggregate;
    both start at 1. Times are nanoseconds since the epoch; ids are 16 bytes; `causation` is the id of the event or
    command that led to this one, or empty.
    """

    id: bytes
    type: str
    version: int
    tenant: str
    brand: int
    stream: str
    position: int
    aggregate: str
    seq: int
    at: int
    actor: str
    correlation: bytes
    causation: bytes
    traceparent: str
    data: bytes
    """The event itself, as msgpack; its shape follows from `type` and `version`."""
