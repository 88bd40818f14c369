"""Two feeds, one house: what happens to the one that fails, to the other, and to results told twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from secrets import token_hex

import msgspec
import pytest

from pyplatform.contracts.sportsbook.bets import BetAnswer, BetOutcome, PlaceBet
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.core import money
from pyplatform.kernel.config import Settings
from pyplatform.sportsbook.markets.market import MarketState
from pyplatform.sportsbook.service import EventOwner
from tests.integration.feeds.stage import Process, process, until, without_results
from tests.integration.sportsbook.conftest import FIRST, MARKET, House, definition, prices

EVENT = "sr:match:4711"
LINE = f"{EVENT}~1"
KEY = "hi.-.live.{}.1.sr:match.4711.-"


def odds_change(status: int = 1, *odds: float, at: int = 1) -> bytes:
    outcomes = "".join(
        f'<outcome id="{n}" odds="{price}" active="1"/>' for n, price in enumerate(odds or (2.5, 3.3, 3.0), 1)
    )
    return (
        f'<odds_change product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + at}"><odds>'
        f'<market id="1" status="{status}">{outcomes}</market></odds></odds_change>'
    ).encode()


def bet_stop(at: int = 2) -> bytes:
    return (
        f'<bet_stop product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + at}" groups="all"/>'
    ).encode()


def settled(*results: str, at: int = 3) -> bytes:
    outcomes = "".join(f'<outcome id="{n}" {result}/>' for n, result in enumerate(results, 1))
    return (
        f'<bet_settlement product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + at}" certainty="2">'
        f'<outcomes><market id="1">{outcomes}</market></outcomes></bet_settlement>'
    ).encode()


def cancelled(begin: int, end: int, at: int = 4) -> bytes:
    return (
        f'<bet_cancel product="1" event_id="{EVENT}" timestamp="{1_790_000_000_000 + at}" '
        f'start_time="{begin}" end_time="{end}"><market id="1"/></bet_cancel>'
    ).encode()


def tell(feed: Process, message: bytes) -> None:
    kind = message[1:].partition(b" ")[0].decode()
    feed.tap.say(message, KEY.format(kind))


class Scene:
    """An event owner that hears a Betfair and a UOF process."""

    def __init__(self, house: House, owner: EventOwner, betfair: Process, uof: Process) -> None:
        self.house = house
        self.owner = owner
        self.betfair = betfair
        self.uof = uof

    def market(self, market: str) -> MarketState:
        return self.owner.trading.markets[market]

    async def opened(self, *markets: str) -> None:
        for market in markets:
            await self.becomes(market, MarketStatus.OPEN)

    async def becomes(self, market: str, status: MarketStatus) -> None:
        known = self.owner.trading.markets
        await until(lambda: market in known and known[market].status is status)

    def attempt(self, market: str, selection: int) -> PlaceBet:
        asked = self.house.attempt("10.00", selection=selection)
        leg = msgspec.structs.replace(asked.legs[0], market_id=market)
        return msgspec.structs.replace(asked, legs=(leg,))

    async def bet(self, market: str, selection: int) -> BetAnswer:
        return await self.owner.placement.place(self.attempt(market, selection))


@asynccontextmanager
async def working(owner: EventOwner) -> AsyncIterator[None]:
    works = (owner.run_feeds(), owner.run_results(), owner.follow_journal())
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


@pytest.fixture
async def scene(house: House, settings: Settings) -> AsyncIterator[Scene]:
    await without_results(settings)
    async with AsyncExitStack() as stack:
        run = token_hex(3)
        betfair = await stack.enter_async_context(process(settings, f"betfair-{run}"))
        uof = await stack.enter_async_context(process(settings, f"uof-{run}", "uof"))
        owner = house.new_owner()
        await owner.recover()
        await stack.enter_async_context(working(owner))
        await stack.enter_async_context(house.settling())
        betfair.tap.say(definition())
        betfair.tap.say(prices())
        tell(uof, odds_change())
        opened = Scene(house, owner, betfair, uof)
        await opened.opened(MARKET, LINE)
        yield opened


async def test_one_producer_down_suspends_its_markets_and_no_other(scene: Scene) -> None:
    assert (await scene.bet(LINE, 1)).outcome is BetOutcome.ACCEPTED
    scene.uof.tap.health("1", up=False)
    await scene.becomes(LINE, MarketStatus.SUSPENDED)
    refused = await scene.bet(LINE, 1)
    assert (refused.outcome, refused.code) == (BetOutcome.REFUSED, "market_suspended")
    assert (await scene.bet(MARKET, FIRST)).outcome is BetOutcome.ACCEPTED
    scene.uof.tap.health("3", up=False)
    scene.uof.tap.health("1", up=True)
    await asyncio.sleep(0.2)
    assert scene.market(LINE).status is MarketStatus.SUSPENDED, "old odds opened it"
    tell(scene.uof, odds_change(1, 2.6, 3.3, 3.0, at=5))
    await scene.opened(LINE)
    assert (await scene.bet(LINE, 1)).outcome is BetOutcome.ACCEPTED


async def test_a_dead_feed_process_suspends_its_markets_and_no_other(scene: Scene) -> None:
    await scene.betfair.die()
    await scene.becomes(MARKET, MarketStatus.SUSPENDED)
    assert (await scene.bet(MARKET, FIRST)).code == "market_suspended"
    assert (await scene.bet(LINE, 1)).outcome is BetOutcome.ACCEPTED


async def test_odds_of_a_recovery_count_once_the_producer_is_up(scene: Scene) -> None:
    scene.uof.tap.health("1", up=False)
    await scene.becomes(LINE, MarketStatus.SUSPENDED)
    tell(scene.uof, odds_change(1, 2.7, 3.3, 3.0, at=5))
    await until(lambda: scene.market(LINE).fresh)
    assert scene.market(LINE).status is MarketStatus.SUSPENDED
    scene.uof.tap.health("1", up=True)
    await scene.opened(LINE)


async def test_a_bet_stop_suspends_its_markets(scene: Scene) -> None:
    tell(scene.uof, bet_stop())
    await scene.becomes(LINE, MarketStatus.SUSPENDED)
    assert (await scene.bet(LINE, 1)).code == "market_suspended"
    assert scene.market(MARKET).status is MarketStatus.OPEN
    tell(scene.uof, odds_change(1, 2.4, 3.3, 3.1, at=5))
    await scene.opened(LINE)


async def test_results_told_twice_settle_once_also_for_a_new_owner(scene: Scene) -> None:
    house, before = scene.house, money.parse("100.00", "EUR")
    won = await scene.bet(LINE, 1)
    await scene.bet(LINE, 2)
    half = await scene.bet(LINE, 3)
    result = settled('result="1"', 'result="0"', 'result="0" void_factor="0.5"')
    for _ in range(2):
        tell(scene.uof, result)
        await until(lambda: len(scene.owner.bets) == 0)
    stake = money.parse("10.00", "EUR")
    paid = stake * won.prices[0] // 10_000 + stake // 2
    assert half.outcome is BetOutcome.ACCEPTED
    assert await house.balance() == (before - 3 * stake + paid, 0)
    assert (await scene.bet(LINE, 1)).code == "market_closed"
    bus = house.bus
    for consumer in ("trading", "settlement"):
        await bus.js.delete_consumer("FEED_RESULTS", consumer)
    successor = house.new_owner()
    await successor.recover()
    async with working(successor):
        await until(lambda: LINE in successor.trading._result_seqs)
        await asyncio.sleep(0.1)
    assert (await house.entries()).count("settle_bet") == 3
    assert await house.balance() == (before - 3 * stake + paid, 0)


async def test_a_cancel_voids_the_bets_of_its_time_alone(scene: Scene) -> None:
    await scene.bet(LINE, 1)
    tell(scene.uof, cancelled(1, 2))
    await until(lambda: LINE in scene.owner.trading._result_seqs)
    assert len(scene.owner.bets) == 1
    tell(scene.uof, cancelled(1, 2**42, at=6))
    await until(lambda: len(scene.owner.bets) == 0)
    assert scene.owner._recovery.voided == 1
    assert await scene.house.balance() == (money.parse("100.00", "EUR"), 0)


async def test_a_result_that_nobody_was_there_to_hear_is_settled_by_the_next_owner(
    scene: Scene, settings: Settings
) -> None:
    await scene.bet(MARKET, FIRST)
    late = scene.house.new_owner()
    await late.recover()
    assert len(late.bets) == 1
    scene.betfair.tap.say(definition("CLOSED", version=9, r11="WINNER"))
    await until(lambda: scene.betfair.service.results.sent.value == 1)
    await scene.betfair.die()
    async with working(late):
        await until(lambda: len(late.bets) == 0 or len(scene.owner.bets) == 0)
    assert (await scene.house.entries()).count("settle_bet") == 1
