"""The command `pyplatform demo`: a recorded race day, or a simulated match day."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

_out = Console(highlight=False, soft_wrap=True)

Inputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--input",
        exists=True,
        dir_okay=False,
        readable=True,
        help="Recorded feed to play: Betfair, UOF, or our own (plain, .gz, .bz2); may be repeated.",
    ),
]
Events = Annotated[int, typer.Option(min=6, max=200, help="With --day: matches and races.")]
Punters = Annotated[
    int, typer.Option("--punters", min=10, max=20_000, help="With --day: punters, shared by two tenants.")
]
Minutes = Annotated[
    float,
    typer.Option(min=0.3, max=600.0, help="With --day: minutes from the first price to the last match."),
]
BetsPerSecond = Annotated[
    float, typer.Option("--bets", min=1.0, max=1_000.0, help="With --day: bets a second that are wanted.")
]


def demo(
    *,
    day: Annotated[
        bool,
        typer.Option(
            "--day", help="A simulated match day: our own matches, punters, faults, the profit explained."
        ),
    ] = False,
    inputs: Inputs = None,
    players: Annotated[
        int, typer.Option(min=2, max=2_000, help="Simulated players of the race day, shared by two tenants.")
    ] = 40,
    speed: Annotated[
        float, typer.Option(min=0.05, max=20.0, help="1 plays the race day in one minute, 2 in half of it.")
    ] = 1.0,
    events: Events = 24,
    punters: Punters = 1_000,
    minutes: Minutes = 1.5,
    bets: BetsPerSecond = 40.0,
    seed: Annotated[int, typer.Option(help="The same seed makes the same events and the same punters.")] = 1,
    report: Annotated[Path, typer.Option(help="Where the report goes.")] = Path("demo-report.html"),
    data: Annotated[
        Path | None, typer.Option(help="Keep the servers' data in this folder instead of throwing it away.")
    ] = None,
) -> None:
    """Replay a real race day end to end, or live through a simulated match day (--day), and prove every cent.

    Players bet over HTTP. On a match day every process is killed once, feeds fail, results come late and are taken
    back. Exits 0 only if every proof holds.
    """
    from pyplatform.apps import recordings  # noqa: PLC0415 - a command loads what it needs
    from pyplatform.apps.inputs import feeds_of  # noqa: PLC0415

    feeds_of(inputs or ())
    if day:
        from pyplatform.apps.day.run import DayOptions, run_day  # noqa: PLC0415

        played = tuple(inputs) if inputs else recordings.kept_race_day()
        wanted = DayOptions(events, punters, minutes, seed, bets, played, report, data)
        sound = asyncio.run(run_day(wanted, _out)).sound
    else:
        from pyplatform.apps.demo.run import DemoOptions, run_demo  # noqa: PLC0415

        chosen = tuple(inputs) if inputs else recordings.race_day(_out.print)
        sound = asyncio.run(run_demo(DemoOptions(chosen, players, speed, seed, report, data), _out))
    if not sound:
        raise typer.Exit(1)
