"""The commands `pyplatform wallet snapshots …`: states of a tenant's ledger from which its wallet starts quickly."""

import asyncio

import typer
from rich.console import Console
from rich.table import Table

from pyplatform.apps.options import Running, Tenant

snapshots_app = typer.Typer(
    help="Snapshots of a tenant's ledger, which make starts short: the journal stays the record.",
    no_args_is_help=True,
)
_out = Console(highlight=False, soft_wrap=True)


@snapshots_app.command(name="list")
def list_(tenant: Tenant, data: Running) -> None:
    """List what is kept, the newest first."""
    from pyplatform.apps.snapshots import kept  # noqa: PLC0415 - a command loads what it needs

    table = Table("entry", "epoch", "MiB", "taken", "verified", "name", box=None, pad_edge=False)
    for one in asyncio.run(kept(data, tenant)):
        verified = f"{one.verified_at:%F %T}" if one.verified_at else "[bold red]not yet[/]"
        size = f"{one.bytes / 2**20:.1f}"
        taken, name = f"{one.taken_at:%F %T}", one.digest.hex()[:16]
        table.add_row(f"{one.seq:,}", str(one.epoch), size, taken, verified, name)
    _out.print(table)


@snapshots_app.command()
def verify(tenant: Tenant, data: Running) -> None:
    """Read each snapshot whole and come to it again by a replay of the journal. Exits 0 only if all are good.

    The replay of the oldest begins at the journal's beginning, that of each other at the one before it.
    """
    from pyplatform.apps.snapshots import verify as verify_all  # noqa: PLC0415

    found = asyncio.run(verify_all(data, tenant))
    for seq, problem in found:
        _out.print(f"{seq:,} [bold red]{problem}[/]" if problem else f"{seq:,} [green]holds[/]")
    if any(problem for _seq, problem in found):
        raise typer.Exit(1)


@snapshots_app.command()
def take(tenant: Tenant, data: Running) -> None:
    """Take a snapshot now, of all that the leading wallet calls durable, and verify it."""
    from pyplatform.apps.snapshots import take as take_now  # noqa: PLC0415

    one = asyncio.run(take_now(data, tenant))
    _out.print(f"snapshot at entry {one.seq:,}: {one.bytes / 2**20:.1f} MiB, {one.digest.hex()[:16]}")
