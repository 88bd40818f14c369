"""The punters of a day: each bets in its own style over HTTP, cashes out, asks again, and remembers every answer."""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from pyplatform.apps.day.styles import COURTSIDER, RECREATIONAL, SHARES, SYNDICATE, TILT, Sight, chooser
from pyplatform.apps.day.world import Line
from pyplatform.apps.demo.players import CONFLICT, Account, Told, told
from pyplatform.apps.demo.screen import Screen
from pyplatform.client import AsyncClient, errors
from pyplatform.client.calls import bets
from pyplatform.client.types.bets import BetRequest, CashOutOrder, CashOutSale
from pyplatform.kernel.tenancy import Tenant

GIFT: Final = "5.00"
"""Every recreational punter is given a free bet of this."""
AT_ONCE: Final = 48
"""Requests of all punters under way at a time."""
_AGAIN: Final = 0.03
"""Share of attempts that are sent a second time, and of those that reuse a key for another bet."""
_CASH_OUT: Final = {RECREATIONAL: 0.15, TILT: 0.10}
_GIFT_SHARE: Final = 0.3
_KEPT: Final = 8
_RING: Final = 4
"""Accounts of a syndicate that follow its leader."""


@dataclass(slots=True)
class Attempt:
    """A bet somebody wanted, under one key, and what was told of it."""

    tenant: str
    player: bytes
    style: str
    key: str
    told: Told | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A bet, or a part of it, that was bought back."""

    tenant: str
    bet_id: str
    amount: str
    currency: str


@dataclass(slots=True)
class Memory:
    """What all punters remember together: the other side of the ledger."""

    attempts: list[Attempt] = field(default_factory=list)
    sales: list[Sold] = field(default_factory=list)
    repeated: int = 0
    differed: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    cash_outs_refused: int = 0

    def answered(self, attempt: Attempt, told: Told) -> None:
        """Keep the first answer to an attempt."""
        attempt.told = told
        self.outcomes[told.outcome] = self.outcomes.get(told.outcome, 0) + 1

    @property
    def accepted(self) -> int:
        """Bets that were taken at once."""
        return self.outcomes.get("accepted", 0)


@dataclass(slots=True)
class Street:
    """Where the punters of one tenant stand: its screen, the day's clock, and the lines they know about."""

    screen: Screen
    lines: Mapping[str, Line]
    clock: Callable[[], float]
    turn: asyncio.Semaphore
    memory: Memory

    def sight(self) -> Sight:
        """What is to be seen now."""
        return Sight(self.clock(), self.screen.open_prices(), self.screen.views, self.lines)


def styles_of(chance: random.Random, count: int) -> list[str]:
    """A style for every punter, in the shares of `SHARES`, every style at least once if there are enough."""
    drawn = chance.choices(list(SHARES), list(SHARES.values()), k=count)
    for number, style in enumerate(list(SHARES)[:count]):
        drawn[number] = style
    return drawn


class Punter:
    """One punter."""

    def __init__(
        self, client: AsyncClient, street: Street, tenant: Tenant, account: Account, style: str, seed: str
    ) -> None:
        self._client, self._street = client, street
        self.tenant, self.account, self.style = tenant, account, style
        self._chance = random.Random(seed)  # noqa: S311 - a day that can be repeated
        self._choose = chooser(style)
        self._open: list[str] = []
        self._lost = 0.0
        self._last: tuple[str, float] | None = None
        self.gift = ""
        """A free bet of `GIFT` that is not placed yet."""
        self.ring: Sequence[Punter] = ()
        """Those who bet what this one does."""

    async def play(self, over: asyncio.Event, pause_s: float) -> None:
        """Bet, a bet every `pause_s` in the mean, until the day is over."""
        pause = pause_s / 4 if self.style == COURTSIDER else pause_s
        while not over.is_set():
            await asyncio.sleep(self._chance.expovariate(1 / pause))
            if over.is_set():
                return
            if self._open and self._chance.random() < _CASH_OUT.get(self.style, 0.02):
                async with self._street.turn:
                    await self._cash_out(self._chance.choice(self._open))
                continue
            if self.style == TILT:
                await self._look_back()
            wanted = self._choose(self._chance, self._street.sight(), self._lost)
            if wanted is not None:
                wanted = self._as_gift(wanted)
                await asyncio.gather(self.bet(wanted), *(other.bet(wanted) for other in self.ring))

    def _as_gift(self, wanted: BetRequest) -> BetRequest:
        """Now and then a single is staked with the free bet."""
        plain = len(wanted.legs) == 1 and not wanted.each_way
        if not (self.gift and plain and self._chance.random() < _GIFT_SHARE):
            return wanted
        return BetRequest(
            legs=wanted.legs, stake=GIFT, price_policy=wanted.price_policy, free_bet_id=self.gift
        )

    async def bet(self, wanted: BetRequest) -> None:
        """Send a bet until there is an answer, and now and then once more."""
        call = bets.place_bet(wanted)
        attempt = Attempt(self.tenant.slug, self.account.player, self.style, call.key)
        memory = self._street.memory
        memory.attempts.append(attempt)
        async with self._street.turn:
            answer = await told(self._client, call)
            memory.answered(attempt, answer)
            if self._chance.random() < _AGAIN:
                memory.repeated += 1
                memory.differed += (await told(self._client, call)).bet_id != answer.bet_id
            if self._chance.random() < _AGAIN and wanted.stake is not None:
                other = msgspec.structs.replace(wanted, stake="1.23")
                memory.repeated += 1
                memory.differed += (
                    await told(self._client, bets.place_bet(other, key=call.key))
                ).outcome != CONFLICT
        if wanted.free_bet_id and answer.bet_id:
            self.gift = ""  # refused ones stay with the player; they are not asked for again
        if answer.outcome == "accepted":
            self._open = [*self._open[1 - _KEPT :], answer.bet_id]
            self._last = answer.bet_id, float(wanted.stake or 0)

    async def _look_back(self) -> None:
        """Whether the last bet was lost: the next one is to win it back."""
        if self._last is None:
            return
        bet_id, stake = self._last
        try:
            async with self._street.turn:
                found = await self._client.send(bets.read_bet(bet_id))
        except errors.NotFound:
            return  # the read model has not heard of it yet
        if found.status == "settled":
            won = float(found.returned or 0) > stake
            self._lost = 0.0 if won else self._lost + stake
            self._last = None

    async def _cash_out(self, bet_id: str) -> None:
        """Sell a bet or half of it, if there is an offer and it holds."""
        self._open.remove(bet_id)
        part = "1" if self._chance.random() < 0.7 else "0.5"
        try:
            offer = await self._client.send(bets.quote_cash_out(bet_id, part=part))
            order = bets.take_cash_out(bet_id, CashOutOrder(quote_id=offer.quote_id))
            sale: CashOutSale = await self._client.send(order)
        except (errors.Refused, errors.NotFound, errors.Conflict):
            self._street.memory.cash_outs_refused += 1
            return
        self._street.memory.sales.append(Sold(self.tenant.slug, sale.bet_id, sale.amount, sale.currency))


def make_rings(punters: Sequence[Punter]) -> None:
    """Gather the syndicates: a leader and those who follow; only leaders choose for themselves."""
    members = [one for one in punters if one.style == SYNDICATE]
    for start in range(0, len(members), _RING + 1):
        leader, *others = members[start : start + _RING + 1]
        leader.ring = others


def players_of(punters: Sequence[Punter]) -> dict[bytes, str]:
    """The styles by player."""
    return {one.account.player: one.style for one in punters}
