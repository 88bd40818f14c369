"""The command line `pyplatform`."""

import asyncio
import os
import sys
import traceback
from importlib import metadata
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from pyplatform.apps.demo_cli import Inputs, demo
from pyplatform.apps.drill_cli import drill
from pyplatform.apps.feed_cli import Descriptions, OnTime, feed_app
from pyplatform.apps.ledger_cli import balances, explain
from pyplatform.apps.options import Data, Running
from pyplatform.apps.staff_cli import staff_app
from pyplatform.apps.wallet_cli import wallet_app
from pyplatform.kernel.config import SERVERS, Settings
from pyplatform.kernel.errors import PlatformError

_DEBUG: Final = "PYPLATFORM_DEBUG"
_INTERRUPTED: Final = 130
_TERMINATED: Final = 143

app = typer.Typer(
    name="pyplatform",
    help="An iGaming platform on one machine: ledger, sportsbook, wallet, and the servers they stand on.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
recordings_app = typer.Typer(
    help="Recorded markets of real races, which the demo plays.", no_args_is_help=True
)
app.add_typer(recordings_app, name="recordings")
app.add_typer(feed_app, name="feed")
app.add_typer(wallet_app, name="wallet")
app.command()(demo)
app.command()(drill)
app.command()(explain)
app.command()(balances)
app.add_typer(staff_app, name="staff")

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

Host = Annotated[str, typer.Option(help="Address HTTP is served on.")]
Port = Annotated[int, typer.Option(min=0, max=65_535, help="Port HTTP is served on; 0 takes a free one.")]
Producer = Annotated[str, typer.Option(help="Name of the feed, such as betfair or uof.")]


@app.callback()
def common(
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Options of every command."""
    from pyplatform.telemetry.logs import configure  # noqa: PLC0415 - a command loads what it needs

    # Commands speak in sentences of their own; a library's traceback could show the password in an address.
    configure("cli", "critical")
    if debug:
        os.environ[_DEBUG] = "1"


@app.command()
def verify(
    data: Data,
    first: Annotated[int, typer.Option("--from", min=1, help="First entry of a range to verify.")] = 1,
    last: Annotated[int, typer.Option("--to", min=0, help="Last entry of the range; 0 is the end.")] = 0,
) -> None:
    """Prove the ledgers of a data folder, and hold all that is made of them against the journal.

    Books, holds, hash chain, replay and anchors; balances, moves, statements, JetStream, bets and tickets as they are
    shown, every difference named.

    With --from or --to only the chain of those entries is proven. Exits 0 only if every proof holds.
    """
    from pyplatform.apps.proofs import print_proofs, verify_range  # noqa: PLC0415
    from pyplatform.apps.proofs import verify as prove_folder  # noqa: PLC0415

    if (first, last) == (1, 0):
        proofs = asyncio.run(prove_folder(data, lambda line: _out.print(f"  {line}", style="dim")))
    else:
        proofs = asyncio.run(verify_range(data, first, last))
    print_proofs(_out, proofs)
    if not all(proof.ok for proof in proofs):
        raise typer.Exit(1)


@app.command()
def up(
    data: Data,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    inputs: Inputs = None,
    race_day: Annotated[
        bool, typer.Option("--race-day", help="Play the demo's recorded race day; fetched first if need be.")
    ] = False,
    seconds: Annotated[float, typer.Option(min=1, help="Time over which the input is played.")] = 3600.0,
) -> None:
    """Run the platform until Ctrl-C and print its addresses.

    Uses the servers that PYPLATFORM_POSTGRES_URL, PYPLATFORM_NATS_URL and PYPLATFORM_REDIS_URL name.

    Whatever is not set is started here. Prices appear about a minute after the start of a race day.
    """
    from pyplatform.apps import recordings  # noqa: PLC0415 - a command loads what it needs
    from pyplatform.apps.inputs import feeds_of  # noqa: PLC0415
    from pyplatform.apps.up import run_up  # noqa: PLC0415

    feeds_of(inputs or ())
    played = (*(inputs or ()), *(recordings.race_day(_out.print) if race_day else ()))
    asyncio.run(run_up(data, host, port, played, seconds, _out.print))


@app.command()
def deposit(
    data: Running,
    tenant: Annotated[str, typer.Argument(help="Tenant of the player, such as aurora.")],
    player: Annotated[str, typer.Argument(help="Player id, as registration answered it.")],
    amount: Annotated[str, typer.Argument(help="Amount in the tenant's currency, such as 50.00.")],
    key: Annotated[
        str, typer.Option(help="Idempotency key: the same again after an unknown outcome pays in once.")
    ] = "",
) -> None:
    """Pay in for a player of the running platform, as a payment provider's confirmation would.

    For trying things out: no provider is asked.
    """
    from pyplatform.apps.cashier import pay_in_once  # noqa: PLC0415

    seq = asyncio.run(pay_in_once(data, tenant, player, amount, key))
    _out.print(f"paid in {amount}, entry {seq:,} of the ledger of {tenant}")


@app.command()
def migrate(data: Data) -> None:
    """Bring the database schema up to date: that of PYPLATFORM_POSTGRES_URL, or the embedded one's.

    With PYPLATFORM_WRITER_PASSWORD and PYPLATFORM_SERVICES_PASSWORD the roles of the processes may log in.

    PYPLATFORM_SUPERUSER_URL, where the owner of the schemas is no superuser, guards the journal against the owner.
    """
    from pyplatform.apps.supervisor import guard  # noqa: PLC0415
    from pyplatform.apps.supervisor import migrate as migrate_database  # noqa: PLC0415
    from pyplatform.embedded import Embedded, running_settings  # noqa: PLC0415
    from pyplatform.eventstore import Logins  # noqa: PLC0415

    async def run() -> tuple[list[str], str]:
        settings = Settings.from_env(require_servers=False)
        if settings.postgres_url:
            return await migrate_database(settings, Logins.from_env()), await guard(settings)
        if (running := running_settings(data)) is not None:
            return await migrate_database(running), await guard(running)
        async with Embedded(data) as servers:
            return await migrate_database(servers.settings), await guard(
                servers.settings, servers.postgres_admin_url
            )

    done, warning = asyncio.run(run())
    if warning:
        _out.print(f"[yellow]{warning}[/]")
    for name in done:
        _out.print(f"migrated {name}")
    if not done:
        _out.print("the schema is up to date")


@app.command()
def serve(
    role: Annotated[
        str, typer.Argument(help="wallet, projector, snapshots, feed, trading, settlement or gateway.")
    ],
    host: Host = "127.0.0.1",
    port: Port = 8080,
    inputs: Inputs = None,
    seconds: Annotated[float, typer.Option(min=1, help="Time over which the input is played.")] = 60.0,
    limit: Annotated[
        int, typer.Option(min=1, help="Largest liability on one runner, in whole units of currency.")
    ] = 100_000,
    hold: Annotated[
        bool, typer.Option("--hold", help="Play the input only when asked to over the bus.")
    ] = False,
    producer: Producer = "betfair",
    record: Annotated[
        Path | None, typer.Option(file_okay=False, help="Record what a live feed sends into this folder.")
    ] = None,
    descriptions: Descriptions = None,
    on_time: OnTime = False,
) -> None:
    """Run one role in this process, against servers given by the environment.

    gateway uses --host and --port; trading uses --limit; feed uses --producer, --input, --seconds, --hold,
    --on-time, --record and --descriptions, and is live without --input.
    """
    from pyplatform.apps.roles import ROLES, Options  # noqa: PLC0415
    from pyplatform.apps.running import run_role  # noqa: PLC0415

    if role not in ROLES:
        raise typer.BadParameter(f"{role!r} is none of {', '.join(ROLES)}", param_hint="ROLE")
    played = tuple(inputs or ())
    options = Options(host, port, played, seconds, limit, hold, producer, record, descriptions, on_time)
    raise typer.Exit(run_role(role, ROLES[role], options))


@app.command()
def health(
    data: Running,
    role: Annotated[
        str, typer.Argument(help="wallet, projector, snapshots, feed, trading, settlement or gateway.")
    ],
    url: Annotated[str, typer.Option(help="Where the gateway is.")] = "http://127.0.0.1:8080",
    producer: Producer = "betfair",
) -> None:
    """Ask whether a role does its work; exits 0 if so. For health checks of containers, and for people.

    All but the gateway are asked through the platform's servers.
    """
    from pyplatform.apps.health import CHECKS, Question, check  # noqa: PLC0415
    from pyplatform.apps.running import NEEDED  # noqa: PLC0415
    from pyplatform.apps.target import settings_of  # noqa: PLC0415
    from pyplatform.kernel.tenancy import load_tenants  # noqa: PLC0415

    if role not in CHECKS:
        raise typer.BadParameter(f"{role!r} is none of {', '.join(CHECKS)}", param_hint="ROLE")
    needed = () if role == "gateway" else NEEDED.get(role, SERVERS)
    settings = settings_of(data, *needed)
    question = Question(settings, load_tenants(settings.tenants_file or None), url.rstrip("/"), producer)
    _out.print(asyncio.run(check(role, question)), markup=False)


@app.command()
def api(
    document: Annotated[str, typer.Argument(help="openapi (HTTP) or asyncapi (stream and bus).")],
) -> None:
    """Print a document of the interfaces as JSON: what a running gateway serves at /v1/<document>.json."""
    import msgspec  # noqa: PLC0415

    from pyplatform.apps.web import describe  # noqa: PLC0415

    if document not in ("openapi", "asyncapi"):
        raise typer.BadParameter(f"{document!r} is neither openapi nor asyncapi", param_hint="DOCUMENT")
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(describe(document))).decode() + "\n")


@app.command()
def version() -> None:
    """Print the version."""
    _out.print(f"pyplatform {metadata.version('pyplatform')}")


@recordings_app.command("fetch")
def fetch_recordings() -> None:
    """Fetch the recordings into the user's cache, by the user's own pip configuration."""
    from pyplatform.apps import recordings  # noqa: PLC0415

    recordings.fetch(_out.print)
    _out.print(f"{len(recordings.RECORDINGS)} recordings in {recordings.folder()}")


@recordings_app.command("list")
def list_recordings() -> None:
    """List the known recordings and where they are."""
    from pyplatform.apps import recordings  # noqa: PLC0415

    table = Table("recording", "market", "messages", "what it is", box=None, pad_edge=False)
    missing = False
    for recording, path in recordings.list_recordings():
        missing |= path is None
        mark = " [yellow](not fetched)[/]" if path is None else ""
        table.add_row(
            recording.name, recording.kind, f"{recording.messages:,}", f"{recording.description}{mark}"
        )
    _out.print(table)
    _out.print(f"folder: {recordings.folder()}")
    if missing:
        _out.print("`pyplatform recordings fetch` brings what is missing")


def main() -> None:
    """Entry point: errors are one sentence, and the exit status is not 0."""
    try:
        app()
    except PlatformError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)
    except asyncio.CancelledError:
        sys.exit(_TERMINATED)
    except Exception as error:  # noqa: BLE001 - a bug: say so plainly, tell how to see more
        _fail(
            f"unexpected {type(error).__name__}: {error}; run again with `pyplatform --debug …` to see where"
        )


def _fail(sentence: str) -> None:
    if os.environ.get(_DEBUG):
        traceback.print_exc()
    _err.print("[bold red]error:[/] ", end="")
    _err.print(sentence, markup=False)
    sys.exit(1)


if __name__ == "__main__":
    main()
