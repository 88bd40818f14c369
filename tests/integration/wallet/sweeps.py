"""How far the keys of a tenant have left memory, as its journal says."""

import asyncio
from typing import Final

from pyplatform._core import shard as core
from pyplatform.kernel.config import Settings
from pyplatform.wallet.filed import rows_of
from pyplatform.wallet.store import JournalReader

PART_BITS: Final = 10


class Sweeps:
    """What the journal of one tenant says of its keys."""

    def __init__(self, settings: Settings, tenant: str) -> None:
        self.tenant = tenant
        self.reader = JournalReader(settings.postgres_url, tenant)
        self.bets: list[str] = []

    async def left(self) -> tuple[int, int]:
        """Up to which entry the last sweep goes, and how many keys up to there are still in memory."""
        page = await self.reader.page(0, await self.reader.tip() or 0, 100_000)
        entries = [entry for _, batch in page for entry in core.Batch(batch).entries()]
        self.bets = [entry.key for entry in entries if entry.kind == "place_bet"]
        swept: dict[int, int] = {}
        for entry in entries:
            if entry.kind == "evict_keys":
                swept[entry.fields["part"]] = entry.fields["until"]
        until = max(swept.values(), default=0)
        keys = [row for _, batch in page for row in rows_of(self.tenant, core.key_rows(batch)[0])]
        parts = ((seq, (fingerprint & 2**64 - 1) >> (64 - PART_BITS)) for seq, fingerprint, _, _ in keys)
        return until, sum(swept.get(part, 0) < seq <= until for seq, part in parts)

    async def all_left(self, last: int) -> None:
        """Wait until no key up to an entry is in memory: several may have left by one entry, if they share a part."""
        async with asyncio.timeout(60):
            while True:
                until, left = await self.left()
                if until >= last and not left:
                    return
                await asyncio.sleep(0.02)
