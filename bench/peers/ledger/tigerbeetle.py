"""TigerBeetle through its own Python client, on a server the user points at."""

import importlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

from bench.peers.comparison import PeerMissingError
from bench.peers.ledger.load import ACCOUNTS, Rate, rate

VARIABLE = "PYPLATFORM_BENCH_TIGERBEETLE"
"""Names the server, such as `3000` or `127.0.0.1:3000` (cluster 0); its data are added to, never read."""


class TigerBeetle:
    """A client of theirs, and the accounts of this run."""

    def __init__(self, module: ModuleType, client: Any) -> None:
        self._module, self._client = module, client
        self._accounts = [module.id() for _ in range(ACCOUNTS + 1)]

    async def prepare(self) -> None:
        """Create the accounts."""
        made = [self._module.Account(id=account, ledger=1, code=1) for account in self._accounts]
        self._check(await self._client.create_accounts(made), self._module.CreateAccountStatus.CREATED)

    async def measure(self, seconds: float, *, hot: bool) -> Rate:
        """Its rate; raises RuntimeError when a transfer is refused."""
        module, client, accounts = self._module, self._client, self._accounts
        created = module.CreateTransferStatus.CREATED

        async def transfer(source: int, target: int) -> None:
            if source == target:
                return
            wanted = module.Transfer(
                id=module.id(),
                debit_account_id=accounts[source],
                credit_account_id=accounts[target],
                amount=1,
                ledger=1,
                code=1,
            )
            self._check(await client.create_transfers([wanted]), created)

        return await rate(transfer, seconds, hot=hot)

    def _check(self, results: list[Any], created: Any) -> None:
        for result in results:
            if result.status != created:
                message = f"TigerBeetle refused: {result.status!r}"
                raise RuntimeError(message)


@asynccontextmanager
async def opened() -> AsyncIterator[TigerBeetle]:
    """Connect; raises PeerMissingError saying what is missing."""
    address = os.environ.get(VARIABLE, "")
    if not address:
        missing = f"TigerBeetle ({VARIABLE} names no server)"
        raise PeerMissingError(missing)
    try:
        module = importlib.import_module("tigerbeetle")
    except ModuleNotFoundError:
        missing = "TigerBeetle (its client is not installed: make peers)"
        raise PeerMissingError(missing) from None
    async with module.ClientAsync(cluster_id=0, replica_addresses=address) as client:
        peer = TigerBeetle(module, client)
        await peer.prepare()
        yield peer
