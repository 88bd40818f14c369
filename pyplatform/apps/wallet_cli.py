"""The commands `pyplatform wallet …`: the kill switch of a tenant, and snapshots of its ledger."""

import asyncio
import getpass
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pyplatform.apps.options import Running, Tenant
from pyplatform.apps.snapshots_cli import snapshots_app
from pyplatform.contracts.killswitch import Generation, Order

wallet_app = typer.Typer(
    help="A tenant's wallet: stop taking bets, and go on; snapshots; losses.", no_args_is_help=True
)
wallet_app.add_typer(snapshots_app, name="snapshots")
_out = Console(highlight=False, soft_wrap=True)

Reason = Annotated[str, typer.Option(help="Why; goes to the wallet's log with who ordered it.")]


@wallet_app.command()
def halt(tenant: Tenant, data: Running, reason: Reason) -> None:
    """Refuse every bet of a tenant from now on, also those already decided; settlements and payments go on.

    It is an entry of the ledger and holds over restarts, until `resume`.
    """
    _ordered(data, tenant, "halt", reason)


@wallet_app.command()
def resume(tenant: Tenant, data: Running, reason: Reason) -> None:
    """Take bets again; those decided before the halt stay refused."""
    _ordered(data, tenant, "resume", reason)


@wallet_app.command()
def cut(tenant: Tenant, data: Running, reason: Reason) -> None:
    """Refuse the bets decided so far and not yet in the ledger, and take those decided from now on."""
    _ordered(data, tenant, "cut", reason)


@wallet_app.command()
def show(tenant: Tenant, data: Running) -> None:
    """Say whether a tenant's bets are taken."""
    _ordered(data, tenant, "read", "")


@wallet_app.command(name="accept-loss")
def accept_loss(tenant: Tenant, data: Running) -> None:
    """Go on without entries that a failover has lost for good: what is known of them goes to a file.

    For a wallet that does not start because its journal ends before what was acknowledged, when no server is left that
    has the rest. Stop every role but gateways before. Balances, bets and the stream are made anew from the journal.
    """
    from pyplatform.apps.losses import accept_loss as accept  # noqa: PLC0415

    loss = asyncio.run(accept(data, tenant))
    _out.print(f"{loss.entries:,} entries after {loss.tip:,} are lost to the ledger of {tenant}: {loss.file}")


def _ordered(data: Path, tenant: str, order: Order, reason: str) -> None:
    from pyplatform.apps.switching import switch  # noqa: PLC0415 - a command loads what it needs

    found: Generation = asyncio.run(switch(data, tenant, order, _me(), reason))
    stands = "[bold red]halted[/]" if found.halted else "[bold green]taken[/]"
    _out.print(f"bets of {found.tenant} are {stands} (generation {found.generation})")


def _me() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        return f"uid {os.getuid()}"
