"""The WebSocket `/v1/stream`: log in with the first message, subscribe, receive the latest prices."""

import asyncio
from collections.abc import Callable, Collection
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from pyplatform.contracts.pam import Session, SessionPort
from pyplatform.gateway.hub import MAX_MARKETS, Client, Hub
from pyplatform.gateway.views import MarketState, PriceChange
from pyplatform.http.websocket import WebSocket
from pyplatform.kernel.time import now_ns

LOGIN_SECONDS: Final = 5.0

MarketIds = Annotated[list[Annotated[str, Meta(max_length=64)]], Meta(max_length=MAX_MARKETS)]


class Login(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="login"):
    """First message: who listens. A token in an address would end up in logs."""

    tenant: str
    token: str


class Subscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="subscribe"):
    """Ask for markets: each comes whole at once, then its changes."""

    markets: MarketIds


class Unsubscribe(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="unsubscribe"):
    """Ask for no more of these markets."""

    markets: MarketIds


class Welcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Answer to a good login."""


class Trouble(msgspec.Struct, frozen=True, tag="error", omit_defaults=True):
    """Something is wrong with a message; the connection ends when it was the login or the session."""

    code: str
    detail: str
    market_id: str = ""


RECEIVES: Final = (Login, Subscribe, Unsubscribe)
SENDS: Final = (Welcome, Trouble, MarketState, PriceChange)
_login = msgspec.json.Decoder(Login)
_wish = msgspec.json.Decoder(Subscribe | Unsubscribe)
_DETAILS: Final = {
    "unknown_market": "there is no such market",
    "too_many_markets": f"one connection follows at most {MAX_MARKETS} markets",
}


class Stream:
    """Serves stream connections of the tenants' players."""

    def __init__(self, hub: Hub, sessions: SessionPort, tenants: Collection[str]) -> None:
        self._hub, self._sessions, self._tenants = hub, sessions, tenants

    async def serve(self, connection: WebSocket) -> None:
        """Stream price changes of the markets subscribed to.

        Send `{"type": "login", "tenant": …, "token": …}` first, within five seconds, then
        `{"type": "subscribe", "markets": […]}`. Answers: `welcome`; `market` with the whole market, at once and when
        its definition changes; `prices` with all prices of a market at a version. A client that reads slowly skips
        versions and always gets the latest.
        """
        await connection.accept()
        session = await self._log_in(connection)
        if session is None:
            await connection.send(
                _text(Trouble("unauthenticated", "log in first, with a token of this tenant"))
            )
            return
        client = Client(session, connection.send)
        if not self._hub.join(client):
            await connection.send(_text(Trouble("overloaded", "too many connections; try again later")))
            return
        client.note(_text(Welcome()))
        pump = asyncio.create_task(client.pump())
        reading = asyncio.create_task(self._read(connection, client))
        left = max(0, session.expires_at - now_ns()) / 1e9
        expiry = asyncio.get_running_loop().call_later(left, self._expire(session))
        try:
            await asyncio.wait((pump, reading), return_when=asyncio.FIRST_COMPLETED)
        finally:
            expiry.cancel()
            self._hub.leave(client)
            for task in (pump, reading):
                task.cancel()
            await asyncio.gather(pump, reading, return_exceptions=True)

    def session_revoked(self, session_id: bytes) -> None:
        """End the connections of a session that was ended elsewhere."""
        self._hub.end_session(
            session_id, _text(Trouble("session_ended", "this session has ended; log in again"))
        )

    def _expire(self, session: Session) -> Callable[[], None]:
        return lambda: self.session_revoked(session.session_id)

    async def _log_in(self, connection: WebSocket) -> Session | None:
        try:
            async with asyncio.timeout(LOGIN_SECONDS):
                login = _login.decode(await connection.receive() or b"")
        except (TimeoutError, msgspec.DecodeError):
            return None
        if login.tenant not in self._tenants:
            return None
        caller = await self._sessions.resolve(login.tenant, login.token)
        return caller if isinstance(caller, Session) else None

    async def _read(self, connection: WebSocket, client: Client) -> None:
        while (message := await connection.receive()) is not None:
            try:
                wish = _wish.decode(message)
            except msgspec.DecodeError as error:
                client.note(_text(Trouble("invalid_message", str(error))))
                continue
            for market_id in wish.markets:
                if isinstance(wish, Unsubscribe):
                    self._hub.unsubscribe(client, market_id)
                elif code := self._hub.subscribe(client, market_id):
                    client.note(_text(Trouble(code, _DETAILS[code], market_id)))


def _text(message: msgspec.Struct) -> str:
    return msgspec.json.encode(message).decode()
