"""A feed process on a real NATS server: who comes late misses nothing, and nobody believes one that is gone."""

import asyncio
from collections.abc import AsyncIterator
from secrets import token_hex

import msgspec
import pytest

from pyplatform.bus import Bus
from pyplatform.contracts import feeds as contract
from pyplatform.contracts.feeds import (
    RESULTS_STREAM,
    FeedHealth,
    Prices,
    Result,
    Update,
    ask_health_subject,
    result_subject,
)
from pyplatform.contracts.sportsbook.markets import MarketStatus
from pyplatform.feeds.adapter import adapter
from pyplatform.feeds.received import Health, Received
from pyplatform.feeds.service import FeedService
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.time import now_ns
from pyplatform.telemetry import readings
from tests.integration.feeds.stage import listening, process, until, without_results
from tests.integration.sportsbook.conftest import FIRST, MARKET, definition, prices


@pytest.fixture
def feed() -> str:
    return f"betfair-{token_hex(4)}"


def moved(step: int) -> bytes:
    return prices(first=2.0 + step / 100, second=4.0, third=4.0)


async def test_a_late_joiner_gets_a_snapshot_and_misses_nothing(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running, listening(settings) as early:
        running.tap.say(definition())
        for step in range(50):
            running.tap.say(moved(step))
        await until(lambda: MARKET in early.trading.markets)
        async with listening(settings) as late:
            for step in range(50, 300):
                running.tap.say(moved(step))
                if step % 10 == 0:
                    await asyncio.sleep(0)
            running.tap.say(definition(version=2, r33="REMOVED"))
            running.tap.say(prices(first=1.5, second=3.0))
            for ear in (early, late):
                await until(lambda ear=ear: MARKET in ear.trading.markets)  # type: ignore[misc]
                market = ear.trading.markets[MARKET]
                await until(lambda market=market: market.quoted is not None and market.quoted.back[0] == 1.5)  # type: ignore[misc]
            # Its status did not change: the late one hears of it in the snapshot only, which may still be on its way.
            await until(lambda: late.state(MARKET) == early.state(MARKET))
            assert late.trading.markets[MARKET].status is MarketStatus.OPEN


async def test_a_market_that_moves_often_in_one_go_is_told_once(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running, listening(settings) as ear:
        running.tap.say(definition())
        for step in range(200):
            running.tap.say(moved(step))
        await until(lambda: MARKET in ear.trading.markets and ear.trading.markets[MARKET].fresh)
        assert ear.trading.markets[MARKET].quoted == Prices(
            ("11", "22", "33"), (3.99, 4.0, 4.0), (3.99, 4.0, 4.0), (None, None, None)
        )
        assert running.service.metrics.messages.value == 201
        assert running.service.metrics.published.value < 20


async def test_what_is_lost_on_the_way_is_noticed_and_asked_for(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running, listening(settings) as ear:
        running.tap.say(definition())
        running.tap.say(moved(0))
        await until(lambda: MARKET in ear.trading.markets and ear.trading.markets[MARKET].fresh)
        taken = ear.listener.snapshots.value
        running.service.board.put(MARKET, feed, Prices(("11",), (9.0,), (9.0,), (None,)), 0, 0)  # never sent
        running.tap.say(definition("SUSPENDED", version=2))
        await until(lambda: ear.listener.snapshots.value > taken)
        await until(lambda: ear.trading.markets[MARKET].status is MarketStatus.SUSPENDED)


async def test_a_killed_feed_is_suspended_at_once_and_its_successor_is_believed(
    settings: Settings, feed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "SILENCE_S", 3600.0)  # that it is silent is not what is noticed
    async with listening(settings) as ear:
        async with process(settings, feed) as running:
            running.tap.say(definition())
            running.tap.say(moved(0))
            await until(lambda: MARKET in ear.trading.markets)
            market = ear.trading.markets[MARKET]
            await until(lambda: market.status is MarketStatus.OPEN)
            await running.die()
        await until(lambda: market.status is MarketStatus.SUSPENDED)
        async with process(settings, feed) as successor:
            successor.tap.say(definition())
            await asyncio.sleep(0.2)
            assert market.status is MarketStatus.SUSPENDED, "a status without prices opened it"
            successor.tap.say(moved(0))
            await until(lambda: market.status is MarketStatus.OPEN)
            before = ear.state(MARKET)
            stamp = msgspec.structs.replace(
                successor.service.board.page("", successor.service.health()).updates[2].stamp,
                session=running.service.board.session,
                seq=2**62,
            )
            await successor.service.publish(Update(stamp, MARKET, Prices(("11",), (9.9,), (9.9,), (None,))))
            await asyncio.sleep(0.2)
            assert ear.state(MARKET)[2] == before[2], "a process that was replaced was heard"


async def test_a_feed_that_spoke_since_it_was_asked_for_is_not_gone(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running, listening(settings) as ear:
        running.tap.say(definition())
        running.tap.say(moved(0))
        await until(lambda: MARKET in ear.trading.markets)
        market = ear.trading.markets[MARKET]
        await until(lambda: market.status is MarketStatus.OPEN)
        assert not ear.sources.go(feed, 0.0)
        assert not ear.sources.go("nobody", 0.0)
        assert market.status is MarketStatus.OPEN


async def test_a_frozen_feed_is_suspended_and_confirms_what_it_said_when_it_is_back(
    settings: Settings, feed: str
) -> None:
    async with process(settings, feed) as running, listening(settings) as ear:
        running.tap.say(definition())
        running.tap.say(moved(0))
        await until(lambda: MARKET in ear.trading.markets)
        market = ear.trading.markets[MARKET]
        await until(lambda: market.status is MarketStatus.OPEN)
        (beating, _) = running.service._tasks
        beating.cancel()
        await until(lambda: market.status is MarketStatus.SUSPENDED)
        await running.service._publish_health()
        await until(lambda: market.status is MarketStatus.OPEN)


async def test_a_live_feed_sells_nothing_before_its_producer_is_up(settings: Settings, feed: str) -> None:
    async with process(settings, feed, up=False) as running, listening(settings) as ear:
        running.tap.say(definition())
        running.tap.say(moved(0))
        await until(lambda: MARKET in ear.trading.markets and ear.trading.markets[MARKET].fresh)
        market = ear.trading.markets[MARKET]
        assert market.status is MarketStatus.SUSPENDED
        running.tap.health("betfair", up=True)
        await until(lambda: market.status is MarketStatus.OPEN)
        running.tap.health("betfair", up=False)
        await until(lambda: market.status is MarketStatus.SUSPENDED)
        running.tap.health("betfair", up=True)
        await until(lambda: market.status is MarketStatus.OPEN)


async def test_a_second_process_of_a_feed_is_refused(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running:
        second = FeedService(running.bus, feed, adapter("betfair", feed), assume_up=True)
        with pytest.raises(PlatformError, match=f"another process publishes the feed {feed}"):
            await second.start()


async def test_health_is_answered(settings: Settings, feed: str) -> None:
    async with process(settings, feed) as running:
        running.tap.say(b"nonsense")
        running.tap.say(definition())
        await until(lambda: len(running.service.board) == 1)
        bus = await Bus.connect(settings.nats_url, "asker")
        answer = await bus.request(ask_health_subject(feed), b"", 2.0)
        await bus.close()
        health = msgspec.msgpack.decode(answer, type=FeedHealth)
        assert (health.feed, health.messages, health.broken, health.markets) == (feed, 2, 1, 1)
        assert health.last_received_at > 0


async def stored(settings: Settings, feed: str) -> list[Update]:
    """The results of a feed in the stream, in order."""
    bus = await Bus.connect(settings.nats_url, "reader")
    try:
        state = (await bus.js.stream_info(RESULTS_STREAM)).state
        found = []
        for number in range(state.first_seq, state.last_seq + 1):
            message = await bus.js.get_msg(RESULTS_STREAM, number)
            if message.subject == result_subject(feed, MARKET):
                found.append(msgspec.msgpack.decode(message.data or b"", type=Update))
        return found
    finally:
        await bus.close()


def winners(update: Update) -> list[str]:
    assert isinstance(update.body, Result)
    return [outcome.key for outcome in update.body.outcomes if outcome.won]


async def test_a_result_is_in_the_stream_once_however_often_it_is_told(settings: Settings, feed: str) -> None:
    await without_results(settings)
    for _ in range(3):
        async with process(settings, feed) as running:
            running.tap.say(definition())
            running.tap.say(definition("CLOSED", version=2, r11="WINNER"))
            running.tap.say(definition("CLOSED", version=3, r11="WINNER"))
            await until(lambda running=running: MARKET in running.service.results._last)  # type: ignore[misc]
            await running.service.results.flushed()
    assert [winners(update) for update in await stored(settings, feed)] == [[str(FIRST)]]


async def test_a_result_that_comes_back_after_a_correction_is_told_again(
    settings: Settings, feed: str
) -> None:
    await without_results(settings)
    async with process(settings, feed) as running:
        first, second = definition("CLOSED", r11="WINNER"), definition("CLOSED", r22="WINNER")
        for told in (first, second, first, second):
            running.tap.say(told)
            await until(lambda: running.service.results.unsent == 0)
            await asyncio.sleep(0.05)
    async with process(settings, feed) as again:
        for told in (first, second):
            again.tap.say(told)
            await until(lambda: again.service.results.unsent == 0)
            await asyncio.sleep(0.05)
    assert [winners(update) for update in await stored(settings, feed)] == [["11"], ["22"]] * 3


async def test_a_lost_stream_is_filled_again_with_all_that_is_known(settings: Settings, feed: str) -> None:
    await without_results(settings)
    async with process(settings, feed) as running:
        running.tap.say(definition("CLOSED", r11="WINNER"))
        await until(lambda: MARKET in running.service.results._known)
        await without_results(settings)
        other = definition("CLOSED", r22="WINNER").replace(MARKET.encode(), b"1.501")
        running.tap.say(other)
        await until(lambda: "1.501" in running.service.results._known)
        assert [winners(update) for update in await stored(settings, feed)] == [["11"]]


async def test_a_source_that_forgets_what_was_taken_is_asked_on_only_when_results_are_safe(
    settings: Settings, feed: str
) -> None:
    await without_results(settings)
    bus = await Bus.connect(settings.nats_url, feed)
    service = FeedService(bus, feed, adapter("betfair", feed), assume_up=True, careful=True)
    await service.start()
    safe: list[int] = []

    async def source() -> AsyncIterator[Received | Health]:
        for number in range(3):
            told = (
                definition("CLOSED", r11="WINNER").rstrip(b"\n").replace(MARKET.encode(), b"1.60%d" % number)
            )
            yield Received(now_ns(), "", told)
            safe.append(service.results.sent.value)

    await service.run(source())
    await service.close()
    await bus.close()
    assert safe == [1, 2, 3]


async def test_a_feed_measures_itself(settings: Settings, feed: str) -> None:
    async with process(settings, feed, up=False) as running:
        running.tap.health("betfair", up=True)
        running.tap.say(b"nonsense")
        running.tap.say(definition())
        running.tap.say(moved(0))
        running.tap.health("betfair", up=False)
        await until(lambda: running.service.metrics.outages.value == 1)
        running.service.metrics.received(now_ns() + 60 * 10**9)  # a message after a minute of silence
        measured = readings()
    for name, value in {
        "feed.messages": 4,
        "feed.broken": 1,
        "feed.gaps": 1,
        "feed.markets": 1,
        "feed.queue": 0,
        "feed.producers.up": 0,
        "feed.producers.down": 1,
    }.items():
        assert measured[name] == value, name
    assert measured["feed.age"] < 0
    assert measured["feed.published"] == 3
