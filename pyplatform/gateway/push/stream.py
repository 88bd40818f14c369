"""The WebSocket `/v1/stream`: log in, follow topics, hear what they tell."""

import asyncio
from collections.abc import Callable, Collection
from time import monotonic
from typing import Final, cast

import msgspec

from pyplatform.contracts.pam import Session, SessionPort, StaffSession
from pyplatform.gateway.push.bets import MyBetChange, MyBetsState, TicketChange, TicketsState
from pyplatform.gateway.push.client import Client, Sending
from pyplatform.gateway.push.frames import (
    Gone,
    Login,
    Ping,
    Pong,
    Subscribe,
    Subscribed,
    Trouble,
    Unsubscribe,
    Welcome,
    Wish,
    encode,
)
from pyplatform.gateway.push.hub import Hub
from pyplatform.gateway.push.liability import LiabilityChange, LiabilityState
from pyplatform.gateway.push.markets import (
    EventChange,
    EventState,
    MarketState,
    PriceChange,
    SportState,
    TreeState,
)
from pyplatform.http.websocket import WebSocket
from pyplatform.kernel.time import now_ns

LOGIN_SECONDS: Final = 5.0
RECEIVES: Final = (Login, Subscribe, Unsubscribe, Pong)
SENDS: Final = (
    Welcome,
    Subscribed,
    Trouble,
    Ping,
    Gone,
    MarketState,
    PriceChange,
    EventState,
    EventChange,
    SportState,
    TreeState,
    LiabilityState,
    LiabilityChange,
    MyBetsState,
    MyBetChange,
    TicketsState,
    TicketChange,
)
_login = msgspec.json.Decoder(Login)
_said = msgspec.json.Decoder(Subscribe | Unsubscribe | Pong)


class Stream:
    """Serves stream connections of the tenants' players and staff."""

    def __init__(self, hub: Hub, sessions: SessionPort, tenants: Collection[str]) -> None:
        self._hub, self._sessions, self._tenants = hub, sessions, tenants

    async def serve(self, connection: WebSocket) -> None:
        """Follow topics: markets, events, sports, one's own bets; for traders liability and tickets.

        Send `{"type": "login", "tenant": …, "token": …}` first, within five seconds, or `Authorization: Bearer …` and
        `X-Tenant` with the handshake; then `{"type": "subscribe", "topics": [{"topic": "market:1.5"}]}`. Of each topic
        comes `subscribed`, a snapshot, then what changes, numbered by `seq`. A client that reads slowly skips to the
        latest. After a reconnect, `after` (and the `epoch` of `welcome`) asks for what was missed.
        """
        await connection.accept()
        session = await self._log_in(connection)
        if session is None:
            trouble = Trouble("unauthenticated", "log in first, with a token of this tenant", "token")
            await connection.send(encode(trouble))
            return
        client = Client(session, connection.send, cast("Callable[[str], Sending]", connection.send))
        if not self._hub.join(client):
            await connection.send(encode(Trouble("overloaded", "too many connections; try again later")))
            return
        client.note(self._hub.welcome)
        pump = asyncio.create_task(client.pump())
        reading = asyncio.create_task(self._read(connection, client))
        left = max(0, session.expires_at - now_ns()) / 1e9
        expiry = asyncio.get_running_loop().call_later(left, self._expire(session.session_id))
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
            session_id, encode(Trouble("session_ended", "this session has ended; log in again"))
        )

    def _expire(self, session_id: bytes) -> Callable[[], None]:
        return lambda: self.session_revoked(session_id)

    async def _log_in(self, connection: WebSocket) -> Session | StaffSession | None:
        tenant, token = _credentials(connection)
        if not token:
            try:
                async with asyncio.timeout(LOGIN_SECONDS):
                    login = _login.decode(await connection.receive() or b"")
            except (TimeoutError, msgspec.DecodeError):
                return None
            tenant, token = login.tenant, login.token
        if tenant not in self._tenants:
            return None
        return await self._sessions.resolve(tenant, token)

    async def _read(self, connection: WebSocket, client: Client) -> None:
        while (message := await connection.receive()) is not None:
            client.heard_at = monotonic()
            try:
                said = _said.decode(message)
            except msgspec.DecodeError as error:
                client.note(encode(Trouble("invalid_message", str(error), _field(str(error)))))
                continue
            match said:
                case Subscribe():
                    for wish in said.topics:
                        self._follow(client, wish, said.epoch)
                case Unsubscribe():
                    for name in said.topics:
                        self._hub.unsubscribe(client, name)

    def _follow(self, client: Client, wish: Wish, epoch: str) -> None:
        if wish.filter is not None and wish.topic != "tickets":
            told = Trouble("no_filter", "only `tickets` has a filter", "topics.filter", wish.topic)
            client.note(encode(told))
            return
        refused = self._hub.subscribe(client, wish, epoch)
        if refused is not None:
            client.note(encode(Trouble(refused.code, refused.detail, refused.field, wish.topic)))


def _credentials(connection: WebSocket) -> tuple[str, str]:
    """Tenant and token of the handshake; "" for what it did not bring."""
    scheme, _, token = (connection.headers.get("authorization") or "").partition(" ")
    return connection.headers.get("x-tenant") or "", token.strip() if scheme.lower() == "bearer" else ""


def _field(error: str) -> str:
    """The field that a message of msgspec names, as `topics[0].after`; "" if it names none."""
    at = error.rpartition(" - at `$")[2]
    return at.rstrip("`").lstrip(".") if " - at `$" in error else ""
