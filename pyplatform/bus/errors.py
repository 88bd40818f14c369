"""The ways in which a request can go unanswered."""

from pyplatform.kernel.errors import Unavailable


class NoResponders(Unavailable):
    """Nobody listens on the subject: certainly nothing was done."""


class Disconnected(Unavailable):
    """The connection to NATS was lost or is down: a request under way may or may not have been done."""
