"""Players who bet over HTTP, send again until they know, and remember every answer."""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from pyplatform.apps.demo.players import Account
from pyplatform.client import AsyncClient
from pyplatform.kernel.errors import Unavailable
from pyplatform.kernel.ids import parse, text, uuid7
from pyplatform.kernel.tenancy import Tenant
from tests.integration.platform.connection import Connection, Response
from tests.integration.platform.day import Market

PAUSE_S = 0.1
"""Mean pause of a player between two bets."""
AGAIN_S = 0.2
REPEATED = 0.1
"""Share of answered attempts that are sent once more, as if the answer had been lost."""

TWICE = 0.03
"""Share of attempts that are sent twice at the same moment."""


@dataclass(frozen=True)
class Answer:
    """What a player was told: `code` is "" for an accepted bet."""

    bet_id: bytes
    code: str


@dataclass
class Attempt:
    """A bet somebody wanted, under one key, and all answers to it."""

    tenant: str
    player: bytes
    key: str
    headers: dict[str, str]
    body: dict[str, Any]
    answers: list[Answer] = field(default_factory=list)
    uncertain: bool = False
    """Whether it was ever sent without an answer."""


def read_answer(response: Response) -> Answer | None:
    """The definite answer in a response; None for 503; anything else is no way to answer a sound bet."""
    if response.status == 503:
        return None
    document = response.json()
    assert response.status in {201, 422}, document
    return Answer(parse(document["bet_id"]), document.get("code", ""))


class Crowd:
    """All players of a test."""

    def __init__(self, gateway: Callable[[], str], markets: Sequence[Market]) -> None:
        self._gateway = gateway
        self.markets = markets
        self.players: list[tuple[Tenant, Account]] = []
        self.attempts: list[Attempt] = []
        self.answered = 0
        self.accepted = 0
        self._leave = asyncio.Event()

    def connection(self) -> Connection:
        """A connection to the gateway, wherever it listens now."""
        parts = urlsplit(self._gateway())
        return Connection(parts.hostname or "", parts.port or 0)

    def client(self, tenant: Tenant) -> AsyncClient:
        """A caller of the gateway, wherever it listens now."""
        return AsyncClient(self._gateway(), tenant.slug)

    async def bet(self) -> None:
        """Bet until told to leave; raises whatever a player must never see."""
        async with asyncio.TaskGroup() as group:
            for number, (tenant, account) in enumerate(self.players):
                group.create_task(self._play(tenant, account, random.Random(number)))  # noqa: S311 - a load that can be repeated

    def leave(self) -> None:
        """Let the players finish the bet they are at."""
        self._leave.set()

    async def more(self, bets: int, patience_s: float = 60) -> None:
        """Wait until so many more bets are accepted."""
        wanted = self.accepted + bets
        async with asyncio.timeout(patience_s):
            while self.accepted < wanted:
                await asyncio.sleep(0.02)

    async def _play(self, tenant: Tenant, account: Account, chance: random.Random) -> None:
        connection = self.connection()
        try:
            while not self._leave.is_set():
                await asyncio.sleep(chance.expovariate(1 / PAUSE_S))
                attempt = self._attempt(tenant, account, chance)
                self.attempts.append(attempt)
                if chance.random() < TWICE:
                    await self._hurry(attempt)
                connection = await self._until_answered(attempt, connection)
                if chance.random() < REPEATED:
                    connection = await self._until_answered(attempt, connection)
        finally:
            await connection.close()

    def _attempt(self, tenant: Tenant, account: Account, chance: random.Random) -> Attempt:
        market = chance.choice(self.markets)
        selection = chance.choice(market.runners) if chance.random() > 0.02 else 99
        price = "1.01" if chance.random() > 0.05 else "900.00"
        stake = chance.choice(("1.00", "2.50", "5.00")) if chance.random() > 0.02 else "2000000.00"
        leg = {"market_id": market.id, "selection_id": selection, "price": price}
        body = {"legs": [leg], "stake": stake}
        key = text(uuid7())
        headers = {
            "x-tenant": tenant.slug,
            "authorization": f"Bearer {account.token}",
            "idempotency-key": key,
        }
        return Attempt(tenant.slug, account.player, key, headers, body)

    async def _hurry(self, attempt: Attempt) -> None:
        """Send the same attempt over two connections at once."""

        async def send() -> None:
            await (await self._until_answered(attempt, self.connection())).close()

        await asyncio.gather(send(), send())

    async def _until_answered(self, attempt: Attempt, connection: Connection) -> Connection:
        """Send until there is an answer; returns the connection that brought it."""
        while True:
            try:
                answer = read_answer(
                    await connection.request("POST", "/v1/bets", attempt.body, attempt.headers)
                )
            except Unavailable:
                await connection.close()
                connection, answer = self.connection(), None
            if answer is not None:
                self.answered += 1
                self.accepted += answer.code == "" and not attempt.answers
                attempt.answers.append(answer)
                return connection
            attempt.uncertain = True
            await asyncio.sleep(AGAIN_S)

    async def ask_again(self, some: int = 200) -> None:
        """Repeat every attempt that was ever uncertain, and some of the others."""
        doubtful = [attempt for attempt in self.attempts if attempt.uncertain]
        sure = [attempt for attempt in self.attempts if not attempt.uncertain]
        asked = iter([*doubtful, *sure[:: max(1, len(sure) // some)]])

        async def work() -> None:
            connection = self.connection()
            for attempt in asked:
                connection = await self._until_answered(attempt, connection)
            await connection.close()

        await asyncio.gather(*(work() for _ in range(8)))
