"""How processes talk: NATS publish and request/reply, coalesced frames, and finding who holds a lease."""

from pyplatform.bus.client import Bus, Message, Subscription, using
from pyplatform.bus.coalesce import Coalescer
from pyplatform.bus.errors import Disconnected, NoResponders
from pyplatform.bus.frames import INTERACTIVE, SETTLEMENT
from pyplatform.bus.locate import LeaseClient
from pyplatform.bus.pulling import pull

__all__ = [
    "INTERACTIVE",
    "SETTLEMENT",
    "Bus",
    "Coalescer",
    "Disconnected",
    "LeaseClient",
    "Message",
    "NoResponders",
    "Subscription",
    "pull",
    "using",
]
