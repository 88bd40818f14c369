"""Fan-out of market changes: encoded once, a slot per client and market that holds only the latest value.

The publishing side never waits: it puts a reference into the slots of those who listen and wakes their pumps. A
client that reads slowly is sent fewer, newer values; how far it can lag is its send buffer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from pyplatform.contracts.pam import Session
from pyplatform.contracts.sportsbook.markets import Prices
from pyplatform.gateway.markets import MarketCopy
from pyplatform.gateway.views import MarketState, price_change
from pyplatform.telemetry import Counter

MAX_MARKETS: Final = 256
MAX_CLIENTS: Final = 4_000
MAX_OF_SESSION: Final = 16
"""Connections one session may have at once: a single player must not take the places of all."""
SEND_SECONDS: Final = 30.0
"""A client that takes nothing for so long is let go."""
MAX_NOTES: Final = 512
"""A client that lets so many answers to its own messages wait is let go."""
_WHOLE, _PRICES = 0, 1


class Client:
    """One listener; `send` is awaited by its own pump and by nobody else."""

    def __init__(self, session: Session, send: Callable[[str], Awaitable[None]]) -> None:
        self.session = session
        self.markets: set[str] = set()
        self._send = send
        self._slots: dict[tuple[str, int], str] = {}
        self._notes: list[str] = []
        self._wake = asyncio.Event()
        self._ended = False

    def offer(self, market_id: str, kind: int, text: str) -> None:
        """Put the latest value into its slot; a whole market makes waiting prices of it superfluous."""
        if kind == _WHOLE:
            self._slots.pop((market_id, _PRICES), None)
        self._slots[market_id, kind] = text
        self._wake.set()

    def note(self, text: str) -> None:
        """Send a message that must not be overwritten."""
        if len(self._notes) >= MAX_NOTES:
            self.end()
            return
        self._notes.append(text)
        self._wake.set()

    def end(self) -> None:
        """Let the pump return after what is waiting has been sent."""
        self._ended = True
        self._wake.set()

    def forget(self, market_id: str) -> None:
        """Drop what waits for a market."""
        for kind in (_WHOLE, _PRICES):
            self._slots.pop((market_id, kind), None)

    async def pump(self) -> None:
        """Send what waits until `end` and what waited then; raises TimeoutError when the client takes nothing."""
        while not self._ended or self._notes or self._slots:
            await self._wake.wait()
            self._wake.clear()
            while self._notes or self._slots:
                text = self._notes.pop(0) if self._notes else self._slots.pop(next(iter(self._slots)))
                async with asyncio.timeout(SEND_SECONDS):
                    await self._send(text)


class Hub:
    """Who listens to which market of which tenant."""

    def __init__(self, copy: MarketCopy) -> None:
        self._copy = copy
        self._listeners: dict[tuple[str, str], set[Client]] = {}
        self._clients: dict[bytes, set[Client]] = {}
        self.count = 0
        self.messages = Counter("gateway.stream.messages", "market changes encoded for the stream")

    def join(self, client: Client) -> bool:
        """Let a client in; False when there are `MAX_CLIENTS`, or `MAX_OF_SESSION` of its session."""
        same = self._clients.get(client.session.session_id, set())
        if self.count >= MAX_CLIENTS or len(same) >= MAX_OF_SESSION:
            return False
        self.count += 1
        self._clients[client.session.session_id] = same
        same.add(client)
        return True

    def leave(self, client: Client) -> None:
        """Forget a client."""
        self.count -= 1
        for market_id in list(client.markets):
            self.unsubscribe(client, market_id)
        same = self._clients[client.session.session_id]
        same.discard(client)
        if not same:
            del self._clients[client.session.session_id]

    def subscribe(self, client: Client, market_id: str) -> str:
        """Send the market as it stands and every change from now on; the code of a refusal, or ""."""
        tenant = client.session.tenant
        view = self._copy.view(tenant, market_id)
        if view is None:
            return "unknown_market"
        if len(client.markets) >= MAX_MARKETS and market_id not in client.markets:
            return "too_many_markets"
        client.markets.add(market_id)
        self._listeners.setdefault((tenant, market_id), set()).add(client)
        client.offer(market_id, _WHOLE, _encode(MarketState(view)))
        return ""

    def unsubscribe(self, client: Client, market_id: str) -> None:
        """Send no more of a market."""
        client.markets.discard(market_id)
        client.forget(market_id)
        key = (client.session.tenant, market_id)
        listeners = self._listeners.get(key)
        if listeners is not None:
            listeners.discard(client)
            if not listeners:
                del self._listeners[key]

    def market_changed(self, tenant: str, market_id: str) -> None:
        """Offer the whole market to its listeners."""
        listeners = self._listeners.get((tenant, market_id))
        view = self._copy.view(tenant, market_id)
        if listeners and view is not None:
            self._offer(listeners, market_id, _WHOLE, _encode(MarketState(view)))

    def prices_changed(self, prices: Prices) -> None:
        """Offer new prices to the listeners of their market."""
        if listeners := self._listeners.get((prices.tenant, prices.market_id)):
            self._offer(listeners, prices.market_id, _PRICES, _encode(price_change(prices)))

    def end_session(self, session_id: bytes, farewell: str) -> None:
        """End the connections of a session that is no longer valid."""
        for client in self._clients.get(session_id, ()):
            client.note(farewell)
            client.end()

    def _offer(self, listeners: set[Client], market_id: str, kind: int, text: str) -> None:
        self.messages.value += 1
        for client in listeners:
            client.offer(market_id, kind, text)


def _encode(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()
