"""`pyplatform up`: the platform until Ctrl-C."""

import asyncio
import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from pyplatform import telemetry
from pyplatform.apps.inputs import feed_roles, feeds_of
from pyplatform.apps.running import stop_on_signals
from pyplatform.apps.supervisor import ONE_OF_EACH, Platform
from pyplatform.contracts.sportsbook.owners import owner_names
from pyplatform.embedded import running_settings
from pyplatform.kernel.config import VARIABLES, Settings
from pyplatform.kernel.errors import PlatformError

LOG_LEVEL: Final = VARIABLES["log_level"]


async def run_up(
    data: Path, host: str, port: int, inputs: tuple[Path, ...], seconds: float, say: Callable[[str], None]
) -> None:
    """Start everything, print the addresses, live until a signal; raises PlatformError when a part fails."""
    if port and running_settings(data) is None and _taken(host, port):
        raise PlatformError(
            f"port {port} of {host} is in use: stop what listens there, or choose another with --port"
        )
    stop = stop_on_signals()
    telemetry.setup("supervisor", Settings.from_env(require_servers=False))
    feeds = feed_roles(feeds_of(inputs), seconds)
    arguments = {"gateway": ["--host", host, "--port", str(port)], **feeds}
    roles = (*with_owners(ONE_OF_EACH), *feeds)

    async def live() -> None:
        restart = [role for role in roles if role != "gateway" or port]
        async with Platform(
            data, roles, arguments=arguments, env=_quiet(), restart=restart, report=say
        ) as platform:
            for line in _addresses(platform):
                say(line)
            sys.stdout.flush()
            raise await platform.failure()

    living = asyncio.create_task(live())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not living.done():
        say("stopping")
        living.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await living
    say("stopped")


def with_owners(roles: Sequence[str]) -> list[str]:
    """The roles with as many processes that trade as there are owners of events."""
    owners = Settings.from_env(require_servers=False).owners
    return [name for role in roles for name in (owner_names(owners) if role == "trading" else [role])]


def _quiet() -> dict[str, str]:
    """On a terminal only what needs a person is logged, unless PYPLATFORM_LOG_LEVEL says more."""
    if sys.stderr.isatty() and LOG_LEVEL not in os.environ:
        return {LOG_LEVEL: "warning"}
    return {}


def _taken(host: str, port: int) -> bool:
    """Whether something listens there; any other trouble with the address is the gateway's to tell."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            return False
    except OSError as error:
        return error.errno == errno.EADDRINUSE


def _addresses(platform: Platform) -> list[str]:
    settings, ours = platform.settings, platform.servers.names
    return [
        "",
        f"HTTP       {platform.gateway_url}  (docs at {platform.gateway_url}/docs)",
        f"Postgres   {shown(settings.postgres_url, ours='postgres' in ours)}",
        f"NATS       {shown(settings.nats_url, ours='nats' in ours)}",
        f"Valkey     {shown(settings.redis_url, ours='valkey' in ours)}",
        "",
        "Ctrl-C stops everything; the data stays.",
    ]


def shown(url: str, *, ours: bool) -> str:
    """The address as it may be printed: passwords of our own throw-away servers, nobody else's."""
    scheme, _, rest = url.partition("://")
    return url if ours else f"{scheme}://{rest.rpartition('@')[2].partition('?')[0]}"
