"""The odds feed connector against a real broker and the feed's API: whatever is lost, the state comes out true."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pyplatform.core.feeds import uof
from pyplatform.feeds.backlog import Backlog
from pyplatform.feeds.secret import FeedRefused, Secret
from pyplatform.feeds.uof_api import UofApi
from pyplatform.feeds.uof_feed import UofFeed
from pyplatform.feeds.uof_settings import UofSettings
from pyplatform.kernel.errors import Unavailable
from tests.integration.feeds.betradar import Betradar
from tests.integration.feeds.betradar_http import TOKEN, Http
from tests.integration.feeds.clock import Clock, Reader, reading, until
from tests.integration.feeds.proxy import Proxy

MINUTE = 60_000
HOUR = 60 * MINUTE


class Run:
    """A connector and the state fed by it."""

    def __init__(
        self, settings: UofSettings, betradar: Betradar, clock: Clock, backlog: int = 10_000
    ) -> None:
        self.settings, self.clock, self.betradar = settings, clock, betradar
        self.state = uof.State(strict=True)
        self.feed = UofFeed(settings, backlog=Backlog(backlog), clock=clock, tick_s=0.005, first_wait_s=0.01)
        self.reader: Reader
        self.alives = 0
        take = self.feed._take_system

        def count(xml: bytes) -> None:
            take(xml)
            self.alives += 1

        self.feed._take_system = count  # type: ignore[method-assign]

    @asynccontextmanager
    async def start(self) -> AsyncIterator["Run"]:
        async with reading(self.feed, lambda one: self.state.apply(one.channel, one.payload)) as self.reader:
            yield self

    def up(self, product: int = 1) -> bool:
        standing = self.feed.standing(product)
        return standing is not None and standing.up

    def phase(self, product: int = 1) -> str:
        standing = self.feed.standing(product)
        assert standing is not None
        return standing.phase

    async def alive(self, *products: int, subscribed: int = 1) -> None:
        """Send alives, and wait until both the system and the data session had them."""
        alives, seen = self.alives, len(self.reader.received)
        count = len(products or (1, 3))
        await self.betradar.alive(*products, subscribed=subscribed)
        await until(lambda: self.alives >= alives + count and len(self.reader.received) >= seen + count)

    async def recovered(self, *, subscribed: int = 1) -> None:
        """Alives, the requests they bring about, and their answers, up to the end."""
        asked = len(self.betradar.recoveries)
        await self.alive(subscribed=subscribed)
        await until(lambda: len(self.betradar.recoveries) >= asked + 2)
        await self.betradar.answer()
        await until(lambda: self.up(1) and self.up(3))

    async def same_as_truth(self) -> None:
        await until(lambda: _in_order(self.state) == _in_order(self.betradar.truth))

    def health(self, product: int = 1) -> list[tuple[bool, str]]:
        return [(up, reason) for name, up, reason in self.reader.health if name == str(product)]


Make = Callable[..., Run]


@pytest.fixture
def make(betradar: Betradar, proxy: Proxy, http: Http, certificates: tuple[Path, Path], clock: Clock) -> Make:
    def make(*, token: str = TOKEN, backlog: int = 10_000, **more: Any) -> Run:
        settings = UofSettings(
            token=Secret(token),
            broker_host="127.0.0.1",
            broker_port=proxy.port,
            api_url=http.url,
            ca_file=str(certificates[0]),
            **more,
        )
        return Run(settings, betradar, clock, backlog)

    return make


async def connected(run: Run, times: int = 1) -> None:
    await until(lambda: run.feed.connections == times)


async def test_a_first_recovery_then_live_messages_late_and_double_ones_too(
    make: Make, betradar: Betradar
) -> None:
    run = make()
    await betradar.play(1, 40)
    async with run.start():
        await connected(run)
        await run.recovered(subscribed=0)
        assert [recovery.after for recovery in betradar.recoveries] == [None, None]
        paths = {recovery.path for recovery in betradar.recoveries}
        assert paths == {"/v1/liveodds/recovery/initiate_request", "/v1/pre/recovery/initiate_request"}
        await betradar.play(2, 100)
        late = await betradar.say("odds_change", "sr:match.101".replace(".", ":"), body="<odds/>")
        await betradar.publish("hi.-.live.odds_change.1.sr:match.101.-", late)
        old = late.replace(f'timestamp="{run.clock.ms}"', f'timestamp="{run.clock.ms - 5_000}"').replace(
            "<odds/>", '<odds><market id="1" specifiers="total=0.5" status="-3"/></odds>'
        )
        await betradar.publish("hi.-.live.odds_change.1.sr:match.101.-", old)
        await betradar.alive()
        await until(lambda: run.state.late == 1)
        # What was settled before we ever came is not part of a recovery of all odds.
        assert _odds(run.state) == _odds(betradar.truth)
    assert run.health() == [(True, "first_recovery")]
    assert run.feed.delay_ms >= 0


def _in_order(state: uof.State) -> dict[str, uof.Event]:
    """All that is held; the order of cancellations, which a recovery may change, does not count."""
    held = state.snapshot()
    for event in held.values():
        for line in event["markets"].values():
            line["cancels"].sort(key=str)
    return held


def _odds(state: uof.State) -> dict[str, Any]:
    """Lines and odds, without what is settled or cancelled."""
    return {
        event: {
            name: (line["status"], line["outcomes"])
            for name, line in held["markets"].items()
            if line["status"] is not None
        }
        for event, held in state.snapshot().items()
    }


@pytest.mark.parametrize("seed", range(3))
async def test_what_was_missed_while_the_connection_was_lost_is_recovered(
    make: Make, betradar: Betradar, proxy: Proxy, seed: int
) -> None:
    run = make()
    async with run.start():
        await connected(run)
        await run.recovered()
        for loss in range(3):
            await betradar.play(seed * 100 + loss, 60)
            run.clock.go_on(1_000)
            await run.alive()
            await until(lambda: run.feed.standing(1).recovery_point == run.clock.ms)  # type: ignore[union-attr]
            last_good = run.clock.ms
            proxy.cut()
            await until(lambda: not run.up())
            await betradar.play(seed * 100 + 50 + loss, 60)
            await connected(run, loss + 2)
            run.clock.go_on(30_000)
            await run.recovered()
            assert {recovery.after for recovery in betradar.recoveries[-2:]} == {last_good}
            await run.same_as_truth()
    assert run.health() == [(True, "first_recovery"), *[(False, "connection"), (True, "recovered")] * 3]
    ids = [recovery.request_id for recovery in betradar.recoveries]
    assert sorted(ids) == list(range(min(ids), min(ids) + 8)), "each has an id of its own"


async def test_a_silent_producer_is_down_alone_and_recovered_when_its_alives_are_back(
    make: Make, betradar: Betradar
) -> None:
    run = make()
    async with run.start():
        await connected(run)
        await run.recovered()
        for _ in range(2):
            run.clock.go_on(10_000)
            await run.alive(1)
        run.clock.go_on(1)
        await until(lambda: not run.up(3))
        assert run.up(1)
        await until(lambda: run.health(3) == [(True, "first_recovery"), (False, "alive_interval")])
        assert len(betradar.recoveries) == 2, "nothing is asked of a silent producer"
        run.clock.go_on(9_999)
        await run.alive()
        await until(lambda: len(betradar.recoveries) == 3)
        await betradar.answer()
        await until(lambda: run.up(3))
    assert [recovery.product for recovery in betradar.recoveries[2:]] == [3]
    assert len(run.health(1)) == 1


async def test_an_interrupted_recovery_is_made_again_from_the_last_good_time(
    make: Make, betradar: Betradar
) -> None:
    run = make(products=(1,))
    async with run.start():
        await connected(run)
        await run.alive(1)
        await until(lambda: len(betradar.recoveries) == 1)
        run.clock.go_on(10_000)
        await run.alive(1)
        seen = run.clock.ms
        run.clock.go_on(20_001)
        await until(lambda: run.phase() == "interrupted")
        await betradar.answer()
        await until(lambda: len(betradar.recoveries) == 2)
        assert betradar.recoveries[1].after == seen
        assert not run.up()
        await run.alive(1)
        await betradar.answer()
        await until(run.up)
    assert run.health() == [(True, "first_recovery")]


async def test_requests_that_are_refused_are_repeated_within_their_limits(
    make: Make, betradar: Betradar, monkeypatch: pytest.MonkeyPatch
) -> None:
    betradar.answers.recovery_statuses = [429, 503, 503, 503, 503, 503]
    run = make(products=(1,))
    times = []
    async with run.start():
        await connected(run)
        recover = run.feed.api.recover

        async def noted(*request: Any) -> None:
            times.append(run.clock.ms)
            await recover(*request)

        monkeypatch.setattr(run.feed.api, "recover", noted)
        for _ in range(200):
            await run.alive(1)
            await asyncio.sleep(0.01)
            await until(lambda: len(betradar.recoveries) == len(times))
            run.clock.go_on(10_000)
    assert all(later - earlier >= 30_000 for earlier, later in pairwise(times))
    counted = times[1:]
    assert all(sum(at - 30 * MINUTE < other <= at for other in counted) <= 2 for at in counted)
    assert len(times) >= 3


async def test_a_slow_reader_loses_the_backlog_and_recovers_it(make: Make, betradar: Betradar) -> None:
    run = make(backlog=60)
    async with run.start():
        await connected(run)
        await run.recovered()
        run.clock.go_on(1_000)
        await run.alive()
        run.reader.may_read.clear()
        await betradar.play(7, 300)
        await until(lambda: run.feed.overflows)
        assert not run.up()
        run.reader.may_read.set()
        await until(lambda: len(run.feed._backlog) == 0)
        run.clock.go_on(30_000)
        await run.recovered()
        await run.same_as_truth()
    assert run.health() == [(True, "first_recovery"), (False, "connection"), (True, "recovered")]
    assert run.feed.connections == 1


async def test_late_processing_is_down_until_it_has_caught_up_and_asks_for_nothing(
    make: Make, betradar: Betradar
) -> None:
    run = make(products=(1,))
    async with run.start():
        await connected(run)
        await run.alive(1)
        await until(lambda: len(betradar.recoveries) == 1)
        await betradar.answer()
        await until(run.up)
        run.reader.may_read.clear()
        for _ in range(3):
            run.clock.go_on(8_000)
            await betradar.alive(1)
            await asyncio.sleep(0.05)
        await until(lambda: not run.up())
        run.reader.may_read.set()
        await run.alive(1)
        await until(run.up)
    assert run.health() == [(True, "first_recovery"), (False, "queue_delay"), (True, "delay_over")]
    assert len(betradar.recoveries) == 1


async def test_a_run_goes_on_where_the_last_one_stopped(
    make: Make, betradar: Betradar, tmp_path: Path
) -> None:
    progress = str(tmp_path / "progress.json")
    first = make(progress_file=progress)
    async with first.start():
        await connected(first)
        await first.recovered()
        first.clock.go_on(1_000)
        await first.alive()
        stopped = first.clock.ms
        await until(lambda: first.feed.standing(3).recovery_point == stopped)  # type: ignore[union-attr]
    first.clock.go_on(5 * MINUTE)
    second = make(progress_file=progress)
    async with second.start():
        await connected(second)
        await second.recovered()
    assert {recovery.after for recovery in betradar.recoveries[2:]} == {stopped}
    first_ids, second_ids = (
        [one.request_id for one in betradar.recoveries[part]] for part in (slice(2), slice(2, 4))
    )
    assert min(second_ids) > max(first_ids)


async def test_hi_and_lo_sessions_with_a_node_get_their_own_recoveries_only(
    make: Make, betradar: Betradar
) -> None:
    run = make(sessions=("hi", "lo"), node=7)
    async with run.start():
        await connected(run)
        await run.alive()
        await until(lambda: len(betradar.recoveries) == 2)
        assert {recovery.node for recovery in betradar.recoveries} == {"7"}
        await betradar.complete(betradar.recoveries[0], "8")
        await betradar.complete(betradar.recoveries[1], "8")
        await betradar.play(3, 40)
        await run.same_as_truth()
        assert not run.up()
        await betradar.answer()
        await until(lambda: run.up(1) and run.up(3))
    complete = [one for one in run.reader.received if b"<snapshot_complete" in one.payload]
    assert len(complete) == 2, "the session for lo gets none"


async def test_the_recovery_of_one_event_and_the_documents_of_the_api(make: Make, betradar: Betradar) -> None:
    run = make(products=(1,))
    async with run.start():
        await connected(run)
        await run.alive(1)
        await until(lambda: len(betradar.recoveries) == 1)
        request_id = await run.feed.recover_event(1, "sr:match:101", stateful=True)
        assert (
            betradar.recoveries[-1].path
            == "/v1/liveodds/stateful_messages/events/sr:match:101/initiate_request"
        )
        assert betradar.recoveries[-1].request_id == request_id
        assert b"fixture.xml" in await run.feed.api.fixture("sr:match:101")
        assert b"/markets/883/variants/pre:markettext:9" in await run.feed.api.variant(
            883, "pre:markettext:9"
        )
        assert b"/players/" in await run.feed.api.profile("sr:player:1")


async def test_a_token_that_is_refused_ends_it_and_is_not_shown(
    make: Make,
    http: Http,
    betradar: Betradar,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with caplog.at_level(logging.DEBUG):
        stranger = make(token="stranger/token+9")
        async with stranger.start():
            await until(lambda: stranger.reader.error)
        betradar.answers.broker_lets_in = False
        run = make()
        async with run.start():
            await until(lambda: run.reader.error)
        betradar.answers.broker_lets_in = True
        again = make()
        async with again.start():
            await connected(again)
    errors = stranger.reader.error, run.reader.error
    assert all(isinstance(error, FeedRefused) for error in errors)
    assert "broker" in str(run.reader.error)
    everything = f"{errors!r} {run.feed._settings!r} {caplog.text} {''.join(capfd.readouterr())}"
    for token in ("stranger/token+9", TOKEN, "stranger%2Ftoken", "t0ken%2Fwith"):
        assert token not in everything


async def test_an_api_that_fails_is_tried_again(make: Make, betradar: Betradar) -> None:
    betradar.answers.statuses = [503, 500, 502]
    run = make()
    async with run.start():
        await connected(run)
    assert betradar.answers.statuses == []
    betradar.answers.statuses = [503]
    async with UofApi(run.settings) as api:
        with pytest.raises(Unavailable):
            await api.whoami()
