"""The stream connector against a server that speaks Betfair's protocol over TLS, and books that must come out right."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest

from pyplatform.core.feeds import betfair
from pyplatform.feeds.backlog import Backlog
from pyplatform.feeds.betfair_settings import BetfairSettings, Subscription
from pyplatform.feeds.betfair_stream import BetfairStream
from pyplatform.feeds.secret import FeedRefused, Secret
from tests.integration.feeds.clock import Clock, Reader, reading, until
from tests.integration.feeds.exchange import APP_KEY, SESSION, Exchange

Certificates = tuple[Path, Path]


def settings(exchange: Exchange, certificates: Certificates, **subscription: Any) -> BetfairSettings:
    return BetfairSettings(
        app_key=Secret(APP_KEY),
        session=Secret(SESSION),
        host="127.0.0.1",
        port=exchange.port,
        ca_file=str(certificates[0]),
        subscription=Subscription(heartbeat_ms=500, **subscription),
    )


class Run:
    """A connector, the books fed by it, and the clock that moves it."""

    def __init__(self, given: BetfairSettings, backlog: int = 10_000) -> None:
        self.clock = Clock()
        self.books = betfair.Books(strict=True)
        self.stream = BetfairStream(given, backlog=Backlog(backlog), clock=self.clock, tick_s=0.002)
        self.reader: Reader

    @asynccontextmanager
    async def start(self) -> AsyncIterator["Run"]:
        async with reading(
            self.stream, lambda received: self.books.apply(received.payload + b"\n")
        ) as self.reader:
            yield self

    def held(self) -> dict[str, dict[int, dict[str, list[list[float]]]]]:
        held = {}
        for market, book in self.books.snapshot()["markets"].items():
            runners = {
                runner["id"]: {side: runner[side] for side in ("atb", "atl")} for runner in book["runners"]
            }
            held[market] = {
                runner: {side: sorted(map(list, levels)) for side, levels in sides.items()}
                for runner, sides in runners.items()
                if any(sides.values())
            }
        return held

    async def caught_up(self, exchange: Exchange) -> None:
        clock = f'"clk":"{len(exchange.changes)}"'.encode()
        await until(lambda: self.reader.up and clock in self.reader.received[-1].payload)
        assert self.held() == exchange.expected()

    async def reconnected(self, connections: int) -> None:
        """Let the machine's waits pass until it has connected so often."""
        async with asyncio.timeout(60):
            while not (self.stream.connections == connections and self.reader.up):
                self.clock.go_on(20)
                await asyncio.sleep(0.004)


@pytest.fixture
def run(exchange: Exchange, certificates: Certificates) -> Run:
    exchange.trade(1, 50)
    return Run(settings(exchange, certificates))


async def test_an_image_and_changes_make_the_exchanges_own_books(run: Run, exchange: Exchange) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        exchange.trade(2, 500)
        await run.caught_up(exchange)
    assert run.reader.health == [("betfair", True, "image")]
    authentication, subscription = exchange.requests
    assert authentication["op"] == "authentication"
    assert "clk" not in subscription
    assert subscription["heartbeatMs"] == 500


@pytest.mark.parametrize("seed", range(5))
async def test_after_any_loss_the_books_are_resumed_by_their_clocks(
    run: Run, exchange: Exchange, seed: int
) -> None:
    random = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    async with run.start():
        await until(lambda: run.reader.up)
        for loss in range(4):
            exchange.trade(random.randrange(1_000), random.randrange(200))
            if random.random() < 0.5:
                await run.caught_up(exchange)
            if random.random() < 0.5:
                # In the middle of a message.
                for client in exchange.clients:
                    client.writer.write(
                        b'{"op":"mcm","id":2,"clk":"999999","pt":1,"mc":[{"id":"1.1","rc":[{"id":1,"at'
                    )
                    await client.writer.drain()
            exchange.cut()
            exchange.trade(random.randrange(1_000), random.randrange(200))
            await run.reconnected(loss + 2)
            await run.caught_up(exchange)
    subscriptions = [request for request in exchange.requests if request["op"] == "marketSubscription"]
    assert all(request["initialClk"] == "first" for request in subscriptions[1:])
    assert [up for _, up, _ in run.reader.health] == [True, *[False, True] * 4]
    assert {reason for _, up, reason in run.reader.health[1:]} == {"connection", "resumed"}
    assert run.books.error_count == 0


async def test_an_image_cut_off_between_segments_begins_afresh(run: Run, exchange: Exchange) -> None:
    exchange.segments, exchange.stop_after_segments = 3, 2
    async with run.start():
        await until(lambda: run.stream.connections == 1 and not exchange.clients)
        assert run.reader.health == []
        await run.reconnected(2)
        await run.caught_up(exchange)
    assert "clk" not in exchange.requests[-1]


async def test_clocks_the_exchange_no_longer_knows_mean_a_new_image(run: Run, exchange: Exchange) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        exchange.cut()
        exchange.trade(3, 50)
        exchange.oldest_clock = len(exchange.changes)
        await run.reconnected(3)
        await run.caught_up(exchange)
    kinds = ["clk" in request for request in exchange.requests if request["op"] == "marketSubscription"]
    assert kinds == [False, True, False]


async def test_silence_of_two_heartbeats_is_a_loss_and_heartbeats_are_none(
    run: Run, exchange: Exchange
) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        for _ in range(5):
            seen = len(run.reader.received)
            run.clock.go_on(900)
            exchange.heartbeat()
            await until(lambda: len(run.reader.received) > seen)  # noqa: B023 - awaited in the turn that set it
        assert run.reader.health == [("betfair", True, "image")]
        run.clock.go_on(1_001)
        await until(lambda: not run.reader.up)
        assert run.reader.health[-1] == ("betfair", False, "heartbeat")
        await run.reconnected(2)
        await run.caught_up(exchange)


async def test_late_data_is_down_and_the_connection_stays(run: Run, exchange: Exchange) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        exchange.tell({"status": 503})
        await until(lambda: not run.reader.up)
        exchange.tell({"status": None})
        await until(lambda: run.reader.up)
    assert run.reader.health[1:] == [("betfair", False, "late"), ("betfair", True, "in_time")]
    assert run.stream.connections == 1


async def test_messages_of_another_subscription_are_dropped(run: Run, exchange: Exchange) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        exchange.tell({"id": 77, "mc": [{"id": "1.0", "rc": [{"id": 0, "atb": [[6.5, 1]]}]}]})
        exchange.change("1.0", 0, "atb", 1.5, 3)
        await run.caught_up(exchange)
    assert not any(b'"id":77' in received.payload for received in run.reader.received)


async def test_a_slow_reader_loses_the_backlog_and_no_change(
    exchange: Exchange, certificates: Certificates
) -> None:
    exchange.trade(1, 50)
    run = Run(settings(exchange, certificates), backlog=100)
    async with run.start():
        await until(lambda: run.reader.up)
        run.reader.may_read.clear()
        exchange.trade(4, 2_000)
        await until(lambda: run.stream.overflows)
        exchange.trade(5, 20)
        run.reader.may_read.set()
        await run.reconnected(2)
        await run.caught_up(exchange)
    taken = [int(request["clk"]) for request in exchange.requests if "clk" in request]
    assert len(taken) == 1
    assert taken[0] < 60, "it goes on from what was taken, not from what was read"
    assert ("betfair", False, "overflow") in run.reader.health
    assert len(run.reader.received) < 200


async def test_a_line_that_is_no_message_is_a_loss(run: Run, exchange: Exchange) -> None:
    async with run.start():
        await until(lambda: run.reader.up)
        for client in exchange.clients:
            client.writer.write(b'{"op":"mcm","id":2,"mc":[}\r\n')
        await until(lambda: not run.reader.up)
        await run.reconnected(2)
        await run.caught_up(exchange)


@pytest.mark.parametrize("error", ["INVALID_APP_KEY", "NOT_AUTHORIZED", "INVALID_SESSION_INFORMATION"])
async def test_refused_credentials_end_it_without_showing_them(
    run: Run,
    exchange: Exchange,
    error: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    exchange.refuse = [error]
    with caplog.at_level(logging.DEBUG):
        async with run.start():
            async with asyncio.timeout(60):
                while run.reader.error is None:
                    run.clock.go_on(20)
                    await asyncio.sleep(0.004)
            refused = run.reader.error
    assert isinstance(refused, FeedRefused)
    everything = f"{refused} {refused!r} {run.stream._settings!r} {caplog.text} {''.join(capfd.readouterr())}"
    assert APP_KEY not in everything
    assert SESSION not in everything
    if error != "INVALID_SESSION_INFORMATION":
        assert error in str(refused)


async def test_too_many_markets_need_a_person(run: Run, exchange: Exchange) -> None:
    exchange.refuse_subscription = ["SUBSCRIPTION_LIMIT_EXCEEDED"]
    async with run.start():
        await until(lambda: run.reader.error)
    assert "SUBSCRIPTION_LIMIT_EXCEEDED" in str(run.reader.error)


async def test_too_many_connections_are_waited_for(run: Run, exchange: Exchange) -> None:
    exchange.refuse = ["MAX_CONNECTION_LIMIT_EXCEEDED"]
    async with run.start():
        # The wait counts from when the connector knows that it was refused: its task of the connection is over then.
        await until(lambda: run.stream.connections == 1 and len(run.stream._work._tasks) == 1)
        run.clock.go_on(5_000)
        await asyncio.sleep(0.05)
        assert run.stream.connections == 1
        run.clock.go_on(15_000)
        await until(lambda: run.reader.up)


async def test_orders_and_markets_are_up_together(exchange: Exchange, certificates: Certificates) -> None:
    exchange.trade(1, 10)
    run = Run(settings(exchange, certificates, orders=True))
    async with run.start():
        await until(lambda: run.reader.up)
        await run.caught_up(exchange)
    assert [request["op"] for request in exchange.requests] == [
        "authentication",
        "marketSubscription",
        "orderSubscription",
    ]
    assert len(run.reader.health) == 1


async def test_a_certificate_nobody_signed_is_not_trusted(exchange: Exchange) -> None:
    given = BetfairSettings(
        app_key=Secret(APP_KEY), session=Secret(SESSION), host="127.0.0.1", port=exchange.port
    )
    run = Run(given)
    async with run.start():
        for _ in range(20):
            run.clock.go_on(1_000)
            await asyncio.sleep(0.005)
        assert run.stream.connections == 0
    assert exchange.requests == []
