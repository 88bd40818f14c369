"""`pyplatform up`: the platform until Ctrl-C."""

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from pyplatform import telemetry
from pyplatform.apps.running import stop_on_signals
from pyplatform.apps.supervisor import STOP_ORDER, Platform
from pyplatform.kernel.config import Settings


async def run_up(
    data: Path, host: str, port: int, inputs: tuple[Path, ...], seconds: float, say: Callable[[str], None]
) -> None:
    """Start everything, print the addresses, live until a signal; raises PlatformError when a part fails."""
    stop = stop_on_signals()
    telemetry.setup("supervisor", Settings.from_env(require_servers=False))
    arguments = {
        "gateway": ["--host", host, "--port", str(port)],
        "trading": [
            *(part for path in inputs for part in ("--input", str(path))),
            "--seconds",
            str(seconds),
        ],
    }

    async def live() -> None:
        async with Platform(data, STOP_ORDER, arguments=arguments, report=say) as platform:
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


def _addresses(platform: Platform) -> list[str]:
    return [
        "",
        f"HTTP       {platform.gateway_url}  (docs at {platform.gateway_url}/docs)",
        f"Postgres   {platform.settings.postgres_url}",
        f"NATS       {platform.settings.nats_url}",
        f"Valkey     {platform.settings.redis_url}",
        "",
        "Ctrl-C stops everything; the data stays.",
    ]
