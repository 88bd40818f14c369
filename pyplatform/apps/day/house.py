"""The house on a day: a trader of each tenant names events, sets terms, decides on referred bets and moves lines."""

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pyplatform.apps.day.together import sell_together
from pyplatform.apps.day.world import Event
from pyplatform.apps.staff import staff_desk
from pyplatform.client import AsyncClient, errors
from pyplatform.client.calls import trading
from pyplatform.client.types.trading import (
    EditOrder,
    Hold,
    MarginOrder,
    ReferralOrder,
    RuleOrder,
    RuleValues,
    TermsScope,
    TradedMarket,
)
from pyplatform.kernel.tenancy import Tenant

IN_PLAY_DELAY: Final = 1
"""Seconds a bet in play waits: longer than the feed needs to see a goal."""
_RULES: Final = (
    (
        TermsScope(),
        RuleValues(
            max_stake="800.00",
            max_payout="20000.00",
            referral_above="300.00",
            boost=[(3, 300), (4, 500)],
            boost_min_price="1.20",
        ),
    ),
    (TermsScope(within_s=0), RuleValues(bet_delay=IN_PLAY_DELAY)),
    (TermsScope(sport="football"), RuleValues(move_alpha_e4=1_500)),
    (TermsScope(sport="horse_racing"), RuleValues(margin_bp=1_200, best_odds=True, starting_price=True)),
)
_LOOK_S: Final = 0.5
_PASSWORD: Final = "nine quiet herons over slow water"  # noqa: S105 - of a platform that lives for minutes


@dataclass(slots=True)
class Done:
    """What a trader did."""

    approved: int = 0
    rejected: int = 0
    suspended: int = 0
    margins: int = 0
    together: int = 0
    conflicts: int = 0


class Trader:
    """The trader of one tenant."""

    def __init__(self, client: AsyncClient, seed: str) -> None:
        self.client = client
        self.done = Done()
        self._chance = random.Random(seed)  # noqa: S311 - a day that can be repeated

    async def open(self, folder: Path, tenant: Tenant) -> None:
        """Begin work: an account, a session, the terms of the day."""
        async with staff_desk(folder, tenant.slug) as staff:
            await staff.add("ada", ["trader"], _PASSWORD)
        await self.client.sign_in("ada", _PASSWORD)
        for scope, values in _RULES:
            version = (await self.client.send(trading.read_terms())).version
            order = RuleOrder(version=version, scope=scope, values=values, reason="the day's terms")
            await self.client.send(trading.set_terms(order))

    async def name(self, events: list[Event]) -> None:
        """Call the matches what they are called, as their feed tells of them: it sends numbers only."""
        waiting = list(events)
        while waiting:
            event = waiting.pop(0)
            order = EditOrder(version=0, target=f"event:{event.id}", names={"en": event.name})
            try:
                await self.client.send(trading.edit_catalogue(order))
            except errors.NotFound:
                waiting.append(event)
                await asyncio.sleep(_LOOK_S)

    async def work(self, over: asyncio.Event) -> None:
        """Decide on what is referred, now and then suspend a market for a moment or change a margin."""
        while not over.is_set():
            await asyncio.sleep(_LOOK_S)
            try:
                await self.decide()
                if self._chance.random() < 0.10:
                    await self._move()
            except (errors.Unavailable, errors.NoAnswer, errors.NotFound, errors.Refused):
                continue  # the trading process is on its way back, or was faster

    async def sell_together(self, event: Event, clock: Callable[[], float]) -> None:
        """Sell the legs of a match together until it begins."""
        self.done.together += await sell_together(self.client, event, clock)

    async def decide(self) -> None:
        """Approve most of the referred bets, reject the rest."""
        for referral in (await self.client.send(trading.list_referrals())).referrals:
            take = self._chance.random() < 0.7
            order = ReferralOrder(decision="approve" if take else "reject", reason="seen")
            with suppress(errors.NotFound, errors.Conflict, errors.Refused):
                await self.client.send(trading.decide_referral(referral.bet_id, order))
                self.done.approved += take
                self.done.rejected += not take

    async def _move(self) -> None:
        page = await self.client.send(trading.list_traded_markets())
        selling = [one for one in page.markets if one.status == "open"]
        if not selling:
            return
        market = self._chance.choice(selling)
        if self._chance.random() < 0.5:
            hold = Hold(target=f"market:{market.id}", reason="rumours")
            await self.client.send(trading.suspend(hold))
            await asyncio.sleep(1.0)
            await self.client.send(trading.resume(hold))
            self.done.suspended += 1
            return
        order = MarginOrder(version=market.version, margin_bp=self._chance.choice((300, 600, 900)))
        try:
            await self.client.send(trading.set_margin(market.id, order))
            self.done.margins += 1
        except errors.Conflict:
            self.done.conflicts += 1

    async def markets(self) -> list[TradedMarket]:
        """All markets with their liability as the owner counts it."""
        found: list[TradedMarket] = []
        after = ""
        while True:
            page = await self.client.send(trading.list_traded_markets(after=after))
            found += page.markets
            after = page.next
            if not after:
                return found
