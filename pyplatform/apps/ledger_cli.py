"""The commands `pyplatform explain` and `pyplatform balances`."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from pyplatform.apps.options import Running, Tenant

_out = Console(highlight=False, soft_wrap=True)
_TIMES: Final = ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]

What = Annotated[str, typer.Argument(help="Id of a bet or player, or number of an entry.")]
Seq = Annotated[int | None, typer.Option("--seq", min=0, help="Right after this entry.")]
At = Annotated[
    datetime | None,
    typer.Option("--at", formats=_TIMES, help="At this time, in UTC unless it says its zone."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def explain(tenant: Tenant, what: What, data: Running, as_json: AsJson = False) -> None:
    """Tell why a bet was accepted, refused or settled so, what became of an entry, or what a player has done.

    From the journal alone, verified from its first entry on and held against the signed anchors.
    """
    from pyplatform.apps.explaining import explain as explained  # noqa: PLC0415 - a command loads what it needs
    from pyplatform.core.explaining import as_text  # noqa: PLC0415

    found = asyncio.run(explained(data, tenant, what))
    typer.echo(msgspec.json.encode(found).decode() if as_json else as_text(found).rstrip())


def balances(tenant: Tenant, data: Running, seq: Seq = None, at: At = None, as_json: AsJson = False) -> None:
    """Show the trial balance as it was after an entry or at a time, from the journal alone; the same for ever."""
    from pyplatform.apps.explaining import balances as balances_at  # noqa: PLC0415
    from pyplatform.core.asof import trial_balance  # noqa: PLC0415
    from pyplatform.core.words import time_words  # noqa: PLC0415

    moment = at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
    found = asyncio.run(balances_at(data, tenant, seq, moment))
    books = trial_balance(found)
    if as_json:
        told = {
            "tenant": found.tenant,
            "seq": found.seq,
            "at": found.at,
            "hash": found.hash.hex(),
            "books": books,
        }
        return typer.echo(msgspec.json.encode(told).decode())
    when = f", {time_words(found.at)}" if found.at else ""
    _out.print(
        f"{found.tenant} after entry {found.seq:,}{when}; batch to {found.batch_seq:,}, {found.hash.hex()}"
    )
    for book in books:
        table = Table(f"{book.book} {book.currency}", "", "of", box=None, pad_edge=False)
        for side in ("debit", "credit"):
            table.add_column(side, justify="right")
        for row in book.rows:
            table.add_row(str(row.account), row.name, row.owner, row.debit, row.credit)
        table.add_row("", "", "", book.debit, book.credit, style="bold")
        _out.print(table)
    return None
