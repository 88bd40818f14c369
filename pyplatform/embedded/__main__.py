"""`python -m pyplatform.embedded --data FOLDER`: run the servers until a signal, printing their addresses."""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from pyplatform.embedded.supervisor import Embedded
from pyplatform.kernel.errors import PlatformError


async def _live(folder: Path) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Embedded(folder) as servers:
        for name, value in servers.settings.to_env().items():
            sys.stdout.write(f"{name}={value}\n")
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        stopped = asyncio.ensure_future(stop.wait())
        failed = asyncio.ensure_future(servers.failure())
        await asyncio.wait({stopped, failed}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if failed.done():
            sys.stderr.write(f"{failed.result()}\n")
            return 1
        failed.cancel()
    return 0


def main() -> int:
    """Run until SIGINT or SIGTERM; exit status 1 with one sentence when a server cannot run."""
    parser = argparse.ArgumentParser(prog="python -m pyplatform.embedded", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder for the servers' data")
    try:
        return asyncio.run(_live(parser.parse_args().data))
    except PlatformError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
