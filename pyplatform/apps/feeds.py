"""A feed process: where its messages come from, what is done with them, and how it stays."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyplatform.bus import Bus
from pyplatform.contracts.feeds import check_feed, start_subject
from pyplatform.feeds.adapter import FORMATS, adapter
from pyplatform.feeds.received import Connector, Health, Received
from pyplatform.feeds.recorder import Recorder
from pyplatform.feeds.replay import ORIGINAL, Pace, Played, on_time, replay
from pyplatform.feeds.service import FeedService
from pyplatform.feeds.sources import Recorded, one_format
from pyplatform.kernel.errors import PlatformError
from pyplatform.telemetry import get_logger

if TYPE_CHECKING:
    from pyplatform.feeds.lookups import Lookups
    from pyplatform.feeds.names import Lack
    from pyplatform.feeds.uof import UofAdapter
    from pyplatform.feeds.uof_api import UofApi

NAMES_AGAIN_S: Final = 30.0
"""A name that the API did not have is not asked for again for so long."""
_NEARLY: Final = 0.9999
"""The last message has been read; that it has been published is only said afterwards."""

log = get_logger("apps.feeds")


@dataclass(frozen=True, slots=True)
class Feeding:
    """What a feed process is to do. Without `inputs` it is live; `record` is a folder for what comes in."""

    feed: str
    inputs: tuple[Path, ...] = ()
    pace: Pace = ORIGINAL
    hold: bool = False
    record: Path | None = None
    compress: bool = False
    descriptions: Path | None = None

    @property
    def format(self) -> str:
        """How the feed's messages are read; raises PlatformError if that cannot be told."""
        if self.inputs:
            return one_format([Recorded(path) for path in self.inputs])
        if self.feed not in FORMATS:
            raise PlatformError(f"there is no live feed {self.feed!r}: known are {', '.join(FORMATS)}")
        return self.feed


def _check(feed: str) -> None:
    try:
        check_feed(feed)
    except ValueError as error:
        raise PlatformError(str(error)) from error


@asynccontextmanager
async def serving(bus: Bus, feeding: Feeding) -> AsyncIterator[FeedService]:
    """The feed's service, answering; raises PlatformError if it cannot be begun."""
    _check(feeding.feed)
    state = adapter(feeding.format, feeding.feed, await _descriptions(feeding))
    recorded = bool(feeding.inputs)
    careful = not (recorded or state.whole_on_return)
    assume_up = recorded and not feeding.pace.on_time
    service = FeedService(bus, feeding.feed, state, assume_up=assume_up, careful=careful)
    await service.start()
    try:
        yield service
    finally:
        await service.close()


async def play(bus: Bus, feeding: Feeding, service: FeedService) -> None:
    """Publish the whole source; a live one has no end."""
    if feeding.hold:
        await _asked(bus, feeding.feed)
    if feeding.pace.on_time:
        timed = await asyncio.to_thread(on_time, feeding.inputs)
        service.catch_up(timed.past)
        await service.run(_told(timed.ahead, service))
        await service.ended()
        return
    if feeding.inputs:
        await service.run(_told(replay(feeding.inputs, feeding.pace), service))
        await service.ended()
        return
    connector = live(feeding.format)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(connector.close)
        source = connector.messages()
        if feeding.record is not None:
            recorder = Recorder(feeding.record, feeding.feed, feeding.format, compress=feeding.compress)
            source = (await stack.enter_async_context(recorder)).passing(source)
        await stack.enter_async_context(_naming(connector, service))
        await service.run(source)


@asynccontextmanager
async def _naming(connector: Connector, service: FeedService) -> AsyncIterator[None]:
    """Look up what UOF's markets are called beside the feed: its messages carry numbers only."""
    from pyplatform.feeds.uof import UofAdapter  # noqa: PLC0415 - a process loads its own feed only
    from pyplatform.feeds.uof_feed import UofFeed  # noqa: PLC0415

    state = service.adapter
    if not (isinstance(connector, UofFeed) and isinstance(state, UofAdapter)):
        yield
        return
    await _name_all(connector.api, state)
    looking = [asyncio.create_task(lookups.run()) for lookups in _lookups(connector.api, state)]
    try:
        yield
    finally:
        for task in looking:
            task.cancel()
        await asyncio.wait(looking)


async def _name_all(api: "UofApi", state: "UofAdapter") -> None:
    """Take the lists of all variants, and those of further languages."""
    try:
        state.names.add(await api.variants())
    except (PlatformError, ValueError) as error:
        log.warning("markets of variants stay without names", error=str(error))
    for language in api.translations:
        try:
            documents = await api.descriptions(language), await api.variants(language)
            state.names.add_language(language, *documents)
        except (PlatformError, ValueError) as error:
            log.warning("markets stay without names in a language", language=language, error=str(error))


def _lookups(
    api: "UofApi", state: "UofAdapter"
) -> tuple["Lookups[str, bytes]", "Lookups[Lack, dict[str, bytes]]"]:
    """What is looked up while the feed runs: fixtures, and names that the lists do not have."""
    from pyplatform.feeds.fixtures import read_fixture  # noqa: PLC0415
    from pyplatform.feeds.lookups import Lookups  # noqa: PLC0415

    async def names(lack: "Lack") -> dict[str, bytes]:
        if not lack.market:
            return {"": await api.profile(lack.urn)}
        languages = ("", *api.translations)
        return {language: await api.variant(lack.market, lack.urn, language) for language in languages}

    fixtures: Lookups[str, bytes] = Lookups(
        "fixtures", api.fixture, lambda event, document: state.name_event(event, read_fixture(document))
    )
    named: Lookups[Lack, dict[str, bytes]] = Lookups("names", names, state.learn, again_s=NAMES_AGAIN_S)
    state.want, state.names.want = fixtures.want, named.want
    return fixtures, named


def live(form: str) -> Connector:
    """The connector of a live feed, set up by the environment; raises PlatformError naming what is missing there."""
    if form == "betfair":
        from pyplatform.feeds.betfair_settings import BetfairSettings  # noqa: PLC0415 - loads its own feed only
        from pyplatform.feeds.betfair_stream import BetfairStream  # noqa: PLC0415

        return BetfairStream(BetfairSettings.from_env())
    if form == "uof":
        from pyplatform.feeds.uof_feed import UofFeed  # noqa: PLC0415
        from pyplatform.feeds.uof_settings import UofSettings  # noqa: PLC0415

        return UofFeed(UofSettings.from_env())
    raise PlatformError(f"there is no live feed {form!r}: known are {', '.join(FORMATS)}")


async def _descriptions(feeding: Feeding) -> bytes | None:
    """UOF's market descriptions: those given, for a live feed else its own."""
    if feeding.descriptions is not None:
        try:
            return await asyncio.to_thread(feeding.descriptions.read_bytes)
        except OSError as error:
            raise PlatformError(f"cannot read {feeding.descriptions}: {error.strerror}") from error
    if feeding.inputs or feeding.format != "uof":
        return None
    from pyplatform.feeds.uof_api import UofApi  # noqa: PLC0415
    from pyplatform.feeds.uof_settings import UofSettings  # noqa: PLC0415

    async with UofApi(UofSettings.from_env()) as api:
        return await api.descriptions()


async def _told(source: AsyncIterator[Played], service: FeedService) -> AsyncIterator[Received | Health]:
    async for played in source:
        service.progress = min(played.progress, _NEARLY)
        yield played.item


async def _asked(bus: Bus, feed: str) -> None:
    """Wait until somebody asks on `start_subject`."""
    started = asyncio.Event()

    async def start(_: bytes) -> bytes:
        started.set()
        return b""

    await bus.serve(start_subject(feed), start)
    await started.wait()
