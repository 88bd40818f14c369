"""The frame of a role's process: settings, telemetry, signals, readiness, and one sentence when it fails."""

import asyncio
import contextlib
import resource
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import uvloop

from pyplatform import telemetry
from pyplatform.apps.processes import announce_ready
from pyplatform.apps.roles import Context, Options
from pyplatform.kernel.collector import calm
from pyplatform.kernel.config import Settings
from pyplatform.kernel.errors import PlatformError
from pyplatform.kernel.tenancy import load_tenants

Run = Callable[[Context], Awaitable[None]]
OPEN_FILES: Final = 65_536
"""As many files and connections a process may have open, where the machine allows it."""
NEEDED: Final = {"feed": ("nats_url",)}
"""Servers that a role needs, where it does not need them all: a feed may run where no other is to be reached."""


def allow_open_files() -> None:
    """Raise the soft limit: a shell's 1,024 are gone at as many idle clients, and with them the way to Postgres."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # a machine may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def stop_on_signals() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set, instead of ending the process."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def run_role(name: str, run: Run, options: Options) -> int:
    """Run a role to its end; returns the process's exit status."""
    settings = Settings.from_env(require_servers=NEEDED.get(name, True))
    tenants = load_tenants(settings.tenants_file or None)
    telemetry.setup(name, settings)
    allow_open_files()
    log = telemetry.get_logger("apps")

    def ready(address: str = "") -> None:
        calm()
        announce_ready(address)

    async def live() -> None:
        stop = stop_on_signals()
        await run(Context(settings, tenants, options, stop, ready))

    try:
        uvloop.run(live())
    except PlatformError as error:
        log.error("role failed", role=name, error=str(error))
        return 1
    except ExceptionGroup as group:
        known, unknown = group.split(PlatformError)
        if unknown is not None:
            log.error("role broke", role=name, exc_info=unknown)
        elif known is not None:
            log.error("role failed", role=name, error="; ".join(map(str, known.exceptions)))
        return 1
    except Exception:
        log.exception("role broke", role=name)
        return 1
    finally:
        telemetry.shutdown()
        sys.stderr.flush()
    return 0
