"""Simulated players: they register, log in, look at prices and bet over HTTP, like anyone would."""

import asyncio
import random
import time
from dataclasses import dataclass
from datetime import date
from typing import Final

from pyplatform.apps.demo.screen import Offer, Screen
from pyplatform.apps.demo.timeline import Timeline
from pyplatform.client import AsyncClient, Call, Retry, errors
from pyplatform.client.calls import accounts, bets
from pyplatform.client.types.accounts import Registration
from pyplatform.client.types.bets import BetRequest, BetView, LegRequest
from pyplatform.kernel.ids import parse
from pyplatform.kernel.tenancy import Tenant

THINKING_S: Final = 0.6
RETRY_SHARE: Final = 0.05
CONFLICT_SHARE: Final = 0.01
GREEDY_SHARE: Final = 0.02
"""Share of attempts that ask for a longer price than is on the screen."""
CONFLICT: Final = "idempotency_conflict"
PATIENT: Final = Retry(sends=1_000, first=0.2, longest=0.2)
"""How players ask again: a fault of the platform must cost nobody the answer."""
STAKES: Final = ("1.00", "2.00", "2.50", "5.00", "10.00", "20.00", "50.00")


@dataclass(frozen=True, slots=True)
class Told:
    """What a player was told of an attempt: accepted, or the code of a refusal, and the bet's id if there is one."""

    outcome: str
    bet_id: str


async def told(client: AsyncClient, attempt: Call[BetView]) -> Told:
    """What became of an attempt; the key makes it safe to ask until there is an answer."""
    try:
        placed = await client.send(attempt)
    except (errors.Refused, errors.Conflict, errors.NotFound) as refused:
        return Told(refused.code, str(refused.members.get("bet_id", "")))
    return Told(placed.status, placed.bet_id)


@dataclass(frozen=True, slots=True)
class Account:
    """A registered player who is logged in."""

    player: bytes
    token: str


async def open_account(client: AsyncClient, tenant: Tenant, number: int, run: str) -> Account:
    """Register a new player of `tenant` and log in; the client has the session from now on."""
    email, password = f"player{number}.{run}@example.com", f"a long demo password {number}"
    brand = tenant.brands[0].id
    application = Registration(
        email=email,
        password=password,
        brand=brand,
        date_of_birth=date(1990, 5, 17),
        country="MT",
        currency=tenant.currency,
    )
    await client.send(accounts.register(application))
    session = await client.log_in(email, password, brand=brand)
    return Account(parse(session.player_id), session.token)


class Player:
    """One player: bets, now and then sends the same bet again, and checks that the answer is the same."""

    def __init__(self, client: AsyncClient, screen: Screen, seed: int, timeline: Timeline) -> None:
        self._client = client
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
        leg = LegRequest(market_id=offer.market_id, selection_id=offer.selection_id, price=price)
        attempt = bets.place_bet(BetRequest(legs=[leg], stake=stake))
        started = time.perf_counter()
        first = await told(self._client, attempt)
        self._timeline.bet_answered(first.outcome, (time.perf_counter() - started) * 1e3, float(stake))
        if self._chance.random() < RETRY_SHARE:
            await asyncio.sleep(self._chance.uniform(0.0, 2.0))
            self._timeline.replay_answered(same=await told(self._client, attempt) == first)
        if self._chance.random() < CONFLICT_SHARE:
            other = bets.place_bet(BetRequest(legs=[leg], stake="3.00"), key=attempt.key)
            self._timeline.replay_answered(same=(await told(self._client, other)).outcome == CONFLICT)
