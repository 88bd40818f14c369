"""`pyplatform staff`: who works for a tenant, and what they may do."""

import asyncio
import sys
from collections.abc import Collection
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from pyplatform.apps.options import Running, Tenant
from pyplatform.kernel.errors import PlatformError

staff_app = typer.Typer(
    help="Staff of a tenant and their roles, on a running platform.", no_args_is_help=True
)
_out: Final = Console(highlight=False, soft_wrap=True)

Name = Annotated[str, typer.Argument(help="Name the member signs in by, such as tara.")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--role", help="trader, settlement or admin; may be repeated. None lets in nowhere."),
]


@staff_app.command("add")
def add(data: Running, tenant: Tenant, name: Name, roles: Roles = None) -> None:
    """Add a member. The password is asked for, or read as one line from a pipe."""
    from pyplatform.apps.staff import staff_desk  # noqa: PLC0415 - a command loads what it needs

    password = _password()

    async def run() -> None:
        async with staff_desk(data, tenant) as desk:
            member = await desk.add(name, roles or [], password)
        _out.print(f"added {name}, {_listed(member.roles)}", markup=False)

    asyncio.run(run())


@staff_app.command("roles")
def set_roles(data: Running, tenant: Tenant, name: Name, roles: Roles = None) -> None:
    """Replace a member's roles. The member's session ends."""
    from pyplatform.apps.staff import staff_desk  # noqa: PLC0415

    async def run() -> None:
        async with staff_desk(data, tenant) as desk:
            member = await desk.set_roles(name, roles or [])
        _out.print(f"{name} has {_listed(member.roles)}", markup=False)

    asyncio.run(run())


@staff_app.command("password")
def set_password(data: Running, tenant: Tenant, name: Name) -> None:
    """Replace a member's password. The member's session ends."""
    from pyplatform.apps.staff import staff_desk  # noqa: PLC0415

    password = _password()

    async def run() -> None:
        async with staff_desk(data, tenant) as desk:
            await desk.set_password(name, password)
        _out.print(f"{name} has a new password", markup=False)

    asyncio.run(run())


@staff_app.command("list")
def list_staff(data: Running, tenant: Tenant) -> None:
    """List the members and their roles."""
    from pyplatform.apps.staff import staff_desk  # noqa: PLC0415

    async def run() -> None:
        async with staff_desk(data, tenant) as desk:
            members = await desk.members()
        table = Table("name", "roles", "added", box=None, pad_edge=False)
        for member in members:
            table.add_row(member.name, _listed(member.roles), f"{member.added_at:%Y-%m-%d}")
        _out.print(table if members else f"{tenant} has no staff yet")

    asyncio.run(run())


def _password() -> str:
    """Asked for twice on a terminal; one line of the standard input otherwise."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    line = sys.stdin.readline().rstrip("\r\n")
    if not line:
        raise PlatformError("no password came: write it as one line to the standard input")
    return line


def _listed(roles: Collection[str]) -> str:
    return ", ".join(sorted(roles)) or "no role"
