"""Simulated players: they register, log in, look at prices and bet over HTTP, like anyone would."""

import asyncio
import random
import time
from dataclasses import dataclass
from typing import Any, Final

from pyplatform.apps.demo.client import Connection, Response
from pyplatform.apps.demo.screen import Offer, Screen
from pyplatform.apps.demo.timeline import Timeline
from pyplatform.kernel.errors import PlatformError, Unavailable
from pyplatform.kernel.ids import parse, text, uuid7
from pyplatform.kernel.tenancy import Tenant

THINKING_S: Final = 0.6
RETRY_SHARE: Final = 0.05
CONFLICT_SHARE: Final = 0.01
GREEDY_SHARE: Final = 0.02
"""Share of attempts that ask for a longer price than is on the screen."""
CREATED: Final = 201
CONFLICT: Final = 409
UNAVAILABLE: Final = 503
STAKES: Final = ("1.00", "2.00", "2.50", "5.00", "10.00", "20.00", "50.00")


@dataclass(frozen=True, slots=True)
class Account:
    """A registered player who is logged in."""

    player: bytes
    token: str


def _expect(response: Response, status: int, what: str) -> Any:
    if response.status != status:
        raise PlatformError(
            f"{what} was answered {response.status}: {response.body[:300].decode(errors='replace')}"
        )
    return response.json()


async def open_account(connection: Connection, tenant: Tenant, number: int, run: str) -> Account:
    """Register a new player of `tenant` and log in."""
    headers = {"x-tenant": tenant.slug}
    credentials = {"email": f"player{number}.{run}@example.com", "password": f"a long demo password {number}"}
    brand = tenant.brands[0].id
    application = {
        **credentials,
        "brand": brand,
        "date_of_birth": "1990-05-17",
        "country": "MT",
        "currency": tenant.currency,
    }
    registered = await connection.request("POST", "/v1/players", application, headers)
    _expect(registered, CREATED, "registration")
    opened = await connection.request("POST", "/v1/sessions", {**credentials, "brand": brand}, headers)
    session = _expect(opened, CREATED, "login")
    return Account(parse(session["player_id"]), session["token"])


class Player:
    """One player: bets, now and then sends the same bet again, and checks that the answer is the same."""

    def __init__(
        self,
        account: Account,
        tenant: Tenant,
        connection: Connection,
        screen: Screen,
        seed: int,
        timeline: Timeline,
    ) -> None:
        self._headers = {"x-tenant": tenant.slug, "authorization": f"Bearer {account.token}"}
        self._connection = connection
        self._screen = screen
        self._chance = random.Random(seed)  # noqa: S311 - a simulation that can be repeated
        self._timeline = timeline

    async def play(self, over: asyncio.Event) -> None:
        """Bet until the day is over."""
        while not over.is_set():
            await asyncio.sleep(self._chance.expovariate(1.0 / THINKING_S))
            offer = self._screen.pick(self._chance)
            if offer is not None and not over.is_set():
                await self._bet(offer)

    async def _bet(self, offer: Offer) -> None:
        price = offer.price
        if self._chance.random() < GREEDY_SHARE:
            price = f"{float(price) * 1.5:.2f}"
        stake = self._chance.choice(STAKES)
        key = text(uuid7())
        leg = {"market_id": offer.market_id, "selection_id": offer.selection_id, "price": price}
        body = {"legs": [leg], "stake": stake}
        started = time.perf_counter()
        first = await self._send(key, body)
        milliseconds = (time.perf_counter() - started) * 1e3
        outcome = "accepted" if first.status == CREATED else str(first.json().get("code", first.status))
        self._timeline.bet_answered(outcome, milliseconds, float(stake))
        if self._chance.random() < RETRY_SHARE:
            await self._retry(key, body, first)
        if self._chance.random() < CONFLICT_SHARE:
            other = await self._send(key, {**body, "stake": "3.00"})
            self._timeline.replay_answered(same=other.status == CONFLICT)

    async def _retry(self, key: str, body: dict[str, Any], first: Response) -> None:
        await asyncio.sleep(self._chance.uniform(0.0, 2.0))
        again = await self._send(key, body)
        same = again.status == first.status
        if first.status == CREATED:
            same = same and again.json()["bet_id"] == first.json()["bet_id"]
        else:
            same = same and again.json().get("code") == first.json().get("code")
        self._timeline.replay_answered(same=same)

    async def _send(self, key: str, body: dict[str, Any]) -> Response:
        """Send until there is an answer: the key makes that safe."""
        while True:
            try:
                response = await self._connection.request(
                    "POST", "/v1/bets", body, {**self._headers, "idempotency-key": key}
                )
            except Unavailable:
                await asyncio.sleep(0.2)
                continue
            if response.status != UNAVAILABLE:
                return response
            await asyncio.sleep(0.2)
