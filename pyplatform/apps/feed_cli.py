"""The commands `pyplatform feed …`."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console

from pyplatform.apps.options import Running

if TYPE_CHECKING:
    from pyplatform.apps.feeds import Feeding
    from pyplatform.bus import Bus

feed_app = typer.Typer(help="Odds feeds: live, recorded, played again, looked into.", no_args_is_help=True)
_out = Console(highlight=False, soft_wrap=True)
_MOST: Final = 1_000_000

Producer = Annotated[str, typer.Option(help="The feed: betfair or uof.")]
Compress = Annotated[bool, typer.Option("--compress", help="Compress finished files with gzip.")]
Descriptions = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="UOF market descriptions (XML), for names and bet stops."),
]
OnTime = Annotated[
    bool, typer.Option("--on-time", help="Play each message of the input when the clock shows its time.")
]
Files = Annotated[
    list[Path],
    typer.Argument(exists=True, dir_okay=False, readable=True, metavar="FILE…", help="Recorded feeds."),
]


@feed_app.command("run")
def run(
    data: Running,
    producer: Producer,
    record: Annotated[
        Path | None, typer.Option(help="Also record everything received into this folder.")
    ] = None,
    compress: Compress = False,
    descriptions: Descriptions = None,
) -> None:
    """Connect to a live feed and publish it to the running platform, until Ctrl-C.

    Credentials come from the environment; what is missing there is named.
    """
    from pyplatform.apps.feeds import Feeding  # noqa: PLC0415 - a command loads what it needs

    _publish(Feeding(producer, record=record, compress=compress, descriptions=descriptions), data)


@feed_app.command("replay")
def replay(
    data: Running,
    files: Files,
    producer: Annotated[
        str, typer.Option(help="Name to publish under; by default the format of the files.")
    ] = "",
    speed: Annotated[float, typer.Option(min=0.001, max=_MOST, help="Times the original speed.")] = 1.0,
    fast: Annotated[bool, typer.Option("--fast", help="As fast as possible.")] = False,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Play everything within this time, long gaps shortened.")
    ] = None,
    stay: Annotated[
        bool, typer.Option("--stay", help="Keep the markets on offer afterwards, until Ctrl-C.")
    ] = False,
    on_time: OnTime = False,
    descriptions: Descriptions = None,
) -> None:
    """Play recorded feeds again and publish them to the running platform.

    Takes our recordings, Betfair stream files and UOF line files, plain, .gz or .bz2; several are merged by time.
    """
    from pyplatform.apps.feeds import Feeding  # noqa: PLC0415
    from pyplatform.apps.inputs import feeds_of  # noqa: PLC0415
    from pyplatform.feeds.replay import AS_FAST_AS_POSSIBLE, Pace  # noqa: PLC0415

    name = producer or next(iter(feeds_of(files)))
    pace = AS_FAST_AS_POSSIBLE if fast else Pace(speed, seconds, on_time)
    _publish(Feeding(name, tuple(files), pace, descriptions=descriptions), data, stay=stay)


@feed_app.command("record")
def record(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="Where the files go.")],
    producer: Producer,
    max_mb: Annotated[
        int, typer.Option(min=1, max=_MOST, help="A new file begins after so many megabytes, and daily.")
    ] = 256,
    compress: Compress = False,
) -> None:
    """Record a live feed, its bytes and times of arrival, without publishing it, until Ctrl-C."""
    from pyplatform.apps.feeds import live  # noqa: PLC0415
    from pyplatform.feeds.recorder import Recorder  # noqa: PLC0415

    async def work() -> None:
        connector = live(producer)
        largest = max_mb * 1_000_000
        async with Recorder(folder, producer, producer, max_bytes=largest, compress=compress) as recorder:
            try:
                async for item in connector.messages():
                    recorder.write(item)
            finally:
                await connector.close()
                _out.print(f"{recorder.records:,} records, {recorder.bytes:,} bytes in {folder}")

    asyncio.run(_until_signal(work))


@feed_app.command("inspect")
def inspect(
    files: Files,
    gap: Annotated[float, typer.Option(min=0.001, help="Seconds of silence that count as a gap.")] = 20.0,
) -> None:
    """Summarise recorded feeds: messages, markets, times, gaps, what is broken and where.

    Exits 1 if anything in a file cannot be read.
    """
    from pyplatform.feeds.inspection import inspect as look_into  # noqa: PLC0415
    from pyplatform.feeds.inspection import report  # noqa: PLC0415

    sound = True
    for number, path in enumerate(files):
        found = look_into(path, gap)
        sound &= found.sound
        _out.print("\n" * bool(number) + "\n".join(report(found)), markup=False)
    if not sound:
        raise typer.Exit(1)


def _publish(feeding: "Feeding", data: Path, *, stay: bool = False) -> None:
    from pyplatform.apps.feeds import play, serving  # noqa: PLC0415

    async def work() -> None:
        async with _bus(data, feeding.feed) as bus, serving(bus, feeding) as service:
            tasks = [
                asyncio.ensure_future(play(bus, feeding, service)),
                asyncio.ensure_future(service.alive()),
            ]
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            finally:
                for task in tasks:
                    task.cancel()
            stands = service.health()
            _out.print(
                f"{feeding.feed}: {stands.messages:,} messages, {stands.broken:,} broken, "
                f"{stands.markets:,} markets, {service.metrics.published.value:,} updates published"
            )
            if stay:
                await asyncio.Event().wait()

    asyncio.run(_until_signal(work))


async def _until_signal(work: Callable[[], Awaitable[None]]) -> None:
    """Work to the end, or until Ctrl-C or SIGTERM, which are no errors."""
    from pyplatform.apps.running import stop_on_signals  # noqa: PLC0415

    stop = stop_on_signals()
    stopped = asyncio.ensure_future(stop.wait())
    working = asyncio.ensure_future(work())
    await asyncio.wait({stopped, working}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        working.result()
        return
    working.cancel()
    await asyncio.wait({working})
    if not working.cancelled():
        working.result()


@asynccontextmanager
async def _bus(data: Path, feed: str) -> AsyncIterator["Bus"]:
    from pyplatform.apps.target import settings_of  # noqa: PLC0415
    from pyplatform.bus import Bus  # noqa: PLC0415

    bus = await Bus.connect(settings_of(data, "nats_url").nats_url, f"feed-{feed}")
    try:
        yield bus
    finally:
        await bus.close()
