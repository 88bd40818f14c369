"""Servers and wallets of a drill: Postgres with a synchronous standby, one wallet that leads, one that follows hot."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from pyplatform.apps.processes import RoleProcess
from pyplatform.apps.supervisor import migrate
from pyplatform.bus import Bus
from pyplatform.embedded import Embedded, PostgresPair
from pyplatform.kernel.config import Settings
from pyplatform.wallet import WalletClient

TENANT: Final = "drill"
_TENANTS: Final = f"""\
[[tenants]]
slug = "{TENANT}"
currency = "EUR"
margin_bp = 500
replication = "dr-sync"
"""


class Stage:
    """`async with stage(folder) as stage:`; processes are killed through it and started again by it."""

    def __init__(self, folder: Path, pair: PostgresPair, settings: Settings, bus: Bus) -> None:
        self._folder = folder
        self._bus = bus
        self._started = 0
        self.pair = pair
        self.settings = settings
        self.wallet = WalletClient(bus)
        self.wallets: list[RoleProcess] = []
        """The wallet processes that run."""

    async def add_wallet(self) -> None:
        """Start one more wallet process; returns when some wallet leads."""
        self._started += 1
        log = self._folder / "logs" / f"wallet-{self._started}.log"
        process = RoleProcess(f"wallet-{self._started}", (), self.settings.to_env(), log)
        self.wallets.append(process)
        await process.start()

    async def leader(self) -> RoleProcess:
        """The wallet process that holds the lease."""
        connection = await asyncpg.connect(self.pair.url, timeout=5)
        try:
            owner = await connection.fetchval("SELECT owner FROM ledger.lease WHERE shard = $1", TENANT)
        finally:
            connection.terminate()
        pid = int(owner.split(":")[1])
        return next(process for process in self.wallets if process.pid == pid)

    async def end(self, process: RoleProcess, number: int = signal.SIGKILL) -> None:
        """End a wallet process: at once, or with SIGTERM in good order."""
        self.wallets.remove(process)
        process.kill(number)
        await process.wait()

    async def close(self) -> None:
        """Stop the wallets."""
        await asyncio.gather(*(process.stop() for process in self.wallets))


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Everything of a drill in `folder`, running while the block lasts."""
    tenants = _prepared(folder)
    async with AsyncExitStack() as stack:
        pair = await stack.enter_async_context(PostgresPair(folder / "pair"))
        outside = Settings(postgres_url=pair.url)
        servers = await stack.enter_async_context(Embedded(folder / "servers", outside=outside))
        settings = msgspec.structs.replace(servers.settings, tenants_file=str(tenants), log_level="warning")
        await migrate(settings)
        bus = await Bus.connect(settings.nats_url, "drill")
        stack.push_async_callback(bus.close)
        found = Stage(folder, pair, settings, bus)
        stack.push_async_callback(found.close)
        await found.add_wallet()
        await found.add_wallet()
        yield found


def _prepared(folder: Path) -> Path:
    """Make the folder and write the tenants' file into it."""
    (folder / "logs").mkdir(mode=0o711, parents=True, exist_ok=True)
    tenants = folder / "tenants.toml"
    tenants.write_text(_TENANTS, encoding="utf-8")
    return tenants
