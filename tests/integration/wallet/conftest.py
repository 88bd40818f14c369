"""A wallet on real servers, and players who use it."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from os import environ
from time import monotonic
from typing import Any

import msgspec
import pytest

from pyplatform._core import shard as core
from pyplatform._core import wallet as codec
from pyplatform.bus import Bus
from pyplatform.contracts.wallet import balance_key
from pyplatform.kernel.config import Settings
from pyplatform.kernel.ids import text, uuid7
from pyplatform.kernel.tasks import end
from pyplatform.projections import ReadModels
from pyplatform.wallet import WalletClient
from pyplatform.wallet.entries import run_entry_projector
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.service import run_balance_projector, run_wallet
from pyplatform.wallet.snapshotter import Pace, Snapshotter
from pyplatform.wallet.store import JournalReader
from tests.integration.wallet.sweeps import Sweeps

EURO = 1_000_000
FOREVER = 2**63
_NEVER = Pace(every=10**9, entries=10**9, least=10**9)

_PROCESS = """
import asyncio, sys
import msgspec
from pyplatform.kernel.config import Settings
from pyplatform.wallet.oldkeys import Keeping
from pyplatform.wallet.service import run_wallet
keeping = msgspec.json.decode(sys.argv[2], type=Keeping)
asyncio.run(run_wallet(Settings.from_env(), [sys.argv[1]], asyncio.Event(), keeping=keeping))
"""


@dataclass
class Player:
    """One player of a tenant and what was answered to him."""

    tenant: str
    wallet: WalletClient
    id: bytes = field(default_factory=uuid7)

    @property
    def context(self) -> codec.Context:
        return codec.Context(self.tenant, 1, self.id, 1, uuid7())

    async def deposit(self, euros: int, key: str = "") -> codec.Reply:
        command = codec.deposit(self.context, key or uuid7().hex(), "EUR", euros * EURO, "bank")
        return await self.wallet.submit(self.tenant, command)

    async def balance(self, settings: Settings) -> tuple[int, int]:
        """Read (available, held) from Valkey."""
        models = ReadModels.connect(settings.redis_url)
        try:
            found = await models.get(balance_key(self.tenant, text(self.id), "EUR"))
        finally:
            await models.close()
        return int(found.get(b"available", 0)), int(found.get(b"held", 0))

    def slip(
        self,
        key: str = "",
        *,
        euros: int = 1,
        slip: bytes = b"slip",
        until: int = 0,
        schema: int = 1,
        terms: bytes = b"terms",
    ) -> bytes:
        bet_id = uuid7()
        key = key or bet_id.hex()
        stake = euros * EURO
        return codec.place_bet(
            self.context, key, bet_id, "EUR", stake, schema, 1, slip, 0, terms, FOREVER, 0, until
        )

    async def bet(self, key: str = "", *, euros: int = 1, slip: bytes = b"slip") -> codec.Reply:
        return await self.wallet.submit(self.tenant, self.slip(key, euros=euros, slip=slip))


@pytest.fixture
async def bus(settings: Settings) -> AsyncIterator[Bus]:
    bus = await Bus.connect(settings.nats_url, "test")
    yield bus
    await bus.close()


@pytest.fixture
def wallet(bus: Bus) -> WalletClient:
    return WalletClient(bus)


@pytest.fixture
def player(wallet: WalletClient, tenant_name: str) -> Player:
    return Player(tenant_name, wallet)


Running = Callable[[], AbstractAsyncContextManager[None]]
Keeps = Callable[[Keeping], AbstractAsyncContextManager[None]]

Run = Callable[[Settings, Sequence[str], asyncio.Event], Coroutine[Any, Any, None]]


def _running(run: Run, settings: Settings, tenant: str) -> Running:
    """A service for one tenant, in this event loop, while the block lasts."""

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        stop = asyncio.Event()
        task = asyncio.create_task(run(settings, [tenant], stop))
        try:
            yield
        finally:
            stop.set()
            await task

    return running


@pytest.fixture
def wallet_running(settings: Settings, tenant_name: str) -> Running:
    """The wallet process of the test's tenant."""
    return _running(run_wallet, settings, tenant_name)


@pytest.fixture
def at_once() -> Keeping:
    """Keys leave memory as soon as they are durable."""
    return Keeping(age=0, most=10**9, every=0.02, least=1, round=0.02)


@pytest.fixture
def keeping(settings: Settings, tenant_name: str) -> Keeps:
    """The wallet process of the test's tenant, which keeps its keys so."""

    def running(keeping: Keeping) -> AbstractAsyncContextManager[None]:
        return _running(partial(run_wallet, keeping=keeping), settings, tenant_name)()

    return running


Journaled = Callable[[str, int], Awaitable[list[core.Entry]]]


@pytest.fixture
def journaled(settings: Settings, tenant_name: str) -> Journaled:
    """Wait until so many entries of a kind stand in the journal, and read all of that kind."""

    async def entries(kind: str, count: int) -> list[core.Entry]:
        reader = JournalReader(settings.postgres_url, tenant_name)
        try:
            async with asyncio.timeout(60):
                while True:
                    pages = await reader.page(0, await reader.tip() or 0, 10_000)
                    all_of_them = (entry for _, batch in pages for entry in core.Batch(batch).entries())
                    found = [entry for entry in all_of_them if entry.kind == kind]
                    if len(found) >= count:
                        return found
                    await asyncio.sleep(0.05)
        finally:
            await reader.close()

    return entries


@pytest.fixture
async def sweeps(settings: Settings, tenant_name: str) -> AsyncIterator[Sweeps]:
    """How far the keys of the test's tenant have left memory."""
    sweeps = Sweeps(settings, tenant_name)
    yield sweeps
    await sweeps.reader.close()


@pytest.fixture
def snapshot(settings: Settings, bus: Bus, tenant_name: str) -> Callable[[], Awaitable[None]]:
    """Take a snapshot, from which the next writer begins: it keeps none of the answers given so far."""

    async def take() -> None:
        snapshotter = Snapshotter(settings, bus, tenant_name, _NEVER)
        following = asyncio.create_task(snapshotter.standby.run())
        try:
            async with asyncio.timeout(60):
                await snapshotter.standby.caught_up()
            await snapshotter.take()
        finally:
            await end([following])
            await snapshotter.close()

    return take


@pytest.fixture
def balances_running(settings: Settings, tenant_name: str) -> Running:
    """The balance projector of the test's tenant."""
    return _running(run_balance_projector, settings, tenant_name)


@pytest.fixture
def copies_running(balances_running: Running, entries_running: Running) -> Running:
    """All that the wallet keeps of its ledger elsewhere, which `prove` compares."""

    @asynccontextmanager
    async def running() -> AsyncIterator[None]:
        async with balances_running(), entries_running():
            yield

    return running


@pytest.fixture
def entries_running(settings: Settings, tenant_name: str) -> Running:
    """The projector of the moves of the test's tenant."""
    return _running(run_entry_projector, settings, tenant_name)


Spawn = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def wallet_process() -> Iterator[Spawn]:
    """Start the wallet of a tenant as a process of its own; whatever is left is killed after the test."""
    started: list[subprocess.Popen[bytes]] = []

    def start(settings: Settings, tenant: str, keeping: Keeping | None = None) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-c", _PROCESS, tenant, msgspec.json.encode(keeping or Keeping()).decode()],
            env={**environ, **settings.to_env()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def eventually() -> Callable[[Callable[[], Awaitable[bool]]], Awaitable[None]]:
    """Wait until something is true, at most a minute."""

    async def wait(condition: Callable[[], Awaitable[bool]]) -> None:
        deadline = monotonic() + 60
        while not await condition():
            assert monotonic() < deadline, "it never came true"
            await asyncio.sleep(0.05)

    return wait
