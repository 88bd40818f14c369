"""The command `pyplatform drill`."""

import asyncio
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console

_out = Console(highlight=False, soft_wrap=True)


def drill(
    form: Annotated[str, typer.Argument(metavar="FORM", help="writer, primary, both or handover.")],
    runs: Annotated[int, typer.Option(min=1, help="How many times.")] = 3,
    players: Annotated[int, typer.Option(min=1, max=1_000, help="Players who bet meanwhile.")] = 16,
    data: Annotated[Path | None, typer.Option(help="Keep the servers' data and logs in this folder.")] = None,
    json: Annotated[Path | None, typer.Option(help="Also write the report to this file.")] = None,
) -> None:
    """Kill the leading wallet, Postgres, or both under load, on servers of its own, and count what is lost or doubled.

    Postgres runs with a synchronous standby, which is promoted; the old primary comes back rewound. Exits 0 only if
    every acknowledged command is in the journal exactly once and is answered the same when it is sent again.
    """
    from pyplatform.apps.drills.run import FORMS  # noqa: PLC0415 - a command loads what it needs
    from pyplatform.apps.drills.run import drill as run  # noqa: PLC0415

    if form not in FORMS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMS)}", param_hint="FORM")
    report = asyncio.run(
        run(form, runs, folder=data, players=players, tell=lambda line: _out.print(line, style="dim"))
    )
    if json is not None:
        json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    for line in report.broken[:20]:
        _out.print(line, style="red", markup=False)
    _out.print(report.in_words(), style="bold green" if report.sound else "bold red")
    if not report.sound:
        raise typer.Exit(1)
